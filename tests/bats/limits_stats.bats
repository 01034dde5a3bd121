#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# limits_stats.bats - each limit that is hit shows in stats, events and the message at the end

load helpers

# resources JSON ARG...: config.json with these limits
resources() {
	local json=$1
	shift
	config ".linux.resources = $json" "$@"
}

# hit NAME: how often that limit was hit, as stats tells
hit() {
	jail stats --json "$ID" | jq -r --arg name "$1" '.[0].limits_hit[$name]'
}

has_hit() {
	[ "$(hit "$1")" -ge "${2:-1}" ]
}

# the value of the jail's stats at a path of jq's
stat_of() {
	jail stats --json "$ID" | jq -r ".[0]$1"
}

# ---- memory ----

@test "oom: a foreground run that is killed says so, with the limit" {
	needs memory controller
	resources '{memory: {limit: 16777216, swap: 16777216}}' hog memory 64
	go
	[ "$status" = 137 ]
	matches "^jail: $ID: killed: out of memory \(memory.max 16 MiB, (peak [0-9.]+ MiB, )?1 process killed\)$"
}

@test "oom: with a terminal as well" {
	needs memory controller
	resources '{memory: {limit: 16777216, swap: 16777216}} | .process.terminal = true' hog memory 64
	go < /dev/null
	[ "$status" = 137 ]
	contains "$ID: killed: out of memory (memory.max 16 MiB"
}

@test "oom: a child that is killed is a warning, and the status the program's" {
	needs memory controller
	resources '{memory: {limit: 16777216, swap: 16777216}}' sh -c 'hog memory 64; exit 3'
	go
	[ "$status" = 3 ]
	contains "jail: warning: $ID: out of memory (memory.max 16 MiB"
	contains "1 process killed)"
}

@test "oom: nobody was killed, nothing is said" {
	needs memory controller
	resources '{memory: {limit: 67108864}}' sh -c 'kill -9 $$; exit 0'
	go
	lacks "out of memory"
	resources '{memory: {limit: 67108864}}' true
	go
	expect 0 ""
}

@test "oom: a limit that is too low to start with is named" {
	needs memory controller
	resources '{memory: {limit: 4096, swap: 4096}}' true
	try jail create "$ID"
	fails "linux.resources.memory.limit: "
	contains "the limit is too low"
	contains "memory.max 4 KiB"
}

@test "oom: a cgroup inside is told from the jail's own limit" {
	needs memory controller
	resources '{memory: {limit: 268435456}}' sh -c 'until [ -e /run/go ]; do sleep 0.05; done; hog memory 64; exit 0'
	background jail run "$ID" 2> err
	wait_for has_status "$ID" running
	mkdir $CGROUP/jail/"$ID"/init $CGROUP/jail/"$ID"/small
	pid_of "$ID" > $CGROUP/jail/"$ID"/init/cgroup.procs
	# Its last sleep may still be where it was started.
	wait_for sh -c "echo +memory > $CGROUP/jail/$ID/cgroup.subtree_control"
	echo 16M > $CGROUP/jail/"$ID"/small/memory.max
	[ ! -e $CGROUP/jail/"$ID"/small/memory.swap.max ] || echo 0 > $CGROUP/jail/"$ID"/small/memory.swap.max
	pid_of "$ID" > $CGROUP/jail/"$ID"/small/cgroup.procs
	echo > rootfs/run/go
	wait "${BACKGROUND[0]}" || true
	cat err
	grep -q "out of memory in a cgroup inside (memory.max 256 MiB" err
}

@test "stats: memory in use, its limit, and how often it was hit" {
	needs memory controller
	resources '{memory: {limit: 33554432, swap: 33554432}}' \
		sh -c 'hog memory 64; echo > /run/done; exec hog hold 8'
	up
	wait_for test -e rootfs/run/done
	wait_for has_hit memory.oom_kill
	has_hit memory.max
	[ "$(stat_of .stats.memory.usage.limit)" = 33554432 ]
	[ "$(stat_of .stats.memory.event_count.oom_kill)" = 1 ]
	more_than() { [ "$(stat_of .stats.memory.usage.usage)" -gt "$1" ]; }
	wait_for more_than 8000000
	[ "$(stat_of .stats.memory.usage.usage)" -le 33554432 ]
	jq -ne "$(stat_of .memory_percent) > 20 and $(stat_of .memory_percent) <= 100"
	[ "$(stat_of .stats.memory.raw.anon)" -gt 8000000 ]
	try jail stats "$ID"
	matches 'MiB / 32\.0MiB'
	matches 'killed 1, mem [0-9]+'
	jail stats --format openmetrics "$ID" > metrics
	grep -q "^jail_limit_hits_total{jail=\"$ID\",limit=\"memory.oom_kill\"} 1$" metrics
	grep -q "^jail_memory_limit_bytes{jail=\"$ID\"} 33554432$" metrics
	jail delete --force "$ID"
}

@test "events: a kill for want of memory and a limit that is hit, as they happen" {
	needs memory controller
	resources '{memory: {limit: 16777216, swap: 16777216}}' \
		sh -c 'until [ -e /run/go ]; do sleep 0.05; done; hog memory 64; exec sleep 1000'
	up
	background jail events --interval 0 "$ID" > out
	wait_for has_line running out
	echo > rootfs/run/go
	wait_for has_line '"type":"oom"' out
	wait_for has_line '"limit":"memory.max"' out
	[ "$(grep -c '"type":"oom"' out)" = 1 ]
	grep -qx "{\"type\":\"oom\",\"id\":\"$ID\"}" out
	jail delete --force "$ID"
	wait "${BACKGROUND[0]}"
	[ "$(tail -1 out | jq -r .data.status)" = stopped ]
}

@test "events: a program that dies of it: first the kill, then the end" {
	needs memory controller
	resources '{memory: {limit: 16777216, swap: 16777216}}' \
		sh -c 'until [ -e /run/go ]; do sleep 0.05; done; exec hog memory 64'
	up
	background jail events --interval 0 "$ID" > out
	wait_for has_line running out
	echo > rootfs/run/go
	wait "${BACKGROUND[0]}"
	[ "$(jq -r 'select(.type != "limit") | .data.status // .type' out | tr '\n' ' ')" = "running oom stopped " ]
	jail delete --force "$ID"
}

# ---- processes ----

@test "stats and events: the limit of processes" {
	needs pids controller
	resources '{pids: {limit: 10}}' \
		sh -c 'until [ -e /run/go ]; do sleep 0.05; done; hog processes 30; echo > /run/done; exec sleep 1000'
	up
	background jail events --interval 0 "$ID" > out
	wait_for has_line running out
	[ "$(hit pids.max)" = 0 ]
	[ "$(stat_of .stats.pids.limit)" = 10 ]
	echo > rootfs/run/go
	wait_for has_line '"limit":"pids.max"' out
	wait_for test -e rootfs/run/done
	has_hit pids.max
	[ "$(stat_of .stats.pids.current)" -le 10 ]
	try jail stats "$ID"
	matches ' / 10 .* pids [0-9]+'
	jail delete --force "$ID"
}

# ---- processor ----

@test "stats: a quota throttles, and the percentage keeps to it" {
	needs cpu controller
	resources '{cpu: {quota: 20000, period: 100000}}' sh -c 'while :; do :; done'
	up
	sleep 3
	has_hit cpu.max 3
	jq -ne "$(stat_of .cpu_percent) < 45"
	[ "$(stat_of .stats.cpu.throttling.throttledTime)" -gt 100000000 ]
	jail stats --format openmetrics "$ID" > metrics
	grep -q "^jail_cpu_limit_processors{jail=\"$ID\"} 0.2$" metrics
	try jail stats "$ID"
	matches 'cpu [0-9]+$'
	jail delete --force "$ID"
}

# ---- without any limit ----

@test "stats: what a jail without limits uses is counted all the same" {
	needs memory controller
	config 'del(.linux.resources)' hog hold 20
	up
	held() {
		[ "$(stat_of .stats.memory.usage.usage)" -gt $((20 << 20)) ]
	}
	wait_for held
	[ "$(stat_of .stats.pids.current)" = 1 ]
	try jail stats "$ID"
	matches '2[0-9]\.[0-9]MiB'
	jail delete --force "$ID"
}

# ---- devices ----

@test "stats: bytes written to a device" {
	needs io controller
	if [ "$(stat -f -c %T .)" = tmpfs ]; then
		skip "needs a bundle on a device"
	fi
	resources '{}' sh -c 'hog write /file 512; echo > /run/done; exec sleep 1000'
	up
	wait_for test -e rootfs/run/done
	wrote() {
		[ "$(stat_of '.stats.blkio.ioServiceBytesRecursive // [] | map(select(.op == "Write") | .value // 0) | add // 0')" -ge 524288 ]
	}
	wait_for wrote
	jail delete --force "$ID"
}
