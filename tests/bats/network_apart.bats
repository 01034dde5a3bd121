#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# network_apart.bats - jails that may do all they want in their own network, and lie

load helpers
load lab

# ---- addresses ----

@test "internal holds against a jail that takes another address, IPv4 and IPv6" {
	local free gate
	echo '{"subnets": ["10.79.0.0/24", "fd6a:6169:6c32::/64"], "internal": true}' > /etc/jail/networks/closed.json
	ip -n out -6 route replace fd6a:6169:6c32::/64 via 2001:db8::1
	start open '{}' sleep 1000
	start one '{bridge: "closed"}' sleep 1000
	start two '{internal: true}' sleep 1000
	free=$(address open 4) gate=$(gateway_mac)
	in_net one ip addr add 10.79.0.200/24 dev eth0
	in_net one ip route replace default via 10.79.0.1
	in_net one ip -6 addr add fd6a:6169:6c32::200/64 dev eth0 nodad
	in_net one ip -6 route replace default via fd6a:6169:6c32::1
	in_net two ip addr add 10.77.250.250/16 dev eth0
	in_net two ip addr add "$free/16" dev eth0
	in_net two ip route replace default via 10.77.0.1
	counting 7002 out
	in_net open talk udp-send $OUT 7002 3
	wait_for counted 3
	in_net one talk udp-send-from 10.79.0.200 $OUT 7002 3
	in_net one talk udp-send $OUT 7002 3
	in_net two talk udp-send-from 10.77.250.250 $OUT 7002 3
	in_net two talk udp-send $OUT 7002 3
	# As a neighbour that may go out, by address and by hardware address
	in_net two talk udp-send-from "$free" $OUT 7002 3
	in_net two frame eth0 "$(mac two)" udp "$gate" "$free" $OUT 7002
	in_net two frame eth0 "$(mac open)" udp "$gate" "$free" $OUT 7002
	in_net one talk udp-send-from fd6a:6169:6c32::200 2001:db8::2 7002 3
	in_net one talk udp-send 2001:db8::2 7002 3
	stays 3
	in_net open talk udp-send 2001:db8::2 7002 1
	wait_for counted 4
	in_net open frame eth0 "$(mac open)" udp "$gate" "$free" $OUT 7002
	wait_for counted 5
	ip -n out -6 route del fd6a:6169:6c32::/64
	rm /etc/jail/networks/closed.json
}

@test "isolated holds against a jail that goes by way of the gateway" {
	local victim
	start one '{isolated: true}' sleep 1000
	start two '{isolated: true}' sleep 1000
	victim=$(address two 4)
	counting 7002 two
	talk udp-send "$victim" 7002 1
	wait_for counted 1
	in_net one ip addr add 10.77.250.250/16 dev eth0
	in_net one ip route add "$victim/32" via 10.77.0.1
	in_net one talk udp-send "$victim" 7002 3
	in_net one talk udp-send-from 10.77.250.250 "$victim" 7002 3
	in_net one frame eth0 "$(mac one)" udp "$(gateway_mac)" "$(address one 4)" "$victim" 7002
	in_net one frame eth0 "$(mac one)" udp "$(mac two)" "$(address one 4)" "$victim" 7002
	in_net one frame eth0 "$(mac two)" udp "$(mac two)" "$(address one 4)" "$victim" 7002
	stays 1
}

@test "a neighbour's hardware address is not believed, nor what is neither IP nor ARP" {
	local theirs
	start one '{}' sleep 1000
	start two '{}' sleep 1000
	theirs=$(mac two)
	counting 7002 two
	in_net one frame eth0 "$(mac one)" udp "$theirs" "$(address one 4)" "$(address two 4)" 7002
	wait_for counted 1
	in_net two busybox ping -c 1 10.77.0.1 > /dev/null
	learnt "$theirs" "$(port_of two)"
	in_net one frame eth0 "$theirs" udp ff:ff:ff:ff:ff:ff "$(address one 4)" "$(address two 4)" 7002
	in_net one frame eth0 "$theirs" arp "$(address one 4)"
	in_net one frame eth0 "$theirs" arp 0.0.0.0
	in_net one frame eth0 "$theirs" ra fe80::1
	stays 1
	learnt "$theirs" "$(port_of two)"
	nft 'table bridge watch { counter tagged { }; chain forward {
		type filter hook forward priority 0; ether type 8021q counter name tagged; }; }'
	in_net one frame eth0 "$(mac one)" udp "$theirs" "$(address one 4)" "$(address two 4)" 7002 5
	sleep 0.2
	tagged 0
	nft insert rule bridge jail from_port accept
	in_net one frame eth0 "$(mac one)" udp "$theirs" "$(address one 4)" "$(address two 4)" 7002 5
	wait_for tagged 1
	nft delete table bridge watch
	# And without that rule the bridge still knows better
	in_net one frame eth0 "$theirs" arp "$(address one 4)"
	sleep 0.2
	learnt "$theirs" "$(port_of two)"
}

tagged() {
	[ "$(nft -j list counter bridge watch tagged | jq '.nftables[1].counter.packets')" = "$1" ]
}

learnt() {
	bridge fdb show br jail0 | grep "$1 dev $2"
}

@test "who says that he has another's address is not heard: ARP" {
	local own
	start one '{}' sleep 1000
	start two '{}' sleep 1000
	own=$(mac one)
	in_net two ip neigh replace 10.77.0.1 lladdr "$(gateway_mac)" dev eth0 nud stale
	in_net two ip neigh replace "$(address one 4)" lladdr 02:00:00:00:00:99 dev eth0 nud stale
	in_net one frame eth0 "$own" arp 10.77.0.1
	in_net one frame eth0 "$own" arp "$(address one 4)"
	wait_for believes two "$(address one 4)" "$own"
	believes two 10.77.0.1 "$(gateway_mac)"
}

@test "who says that he has another's address, or is a router, is not heard: IPv6" {
	local own six gateway
	start one '{}' sleep 1000
	start two '{}' sleep 1000
	own=$(mac one) six=$(address one 6)
	gateway=$("$JAIL" net inspect jail0 | jq -r '.gateway[] | select(test(":"))')
	in_net two ip neigh replace "$gateway" lladdr "$(gateway_mac)" dev eth0 nud stale
	in_net two ip neigh replace "$six" lladdr 02:00:00:00:00:99 dev eth0 nud stale
	in_net one frame eth0 "$own" na "$six" "$gateway"
	in_net one frame eth0 "$own" na fe80::1 "$gateway"
	in_net one frame eth0 "$own" na "$six" "$six"
	wait_for believes two "$six" "$own"
	believes two "$gateway" "$(gateway_mac)"
	# A host that listens to routers
	echo 2 > /proc/sys/net/ipv6/conf/jail0/accept_ra
	in_net one frame eth0 "$own" ra fe80::1
	sleep 0.3
	[ -z "$(ip -6 route show default dev jail0)" ]
	nft insert rule bridge jail from_port accept
	in_net one frame eth0 "$own" ra fe80::1
	wait_for default_by fe80::1
	ip -6 route flush dev jail0 proto ra
}

default_by() {
	ip -6 route show default dev jail0 | grep "$1"
}

@test "an address that another jail had is found at once by neighbours that knew the one before" {
	start two '{}' sleep 1000
	serve old '{address: "10.77.3.3"}'
	gets jail_asks two http://10.77.3.3/
	jail delete --force old
	wait_for links 1
	serve new '{address: "10.77.3.3"}'
	[ "$(timeout 5 "$JAIL" exec two wget -qO- http://10.77.3.3/)" = hello ]
}

@test "nobody says of a link-local address that it is his, but for the one that is" {
	local own victim
	start one '{}' sleep 1000
	start two '{}' sleep 1000
	own=$(mac one)
	victim=$(local_address eth0 in_net two)
	# Its own works
	wait_for ping_local one "$victim"
	# Another that it gives itself does not
	in_net one ip -6 addr add fe80::bad/64 dev eth0 nodad
	if ping_local one "$victim" -I fe80::bad%eth0; then return 1; fi
	# Nor that of a neighbour, or the bridge's
	in_net two ip neigh replace "$(local_address jail0)" lladdr "$(gateway_mac)" dev eth0 nud stale
	in_net one frame eth0 "$own" na "$(address one 6)" "$(local_address jail0)"
	in_net one frame eth0 "$own" na fe80::bad "$(local_address jail0)"
	in_net one frame eth0 "$own" na "$(address one 6)" fe80::5
	deny one fe80::7 &
	BACKGROUND+=($!)
	in_net two ip -6 addr add fe80::7/64 dev eth0
	settled two fe80::7
	believes two "$(local_address jail0)" "$(gateway_mac)"
	# All that was seen to be held back gets through without the rule
	nft insert rule bridge jail from_port accept
	deny one fe80::7 &
	BACKGROUND+=($!)
	in_net two ip -6 addr del fe80::7/64 dev eth0
	in_net two ip -6 addr add fe80::7/64 dev eth0
	wait_for has_failed two fe80::7
	in_net one frame eth0 "$own" na "$(address one 6)" "$(local_address jail0)"
	wait_for believes two "$(local_address jail0)" "$own"
	wait_for ping_local one "$victim" -I fe80::bad%eth0
}

# deny NAME ADDRESS: say for some seconds, from there, that it is ours
deny() {
	local end=$((SECONDS + 10 * SLOW)) own
	own=$(mac "$1")
	while ((SECONDS < end)); do
		in_net "$1" frame eth0 "$own" na fe80::bad "$2" || return 0
		sleep 0.05
	done
}

# ping_local FROM ADDRESS [OPTION...]
ping_local() {
	in_net "$1" busybox ping -6 -c 1 -W 2 "${@:3}" "$2%eth0"
}

# local_address LINK [COMMAND...]: of a link here, or where COMMAND leads
local_address() {
	"${@:2}" ip -6 -o addr show dev "$1" scope link | grep -o 'fe80::[0-9a-f:]*' | head -1
}

# settled NAME ADDRESS: nobody else has it
settled() {
	wait_for not_tentative "$1" "$2"
	! has_failed "$1" "$2"
}

not_tentative() {
	in_net "$1" ip -6 -o addr show dev eth0 | grep "$2/" | grep -v tentative
}

has_failed() {
	in_net "$1" ip -6 -o addr show dev eth0 | grep "$2/" | grep dadfailed
}

# ---- ports ----

@test "datagrams go to the jail that has the port now" {
	ip netns exec out talk udp-stream $HOST 5353 > answers &
	BACKGROUND+=($!)
	start one '{publish: ["5353:53/udp"]}' talk udp-name 53 one
	wait_for last_answer one
	jail delete --force one
	start two '{publish: ["5353:53/udp"]}' talk udp-name 53 two
	wait_for last_answer two
	jail delete --force two
	background talk udp-name 5353 host
	wait_for last_answer host
}

@test "datagrams that came before their port was open do not stay with the host" {
	start one '{publish: ["5353:53/udp"], publishWhen: "ready"}' talk udp-name 53 one
	background talk udp-name 5353 host
	ip netns exec out talk udp-stream $HOST 5353 > answers &
	BACKGROUND+=($!)
	wait_for last_answer host
	jail publish one
	wait_for last_answer one
}

@test "to open a port once more does not disturb who is talking through it" {
	start one '{publish: ["5353:53/udp"], publishWhen: "ready"}' talk udp-tick 53
	jail publish one
	ip netns exec out python3 -c 'import socket, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.sendto(b"x", (sys.argv[1], 5353))
while True: print(s.recv(100), flush=True)' $HOST > answers &
	BACKGROUND+=($!)
	wait_for ticks 5
	jail publish one
	wait_for ticks 15
}

ticks() {
	[ "$(grep -c tick answers)" -ge "$1" ]
}

last_answer() {
	[ "$(tail -n 1 answers)" = "$1" ]
}

@test "from the second of a jail's networks to a port that is published to the first" {
	serve web '{publish: ["8080:80"], interfaces: [{bridge: "jail0"}, {bridge: "blue"}]}'
	start far '{bridge: "blue"}' sleep 1000
	gets jail_asks far http://$HOST:8080/
	gets jail_asks web http://$HOST:8080/
}

@test "on the bridge's own address, for the first jail of the network" {
	if ip link show jail0; then return 1; fi
	serve web '{publish: ["10.77.0.1:8080:80"]}'
	gets ask http://10.77.0.1:8080/
	start near '{}' sleep 1000
	gets jail_asks near http://10.77.0.1:8080/
	refused out_asks http://$HOST:8080/
}

@test "the ports of a jail that ended without us are not those of whoever has its address next" {
	serve web '{publish: ["8080:80"], address: "10.77.4.4"}'
	kill -9 "$(pid_of web)"
	wait_for links 0
	rm -r "$ROOT/web"
	wait_for rmdir /sys/fs/cgroup/jail/web
	serve web '{address: "10.77.4.5"}'
	serve other '{address: "10.77.4.4"}'
	refused ask http://$HOST:8080/
	lacks_line 10.77.4.4 <(nft list map inet jail any4)
}

@test "what is left of links that are gone is taken out before there is much of it" {
	local head
	start one '{}' sleep 1000
	for _ in 1 2 3; do
		fg '{}' true
		expect 0
	done
	ports 4
	# As if there were no room for more
	head=$(head -c 26 /run/jail/.net/rules)
	printf '%s00000000' "$head" | dd of=/run/jail/.net/rules conv=notrunc status=none
	fg '{}' true
	expect 0
	ports 2
	in_net one busybox ping -c 1 -W 2 10.77.0.1
}

@test "rules of another version of jail are laid down anew by the next start" {
	local handle
	start one '{}' sleep 1000
	# Another rule in the place of ours: nobody would see it
	handle=$(nft -a list chain bridge jail reserved | sed -n 's/.*drop # handle //p')
	nft replace rule bridge jail reserved handle "$handle" counter
	fg '{}' true
	expect 0
	nft list chain bridge jail reserved | grep -q counter
	printf 'ffffffff' | dd of=/run/jail/.net/rules bs=1 seek=35 conv=notrunc status=none
	fg '{}' true
	expect 0
	nft list chain bridge jail reserved | grep -q drop
}

# How many links there are that may send
ports() {
	[ "$(nft -j list set bridge jail ports | jq '.nftables[1].set.elem | length')" = "$1" ]
}

# ---- who had an address before ----

# asks NAME PORT: it sends from PORT to 7003 outside, where the answer would come from
asks() {
	in_net "$1" talk udp-send-from 10.77.5.5 $OUT 7003 1 "$2"
}

# answers PORT
answers() {
	ip netns exec out talk udp-send-from $OUT $HOST "$1" 3 7003
}

# hears_answers NAME PORT
hears_answers() {
	counting "$2" "$1"
	answers "$2"
	wait_for counted 3
}

# ends NAME: the one that was counting
ends() {
	counting_ends
	jail delete --force "$1"
	wait_for links 0
}

@test "answers to what a jail asked do not get to the one that has its address now" {
	start one '{address: "10.77.5.5"}' sleep 1000
	asks one 7004
	hears_answers one 7004
	# The one of this name goes on where it was
	ends one
	start one '{address: "10.77.5.5"}' sleep 1000
	hears_answers one 7004
	ends one
	start two '{address: "10.77.5.5"}' sleep 1000
	counting 7004 two
	answers 7004
	stays 0
	asks two 7005
	hears_answers two 7005
}

@test "what the host itself asks elsewhere has nothing to do with a port that is published" {
	nft 'table ip watch { counter new { }; chain output {
		type filter hook output priority 0; ip daddr '$OUT' udp dport 5353 ct state new counter name new; }; }'
	background ip netns exec out talk udp-echo 5353
	wait_for ip netns exec out talk udp-ask 127.0.0.1 5353 ready
	talk udp-send-from $HOST $OUT 5353 1 7005
	start web '{publish: ["5353:53/udp"]}' sleep 1000
	talk udp-send-from $HOST $OUT 5353 1 7005
	jail delete --force web
	talk udp-send-from $HOST $OUT 5353 1 7005
	[ "$(nft -j list counter ip watch new | jq '.nftables[1].counter.packets')" = 1 ]
	nft delete table ip watch
}
