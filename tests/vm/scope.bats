#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# scope.bats - --systemd-cgroup: cgroups that systemd makes, and what it knows of their limits

load helpers

sd() {
	jail --systemd-cgroup "$@"
}

local_teardown() {
	[ ! -d "$ROOT/$ID" ] || jail delete --force "$ID"
}

property() {
	systemctl show --value -p "$2" "$1"
}

no_unit() {
	[ "$(property "$1" LoadState)" = not-found ]
}

@test "a scope of its own, in jail.slice, delegated; gone with the jail" {
	config . sleep 1000
	sd run -d --log-output none "$ID"
	local scope=jail-$ID.scope
	[ "$(property "$scope" ActiveState)" = active ]
	[ "$(property "$scope" Slice)" = jail.slice ]
	[ "$(property "$scope" Delegate)" = yes ]
	[ "$(property "$scope" Description)" = "jail $ID" ]
	grep -qx "0::/jail.slice/$scope" "/proc/$(pid_of "$ID")/cgroup"
	# Nobody but the jail is in it.
	[ "$(cat "$CGROUP/jail.slice/$scope/cgroup.procs")" = "$(pid_of "$ID")" ]
	try jail exec "$ID" cat /proc/self/cgroup
	expect 0 0::/
	jail pause "$ID"
	has_status "$ID" paused
	jail resume "$ID"
	jail kill --all "$ID" KILL
	wait_for has_status "$ID" stopped
	jail delete "$ID"
	gone "$CGROUP/jail.slice/$scope"
	wait_for no_unit "$scope"
}

@test "slice, prefix and name of the spec; annotations are properties" {
	config '.linux.cgroupsPath = "machine.slice:libpod:abc" | .annotations = {
		"org.systemd.property.TimeoutStopUSec": "uint64 7000000", "org.systemd.property.RuntimeMaxSec": "3600",
		"org.systemd.property.Description": "\u0027mine\u0027", "org.systemd.property.CollectMode": "inactive-or-failed"}' \
		sleep 1000
	sd run -d --log-output none "$ID"
	[ "$(property libpod-abc.scope ControlGroup)" = /machine.slice/libpod-abc.scope ]
	[ "$(property libpod-abc.scope TimeoutStopUSec)" = 7s ]
	[ "$(property libpod-abc.scope RuntimeMaxUSec)" = 1h ]
	[ "$(property libpod-abc.scope Description)" = mine ]
	try sd run -d --log-output none "$ID-2"
	fails "systemd refuses to start libpod-abc.scope"
	[ "$(status_of "$ID")" = running ]
	jail delete --force "$ID"
	wait_for no_unit libpod-abc.scope
}

@test "limits are in force and survive systemctl daemon-reload; update changes both" {
	config '.linux.resources = {memory: {limit: 67108864, reservation: 8388608, swap: 67108864},
		cpu: {quota: 50000, period: 100000, shares: 1024, cpus: "0"}, pids: {limit: 20},
		unified: {"memory.high": "60000000"}}' sleep 1000
	sd run -d --log-output none "$ID"
	local scope=jail-$ID.scope group=$CGROUP/jail.slice/jail-$ID.scope
	[ "$(property "$scope" MemoryMax)" = 67108864 ]
	[ "$(property "$scope" MemoryLow)" = 8388608 ]
	[ "$(property "$scope" MemoryHigh)" = 60000000 ]
	[ "$(property "$scope" MemorySwapMax)" = 0 ]
	[ "$(property "$scope" CPUQuotaPerSecUSec)" = 500ms ]
	[ "$(property "$scope" CPUWeight)" = 100 ]
	[ "$(property "$scope" AllowedCPUs)" = 0 ]
	[ "$(property "$scope" TasksMax)" = 20 ]
	jail update --memory 32M --memory-swap 32M --pids-limit 9 --cpus 2 "$ID"
	[ "$(property "$scope" MemoryMax)" = 33554432 ]
	[ "$(property "$scope" TasksMax)" = 9 ]
	[ "$(property "$scope" CPUQuotaPerSecUSec)" = 2s ]
	systemctl daemon-reload
	[ "$(cat "$group/memory.max")" = 33554432 ]
	[ "$(cat "$group/pids.max")" = 9 ]
	[ "$(cat "$group/cpu.max")" = "200000 100000" ]
	[ "$(cat "$group/memory.low")" = 8388608 ]
}

@test "the device program holds in a scope" {
	config '.linux.devices = [{type: "c", path: "/dev/kmsg", major: 1, minor: 11}, {type: "c", path: "/dev/mem0", major: 1, minor: 1}]
		| .linux.resources.devices = [{allow: false, access: "rwm"}, {allow: true, type: "c", major: 1, minor: 11, access: "rw"}]' \
		sh -c 'echo hello > /dev/kmsg && echo written; cat /dev/mem0'
	try jail --systemd-cgroup run "$ID"
	contains written
	contains "can't open '/dev/mem0': Operation not permitted"
}

@test "a limit that bites ends the jail, not its name: it can be started again" {
	config '.linux.resources.memory = {limit: 16777216, swap: 16777216}' hog memory 64
	for _ in 1 2 3; do
		try jail --systemd-cgroup run "$ID"
		expect 137
		contains "out of memory (memory.max 16 MiB"
	done
	wait_for no_unit "jail-$ID.scope"
	run systemctl --failed --no-legend
	expect 0 ""
}

@test "refusals: a property, a value, a program that is not there; nothing is left" {
	config '.annotations = {"org.systemd.property.NoSuchThing": "true"}' true
	try jail --systemd-cgroup run "$ID"
	fails "systemd refuses to start jail-$ID.scope: "
	contains NoSuchThing
	config '.annotations = {"org.systemd.property.TimeoutStopUSec": "[1"}' true
	try jail --systemd-cgroup run "$ID"
	fails "annotation org.systemd.property.TimeoutStopUSec: not a value: [1"
	config '.linux.resources.unified = {"memory.high": "much"}' true
	try jail --systemd-cgroup run "$ID"
	fails 'linux.resources.unified["memory.high"]: set memory.high to much'
	config . no-such-program
	try jail --systemd-cgroup run "$ID"
	fails "no-such-program: No such file or directory"
	wait_for no_unit "jail-$ID.scope"
}

@test "killed while it is made: the scope goes by itself, gc takes the rest" {
	local pid i
	config . sleep 1000
	for i in 1 2 3 4 5 6; do
		"$JAIL" --systemd-cgroup run -d --log-output none "$ID" &
		pid=$!
		sleep "0.$((i * 5))"
		kill -9 $pid 2>/dev/null || true
		wait $pid || true
		jail gc
		[ ! -d "$ROOT/$ID" ] || jail delete --force "$ID"
		wait_for no_unit "jail-$ID.scope"
	done
	jail_cgroups
	[ -z "$(jail_cgroups)" ]
}

@test "create, start, and twenty in a row" {
	config . true
	sd create "$ID"
	jail start "$ID"
	wait_for has_status "$ID" stopped
	jail delete "$ID"
	for _ in {1..20}; do
		sd run "$ID"
	done
	wait_for no_unit "jail-$ID.scope"
}
