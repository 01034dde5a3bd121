#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# network_faults.bats - networks that are asked for wrongly, disturbed by others, or crowded

load helpers
load lab

# ---- wrong wishes ----

@test "addresses: another jail's, outside, the gateway's, nobody's, of a family that is not there" {
	start web '{address: "10.77.0.9"}' sleep 1000
	fg '{address: "10.77.0.9"}' true
	expect 1 "jail: fg.json: jail.network.address: 10.77.0.9 is that of jail web"
	fg '{address: "10.99.0.9"}' true
	expect 1 "jail: fg.json: jail.network.address: 10.99.0.9 is not in 10.77.0.0/16, the subnet of network jail0"
	fg '{address: "10.77.0.1"}' true
	expect 1 "jail: fg.json: jail.network.address: 10.77.0.1 is the gateway of network jail0"
	fg '{address: "10.77.255.255"}' true
	expect 1 "jail: fg.json: jail.network.address: 10.77.255.255 is no host's address in 10.77.0.0/16"
	echo '{"subnets": ["10.79.0.0/24"]}' > /etc/jail/networks/four.json
	fg '{bridge: "four", address: "fd00::1"}' true
	expect 1 "jail: fg.json: jail.network.address: fd00::1: network four has no IPv6"
	fg '{gateway: "10.99.0.1"}' true
	expect 1 "jail: fg.json: jail.network.gateway: 10.99.0.1 is not in network jail0"
	rm /etc/jail/networks/four.json
}

@test "a network that is not there, a definition with a mistake" {
	fg '{bridge: "nope"}' true
	expect 1
	contains "jail.network.bridge: there is no network nope: /etc/jail/networks/nope.json defines it"
	local mistake
	while IFS='|' read -r text mistake; do
		echo "$text" > /etc/jail/networks/bad.json
		fg '{bridge: "bad"}' true
		expect 1
		contains "/etc/jail/networks/bad.json: $mistake"
	done <<-'END'
		{"subnet": []}|subnet: unknown member; did you mean "subnets"?
		{}|subnets: is required: at least one IPv4 or IPv6 network
		{"subnets": ["10.0.0.1"]}|subnets[0]: must have a prefix length
		{"subnets": ["10.0.0.0/31"]}|subnets[0]: is too small for a network
		{"subnets": ["10.0.0.0/8", "10.1.0.0/16"]}|subnets[1]: a second one of its family
		{"subnets": ["10.0.0.0/8"], "gateway": "11.0.0.1"}|gateway: is not in the subnet
		{"subnets": ["10.0.0.0/8"], "bridge": "other"}|bridge: must be "bad", as the file is called
		{"subnets": ["10.0.0.0/8"]|line 2, column 1: the JSON text ends too early
	END
	rm /etc/jail/networks/bad.json
}

@test "a full network, and an address that becomes free again" {
	echo '{"subnets": ["10.79.0.0/29"]}' > /etc/jail/networks/small.json
	local n
	for n in 1 2 3 4 5; do
		start "n$n" '{bridge: "small"}' sleep 1000
	done
	fg '{bridge: "small"}' true
	expect 1 "jail: fg.json: jail.network.address: network small is full: no address of 10.79.0.0/29 is free"
	local free
	free=$(address n3 4)
	jail delete --force n3
	wait_for no_link_of 4
	fg '{bridge: "small"}' ip -o -4 addr show eth0
	contains "$free/29"
	for n in 1 2 4 5; do
		jail delete --force "n$n"
	done
	wait_for no_veth
	jail net gc > /dev/null
	rm /etc/jail/networks/small.json
}

# no_link_of N: there are N of others only
no_link_of() {
	[ "$(ip -br link | grep -c '^jv')" = "$1" ]
}

@test "a subnet that the host reaches otherwise" {
	echo '{"subnets": ["192.0.0.0/16"]}' > /etc/jail/networks/clash.json
	fg '{bridge: "clash"}' true
	expect 1
	contains "network clash: the host reaches 192.0.2.0/24 by ext, and 192.0.0.0/16 would hide that; give the network another subnet in /etc/jail/networks/clash.json"
	rm /etc/jail/networks/clash.json
	if ip link show clash; then return 1; fi
}

@test "a name that is taken by something that is no bridge; a bridge that is not ours to make" {
	ip link add jail0 type veth peer name jail0p
	fg '{}' true
	ip link del jail0
	expect 1
	contains "network jail0: the interface jail0 is not a bridge"
	echo '{"subnets": ["10.79.0.0/24"], "unmanaged": true}' > /etc/jail/networks/theirs.json
	fg '{bridge: "theirs"}' true
	expect 1
	contains "network theirs: there is no bridge theirs, and it is not ours to make"
	ip link add theirs type bridge
	ip link set theirs up
	fg '{bridge: "theirs"}' ip -o -4 addr show eth0
	contains "10.79.0."
	[ -z "$(ip -4 -o addr show theirs)" ]
	jail net gc > /dev/null
	ip link show theirs > /dev/null
	ip link del theirs
	ip link add theirs type veth peer name theirsp
	fg '{bridge: "theirs"}' true
	ip link del theirs
	expect 1
	contains "network theirs: the interface theirs is not a bridge"
	rm /etc/jail/networks/theirs.json
}

# ---- a host that cannot ----

@test "no CAP_NET_ADMIN: a clear error, nothing is left" {
	short '.jail.network = {publish: ["8080:80"]}' true
	try capsh --drop=cap_net_admin -- -c "exec '$JAIL' run config.json $ID"
	expect 1
	contains "jail.network: needs CAP_NET_ADMIN"
	[ ! -s $TABLE ]
	[ ! -e "$ROOT/$ID" ]
}

@test "forwarding that cannot be switched on, a host without IPv6" {
	echo 0 > /proc/sys/net/ipv4/ip_forward
	echo 0 > zero
	mount --bind -o ro zero /proc/sys/net/ipv4/ip_forward
	mount -o remount,bind,ro /proc/sys/net/ipv4/ip_forward
	# Without a user namespace, in which nobody may mount a /proc once something hides a part of it
	config '.jail.network = {}' true
	try jail run "$ID"
	umount /proc/sys/net/ipv4/ip_forward
	expect 1
	contains "a network needs 1 in /proc/sys/net/ipv4/ip_forward: set it: Read-only file system"
	if ip link show jail0; then return 1; fi
	mkdir empty
	mount --bind empty /proc/sys/net/ipv6
	config '.jail.network = {}' ip -o -4 addr show eth0
	try jail run "$ID"
	local automatic=$output
	fg '{}' true
	local hidden=$output
	fg '{address: "fd6a:6169:6c30::9"}' true
	umount /proc/sys/net/ipv6
	contains "fd6a:6169:6c30::9: this host has no IPv6"
	output=$automatic
	contains 10.77.
	output=$hidden
	contains "Operation not permitted"
	lacks veth
}

@test "no nft(8)" {
	mkdir empty
	mount --bind empty /usr/sbin
	try jail run -p 8080:80 --rootfs rootfs --name "$ID" -- true
	umount /usr/sbin
	expect 1
	contains "a network needs nft(8), of the package nftables"
	[ ! -s $TABLE ]
}

@test "a directory of ours that somebody has removed is made again" {
	mkdir -p /run/jail/.net
	fg '{}' true
	expect 0
	start web '{}' sleep 1000
	rm -r /run/jail/.net/hosts
	fg '{}' grep -c fg /etc/hosts
	expect 1
	contains 0
	jail delete --force web
}

@test "a table on disk that is damaged is not believed" {
	fg '{}' true
	echo "address nonsense" >> $TABLE
	fg '{}' true
	expect 1
	contains "/run/jail/.net/table is damaged"
	: > $TABLE
}

# ---- others at work ----

@test "the bridge is deleted: the next start makes it again, for those that run as well" {
	serve web '{publish: ["8080:80"]}'
	ip link del jail0
	refused ask http://127.0.0.1:8080/
	start other '{}' sleep 1000
	wait_for gets ask http://127.0.0.1:8080/
	gets jail_asks other http://web/
}

@test "rules are removed by others: the next start lays them down again for all" {
	serve web '{publish: ["8080:80"]}'
	local n=0 how
	for how in "delete table inet jail" "flush table inet jail" "flush ruleset" "delete table bridge jail" "flush table bridge jail" "flush chain inet jail publish"; do
		nft "$how"
		n=$((n + 1))
		start "n$n" '{publish: ["'$((9000 + n))'"]}' sleep 1000
		gets ask http://127.0.0.1:8080/
		gets out_asks http://$HOST:8080/
		nft get element inet jail any4 "{ tcp . $((9000 + n)) }" > /dev/null
	done
	[ "$(elements)" = $((2 * n + 2)) ]
}

@test "the rules are removed again and again while jails start: no start fails, and all are right in the end" {
	local n
	background bash -c 'while [ ! -e calm ]; do nft delete table inet jail 2> /dev/null; done'
	for n in {1..12}; do
		start "n$n" "{publish: [\"$((9000 + n)):80\"]}" sleep 1000
	done
	touch calm
	wait "${BACKGROUND[-1]}" || true
	jail net reload
	for n in {1..12}; do
		nft list table inet jail | grep -q "\b$((9000 + n))\b"
	done
}

@test "net reload makes all of it as it was; a change to other tables costs nothing" {
	serve web '{publish: ["8080:80"], isolated: true}'
	nft list table inet jail > before
	nft flush ruleset
	ip link del jail0
	try jail net doctor
	expect 1
	contains "problem: network jail0: its bridge is gone"
	contains "problem: the firewall (inet jail and bridge jail) was changed by somebody else, or is gone"
	jail net reload
	nft list table inet jail > after
	diff before after
	gets ask http://127.0.0.1:8080/
	try jail net doctor
	expect 0
	nft add table ip theirs
	start more '{publish: ["8081:80"]}' sleep 1000
	gets ask http://127.0.0.1:8080/
	nft list tables | grep -qx 'table ip theirs'
	nft delete table ip theirs
}

@test "doctor: elements that somebody took out" {
	local what
	serve web '{publish: ["8080:80", "192.0.2.1:8081:80", "9000-9009"], isolated: true, internal: true}'
	jail net doctor
	for what in "map inet jail any4" "map inet jail publish4" "map inet jail range4" "set inet jail isolated4" \
		"set inet jail internal6" "set bridge jail ports" "set bridge jail inside" "set bridge jail ports4" "set bridge jail ports6"; do
		nft "flush $what"
		try jail net doctor
		expect 1
		contains "problem: the firewall (inet jail and bridge jail) was changed by somebody else, or is gone"
		jail net reload
		try jail net doctor
		expect 0
	done
}

@test "a network that is defined anew: its bridge follows, but not while jails are in it" {
	local def=/etc/jail/networks/moved.json
	echo '{"subnets": ["10.79.0.0/24"]}' > $def
	serve web '{bridge: "moved", address: "10.79.0.9"}'
	echo '{"subnets": ["10.80.0.0/24"], "gateway": ["10.80.0.254"]}' > $def
	fg '{bridge: "moved"}' true
	expect 1
	contains "jail.network: network moved was defined anew: jail web still has 10.79.0.9/24, which is not of its subnets; end it, or put the definition back"
	gets ask http://10.79.0.9/
	try jail net reload
	expect 1
	contains "network moved was defined anew: jail web still has 10.79.0.9/24"
	jail delete --force web
	wait_for no_veth
	serve web '{bridge: "moved", publish: ["8080:80"]}'
	gets out_asks http://$HOST:8080/
	[ "$(ip -j -4 addr show moved | jq -r '.[0].addr_info[].local')" = 10.80.0.254 ]
	background ip netns exec out talk udp-echo 7001
	wait_for jail exec web talk udp-ask $OUT 7001 x
	# Another gateway: who is there keeps the one that he knows
	echo '{"subnets": ["10.80.0.0/24"]}' > $def
	fg '{bridge: "moved"}' ip route
	expect 0
	contains "default via 10.80.0.1"
	jail exec web talk udp-ask $OUT 7001 x
	jail delete --force web
	wait_for no_veth
	jail net gc > /dev/null
	rm $def
}

@test "a network that is defined anew while the rules are laid down for another: both are right" {
	local def=/etc/jail/networks/moved.json
	echo '{"subnets": ["10.79.0.0/24"]}' > $def
	serve web '{bridge: "moved", publish: ["8080:80"]}'
	background ip netns exec out talk udp-echo 7001
	wait_for jail exec web talk udp-ask $OUT 7001 x
	echo '{"subnets": ["10.80.0.0/24"]}' > $def
	nft flush ruleset
	start other '{}' sleep 1000
	# Who is in it keeps what he had
	gets out_asks http://$HOST:8080/
	jail exec web talk udp-ask $OUT 7001 x
	nft flush ruleset
	try jail net reload
	expect 1
	contains "network moved was defined anew"
	gets out_asks http://$HOST:8080/
	jail exec web talk udp-ask $OUT 7001 x
	jail delete --force web
	wait_for no_link_of 1
	serve web '{bridge: "moved", publish: ["8080:80"]}'
	gets out_asks http://$HOST:8080/
	jail exec web talk udp-ask $OUT 7001 x
	# Only the gateway: nobody is in its way, and still the bridge has to follow
	echo '{"subnets": ["10.80.0.0/24"], "gateway": ["10.80.0.254"]}' > $def
	nft flush ruleset
	start more '{}' sleep 1000
	start next '{bridge: "moved"}' sleep 1000
	jail exec next talk udp-ask $OUT 7001 x
	jail delete --force web
	jail delete --force next
	wait_for no_link_of 2
	jail net gc > /dev/null
	rm $def
}

@test "net reload gives a bridge its addresses and forwarding back" {
	start web '{}' sleep 1000
	background ip netns exec out talk udp-echo 7001
	wait_for jail exec web talk udp-ask $OUT 7001 x
	ip addr flush dev jail0
	echo 0 > /proc/sys/net/ipv4/ip_forward
	refused jail exec web talk udp-ask $OUT 7001 x
	jail net reload
	jail exec web talk udp-ask $OUT 7001 x
	[ "$(ip -j addr show jail0 | jq '[.[0].addr_info[] | select(.scope == "global")] | length')" = 2 ]
	ip link set jail0 down
	jail net reload
	wait_for jail exec web talk udp-ask $OUT 7001 x
}

@test "the MTU of a network: a bridge that has another one gets it, by the next start or by net reload" {
	local def=/etc/jail/networks/wide.json
	echo '{"subnets": ["10.79.0.0/24"], "mtu": 1400}' > $def
	start web '{bridge: "wide"}' sleep 1000
	[ "$(ip -j link show wide | jq '.[0].mtu')" = 1400 ]
	ip link set wide mtu 1280
	jail net reload
	[ "$(ip -j link show wide | jq '.[0].mtu')" = 1400 ]
	echo '{"subnets": ["10.79.0.0/24"], "mtu": 1300}' > $def
	fg '{bridge: "wide"}' cat /sys/class/net/eth0/mtu
	expect 0 1300
	jail delete --force web
	wait_for no_veth
	jail net gc > /dev/null
	rm $def
}

@test "the definition of a network is removed while jails are in it: they stay protected" {
	echo '{"subnets": ["10.79.0.0/24"]}' > /etc/jail/networks/short.json
	serve web '{bridge: "short", publish: ["8080:80"]}'
	rm /etc/jail/networks/short.json
	nft flush ruleset
	jail net reload
	gets out_asks http://$HOST:8080/
	ip -n out route replace 10.79.0.0/24 via $HOST
	refused out_asks "http://$(address web 4)/"
	ip -n out route del 10.79.0.0/24
	fg '{bridge: "short"}' true
	expect 1
	contains "there is no network short"
	# One that nobody can read does not keep others down
	echo '{"subnets":' > /etc/jail/networks/short.json
	nft flush ruleset
	start other '{publish: ["8081:80"]}' sleep 1000
	gets out_asks http://$HOST:8080/
	nft flush ruleset
	try jail net reload
	expect 1
	contains "/etc/jail/networks/short.json: "
	gets out_asks http://$HOST:8080/
	rm /etc/jail/networks/short.json
}

@test "doctor: a firewall that drops, forwarding that is off" {
	start web '{}' sleep 1000
	nft add table ip filter
	nft add chain ip filter FORWARD '{ type filter hook forward priority 0; policy drop; }'
	echo 0 > /proc/sys/net/ipv4/ip_forward
	try jail net doctor
	nft delete table ip filter
	expect 1
	contains "problem: table ip filter drops what its chain FORWARD does not accept: nft insert rule ip filter FORWARD iifname jail0 accept; nft insert rule ip filter FORWARD oifname jail0 accept"
	contains "problem: /proc/sys/net/ipv4/ip_forward is 0: nothing leaves network jail0"
	jail net reload 2> /dev/null
	[ "$(cat /proc/sys/net/ipv4/ip_forward)" = 1 ]
}

@test "the interface is renamed and taken down from inside: delete does not care" {
	jq -n '{root: {path: "rootfs"}, process: {args: ["sleep", "1000"], capabilities: {bounding: ["CAP_NET_ADMIN"],
		effective: ["CAP_NET_ADMIN"], permitted: ["CAP_NET_ADMIN"]}}, jail: {network: {publish: ["8080:80"]}}}' > web.json
	jail run -d --log-output none web.json web 2> /dev/null
	jail exec web sh -c 'ip link set eth0 down; ip link set eth0 name "jail0"; ip link set jail0 up'
	jail delete --force web
	wait_for no_veth
	[ "$(elements)" = 0 ]
}

# ---- killed, and crowded ----

@test "a runtime that is killed: gc takes back address, port and name" {
	local n delay
	for n in $(seq 30); do
		delay=$(printf '0.%03d' $((n * SLOW / 2)))
		short '.jail.network = {publish: ["8080:80"]}' true
		timeout -s KILL "$delay" "$JAIL" run config.json k > /dev/null 2>&1 || true
		jail gc > /dev/null
		jail delete --force k > /dev/null 2>&1 || true
		if grep -vE ' (4|12) k ' $TABLE; then return 1; fi
		[ "$(elements)" = 0 ]
		lacks_line ' k ' /run/jail/.net/hosts/jail0
	done
}

@test "lines whose jail is gone altogether: net gc" {
	start web '{publish: ["8080:80"]}' sleep 1000
	local pid
	pid=$(pid_of web)
	rm -rf $ROOT/web
	kill -9 "$pid"
	wait_for no_veth
	rmdir $CGROUP/jail/web
	try jail net gc
	contains "network: addresses of jail web"
	contains "network: ports of jail web"
	contains "network: bridge jail0"
	[ ! -s $TABLE ]
}

@test "two hundred jails from sixteen processes: no address twice, no port lost, nothing left" {
	local n=200
	[ -z "${JAIL_VM-}" ] || n=40
	# Instrumented, each takes ten times as long
	has_need static jail || n=40
	short '.jail.network = {}' sleep 1000
	# shellcheck disable=SC2016 # for sh
	seq "$n" | xargs -P 16 -I % sh -c \
		'"$JAIL" run -d --log-output none -p $((10000 + %)):80 config.json c% 2> c%.err || { cat c%.err; exit 255; }'
	[ "$(grep -c '^address' $TABLE)" = $((2 * n)) ]
	[ "$(sed -n 's/^address \([^ ]*\) .*/\1/p' $TABLE | sort -u | wc -l)" = $((2 * n)) ]
	[ "$(elements)" = $((2 * n)) ]
	for i in $(seq "$n"); do
		ip="$(grep "^address 10.* c$i " $TABLE | cut -d' ' -f2)"
		echo "tcp . $((10000 + i)) : ${ip%/*} . 80"
	done | sort > wanted
	nft list map inet jail any4 | grep -oE 'tcp \. [0-9]+ : [0-9.]+ \. [0-9]+' | sort > is
	diff wanted is
	[ "$(grep -c ' c[0-9]' /run/jail/.net/hosts/jail0)" = $((2 * n)) ]
	seq "$n" | xargs -P 16 -I % "$JAIL" delete --force c%
	[ "$(elements)" = 0 ]
	wait_for no_veth
}
