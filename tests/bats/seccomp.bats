#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# seccomp.bats - each action, argument comparison, architecture and flag; the notify listener

load helpers

# filter JSON-RULES [DEFAULT [MORE]]: allow all but these rules
filter() {
	echo ".linux.seccomp = {\"defaultAction\": \"${2:-SCMP_ACT_ALLOW}\", \"syscalls\": [$1]${3:+, $3}}"
}

@test "errno: EPERM by default, errnoRet, and of the default action" {
	config "$(filter '{"names": ["kcmp"], "action": "SCMP_ACT_ERRNO"}')" call kcmp
	go
	expect 0 "kcmp: errno 1"
	config "$(filter '{"names": ["kcmp", "getppid"], "action": "SCMP_ACT_ERRNO", "errnoRet": 99}')" sh -c 'call kcmp; call getppid; call getuid'
	go
	expect 0 $'kcmp: errno 99\ngetppid: errno 99\ngetuid: 0'
}

@test "a list of what is allowed, all else gets the default's errno" {
	allow=$(jq -c '[.syscalls[] | select(.action == "SCMP_ACT_ALLOW" and (.args | not) and (.includes | not)) | .names[]] - ["kcmp", "personality"]' "$BATS_TEST_DIRNAME/../../config/seccomp/default.json")
	config "$(filter "{\"names\": $allow, \"action\": \"SCMP_ACT_ALLOW\"}" SCMP_ACT_ERRNO '"defaultErrnoRet": 38')" call kcmp
	go
	expect 0 "kcmp: errno 38"
}

@test "kill, kill thread, trap: the program ends by SIGSYS" {
	for action in KILL KILL_PROCESS KILL_THREAD TRAP; do
		config "$(filter "{\"names\": [\"kcmp\"], \"action\": \"SCMP_ACT_$action\"}") | del(.linux.namespaces[0], .mounts[0])" sh -c "call kcmp; echo \$?"
		go
		contains 159
		lacks "kcmp:"
	done
}

@test "log lets it pass; trace without a tracer is ENOSYS" {
	config "$(filter '{"names": ["getppid"], "action": "SCMP_ACT_LOG"}')" call getppid
	go
	expect 0 "getppid: 0"
	config "$(filter '{"names": ["kcmp"], "action": "SCMP_ACT_TRACE", "errnoRet": 5}')" call kcmp
	go
	expect 0 "kcmp: errno 38"
}

@test "argument comparison: every operator" {
	for op in "NE 5:6:5" "LT 5:4:5" "LE 5:5:6" "EQ 5:5:4" "GE 5:5:4" "GT 5:6:5"; do
		read -r name values <<< "$op"
		IFS=: read -r value hit miss <<< "$values"
		config "$(filter "{\"names\": [\"umask\"], \"action\": \"SCMP_ACT_ERRNO\", \"errnoRet\": 77, \"args\": [{\"index\": 0, \"value\": $value, \"op\": \"SCMP_CMP_$name\"}]}")" \
			sh -c "call umask $hit; call umask $miss | sed 's/: [0-9]*/: fine/'"
		go
		expect 0 $'umask: errno 77\numask: fine'
	done
	config "$(filter '{"names": ["umask"], "action": "SCMP_ACT_ERRNO", "errnoRet": 77, "args": [{"index": 0, "value": 12, "valueTwo": 4, "op": "SCMP_CMP_MASKED_EQ"}]}')" \
		sh -c "call umask 4; call umask 6; call umask 12 | sed 's/: [0-9]*/: fine/'"
	go
	expect 0 $'umask: errno 77\numask: errno 77\numask: fine'
}

@test "argument comparison: 64 bits, several conditions" {
	config "$(filter '{"names": ["kcmp"], "action": "SCMP_ACT_ERRNO", "errnoRet": 77, "args": [{"index": 3, "value": "MAX", "op": "SCMP_CMP_EQ"}, {"index": 4, "value": 4294967296, "op": "SCMP_CMP_GE"}]}')" \
		sh -c 'call kcmp 0 0 0 0xffffffffffffffff 0x100000000; call kcmp 0 0 99 0xffffffff 0x100000000; call kcmp 0 0 99 0xffffffffffffffff 1'
	sed -i 's/"MAX"/18446744073709551615/' config.json      # jq would make a double of it
	go
	expect 0
	[ "$(grep -c 'errno 77' <<< "$output")" = 1 ]
	[[ ${output%%$'\n'*} == "kcmp: errno 77" ]]
	config "$(filter '{"names": ["kcmp"], "action": "SCMP_ACT_ERRNO", "args": [{"index": 6, "value": 1, "op": "SCMP_CMP_EQ"}]}')" true
	go
	fails "linux.seccomp.syscalls[0].args[0].index"
}

@test "architectures: a 32-bit call cannot go around the filter" {
	[ "$(uname -m)" = x86_64 ] || skip "needs x86-64"
	config . call32 20
	go
	matches '^20: 1$' || skip "needs a kernel with 32-bit system calls"
	# kcmp is 349 there; without the architecture in the list every 32-bit call is refused or killed
	config "$(filter '{"names": ["kcmp"], "action": "SCMP_ACT_ERRNO", "errnoRet": 77}' SCMP_ACT_ALLOW '"architectures": ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86", "SCMP_ARCH_X32"]')" \
		sh -c 'call kcmp; call32 349; call32 20; call 0x40000138'
	go
	contains "kcmp: errno 77"
	contains "349: errno 77"
	contains "0x40000138: errno"
	config "$(filter '{"names": ["kcmp"], "action": "SCMP_ACT_ERRNO", "errnoRet": 77}')" sh -c 'call kcmp; call32 349; echo $?'
	go
	contains "kcmp: errno 77"
	lacks "349: 0"
	lacks $'\n0'
}

@test "flags" {
	for flag in TSYNC LOG SPEC_ALLOW; do
		config "$(filter '{"names": ["kcmp"], "action": "SCMP_ACT_ERRNO"}' SCMP_ACT_ALLOW "\"flags\": [\"SECCOMP_FILTER_FLAG_$flag\"]")" call kcmp
		go
		expect 0 "kcmp: errno 1"
	done
	config "$(filter '{"names": ["kcmp"], "action": "SCMP_ACT_ERRNO"}' SCMP_ACT_ALLOW '"flags": ["SECCOMP_FILTER_FLAG_NOSUCH"]')" true
	go
	fails "linux.seccomp.flags[0]"
}

@test "with and without noNewPrivileges, for root and for others" {
	for nnp in true false; do
		for uid in 0 1000; do
			config "$(filter '{"names": ["kcmp"], "action": "SCMP_ACT_ERRNO", "errnoRet": 77}') | .process.noNewPrivileges = $nnp | .process.user.uid = $uid" \
				sh -c 'call kcmp; grep -E "^(NoNewPrivs|Seccomp|Seccomp_filters):" /proc/self/status'
			go
			expect 0
			contains "kcmp: errno 77"
			contains $'Seccomp:\t2\nSeccomp_filters:\t1'
			contains $'NoNewPrivs:\t'$([ $nnp = true ] && echo 1 || echo 0)
		done
	done
}

@test "unknown names are skipped, empty ones and unknown actions refused" {
	config "$(filter '{"names": ["no_such_call", "kcmp"], "action": "SCMP_ACT_ERRNO"}')" call kcmp
	go
	expect 0 "kcmp: errno 1"
	config "$(filter '{"names": [], "action": "SCMP_ACT_ERRNO"}')" true
	go
	fails "linux.seccomp.syscalls[0].names"
	config "$(filter '{"names": ["kcmp"], "action": "SCMP_ACT_NOSUCH"}')" true
	go
	fails "linux.seccomp.syscalls[0].action"
	config "$(filter '' SCMP_ACT_NOSUCH)" true
	go
	fails "linux.seccomp.defaultAction"
}

@test "fail closed: a filter that the kernel refuses stops the jail" {
	# 4096 rules with arguments are more than a filter may have instructions
	config '.linux.seccomp = {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [range(1500) | {"names": ["kcmp"], "action": "SCMP_ACT_ERRNO", "errnoRet": (. % 100 + 1),
		"args": [{"index": 0, "value": (. * 4294967297), "op": "SCMP_CMP_EQ"}, {"index": 1, "value": ., "op": "SCMP_CMP_EQ"}]}]}' sh -c 'echo ran'
	go
	if [ "$status" = 0 ]; then
		skip "needs a filter that is too large"
	fi
	fails "linux.seccomp"
	lacks ran
}

@test "the default profile: real programs run, what it leaves out is ENOSYS" {
	short . sh -c 'ls / > /dev/null && threads && echo $(seq 3 | sort -r | tr "\n" " ") && wget --help 2>&1 | head -1; call keyctl; call bpf; call io_uring_setup; call kcmp; call clone3; call getrandom'
	run jail run config.json "$ID"
	expect 0
	contains "sum 8000"
	contains "3 2 1"
	contains "bpf: errno 38"
	contains "keyctl: errno 38"
}

@test "the default profile: namespaces cannot be made" {
	short . sh -c 'call unshare 0x10000000; call mount; call setns; call ptrace 99'
	run jail run config.json "$ID"
	lacks ": 0"
}

@test "the cache of compiled filters is not trusted when it is damaged" {
	short . sh -c 'call bpf'
	run jail run config.json "$ID"
	expect 0 "bpf: errno 38"
	for f in $(find $ROOT/.cache -type f); do
		size=$(stat -c %s "$f")
		for damage in truncate zero flip; do
			cp "$f" ../saved
			case $damage in
			truncate) truncate -s $((size / 2)) "$f" ;;
			zero) head -c "$size" /dev/zero > "$f" ;;
			flip) printf '\xff' | dd of="$f" bs=1 seek=$((size - 20)) conv=notrunc 2>/dev/null ;;
			esac
			run jail run config.json "$ID"
			expect 0 "bpf: errno 38"
			cp ../saved "$f"
		done
	done
}

# ---- the listener ----

listen() {
	background agent "$BATS_TEST_TMPDIR/agent.sock" "$BATS_TEST_TMPDIR/agent.log" "$@"
	wait_for test -S ../agent.sock
	LISTEN="\"listenerPath\": \"$BATS_TEST_TMPDIR/agent.sock\", \"listenerMetadata\": \"some data\""
}

@test "notify: the agent decides, and gets the container process state" {
	listen 83 17     # mkdir gets EEXIST
	config "$(filter '{"names": ["mkdir"], "action": "SCMP_ACT_NOTIFY"}' SCMP_ACT_ALLOW "$LISTEN")" sh -c 'mkdir /new; mkdir /other; echo end'
	go
	contains "File exists"
	contains end
	gone rootfs/new
	sed -n 's/^state: //p' ../agent.log | head -1 > ../state.json
	[ "$(jq -c '[.fds, .metadata, .state.id, .state.status, .state.bundle]' ../state.json)" = "[[\"seccompFd\"],\"some data\",\"$ID\",\"creating\",\"$BUNDLE\"]" ]
	[ "$(jq '.pid > 1 and .pid == .state.pid' ../state.json)" = true ]
	[ "$(jq -r '.ociVersion | type' ../state.json)" = string ]
	[ "$(grep -c 'call: 83' ../agent.log)" = 2 ]
}

@test "notify even of write, execve, close and all others" {
	listen
	config "$(filter '' SCMP_ACT_NOTIFY "$LISTEN")" echo hello
	go
	if [ "$status" = 0 ]; then
		expect 0 hello
		grep -q 'call: 59' ../agent.log
	else
		fails "linux.seccomp"
	fi
	config "$(filter '{"names": ["write", "execve", "sendmsg", "recvfrom", "close", "exit_group"], "action": "SCMP_ACT_NOTIFY"}' SCMP_ACT_ALLOW "$LISTEN") | .process.noNewPrivileges = true" echo hello
	go
	[ "$status $output" = "0 hello" ] || fails "linux.seccomp"
}

@test "notify with create and start, and of exec" {
	listen 83 17
	config "$(filter '{"names": ["mkdir"], "action": "SCMP_ACT_NOTIFY"}' SCMP_ACT_ALLOW "$LISTEN")" sh -c 'mkdir /new; sleep 1000'
	jail create "$ID" < /dev/null > ../out 2>&1 3>&-
	jail start "$ID"
	wait_for has_line "File exists" ../out
	run jail exec "$ID" mkdir /new
	contains "File exists"
	[ "$(grep -c ^state: ../agent.log)" = 2 ]
	sed -n 's/^state: //p' ../agent.log | tail -1 > ../state.json
	[ "$(jq -c '[.state.status, .state.pid, .pid != .state.pid]' ../state.json)" = "[\"running\",$(pid_of "$ID"),true]" ]
	jail delete -f "$ID"
}

@test "notify: the agent of crun's annotation, where the profile names none" {
	listen 83 17
	config "$(filter '{"names": ["mkdir"], "action": "SCMP_ACT_NOTIFY"}') | .annotations[\"run.oci.seccomp.receiver\"] = \"$BATS_TEST_TMPDIR/agent.sock\"" mkdir /new
	go
	contains "File exists"
	config "$(filter '{"names": ["mkdir"], "action": "SCMP_ACT_NOTIFY"}') | .annotations[\"run.oci.seccomp.receiver\"] = \"agent.sock\"" true
	go
	fails "linux.seccomp.listenerPath: annotation run.oci.seccomp.receiver must be an absolute path"
}

@test "notify without an agent, without a path; metadata without a path" {
	config "$(filter '{"names": ["mkdir"], "action": "SCMP_ACT_NOTIFY"}' SCMP_ACT_ALLOW '"listenerPath": "/no/such.sock"')" true
	go
	fails "/no/such.sock"
	config "$(filter '{"names": ["mkdir"], "action": "SCMP_ACT_NOTIFY"}')" true
	go
	fails "linux.seccomp"
	config "$(filter '{"names": ["mkdir"], "action": "SCMP_ACT_ERRNO"}' SCMP_ACT_ALLOW '"listenerMetadata": "x"')" true
	go
	fails "linux.seccomp.listenerMetadata"
	config "$(filter '{"names": ["kcmp"], "action": "SCMP_ACT_ERRNO"}' SCMP_ACT_ALLOW '"listenerPath": "/no/such.sock"')" true
	go
	expect 0 ""
}
