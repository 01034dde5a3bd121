#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# network_apart.bats - jails that may do all they want in their own network, and lie

load helpers
load lab

# in_net NAME COMMAND...: with all privileges there, as a hostile jail would have at most
in_net() {
	nsenter -n -t "$(pid_of "$1")" -- "${@:2}"
}

# counting PORT [NAME]: count datagrams to PORT here, outside (out), or in the network of jail NAME; one a test at a time
counting() {
	local where=()
	case ${2-} in
	'') ;;
	out) where=(ip netns exec out) ;;
	*) where=(nsenter -n -t "$(pid_of "$2")" --) ;;
	esac
	PORT=$1
	rm -f /run/lab/count.*
	background "${where[@]}" talk udp-count "$PORT"
	wait_for test -e "/run/lab/count.$PORT"
}

counted() {
	[ "$(talk udp-counted "$PORT")" = "$1" ]
}

# What gets through gets through within a moment
stays() {
	sleep 0.5
	counted "$1"
}

mac() {
	in_net "$1" ip -j link show eth0 | jq -r '.[0].address'
}

gateway_mac() {
	ip -j link show jail0 | jq -r '.[0].address'
}

port_of() {
	"$JAIL" inspect "$1" | jq -r '.interfaces[0].link'
}

# believes NAME ADDRESS MAC: what NAME has in its table of neighbours
believes() {
	in_net "$1" ip neigh show "$2" | grep -qi "$3"
}

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

links() {
	[ "$(ip -br link | grep -c '^jv')" = "$1" ]
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

# How many links there are that may send
ports() {
	[ "$(nft -j list set bridge jail ports | jq '.nftables[1].set.elem | length')" = "$1" ]
}

# ---- what is not ours ----

@test "a bridge of the administrator's: what the host forwards by it is not our business" {
	echo 1 > /proc/sys/net/ipv4/ip_forward
	ip link add theirs type bridge
	ip link set theirs up
	ip addr add 10.79.0.1/24 dev theirs
	ip netns add lan
	ip link add lan type veth peer name eth0 netns lan
	ip link set lan master theirs up
	ip -n lan addr add 10.79.0.2/24 dev eth0
	ip -n lan link set eth0 up
	ip -n lan route add default via 10.79.0.1
	ip -n out route replace 10.79.0.0/24 via $HOST
	echo '{"subnets": ["10.79.0.0/24"], "unmanaged": true}' > /etc/jail/networks/theirs.json
	serve web '{bridge: "theirs", address: "10.79.0.9", gateway: "10.79.0.1"}'
	mkdir world
	echo hello > world/index.html
	background ip netns exec lan busybox httpd -f -p 7001 -h world
	background ip netns exec out busybox httpd -f -v -p 7001 -h world 2> seen
	# To and from the LAN through the host, without translation; and the jail in the LAN
	wait_for gets out_asks http://10.79.0.2:7001/
	gets ip netns exec lan busybox wget -qO- http://$OUT:7001/
	gets ip netns exec lan busybox wget -qO- http://10.79.0.9/
	gets jail_asks web http://10.79.0.2:7001/
	gets out_asks http://10.79.0.9/
	# Internal: not even with the LAN, whose router would be a way out
	start closed '{bridge: "theirs", address: "10.79.0.10", internal: true}' sleep 1000
	gets jail_asks closed http://10.79.0.9/
	refused jail_asks closed http://10.79.0.2:7001/
	counting 7002 closed
	ip netns exec lan talk udp-send 10.79.0.10 7002 3
	stays 0
	talk udp-send 10.79.0.10 7002 1
	wait_for counted 1
	kill -9 "${BACKGROUND[-1]}"             # or it holds on to that network
	# Another address of the LAN's, which is none of the subnet
	ip -n lan addr add 203.0.113.9/32 dev eth0
	ip route add 203.0.113.9/32 dev theirs
	counting 7003
	wait_for heard
}

heard() {
	ip netns exec lan talk udp-send-from 203.0.113.9 10.79.0.1 7003 1
	! counted 0
}

local_teardown() {
	"$JAIL" list -q | xargs -r -n 1 "$JAIL" delete --force
	wait_for no_veth
	ip link del lan
	ip link del theirs
	ip netns del lan
	ip -n out route del 10.79.0.0/24
	rm -f /etc/jail/networks/theirs.json
	lab_clean
} 2> /dev/null
