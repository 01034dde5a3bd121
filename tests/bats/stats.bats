#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# stats.bats - jail stats, top and events: what can be counted without controllers
#
# What needs a controller is in limits_stats.bats.

load helpers
load tmux

local_teardown() {
	end_screen
}

# A jail that does nothing, named $1
idle() {
	jail run -d --log-output none --name "$1" --rootfs rootfs -- sleep 1000
}

# One that keeps a processor busy
busy() {
	jail run -d --log-output none --name "$1" --rootfs rootfs -- sh -c 'while :; do :; done'
}

drop() {
	local id
	for id; do
		jail delete --force "$id"
	done
}

# ---- jail stats ----

@test "stats: one line a jail, sorted by id; what is not counted is a dash" {
	idle b
	busy a
	sleep 0.5
	try jail stats
	expect 0
	[ "$(wc -l <<< "$output")" = 3 ]
	matches '^ID +CPU % +MEM USAGE / LIMIT +MEM % +PIDS +BLOCK READ / WRITE +NET RX / TX +PSI CPU/MEM/IO +LIMITS HIT'
	[ "$(cut -d' ' -f1 <<< "$output" | tr '\n' ' ')" = "ID a b " ]
	try jail stats b nope
	fails "jail nope: container does not exist"
	try jail stats b b
	[ "$(wc -l <<< "$output")" = 2 ]
	drop a b
	try jail stats
	[ "$(wc -l <<< "$output")" = 1 ]
}

@test "stats: processor time is counted, in nanoseconds and percent" {
	busy a
	idle b
	sleep 1
	jail stats --json > out
	jq -e '.[0].id == "a" and .[0].cpu_percent > 3 * .[1].cpu_percent and .[0].cpu_percent < 110' out
	jq -e '.[0] | .status == "running" and .pid > 0 and .uptime > 0.9 and .uptime < 30' out
	jq -e '.[0].stats.cpu.usage | .total > 30000000 and .total < 30000000000 and .user > 0
		and .user <= .total and .kernel <= .total' out
	# the kernel's own number, taken around ours
	before=$(sed -n 's/usage_usec //p' $CGROUP/jail/a/cpu.stat)
	ours=$(jail stats --json a | jq '.[0].stats.cpu.usage.total / 1000')
	after=$(sed -n 's/usage_usec //p' $CGROUP/jail/a/cpu.stat)
	jq -ne "$before <= $ours and $ours <= $after"
	drop a b
}

@test "stats: processes are counted, in nested cgroups as well" {
	jail run -d --log-output none --name "$ID" --rootfs rootfs -- sh -c 'sleep 100 & sleep 100 & wait'
	wait_for has_procs "$ID" 3
	[ "$(jail stats --json | jq '.[0].stats.pids.current')" = 3 ]
	mkdir $CGROUP/jail/"$ID"/sub
	pid_of "$ID" > $CGROUP/jail/"$ID"/sub/cgroup.procs
	[ "$(jail stats --json | jq '.[0].stats.pids.current')" = 3 ]
	drop "$ID"
}

@test "stats: network counters are the jail's own, and only its own" {
	config '.process.capabilities.bounding += ["CAP_NET_ADMIN", "CAP_NET_RAW"] |
		.process.capabilities.effective += ["CAP_NET_ADMIN", "CAP_NET_RAW"] |
		.process.capabilities.permitted += ["CAP_NET_ADMIN", "CAP_NET_RAW"]' \
		sh -c 'ip link set lo up; ping -c 3 127.0.0.1 >/dev/null; echo > /run/done; exec sleep 100'
	up
	wait_for test -e rootfs/run/done
	jail stats --json > out
	cat out
	packets=$(nsenter -t "$(pid_of "$ID")" -n sed -n 's/^ *lo: *[0-9]* *\([0-9]*\) .*/\1/p' /proc/thread-self/net/dev)
	[ "$packets" -ge 6 ]
	jq -e --argjson packets "$packets" '.[0].stats.network_interfaces[] | select(.Name == "lo") |
		.RxPackets == $packets and .TxPackets == $packets and .RxBytes > 300 and .RxErrors == 0' out
	drop "$ID"
	# in the host's network there are no numbers of the jail's
	config '.linux.namespaces |= map(select(.type != "network"))' sleep 100
	up
	[ "$(jail stats --json | jq '.[0].stats.network_interfaces | length')" = 0 ]
	try jail stats
	matches "$ID .* -  +[0-9.]+/"
	drop "$ID"
}

@test "stats: hostile interface names stay one string, in JSON and in OpenMetrics" {
	config '.' sleep 100
	up
	local pid
	pid=$(pid_of "$ID")
	nsenter -t "$pid" -n ip link add 'a"b\c' type bridge
	nsenter -t "$pid" -n ip link add $'x\e[31m' type bridge
	nsenter -t "$pid" -n ip link add $'y\xff}' type bridge
	jail stats --json > out
	[ "$(jq '.[0].stats.network_interfaces | length' out)" = 4 ]
	jq -e '.[0].stats.network_interfaces | map(.Name) | contains(["a\"b\\c", "x\u001b[31m", "y\ufffd}"])' out
	jail stats --format openmetrics > metrics
	if grep -q $'\e' metrics; then
		false
	fi
	grep -q 'interface="a\\"b\\\\x5cc"} 0' metrics
	grep -q 'interface="x\\\\x1b\[31m"}' metrics
	grep -q 'interface="y\\\\xff}"}' metrics
	drop "$ID"
}

@test "stats: OpenMetrics text passes a strict parser" {
	/usr/bin/python3 -c "import prometheus_client.openmetrics" 2>/dev/null || skip "needs python3-prometheus-client"
	jail stats --format openmetrics > none
	/usr/bin/python3 "$BATS_TEST_DIRNAME/progs/openmetrics.py" none
	idle a
	busy b
	nsenter -t "$(pid_of a)" -n ip link add $'x\e\xff"\\}' type bridge
	nsenter -t "$(pid_of a)" -n ip link add 'x\x1b' type bridge
	nsenter -t "$(pid_of a)" -n ip link add $'x\e' type bridge
	jail stats --format openmetrics > metrics
	/usr/bin/python3 "$BATS_TEST_DIRNAME/progs/openmetrics.py" metrics
	[ "$(tail -1 metrics)" = "# EOF" ]
	grep -q '^jail_status{jail="a",status="running"} 1$' metrics
	grep -q '^# TYPE jail_cpu_usage_seconds counter$' metrics
	grep -q '^# UNIT jail_cpu_usage_seconds seconds$' metrics
	grep -Eq '^jail_cpu_usage_seconds_total\{jail="b"\} [0-9.e-]+$' metrics
	grep -Eq '^jail_uptime_seconds\{jail="b"\} [0-9.]+$' metrics
	grep -q '^jail_pids{jail="a"} 1$' metrics
	drop a b
}

@test "stats: stopped jails only by name or with --all, and without the numbers of others" {
	idle a
	idle b
	jail kill b KILL
	wait_for has_status b stopped
	[ "$(jail stats --json | jq -r 'map(.id) | join(" ")')" = a ]
	[ "$(jail stats --json --all | jq -r 'map(.id + "=" + .status) | join(" ")')" = "a=running b=stopped" ]
	jail stats --json b > out
	jq -e '.[0] | .pid == 0 and .uptime == 0 and .stats.network_interfaces == []' out
	try jail stats b
	matches $'\nb +- '
	drop a b
}

@test "stats: paused and created jails" {
	idle a
	jail pause a
	[ "$(jail stats --json a | jq -r '.[0].status')" = paused ]
	jail resume a
	config '.' sleep 100
	jail create b
	[ "$(jail stats --json b | jq -r '.[0].status')" = created ]
	jail start b
	[ "$(jail stats --json b | jq -r '.[0].status')" = running ]
	drop a b
}

@test "stats: without cgroups there are still network and state" {
	config '.' sleep 100
	jail --cgroup-manager disabled run -d --log-output none "$ID"
	jail stats --json "$ID" > out
	jq -e '.[0] | .status == "running" and (.stats.network_interfaces | length) > 0 and .limits_hit == {}' out
	try jail stats "$ID"
	matches $'\n'"$ID +- +- +- +- +- "
	drop "$ID"
}

@test "stats: an interval streams, a line a time in JSON, until the reader leaves" {
	idle a
	LIMIT=10 jail stats --json --interval 100ms | head -3 > out
	[ "$(wc -l < out)" = 3 ]
	jq -e '.[0].id == "a"' out
	LIMIT=10 jail stats --interval 100ms | head -8 > out
	[ "$(grep -c ^ID out)" -ge 2 ]
	drop a
}

@test "stats, top, events: misuse" {
	local case
	while IFS='|' read -r args want; do
		# shellcheck disable=SC2086 # words
		try jail $args
		fails "$want"
	done <<-END
		stats --interval x|stats: --interval: "x" is not a duration such as 5s, 500ms or 1m30s
		stats --interval -1|stats: --interval: "-1" is not a duration
		stats --interval 10ms|stats: --interval: must be at least 100 ms
		stats --interval 1000h|stats: --interval: "1000h" is not a duration
		stats --format xml|stats: --format: "xml" is not one of: table json openmetrics
		stats --json --format table|stats: --json and --format table exclude each other
		stats --format openmetrics --interval 1s|stats: --interval: OpenMetrics text is one picture
		stats --no-stream --interval 1s|stats: --interval and --no-stream exclude each other
		top --sort weight|top: --sort: "weight" is not one of: id cpu memory
		top --interval 0|top: --interval: must be at least 100 ms
		top nope|jail nope: container does not exist
		stats ../x|
		events|events: too few arguments
		events a b|events: too many arguments
		events --interval 5x a|events: --interval: "5x" is not a duration
		events nope|jail nope: container does not exist
		events --stats nope|jail nope: container does not exist
	END
}

# ---- on a terminal ----

shows_not() {
	! shows "$1"
}

first_row_is() {
	tmux -L "$ID" capture-pane -p | sed -n 3p | grep -q "^$1 "
}

@test "stats on a terminal: refreshed, jails come and go, q gives the terminal back" {
	idle a
	screen 130 20
	type_line "clear; stty -g >../before-run; jail stats --interval 200ms"
	wait_for shows '^a  '
	idle b
	wait_for shows '^b  '
	resize 60 10
	wait_for shows '^b  '
	drop a
	wait_for shows_not '^a  '
	shows '^b  '
	press q
	wait_for shows '^out>'
	shows '^b  '
	type_line 'echo "rc=$?"; stty -g | cmp - ../before-run && echo as it was'
	wait_for shows '^rc=0$'
	wait_for shows '^as it was$'
	drop b
}

@test "stats on a terminal: ^C and a signal end it, with the terminal as it was" {
	idle a
	screen 130 20
	type_line "clear; stty -g >../before-run; jail stats"
	wait_for shows '^a  '
	press C-c
	wait_for shows '^out>'
	type_line "clear; jail stats; stty -g | cmp - ../before-run && echo as it was"
	wait_for shows '^a  '
	kill -TERM "$(pgrep -xf "$JAIL stats")"
	wait_for shows '^as it was$'
	type_line "clear; jail stats nope"
	wait_for shows 'jail nope: container does not exist'
	drop a
}

@test "stats on a small terminal: what has no room is counted" {
	local i
	for i in 1 2 3 4 5 6; do
		idle "j$i"
	done
	screen 100 6
	type_line "clear; jail stats"
	wait_for shows '^… and 3 more'
	shows '^ID  '
	shows '^j3  '
	shows_not '^j4  '
	press q
	wait_for shows '^out>'
	drop j1 j2 j3 j4 j5 j6
}

@test "top: sorted by the processor, keys change the column and the order" {
	idle a
	busy z
	screen 130 20
	type_line "clear; jail top --interval 300ms"
	wait_for first_row_is z
	shows 'by cpu'
	shows 'per s'
	press '<'
	wait_for shows 'by id'
	wait_for first_row_is a
	press r
	wait_for shows 'by id, reversed'
	wait_for first_row_is z
	press '<'
	wait_for shows 'by limits'
	press '>' '>'
	wait_for shows 'by cpu'
	press C-z
	wait_for shows Stopped
	type_line fg
	wait_for shows 'by cpu'
	press q
	wait_for shows_not 'by cpu'
	wait_for shows '^out>'
	drop a z
}

@test "top without a terminal: one table in the order that was asked for" {
	idle a
	busy z
	sleep 0.5
	try jail top
	expect 0
	[ "$(cut -d' ' -f1 <<< "$output" | tr '\n' ' ')" = "ID z a " ]
	try jail top --sort id
	[ "$(cut -d' ' -f1 <<< "$output" | tr '\n' ' ')" = "ID a z " ]
	try jail top -r --sort id a z
	[ "$(cut -d' ' -f1 <<< "$output" | tr '\n' ' ')" = "ID z a " ]
	drop a z
}

# ---- jail events ----

@test "events --stats: the shape that engines read" {
	idle "$ID"
	jail events --stats "$ID" > out
	[ "$(wc -l < out)" = 1 ]
	jq -e --arg id "$ID" '.type == "stats" and .id == $id' out
	jq -e '.data | .cpu.usage.total > 0 and has("memory") and .memory.usage.limit > 0
		and .memory.usage.failcnt == 0 and .pids.current == 1
		and has("blkio") and has("hugetlb") and has("intel_rdt")
		and .network_interfaces[0].Name == "lo"' out
	# limits that there are none of are the largest 64-bit number, as runc writes it
	grep -q '"limit":18446744073709551615' out
	jail kill "$ID" KILL
	wait_for has_status "$ID" stopped
	try jail events --stats "$ID"
	fails "container not running"
	try jail events "$ID"
	fails "container not running"
	drop "$ID"
}

# test_twice TEXT FILE
test_twice() {
	[ "$(grep -c "$1" "$2")" -ge 2 ]
}

@test "events: states as they happen, in order, and the end with the jail" {
	config '.' sleep 100
	jail create "$ID"
	background jail events --interval 0 "$ID" > out
	wait_for has_line created out
	jail start "$ID"
	wait_for has_line running out
	jail pause "$ID"
	wait_for has_line paused out
	jail resume "$ID"
	wait_for test_twice running out
	jail kill "$ID" KILL
	wait "${BACKGROUND[0]}"
	[ "$(jq -r .data.status out | tr '\n' ' ')" = "created running paused running stopped " ]
	[ "$(jq -r '.type + " " + .id' out | sort -u)" = "state $ID" ]
	drop "$ID"
}

@test "events: statistics at intervals; nothing is done in between" {
	idle "$ID"
	background jail events --interval 200ms "$ID" > out
	wait_for has_line '"type":"stats"' out
	local pid start=${EPOCHREALTIME/./} seen
	seen=$(grep -c '"type":"stats"' out)
	sleep 1
	seen=$(($(grep -c '"type":"stats"' out) - seen))
	[ $seen -ge 3 ]
	[ $seen -le $(((${EPOCHREALTIME/./} - start) / 200000 + 2)) ]
	jail delete --force "$ID"
	wait "${BACKGROUND[0]}"
	[ "$(tail -1 out | jq -r .data.status)" = stopped ]
	# without an interval it sleeps: hardly a system call in a second
	idle "$ID"
	background jail events --interval 0 "$ID" > out
	wait_for has_line running out
	pid=$(pgrep -xf "$JAIL events --interval 0 $ID")
	before=$(sed -n 's/^voluntary_ctxt_switches:\t//p' "/proc/$pid/status")
	sleep 1
	after=$(sed -n 's/^voluntary_ctxt_switches:\t//p' "/proc/$pid/status")
	[ $((after - before)) -le 2 ]
	drop "$ID"
}

@test "events: the end of who reads it is the end of it" {
	idle "$ID"
	LIMIT=10 jail events --interval 100ms "$ID" | head -2 > out
	[ "$(wc -l < out)" = 2 ]
	drop "$ID"
}
