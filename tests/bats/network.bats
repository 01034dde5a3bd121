#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# network.bats - a jail's own network: addresses, routes, files, names, modes

load helpers
load lab

# ---- addresses ----

@test "an address of each family, routes, lo, all up" {
	fg '{}' sh -c 'ip -o addr; ip route; ip -6 route; cat /sys/class/net/eth0/operstate'
	expect 0 "$output"
	matches 'lo +inet 127.0.0.1/8'
	matches 'eth0 +inet 10\.77\.[0-9.]+/16'
	matches 'eth0 +inet6 fd6a:6169:6c30::[0-9a-f:]+/64'
	contains "default via 10.77.0.1 dev eth0"
	contains "default via fd6a:6169:6c30::1 dev eth0"
	contains up
}

@test "the same address and hardware address each time, others for others" {
	fg '{}' sh -c 'ip -o -4 addr show eth0; cat /sys/class/net/eth0/address'
	local first=$output
	fg '{}' sh -c 'ip -o -4 addr show eth0; cat /sys/class/net/eth0/address'
	expect 0 "$first"
	ID=other fg '{}' sh -c 'ip -o -4 addr show eth0; cat /sys/class/net/eth0/address'
	[ "$output" != "$first" ]
}

@test "addresses that are asked for, one family only, an MTU, a hardware address, a name" {
	fg '{address: ["10.77.3.4", "fd6a:6169:6c30::77"], mtu: 1400, mac: "02:00:00:00:00:07", name: "lan"}' \
		sh -c 'ip -o addr show lan; cat /sys/class/net/lan/mtu /sys/class/net/lan/address'
	contains "10.77.3.4/16"
	contains "fd6a:6169:6c30::77/64"
	contains $'1400\n02:00:00:00:00:07'
	fg '{address: "10.77.3.4"}' sh -c 'ip -o -6 addr show eth0 scope global'
	expect 0 ""
	fg '{address: ["auto", "10.77.3.4"]}' sh -c 'ip -o addr show eth0 scope global | wc -l'
	expect 0 2
}

@test "no gateway, another gateway, static routes" {
	fg '{gateway: "none"}' sh -c 'ip route; ip -6 route'
	lacks default
	fg '{gateway: "10.77.9.9", routes: [{to: "198.51.100.0/24", via: "10.77.8.8"}, {to: "203.0.113.0/24"},
		{to: "2001:db8:9::/48", via: "fd6a:6169:6c30::9"}]}' sh -c 'ip route; ip -6 route'
	contains "default via 10.77.9.9"
	contains "198.51.100.0/24 via 10.77.8.8"
	contains "203.0.113.0/24 dev eth0"
	contains "2001:db8:9::/48 via fd6a:6169:6c30::9"
}

@test "several interfaces: the first is the way out" {
	fg '{interfaces: [{}, {bridge: "blue", name: "lan"}]}' sh -c 'ip -o addr; ip route'
	matches 'eth0 +inet 10\.77\.'
	matches 'lan +inet 10\.78\.0\.'
	[ "$(grep -c default <<< "$output")" = 1 ]
	contains "default via 10.77.0.1 dev eth0"
}

@test "without a user namespace, and with create and start" {
	config '.jail.network = {}' sh -c 'ip -o -4 addr show eth0'
	try jail run "$ID"
	contains "10.77."
	config '.jail.network = {}' sh -c 'ip -o -4 addr show eth0 > /out; cat /etc/hosts >> /out'
	jail create "$ID" 2> /dev/null
	[ "$(jail list -f json | jq -r '.[0].addresses | length')" = 2 ]
	jail start "$ID"
	wait_for has_line "$ID" rootfs/out
	has_line '10\.77\.' rootfs/out
	jail delete --force "$ID"
}

@test "hooks see it: createRuntime from outside, createContainer from inside" {
	printf '#!/bin/sh\nread state\nnsenter -t $(echo "$state" | jq .pid) -n ip -o -4 addr show eth0 > %s/seen\n' "$PWD" > hook
	chmod 755 hook
	printf '#!/bin/sh\nip -o -4 addr show eth0 > /seen\n' > rootfs/hook
	chmod 755 rootfs/hook
	config '.jail.network = {} | .hooks = {createRuntime: [{path: "'"$PWD"'/hook", env: ["PATH='"$PATH"'"]}]}' true
	jail run "$ID" 2> /dev/null
	has_line '10\.77\.' seen
	config '.jail.network = {} | .hooks = {startContainer: [{path: "/hook"}]}' true
	jail run "$ID" 2> /dev/null
	has_line '10\.77\.' rootfs/seen
}

@test "a sysctl about its interface is set, ping needs no privileges" {
	jq -n '{root: {path: "rootfs"}, process: {args: ["sysctl", "-n", "net.ipv4.conf.eth0.forwarding", "net.ipv4.ping_group_range"]},
		linux: {sysctl: {"net.ipv4.conf.eth0.forwarding": "1"}}, jail: {network: {}}}' > config.json
	try jail run "$ID"
	contains $'1\n0\t65535'
}

@test "a configuration without a jail object: nothing of ours" {
	config . sh -c 'ip -o link'
	try jail run "$ID"
	lacks eth0
	[ ! -e /run/jail/.net ]
	config . sleep 1000
	up
	[ "$(ls "$ROOT/$ID")" = $'plan\nstate.json' ]
	jail delete --force "$ID"
	if ip link show jail0 || nft list table inet jail; then return 1; fi
}

# ---- files and names ----

@test "resolv.conf, hosts, hostname: read-only, and the root is not written to" {
	echo theirs > rootfs/etc/resolv.conf
	echo theirs > rootfs/etc/hosts
	fg '{dns: ["192.0.2.9", "2001:db8::9"], search: ["a.example", "b.example"], options: ["ndots:2"]}' \
		sh -c 'cat /etc/resolv.conf /etc/hostname; echo x >> /etc/hosts; echo x >> /etc/resolv.conf'
	contains $'nameserver 192.0.2.9\nnameserver 2001:db8::9\nsearch a.example b.example\noptions ndots:2\n'"$ID"
	[ "$(grep -cE "can't create .*(Read-only file system|Permission denied)" <<< "$output")" = 2 ]
	jq -n '{root: {path: "rootfs"}, process: {args: ["sh", "-c", "echo x >> /etc/hosts"]},
		linux: {namespaces: [{type: "mount"}, {type: "network"}, {type: "pid"}, {type: "uts"}]}, jail: {network: {}}}' > config.json
	try jail run "$ID"
	contains "can't create /etc/hosts: Read-only file system"
	[ "$(cat rootfs/etc/resolv.conf rootfs/etc/hosts)" = $'theirs\ntheirs' ]
}

@test "the host's name servers, but for those on its own loopback; none of it where the spec says so" {
	printf 'nameserver 127.0.0.53\nnameserver 192.0.2.53\nsearch example.org\n' > /etc/resolv.conf
	fg '{}' cat /etc/resolv.conf
	expect 0 $'nameserver 192.0.2.53\nsearch example.org'
	printf '%s\n' '# nameservers of ours:' '; nameserver 192.0.2.1' ' nameserver 192.0.2.2' 'nameserver ::1' \
		'nameserver 0.0.0.0' 'nameserver fe80::1%ext' 'nameservers 192.0.2.3' 'options rotate' > /etc/resolv.conf
	fg '{}' cat /etc/resolv.conf
	expect 0 'options rotate'
	# What systemd-resolved asks itself
	mkdir -p /run/systemd/resolve
	printf 'nameserver\t192.0.2.54 # near\nnameserver 2001:db8::53\n' > /run/systemd/resolve/resolv.conf
	fg '{}' cat /etc/resolv.conf
	rm -r /run/systemd/resolve
	expect 0 $'nameserver\t192.0.2.54 # near\nnameserver 2001:db8::53'
	echo 'nameserver 192.0.2.53' > /etc/resolv.conf
	echo theirs > rootfs/etc/hosts
	fg '{noFiles: true}' cat /etc/hosts
	expect 0 theirs
	echo mine > mine
	short '.jail.network = {} | .mounts = [{destination: "/etc/hosts", source: "'"$PWD/mine"'", options: ["bind"]}]' \
		cat /etc/hosts
	try jail run "$ID"
	contains mine
}

@test "jails find each other by name, from when they start until they are deleted" {
	serve web '{}'
	start client '{}' sleep 1000
	gets jail_asks client http://web/
	jail exec client cat /etc/hosts > seen
	[ "$(grep -c ' web ' seen)" = 2 ]
	jail run -d --log-output none --hostname db.example web.json db 2> /dev/null
	gets jail_asks client http://db.example/
	jail delete --force web
	jail exec client cat /etc/hosts > seen
	lacks_line ' web ' seen
	has_line ' client ' seen
}

@test "a line of a jail's own stays when a neighbour of that address leaves" {
	start old '{address: "10.77.3.3"}' sleep 1000
	start web '{hosts: {old: "10.77.3.3", db: "10.77.3.3"}}' sleep 1000
	jail exec web cat /etc/hosts > before
	[ "$(grep -c '^10.77.3.3' before)" = 3 ]
	jail delete --force old
	jail exec web cat /etc/hosts > after
	grep '^10.77.3.3' after > lines
	[ "$(sort lines)" = $'10.77.3.3 db\n10.77.3.3 old' ]
}

@test "names of two networks, and a jail with lines of its own" {
	serve one '{}'
	serve two '{bridge: "blue"}'
	start both '{interfaces: [{}, {bridge: "blue"}], hosts: {mine: "192.0.2.7"}}' sleep 1000
	gets jail_asks both http://one/
	gets jail_asks both http://two/
	jail exec both cat /etc/hosts > seen
	has_line '^192.0.2.7 mine$' seen
	serve three '{bridge: "blue"}'
	gets jail_asks both http://three/
	jail exec one cat /etc/hosts > seen
	lacks_line " two " seen
	has_line " both " seen
	jail delete --force three
	jail exec both cat /etc/hosts > seen
	lacks_line " three " seen
}

@test "IPv6 between jails, by address" {
	serve web '{}'
	start client '{}' sleep 1000
	gets jail_asks client "http://[$(address web 6)]/"
}

# ---- other modes ----

@test "none: lo and nothing else" {
	fg '{mode: "none"}' sh -c 'ip -o addr'
	contains "127.0.0.1/8"
	lacks eth0
}

@test "host: the host's interfaces and files" {
	fg '{mode: "host"}' sh -c 'ip -o -4 addr; cat /etc/resolv.conf'
	contains $HOST/24
	contains "nameserver 192.0.2.53"
	try jail run --net host --rootfs rootfs --name "$ID" -- ip -o -4 addr
	contains $HOST/24
}

@test "a namespace by its path, with and without a user namespace" {
	try jail run --net /run/netns/out --rootfs rootfs --name "$ID" -- ip -o -4 addr
	contains $OUT/24
	config '.jail.network = {path: "/run/netns/out"}' ip -o -4 addr
	go
	contains $OUT/24
	try jail run --net /run/netns/none --rootfs rootfs --name "$ID" -- true
	[ "$status" = 1 ]
	contains "/run/netns/none"
}

@test "another jail's network, with its names" {
	serve web '{}'
	fg '{mode: "jail:web"}' sh -c 'wget -qO- http://127.0.0.1/; cat /etc/hosts'
	contains hello
	contains " web "
	fg '{mode: "jail:nobody"}' true
	expect 1
	contains "jail.network.mode: jail nobody: container does not exist"
	jail kill web KILL
	wait_for has_status web stopped
	fg '{mode: "jail:web"}' true
	contains "jail web is not running"
}

@test "macvlan: an address of the outside's own network" {
	has_need veth || skip "needs veth"
	fg '{macvlan: "ext", address: "192.0.2.77/24", gateway: "192.0.2.2"}' sh -c 'ip -o -4 addr show eth0; ip route'
	expect 0 "$output"
	contains 192.0.2.77/24
	contains "default via 192.0.2.2"
	fg '{macvlan: "nope0", address: "192.0.2.77/24"}' true
	expect 1
	contains "find interface nope0: No such device"
}

# ---- the verbs ----

@test "run's options: network, port, address, name servers, hostname" {
	jail run -d --log-output none --net blue -p 8080:80 -p 127.0.0.1:5353:53/udp --ip 10.78.0.9 --dns 192.0.2.9 \
		--dns-search example.org --hostname www --name "$ID" --rootfs rootfs -- sleep 1000 2> /dev/null
	try jail exec "$ID" sh -c 'hostname; ip -o -4 addr show eth0; cat /etc/resolv.conf'
	contains www
	contains 10.78.0.9/24
	contains $'nameserver 192.0.2.9\nsearch example.org'
	try jail list
	matches "$ID .* 10.78.0.9 +8080->80/tcp, 127.0.0.1:5353->53/udp"
	try jail run --net a/b --rootfs rootfs -- true
	contains "must be an interface name"
	try jail run -p 80:x --rootfs rootfs -- true
	contains 'jail.network.publish[0]: "80:x"'
	jail delete --force "$ID"
}

@test "net ls, inspect, and what they refuse" {
	start web '{bridge: "blue", publish: ["8080:80"]}' sleep 1000
	try jail net ls
	matches 'blue +nat +there +1 +10.78.0.0/24, fd6a:6169:6c31::/64'
	matches 'jail0 +nat +not made yet +0'
	[ "$(jail net ls -f json | jq -r '.[].name')" = $'blue\njail0' ]
	[ "$(jail net inspect blue | jq -r '.jails[0].id, .jails[0].ports[0].port')" = $'web\n8080' ]
	try jail net inspect nope
	expect 1 "jail: there is no network nope: /etc/jail/networks/nope.json defines it (\"jail net ls\" lists those that are there)"
	try jail net inspect
	expect 1 "jail: net inspect: name a network"
	try jail net ls more
	expect 1 "jail: net ls: takes no argument"
	try jail net up
	expect 1 'jail: net: "up" is not ls, inspect, reload, gc or doctor'
}

@test "the plan says it all, needs no privileges and touches nothing" {
	short '.jail.network = {publish: ["8080:80"]}' true
	try jail plan config.json web
	matches 'join-network +network="jail0" link="jv[0-9a-f]{12}" to="eth0 10.77.'
	contains 'publish              host="0.0.0.0:8080/tcp" jail="10.77.'
	matches 'configure-network +what="lo up, eth0 10\.77\.[0-9.]+/16 .* default via 10.77.0.1'
	[ ! -e /run/jail/.net ]
}
