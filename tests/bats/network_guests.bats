#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# network_guests.bats - jails on bridges that are the administrator's

load helpers
load lab

# A LAN of the administrator's at the bridge "theirs", 10.79.0.0/24 and fd6a:6169:6c33::/64: we are .1, .2 is a machine
# in it that is the way to 203.0.113.0/24.
local_setup() {
	in_sandbox || return 0
	echo 1 > /proc/sys/net/ipv4/ip_forward
	echo 1 > /proc/sys/net/ipv6/conf/all/forwarding
	ip link add theirs type bridge
	ip link set theirs up
	ip addr add 10.79.0.1/24 dev theirs
	ip -6 addr add fd6a:6169:6c33::1/64 dev theirs nodad
	ip netns add lan
	ip link add lan type veth peer name eth0 netns lan
	ip link set lan master theirs up
	ip -n lan link set lo up
	ip -n lan addr add 10.79.0.2/24 dev eth0
	ip -n lan -6 addr add fd6a:6169:6c33::2/64 dev eth0 nodad
	ip -n lan addr add 203.0.113.9/32 dev lo
	ip -n lan link set eth0 up
	ip -n lan route add default via 10.79.0.1
	ip route add 203.0.113.0/24 via 10.79.0.2
	ip -n out route replace 10.79.0.0/24 via $HOST
	network theirs '{"subnets": ["10.79.0.0/24", "fd6a:6169:6c33::/64"], "unmanaged": true}'
	mkdir world
	echo hello > world/index.html
}

network() {
	echo "$2" > "/etc/jail/networks/$1.json"
}

in_lan() {
	ip netns exec lan "$@"
}

lan_asks() {
	in_lan timeout "${PATIENCE:-30}" busybox wget -qO- "$1"
}

@test "a bridge of the administrator's: what the host forwards by it is not our business" {
	serve web '{bridge: "theirs", address: "10.79.0.9", gateway: "10.79.0.1"}'
	background ip netns exec lan busybox httpd -f -p 7001 -h world
	background ip netns exec out busybox httpd -f -v -p 7001 -h world 2> seen
	# To and from the LAN through the host, without translation; and the jail in the LAN
	wait_for gets out_asks http://10.79.0.2:7001/
	gets lan_asks http://$OUT:7001/
	gets lan_asks http://10.79.0.9/
	gets jail_asks web http://10.79.0.2:7001/
	gets out_asks http://10.79.0.9/
	# Internal: not even with the LAN, whose router would be a way out
	start closed '{bridge: "theirs", address: "10.79.0.10", internal: true}' sleep 1000
	gets jail_asks closed http://10.79.0.9/
	refused jail_asks closed http://10.79.0.2:7001/
	counting 7002 closed
	in_lan talk udp-send 10.79.0.10 7002 3
	stays 0
	talk udp-send 10.79.0.10 7002 1
	wait_for counted 1
	# Another address of the LAN's, which is none of the subnet
	counting 7003
	wait_for heard
}

heard() {
	in_lan talk udp-send-from 203.0.113.9 10.79.0.1 7003 1
	! counted 0
}

@test "internal on a bridge of the administrator's: nor by the host as a router, out or in" {
	local gate
	start open '{bridge: "theirs", address: "10.79.0.9", gateway: "10.79.0.1"}' sleep 1000
	start closed '{bridge: "theirs", address: ["10.79.0.10", "fd6a:6169:6c33::10"], internal: true}' sleep 1000
	gate=$(ip -j link show theirs | jq -r '.[0].address')
	in_net closed ip route add default via 10.79.0.1
	counting 7002 lan
	# Out: to another network behind the LAN, and to the LAN itself
	in_net open talk udp-send 203.0.113.9 7002 1
	wait_for counted 1
	in_net open frame eth0 "$(mac open)" udp "$gate" 10.79.0.9 10.79.0.2 7002
	wait_for counted 2
	in_net closed talk udp-send 203.0.113.9 7002 3
	in_net closed frame eth0 "$(mac closed)" udp "$gate" 10.79.0.10 10.79.0.2 7002
	stays 2
	# In
	in_lan ip route add 10.79.0.9/32 via 10.79.0.1
	in_lan ip route add 10.79.0.10/32 via 10.79.0.1
	in_lan ip -6 route add fd6a:6169:6c33::10/128 via fd6a:6169:6c33::1
	counting 7004 open
	in_lan talk udp-send 10.79.0.9 7004 1
	wait_for counted 1
	counting 7005 closed
	in_lan talk udp-send 10.79.0.10 7005 3
	in_lan talk udp-send fd6a:6169:6c33::10 7005 3
	stays 0
	# Neighbours that are jails, and what it publishes itself
	in_net open talk udp-send 10.79.0.10 7005 1
	wait_for counted 1
	serve shop '{bridge: "theirs", address: "10.79.0.11", gateway: "10.79.0.1", internal: true, publish: ["8080:80"]}'
	gets out_asks http://$HOST:8080/
	gets jail_asks closed http://10.79.0.11/
}

@test "a redirection of the administrator's between two of his networks keeps its source" {
	ip link add more type bridge
	ip link set more up
	ip addr add 10.80.0.1/24 dev more
	ip netns add lan2
	ip link add lan2 type veth peer name eth0 netns lan2
	ip link set lan2 master more up
	ip -n lan2 addr add 10.80.0.2/24 dev eth0
	ip -n lan2 link set eth0 up
	ip -n lan2 route add default via 10.80.0.1
	network more '{"subnets": ["10.80.0.0/24"], "unmanaged": true}'
	start one '{bridge: "theirs", address: "10.79.0.9"}' sleep 1000
	start two '{bridge: "more", address: "10.80.0.9"}' sleep 1000
	nft 'table ip theirs { chain nat { type nat hook prerouting priority -110;
		ip daddr 10.79.0.1 tcp dport 81 dnat to 10.80.0.2:7001; }; }'
	background ip netns exec lan2 busybox httpd -f -v -p 7001 -h world 2> seen
	wait_for gets lan_asks http://10.79.0.1:81/
	has_line 10.79.0.2 seen
	lacks_line 10.80.0.1 seen
	nft delete table ip theirs
}

@test "networks of the administrator's may be one in another" {
	ip link add more type bridge
	ip link set more up
	network more '{"subnets": ["10.79.0.128/25"], "unmanaged": true}'
	serve web '{bridge: "theirs", address: "10.79.0.9", publish: ["8080:80"]}'
	start two '{bridge: "more", address: "10.79.0.200"}' sleep 1000
	gets lan_asks http://10.79.0.1:8080/
	jail net reload
	gets lan_asks http://10.79.0.1:8080/
	try jail net doctor
	expect 0
}

@test "a bridge of ours that somebody has put a link into is not removed" {
	fg '{bridge: "blue"}' true
	expect 0
	ip link add guest type veth peer name guest2
	ip link set guest master blue
	jail net gc > /dev/null
	ip link show blue > /dev/null
	ip link del guest
	jail net gc
	! ip link show blue
}

local_teardown() {
	"$JAIL" list -q | xargs -r -n 1 "$JAIL" delete --force
	wait_for no_veth
	for link in lan lan2 theirs more guest; do
		ip link del $link
	done
	ip netns del lan
	ip netns del lan2
	nft delete table ip theirs
	ip -n out route del 10.79.0.0/24
	rm -f /etc/jail/networks/{theirs,more}.json
	lab_clean
} 2> /dev/null
