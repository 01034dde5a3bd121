#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# publish.bats - who reaches what: published ports, the world, and what is kept apart

load helpers
load lab

# ---- published ports ----

@test "from outside, IPv4 and IPv6" {
	serve web '{publish: ["8080:80"]}'
	gets out_asks http://$HOST:8080/
	gets out_asks "http://[2001:db8::1]:8080/"
}

@test "from the host: by its addresses and 127.0.0.1; ::1 refuses at once" {
	serve web '{publish: ["8080:80"]}'
	gets ask http://$HOST:8080/
	gets ask http://127.0.0.1:8080/
	gets ask http://10.77.0.1:8080/
	gets ask "http://$(address web 4)/"
	try ask "http://[::1]:8080/"
	contains "Connection refused"
}

@test "from the jail itself, its neighbours, and jails of another network" {
	serve web '{publish: ["8080:80"]}'
	start near '{}' sleep 1000
	start far '{bridge: "blue"}' sleep 1000
	for name in web near far; do
		gets jail_asks $name http://$HOST:8080/
		gets jail_asks $name "http://[2001:db8::1]:8080/"
	done
	gets jail_asks web http://10.77.0.1:8080/
}

@test "on one address of the host only" {
	serve web '{publish: ["127.0.0.1:8081:80", "'$HOST':8082:80"]}'
	gets ask http://127.0.0.1:8081/
	refused out_asks http://$HOST:8081/
	gets out_asks http://$HOST:8082/
	refused ask http://127.0.0.1:8082/
}

@test "ranges: with the same numbers, and moved" {
	serve web '{publish: ["9000-9009", "9100-9109:9200-9209"]}' 9000 9009 9200 9209 9010
	gets out_asks http://$HOST:9000/
	gets out_asks http://$HOST:9009/
	gets out_asks "http://[2001:db8::1]:9009/"
	gets out_asks http://$HOST:9100/
	gets out_asks http://$HOST:9109/
	refused out_asks http://$HOST:9010/
	refused out_asks http://$HOST:9200/
}

@test "UDP, one port and a range" {
	start echo '{publish: ["5353:53/udp", "6000-6009/udp"]}' sh -c 'talk udp-echo 53 & exec talk udp-echo 6003'
	wait_for ip netns exec out talk udp-ask $HOST 5353 hello
	try ip netns exec out talk udp-ask $HOST 5353 hello
	expect 0 hello
	try ip netns exec out talk udp-ask $HOST 6003 again
	expect 0 again
	try ip netns exec out talk udp-ask 2001:db8::1 5353 six
	expect 0 six
	try talk udp-ask 127.0.0.1 5353 local
	expect 0 local
}

@test "a large range that is moved: an element a port, in one transaction" {
	serve web '{publish: ["20000-29999:10000-19999"]}' 10000 19999
	gets out_asks http://$HOST:20000/
	gets out_asks http://$HOST:29999/
	[ "$(elements)" -ge 20000 ]
}

@test "all ports of a large range: one element, made at once" {
	start web '{publish: ["10000-59999"]}' sleep 1000
	nft list map inet jail range4 > map
	has_line '0.0.0.0/0 . tcp . 10000-59999 : 10.77' map
}

# ---- the world ----

@test "out to the world, by the host's address" {
	start web '{}' sleep 1000
	mkdir world
	echo hello > world/index.html
	background ip netns exec out busybox httpd -f -v -p 7001 -h world 2> seen
	wait_for ip netns exec out busybox wget -qO /dev/null http://127.0.0.1:7001/
	gets jail_asks web http://$OUT:7001/
	gets jail_asks web "http://[2001:db8::2]:7001/"
	has_line "$HOST" seen
	lacks_line '10\.77' seen
}

@test "internal: the network and the host, but not the world" {
	serve inside '{internal: true}'
	start web '{}' sleep 1000
	mkdir world
	echo hello > world/index.html
	background ip netns exec out busybox httpd -f -p 7001 -h world
	wait_for gets jail_asks web http://$OUT:7001/
	refused jail_asks inside http://$OUT:7001/
	gets jail_asks web http://inside/
	jail exec inside ip route > routes
	lacks_line default routes
	echo '{"subnets": ["10.79.0.0/24"], "internal": true}' > /etc/jail/networks/closed.json
	start closed '{bridge: "closed"}' sleep 1000
	refused jail_asks closed http://$OUT:7001/
	rm /etc/jail/networks/closed.json
	# Answers to the outside need a way, and are all that goes there
	serve shop '{internal: true, gateway: "10.77.0.1", publish: ["8080:80"]}'
	gets out_asks http://$HOST:8080/
	refused jail_asks shop http://$OUT:7001/
}

@test "routed: no translation, and reached without published ports" {
	echo '{"subnets": ["10.79.0.0/24"], "routed": true}' > /etc/jail/networks/open.json
	serve web '{bridge: "open", address: "10.79.0.9"}'
	ip -n out route replace 10.79.0.0/24 via $HOST
	gets out_asks http://10.79.0.9/
	jail delete --force web
	wait_for no_veth
	jail net gc > /dev/null
	rm /etc/jail/networks/open.json
	ip -n out route del 10.79.0.0/24
}

# ---- what is kept apart ----

@test "other networks and the outside do not get in, whatever routes they have" {
	serve web '{}'
	start far '{bridge: "blue"}' sleep 1000
	ip -n out route replace 10.77.0.0/16 via $HOST
	ip -n out -6 route replace fd6a:6169:6c30::/64 via 2001:db8::1
	refused out_asks "http://$(address web 4)/"
	refused out_asks "http://[$(address web 6)]/"
	refused jail_asks far "http://$(address web 4)/"
	refused jail_asks far "http://[$(address web 6)]/"
	ip -n out route del 10.77.0.0/16
	ip -n out -6 route del fd6a:6169:6c30::/64
}

@test "isolated jails do not reach each other, others do" {
	serve one '{isolated: true}'
	serve two '{isolated: true}'
	start plain '{}' sleep 1000
	refused jail_asks two http://one/
	refused jail_asks two "http://[$(address one 6)]/"
	gets jail_asks plain http://one/
	gets ask "http://$(address one 4)/"
}

@test "a source address of another network is dropped, 127.0.0.1 from a jail as well" {
	serve web '{}'
	jq -n '{root: {path: "rootfs"}, process: {args: ["sleep", "1000"], capabilities: {
		bounding: ["CAP_NET_ADMIN", "CAP_NET_RAW"], effective: ["CAP_NET_ADMIN", "CAP_NET_RAW"],
		permitted: ["CAP_NET_ADMIN", "CAP_NET_RAW"]}}, linux: {readonlyPaths: []}, jail: {network: {}}}' > liar.json
	jail run -d --log-output none liar.json liar 2> /dev/null
	background ip netns exec out talk udp-count 7002
	jail exec liar ip addr add 203.0.113.7/32 dev eth0
	start honest '{}' talk udp-send $OUT 7002 10
	wait_for counted 10
	jail exec liar talk udp-send-from 203.0.113.7 $OUT 7002 10
	jail exec liar talk udp-send-from 127.0.0.1 10.77.0.1 7002 1 || true
	sleep 0.3
	counted 10
}

counted() {
	[ "$(ip netns exec out talk udp-counted 7002)" = "$1" ]
}

@test "a rate limits what is sent and what is received" {
	start slow '{bandwidth: {egress: "8mbit", ingress: "8mbit"}}' sleep 1000
	background ip netns exec out talk tcp-sink 7003
	wait_for ip netns exec out talk tcp-send 127.0.0.1 7003 1
	# 1 MiB at 1 MB a second, less what may pass at once
	try jail exec slow talk tcp-send $OUT 7003 1048576
	matches '^[0-9]+ ms$'
	[ "${output% ms}" -ge 700 ]
	jail exec slow talk tcp-sink 7004 &
	BACKGROUND+=($!)
	wait_for talk tcp-send "$(address slow 4)" 7004 1
	try talk tcp-send "$(address slow 4)" 7004 1048576
	[ "${output% ms}" -ge 700 ]
}

# ---- conflicts ----

@test "a port that another jail has, in all the ways there are" {
	start web '{publish: ["8080:80", "127.0.0.1:9000-9009"]}' sleep 1000
	for port in 8080 127.0.0.1:8080:81 8000-8100 "[::]:8080:80"; do
		fg '{publish: ["'$port'"]}' true
		expect 1
		contains "jail.network.publish"
		contains ": jail web has published "
	done
	fg '{publish: ["9005"]}' true
	contains "jail web has published 127.0.0.1:9000-9009/tcp"
	fg '{publish: ["8080/udp", "'$HOST':9005:80", "9010"]}' true
	expect 0 ""
	fg '{publish: ["7000", "127.0.0.1:7000:81"]}' true
	contains "publishes 0.0.0.0:7000/tcp, too"
}

@test "a port that a program of the host listens at, an address that is not the host's" {
	background busybox nc -ll -p 8080 -e true
	wait_for busybox nc -w 1 127.0.0.1 8080
	fg '{publish: ["8000-8100:80-180"]}' true
	expect 1
	contains "0.0.0.0:8080/tcp: a program of the host listens there"
	fg '{publish: ["198.51.100.1:80:80"]}' true
	contains "198.51.100.1:80/tcp is not an address of this host"
	fg '{publish: ["[::1]:80:80"]}' true
	contains "jail.network.publish[0]: the kernel forwards nothing from [::1]; 127.0.0.1 works"
	fg '{address: "10.77.0.9", publish: ["[::]:80:80"]}' true
	contains "jail.network.publish[0]: the jail has no address of that family"
}

mine() {
	[ "$(busybox nc -w 5 127.0.0.1 8080 < /dev/null)" = mine ]
}

@test "after a delete the port is free, for jails and for programs of the host" {
	start web '{publish: ["8080:80"]}' sleep 1000
	jail delete --force web
	[ "$(elements)" = 0 ]
	serve web '{publish: ["8080:80"]}'
	gets ask http://127.0.0.1:8080/
	jail delete --force web
	background busybox nc -ll -p 8080 -e echo mine
	wait_for mine
}

# ---- ports that open when the jail is ready ----

@test "publishWhen ready: the port is taken at once, and opens by jail publish" {
	serve web '{publish: ["8080:80"], publishWhen: "ready"}'
	refused out_asks http://$HOST:8080/
	refused ask http://127.0.0.1:8080/
	[ "$(jail net inspect jail0 | jq -c '[.jails[].ports[].open] | unique')" = "[false]" ]
	start other '{}' sleep 100
	jail net reload
	refused out_asks http://$HOST:8080/
	jq 'del(.jail.network.publishWhen)' web.json > again.json
	try jail run -d --log-output none again.json again
	fails "jail web has published"
	jail publish web
	gets out_asks http://$HOST:8080/
	gets ask http://127.0.0.1:8080/
	jail publish web
	jail publish other
	jail net reload
	gets out_asks http://$HOST:8080/
	[ "$(jail net inspect jail0 | jq -c '[.jails[].ports[].open] | unique')" = "[true]" ]
	jail delete --force web
	refused out_asks http://$HOST:8080/
	try jail publish web
	fails "jail web: container does not exist"
}

handles() {
	nft -a list ruleset | grep -o '^table .*'
}

@test "publishWhen ready: opening adds to the tables that are there, or lays them down anew if somebody has changed them" {
	serve web '{publish: ["8080:80"], publishWhen: "ready"}'
	before=$(handles)
	nft add table ip other
	jail publish web
	[ "$(handles | grep -w jail)" = "$before" ]
	nft delete table ip other
	gets out_asks http://$HOST:8080/
	jail net doctor
	# Once more: it is open already, as far as jail knows.
	nft flush map inet jail any4
	refused out_asks http://$HOST:8080/
	jail publish web
	gets out_asks http://$HOST:8080/
	serve other '{publish: ["8081:80"], publishWhen: "ready"}'
	nft delete table inet jail
	jail publish other
	gets out_asks http://$HOST:8081/
	gets out_asks http://$HOST:8080/
}

@test "publishWhen ready: jail run opens it when the program says so" {
	mkdir -p rootfs/www
	echo "hello" > rootfs/www/index.html
	jq -n '{root: {path: "rootfs"}, process: {args: $ARGS.positional}, jail: {notify: true, network: {publish: ["8080:80"], publishWhen: "ready"}}}' \
		--args -- sh -c 'httpd -h /www; while ! [ -e /tmp/go ]; do sleep 0.1; done; notify READY=1; sleep 1000' > web.json
	background "$JAIL" run web.json web > log 2>&1 < /dev/null
	wait_for jail exec web true
	refused out_asks http://$HOST:8080/
	jail exec web touch /tmp/go
	wait_for gets out_asks http://$HOST:8080/
	jail delete --force web
}

@test "publishWhen ready: so does jail run -d --wait-ready" {
	mkdir -p rootfs/www
	echo "hello" > rootfs/www/index.html
	short '.jail = {notify: true, network: {publish: ["8080:80"], publishWhen: "ready"}}' \
		sh -c 'httpd -h /www; while ! [ -e /tmp/go ]; do sleep 0.1; done; notify READY=1; sleep 1000'
	background "$JAIL" run -d --wait-ready --log-output none config.json web > log 2>&1 < /dev/null
	wait_for jail exec web true
	refused out_asks http://$HOST:8080/
	jail exec web touch /tmp/go
	wait "${BACKGROUND[-1]}"
	gets out_asks http://$HOST:8080/
	jail delete --force web
}
