#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# namespaces.bats - the eight namespaces, new or joined by path

load helpers

ids='.linux.uidMappings = [{"containerID": 0, "hostID": 100000, "size": 65536}] | .linux.gidMappings = .linux.uidMappings'

@test "each is new when it is listed, and the runtime's own when it is not" {
	config ".linux.namespaces += [{\"type\": \"user\"}, {\"type\": \"time\"}] | $ids" \
		sh -c 'for n in pid mnt ipc uts net cgroup user time; do readlink /proc/self/ns/$n; done'
	go
	expect 0
	for ns in pid mnt ipc uts net cgroup user time; do
		lacks "$(readlink /proc/self/ns/$ns)"
		contains "$ns:["
	done
	config 'del(.mounts[0:]) | .mounts = [{"destination": "/proc", "source": "/proc", "options": ["rbind"]}] | .linux.namespaces = [{"type": "mount"}]' \
		sh -c 'for n in pid ipc uts net user time; do readlink /proc/self/ns/$n; done'
	go
	expect 0 "$(for n in pid ipc uts net user time; do readlink /proc/self/ns/$n; done)"
}

# A process in new namespaces to take them from: $holder
hold() {
	unshare "$@" sleep 1000 3>&- &
	BACKGROUND+=($!)
	holder=$!
	# unshare has done its work when it has become sleep, or (time, pid) has a child that has.
	wait_for eval 'cat /proc/$holder/comm $(printf "/proc/%s/comm " $(pgrep -P $holder)) 2>/dev/null | grep -qx sleep'
}

@test "joined by path: net, ipc, uts, cgroup" {
	hold -niuC
	for pair in network:net ipc:ipc uts:uts cgroup:cgroup; do
		config ".linux.namespaces |= map(if .type == \"${pair%:*}\" then .path = \"/proc/$holder/ns/${pair#*:}\" else . end)" \
			readlink /proc/self/ns/${pair#*:}
		go
		expect 0 "$(readlink /proc/$holder/ns/${pair#*:})"
	done
}

@test "joined by path: time" {
	hold -T --monotonic 5000
	inner=$(pgrep -P $holder || echo $holder)
	config ".linux.namespaces += [{\"type\": \"time\", \"path\": \"/proc/$inner/ns/time_for_children\"}]" \
		sh -c 'readlink /proc/self/ns/time'
	go
	[ "$status" = 0 ]
	expect 0 "$(readlink /proc/$inner/ns/time_for_children)"
}

@test "joined by path: pid; another jail's processes are seen" {
	config . sleep 1000
	ID=first up
	pid=$(pid_of first)
	config ".linux.namespaces[0].path = \"/proc/$pid/ns/pid\"" sh -c 'readlink /proc/self/ns/pid; cat /proc/1/cmdline | tr "\0" " "'
	go
	expect 0 "$(readlink /proc/$pid/ns/pid)"$'\n'"sleep 1000 "
	config ".linux.namespaces[0].path = \"/proc/$pid/ns/pid\"" sleep 1001
	up
	[ "$(readlink /proc/"$(pid_of "$ID")"/ns/pid)" = "$(readlink /proc/$pid/ns/pid)" ]
	jail delete -f "$ID"
	has_status first running
	jail delete -f first
}

@test "joined by path: user, with new other namespaces that belong to it" {
	config ".linux.namespaces += [{\"type\": \"user\"}] | $ids" sleep 1000
	ID=first up
	pid=$(pid_of first)
	config ".linux.namespaces += [{\"type\": \"user\", \"path\": \"/proc/$pid/ns/user\"}]
		| .process.capabilities |= map_values(. + [\"CAP_SYS_ADMIN\"])" \
		sh -c 'readlink /proc/self/ns/user; id -u; cat /proc/self/uid_map; hostname new && hostname' 
	go
	expect 0
	contains "$(readlink /proc/$pid/ns/user)"
	contains 100000
	jail delete -f first
}

@test "joined by path: mount, whose root and mounts are then the jail's" {
	config . sh -c 'echo here > /dev/mark; exec sleep 1000'
	ID=first up
	pid=$(pid_of first)
	wait_for test -s /proc/$pid/root/dev/mark
	local join=".linux.namespaces |= map(if .type == \"mount\" then .path = \"/proc/$pid/ns/mnt\" else . end)"
	config "$join" true
	go
	fails "mounts: cannot be had in a mount namespace that is joined by path"
	config "$join | .mounts = [] | .root.readonly = false | del(.linux.maskedPaths) | .linux.readonlyPaths = [\"/proc/sys\"]" true
	go
	fails "linux.readonlyPaths: cannot be had"
	config "$join | .mounts = [] | .root.readonly = false | del(.linux.maskedPaths, .linux.readonlyPaths)" \
		cat /dev/mark
	go
	expect 0 here
	jail delete -f first
}

@test "all of another jail's, like containers of a pod" {
	config '.hostname = "pod"' sleep 1000
	ID=first up
	pid=$(pid_of first)
	config ".linux.namespaces |= map(if .type == \"network\" or .type == \"ipc\" or .type == \"uts\" or .type == \"pid\"
		then .path = \"/proc/$pid/ns/\" + ({network: \"net\"}[.type] // .type) else . end)" hostname
	go
	expect 0 pod
	jail delete -f first
}

@test "a path of another type, of no namespace, of nothing" {
	config '.linux.namespaces |= map(if .type == "network" then .path = "/proc/self/ns/uts" else . end)' true
	go
	fails "linux.namespaces"
	contains /proc/self/ns/uts
	config '.linux.namespaces |= map(if .type == "network" then .path = "/etc/passwd" else . end)' true
	go
	fails "/etc/passwd"
	config '.linux.namespaces |= map(if .type == "network" then .path = "/no/such" else . end)' true
	go
	fails "/no/such: No such file or directory"
	mkfifo ../fifo
	config '.linux.namespaces |= map(if .type == "network" then .path = "'"$BATS_TEST_TMPDIR"'/fifo" else . end)' true
	go
	fails fifo
}

@test "time offsets" {
	read -r mono _ < <(look clocks | cut -d' ' -f2-)
	config '.linux.namespaces += [{"type": "time"}] | .linux.timeOffsets = {"monotonic": {"secs": 100000}, "boottime": {"secs": 200000, "nanosecs": 5}}' look clocks
	go
	expect 0
	read -r _ m b <<< "$output"
	((m - mono >= 100000 && m - mono < 100010))
	((b - m >= 99990))
	config '.linux.namespaces += [{"type": "time"}] | .linux.timeOffsets = {"boottime": {"secs": -1}}' true
	go
	expect 0 ""
	config '.linux.namespaces += [{"type": "time"}] | .linux.timeOffsets = {"boottime": {"secs": -100000000000}}' true
	go
	fails "linux.timeOffsets"
}

@test "the first process is 1 in a new pid namespace, and leads its session" {
	config . look session
	go
	expect 0 "session 1 pid 1 pgrp 1 tty none"
}

@test "no mount namespace: refused, as the root could not be changed safely" {
	config '.linux.namespaces |= map(select(.type != "mount"))' true
	go
	fails "namespaces"
}
