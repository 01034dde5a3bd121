#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# system.bats - names, sysctl and network devices

load helpers

@test "hostname and domainname" {
	config '.hostname = "inside" | .domainname = "example.org"' sh -c 'hostname; cat /proc/sys/kernel/domainname'
	go
	expect 0 $'inside\nexample.org'
	config ".hostname = \"$(printf 'h%.0s' {1..64})\"" hostname
	go
	expect 0 "$(printf 'h%.0s' {1..64})"
	config ".hostname = \"$(printf 'h%.0s' {1..65})\"" hostname
	go
	fails hostname
}

@test "names without a uts namespace would be the host's: refused" {
	name=$(hostname)
	for member in hostname domainname; do
		config ".$member = \"evil\" | .linux.namespaces |= map(select(.type != \"uts\"))" true
		go
		fails "$member"
	done
	[ "$(hostname)" = "$name" ]
}

@test "sysctl: dots and slashes, per namespace" {
	config '.linux.sysctl = {"net.ipv4.ip_forward": "1", "net/ipv4/conf/lo/forwarding": "0", "kernel.msgmax": "5000", "kernel.sem": "250 32000 32 129", "fs.mqueue.msg_max": "11"}' \
		sh -c 'cd /proc/sys; cat net/ipv4/ip_forward net/ipv4/conf/lo/forwarding kernel/msgmax fs/mqueue/msg_max; cat kernel/sem | tr "\t" " "'
	go
	expect 0 $'1\n0\n5000\n11\n250 32000 32 129'
	[ "$(cat /proc/sys/kernel/msgmax)" != 5000 ]
}

@test "sysctl: what is not of a namespace of the jail is refused" {
	for key in kernel.panic vm.swappiness kernel.core_pattern fs.file-max net.ipv4.nosuch; do
		config ".linux.sysctl = {\"$key\": \"1\"}" true
		go
		echo "$key"
		fails "linux.sysctl"
		contains "${key##*.}"
	done
	config '.linux.sysctl = {"net.ipv4.ip_forward": "1"} | .linux.namespaces |= map(select(.type != "network"))' true
	go
	fails "linux.sysctl"
	config '.linux.sysctl = {"kernel.msgmax": "1"} | .linux.namespaces |= map(select(.type != "ipc"))' true
	go
	fails "linux.sysctl"
	config '.linux.sysctl = {"net.ipv4.ip_forward": "nonsense"}' true
	go
	fails "linux.sysctl"
	config '.linux.sysctl = {"net/../kernel/panic": "1"}' true
	go
	fails "linux.sysctl"
}

@test "sysctl does not go through what the root file system shows as /proc" {
	mkdir -p rootfs/fake/sys/net/ipv4
	echo untouched > rootfs/fake/sys/net/ipv4/ip_forward
	config '.mounts[0] = {"destination": "/proc", "source": "rootfs/fake", "options": ["bind"]} | .linux.sysctl = {"net.ipv4.ip_forward": "1"}' true
	go
	expect 0 ""
	[ "$(cat rootfs/fake/sys/net/ipv4/ip_forward)" = untouched ]
}

@test "the network namespace is empty but for lo" {
	config . ls /sys/class/net
	go
	expect 0
	contains lo
	[ "$(wc -w <<< "$output")" -le 3 ]
}

@test "netDevices: moved, renamed, with its addresses, up; gone at the end" {
	needs ip
	ip link add dummy7 type veth peer name peer7 || skip "needs veth devices"
	ip addr add 192.0.2.7/24 dev dummy7
	ip addr add 2001:db8::7/64 dev dummy7
	config '.linux.netDevices = {"dummy7": {"name": "eth9"}}' ip addr show eth9
	go
	expect 0
	contains 192.0.2.7/24
	contains 2001:db8::7/64
	matches 'UP'
	# A virtual device ends with its namespace, which ends a moment after its last process.
	wait_for eval '! ip link show peer7'
}

@test "netDevices: what cannot be moved" {
	config '.linux.netDevices = {"nosuch0": {}}' true
	go
	fails "linux.netDevices.nosuch0"
	config '.linux.netDevices = {"lo": {"name": "lo9"}}' true
	go
	fails "linux.netDevices.lo"
	config '.linux.netDevices = {"lo": {}} | .linux.namespaces |= map(select(.type != "network"))' true
	go
	fails "linux.netDevices"
}

@test "intelRdt where the kernel has none" {
	[ -e /sys/fs/resctrl/schemata ] && skip "needs a host without resctrl"
	config '.linux.intelRdt = {"closID": "x", "schemata": ["L3:0=f"]}' true
	go
	fails "linux.intelRdt"
}
