#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# network_files.bats - what networks keep in files: the table, names; where there is no room for them

load helpers
load lab

NET=/run/jail/.net

# The disk of NET has room for PAGES more
leave_room() {
	local free
	rm -f $NET/filler
	free=$(($(stat -f -c %f $NET) - $1))
	((free == 0)) || head -c $((4096 * free)) /dev/zero > $NET/filler
}

# full NETWORK FAILURES: a jail with it does not start FAILURES times, and leaves nothing; or more often, where its
# address has its place in a page of NET/past that nobody had one in
full() {
	local pages
	cp $NET/table table
	cp $NET/hosts/jail0 hosts
	for ((pages = 0;; pages++)); do
		leave_room $pages
		fg "$1" true
		echo "$pages pages: $status $output"
		((status)) || break
		contains "No space left on device"
		diff table $NET/table
		grep -v '^ *$' $NET/hosts/jail0 | diff hosts -
		[ "$(elements)" = 2 ]
	done
	rm -f $NET/filler
	((pages >= $2 && pages <= $2 + 2))
	# Nothing that is leaving, no line that is free
	cat table > $NET/table
	cat hosts > $NET/hosts/jail0
}

@test "a full disk: a start that fails for it takes its lines back, those of others stay" {
	mkdir -p $NET
	mount -t tmpfs -o size=160k tmpfs $NET
	start web '{publish: ["8080:80"]}' sleep 1000
	# The table needs another page
	full "{publish: $(jq -nc '[range(9000; 9080) | tostring]')}" 2
	# A file of its own
	full '{hosts: {printer: "192.0.2.7"}}' 1
	# The names need another page
	head -c $((4095 - $(stat -c %s hosts))) /dev/zero | tr '\0' '#' >> $NET/hosts/jail0
	echo >> $NET/hosts/jail0
	full '{}' 1
	leave_room 0
	jail delete --force web
	lacks_line web $NET/hosts/jail0
	rm $NET/filler
	wait_for no_veth
	jail net gc > /dev/null
	umount $NET
}

@test "a lease of the hosts file, which root without a user namespace can take, keeps nobody from starting" {
	start web '{}' sleep 1000
	jq '.linux.namespaces = ["pid", "mount", "network", "ipc", "uts", "cgroup"] | .linux.namespaces |= map({type: .}) |
		.process.args = ["lease", "/etc/hosts"]' web.json > evil.json
	jail run -d --log-output "file:$PWD/said" evil.json evil
	wait_for has_line leased said
	begin=$SECONDS
	fg '{}' true
	expect 0
	fg '{hosts: {printer: "192.0.2.7"}}' true
	expect 0
	((SECONDS - begin < 20))
	jail delete --force evil
	jail delete --force web
	wait_for no_veth
	jail net gc > /dev/null
}

@test "networks called NAME and NAME.d are two, in what they keep as well" {
	echo '{"subnets": ["10.79.0.0/24"]}' > /etc/jail/networks/blue.d.json
	start own '{bridge: "blue", hosts: {printer: "192.0.2.7"}}' sleep 1000
	start other '{bridge: "blue.d"}' sleep 1000
	fg '{bridge: "blue.d"}' grep other /etc/hosts
	expect 0
	contains "10.79.0."
	jail exec own grep 192.0.2.7 /etc/hosts
	jail delete --force own
	jail delete --force other
	wait_for no_veth
	jail net gc > /dev/null
	rm /etc/jail/networks/blue.d.json
	[ -z "$(ls $NET/hosts)" ]
}

@test "localhost is no name of a neighbour" {
	jq -n '{root: {path: "rootfs"}, hostname: "localhost", process: {args: ["sleep", "1000"]}, jail: {network: {}}}' \
		> one.json
	jail run -d --log-output none one.json one 2> /dev/null
	start localhost '{}' sleep 1000
	fg '{}' cat /etc/hosts
	expect 0
	matches '10\.77\.[0-9.]+ one *'$'\n'
	[ "$(grep -w localhost <<< "$output")" = $'127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback' ]
	jail delete --force one
	lacks_line one $NET/hosts/jail0
}

@test "gc: what cannot be looked at is not gone" {
	mkdir real
	ln -s real state
	jail --root "$PWD/state" run -d --log-output none --rootfs rootfs --net jail0 -p 8080:80 --name far -- sleep 1000 2> /dev/null
	mv state away
	ln -s state state
	try jail net gc
	expect 0 ""
	[ "$(elements)" = 2 ]
	has_line ' far ' $NET/hosts/jail0
	mv away state
	jail --root "$PWD/state" delete --force far
}

@test "the host's resolvers: none on loopback however it is written, domain where nothing is searched" {
	local all
	all=$(</etc/resolv.conf)
	printf '%s\n' 'domain example.org' 'nameserver ::1' 'nameserver ::ffff:127.0.0.53' '#nameserver 9.9.9.9' \
		$'nameserver\t2001:db8::53 # ours' > /etc/resolv.conf
	fg '{}' cat /etc/resolv.conf
	local first=$output
	printf '%s\n' 'domain example.org' 'search example.net' 'nameserver ::1' > /etc/resolv.conf
	fg '{}' cat /etc/resolv.conf
	echo "$all" > /etc/resolv.conf
	expect 0 'search example.net'
	output=$first
	expect 0 $'nameserver\t2001:db8::53 # ours\ndomain example.org'
}

@test "a root without the files: empty ones to bind over, none where they are not wanted" {
	mkdir -p bare/dev bare/proc bare/sys bare/run
	cp -a rootfs/bin bare/
	short '.jail.network = {noFiles: true} | .root.path = "bare"' true
	try jail run config.json "$ID"
	expect 0
	[ ! -e bare/etc ]
	short '.jail.network = {} | .root.path = "bare"' grep -q jails /etc/hosts
	try jail run config.json "$ID"
	expect 0
	[ "$(find bare/etc -mindepth 1 -printf '%f %s\n' | sort)" = $'hostname 0\nhosts 0\nresolv.conf 0' ]
}
