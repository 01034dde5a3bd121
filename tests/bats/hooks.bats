#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# hooks.bats - the six kinds: when, where, with what, and what their failure does

load helpers

local_setup() {
	LOG=$BATS_TEST_TMPDIR/log
	: > "$LOG"
	# hook FILE KIND: notes its kind, status, pid and namespaces
	cat > ../hook <<-'END'
		#!/bin/busybox sh
		log=$1 kind=$2
		state=$(cat)
		status=${state##*'"status":"'}
		pid=${state##*'"pid":'}
		echo "$kind ${status%%'"'*} pid=${pid%%[!0-9]*} ns=$(readlink /proc/self/ns/net) root=$(ls / | grep -c busybox)" >> "$log"
		echo "$state" >> "$log.$kind"
	END
	chmod 755 ../hook
	cp ../hook rootfs/hook
}

hook() {
	echo "{\"path\": \"$BATS_TEST_TMPDIR/hook\", \"args\": [\"hook\", \"$LOG\", \"$1\"], \"env\": [\"PATH=/usr/bin:/bin\"]}"
}

kinds="prestart createRuntime createContainer startContainer poststart poststop"

all_hooks() {
	# startContainer runs a file of the jail: its log is bound at the same place
	echo ".mounts += [{\"destination\": \"$LOG\", \"source\": \"$LOG\", \"options\": [\"bind\"]}, {\"destination\": \"$BATS_TEST_TMPDIR/hook\", \"source\": \"$BATS_TEST_TMPDIR/hook\", \"options\": [\"bind\"]}]
		| .hooks = {$(for k in $kinds; do
			[ "$k" = prestart ] || echo ,
			echo "\"$k\": [$(hook $k)]"
		done)}"
}

@test "order, status, pid and namespaces of all six" {
	mkdir -p "rootfs$BATS_TEST_TMPDIR"
	config "$(all_hooks)" sh -c "echo program >> $LOG; sleep 0.3"
	jail create "$ID" < /dev/null > /dev/null 2>&1 3>&-
	pid=$(pid_of "$ID")
	inner=$(readlink /proc/$pid/ns/net)
	outer=$(readlink /proc/self/ns/net)
	[ "$(cut -d' ' -f1-4 "$LOG")" = "prestart creating pid=$pid ns=$outer
createRuntime creating pid=$pid ns=$outer
createContainer creating pid=1 ns=$inner" ]
	jail start "$ID"
	wait_for has_line program "$LOG"
	wait_for has_status "$ID" stopped
	jail delete "$ID"
	run cut -d' ' -f1-4 "$LOG"
	contains "startContainer created pid=1 ns=$inner"
	contains "poststart running pid=$pid ns=$outer"
	contains "poststop stopped pid=0 ns=$outer"
	[ "$(cut -d' ' -f1 "$LOG" | sort -u | wc -l)" = 7 ]
	[ "$(sed -n 4p "$LOG" | cut -d' ' -f1)" = startContainer ]
	[ "$(tail -1 "$LOG" | cut -d' ' -f1)" = poststop ]
}

@test "the state on standard input is the whole document" {
	config ".annotations = {\"a\": \"b\\\"c\"} | .hooks.createRuntime = [$(hook x)]" true
	go
	expect 0 ""
	[ "$(jq -Sc 'del(.pid)' "$LOG.x")" = "$(jq -nSc --arg id "$ID" --arg b "$BUNDLE" '{ociVersion: "1.2.0", id: $id, status: "creating", bundle: $b, annotations: {"a": "b\"c"}}')" ]
}

@test "within a kind in listed order, one after the other" {
	config '.hooks.createRuntime = [range(5) | {path: "/bin/sh", args: ["sh", "-c", "sleep 0.0\(5 - .); echo \(.) >> '"$LOG"'"]}]' true
	go
	expect 0 ""
	[ "$(cat "$LOG")" = $'0\n1\n2\n3\n4' ]
}

@test "arguments, environment and directory" {
	config '.hooks.prestart = [{path: "/bin/sh", args: ["zero", "-c", "echo \"$0|$1|$A|$PATH|$HOME|$(pwd)\" > '"$LOG"'", "a", "b c"], env: ["A=1", "PATH=/bin:/usr/bin"]}]' true
	SECRET=x go
	expect 0 ""
	[ "$(cat "$LOG")" = "a|b c|1|/bin:/usr/bin||$BUNDLE" ]
}

@test "createContainer finds the mounts, startContainer the pivoted root" {
	mkdir -p rootfs/mnt
	cat > rootfs/seen <<-'END'
		#!/bin/sh
		touch /from-start
		grep -c ' /mnt ' /proc/self/mountinfo > /mounts
	END
	chmod 755 rootfs/seen
	config '.mounts += [{"destination": "/mnt", "type": "tmpfs", "source": "t"}]
		| .hooks.createContainer = [{path: "/bin/sh", args: ["sh", "-c", "grep -c \"rootfs/mnt \" /proc/self/mountinfo > '"$LOG"'"], env: ["PATH=/bin:/usr/bin"]}]
		| .hooks.startContainer = [{path: "/seen"}]' true
	go
	expect 0 ""
	[ "$(cat "$LOG")" = 1 ]
	[ -e rootfs/from-start ]
	[ "$(cat rootfs/mounts)" = 1 ]
}

@test "a hook that fails stops the jail; the message has its output and its place" {
	for kind in prestart createRuntime createContainer startContainer poststart; do
		mkdir -p rootfs/tmp
		config ".hooks.$kind = [{path: \"/bin/true\"}, {path: \"/bin/sh\", args: [\"sh\", \"-c\", \"echo the reason is $kind; exit 3\"]}]
			| .hooks.poststop = [$(hook after)]" sh -c "sleep 5"
		: > "$LOG"
		go
		fails "hooks.$kind[1]"
		contains "the reason is $kind"
		contains 3
		gone $ROOT/"$ID"
		gone $CGROUP/jail/"$ID"
		run cut -d' ' -f1,2 "$LOG"
		expect 0 "after stopped"
	done
}

@test "the same in create and start" {
	config ".hooks.createRuntime = [{path: \"/bin/false\"}] | .hooks.poststop = [$(hook after)]" true
	run jail create "$ID"
	fails "hooks.createRuntime[0]"
	[ "$(cut -d' ' -f1 "$LOG")" = after ]
	config ".hooks.startContainer = [{path: \"/bin/false\"}]" true
	jail create "$ID" < /dev/null > /dev/null 2>&1 3>&-
	run jail start "$ID"
	fails "hooks.startContainer[0]"
	wait_for has_status "$ID" stopped
	jail delete "$ID"
	config ".hooks.poststart = [{path: \"/bin/false\"}]" sleep 1000
	jail create "$ID" < /dev/null > /dev/null 2>&1 3>&-
	run jail start "$ID"
	fails "hooks.poststart[0]"
	wait_for has_status "$ID" stopped
	jail delete "$ID"
}

@test "a poststop hook that fails is a warning; the others still run" {
	config ".hooks.poststop = [{path: \"/bin/false\"}, {path: \"/no/such\"}, $(hook last)]" true
	run --separate-stderr jail run "$ID"
	expect 0 ""
	[[ $stderr == *"hooks.poststop[0]"* ]]
	[[ $stderr == *"hooks.poststop[1]"* ]]
	[ "$(cut -d' ' -f1 "$LOG")" = last ]
}

@test "a timeout kills the hook, and is a failure" {
	for kind in createRuntime createContainer startContainer; do
		config ".hooks.$kind = [{path: \"/bin/sleep\", args: [\"sleep\", \"100\"], timeout: 1}]" true
		SECONDS=0
		go
		fails "hooks.$kind[0]"
		((SECONDS <= 3))
		[ -z "$(pgrep -x -f 'sleep 100')" ]
	done
	config '.hooks.createRuntime = [{path: "/bin/true", timeout: 0}]' true
	go
	fails "hooks.createRuntime[0].timeout"
}

@test "a hook that is not there, is relative, does not read, reads slowly" {
	config '.hooks.createRuntime = [{path: "/no/such/hook"}]' true
	go
	fails "hooks.createRuntime[0]"
	contains /no/such/hook
	config '.hooks.createRuntime = [{path: "bin/true"}]' true
	go
	fails "hooks.createRuntime[0].path"
	big=$(head -c 200000 /dev/zero | tr '\0' x)
	base_config | jq --rawfile big <(printf %s "$big") '.annotations.big = $big | .hooks.prestart = [{path: "/bin/true"}]
		| .hooks.createContainer = [{path: "/bin/true"}] | .hooks.startContainer = [{path: "/bin/true"}]' > config.json
	go
	expect 0 ""
}

@test "a failed hook's output is limited, and control characters do no harm" {
	config '.hooks.createRuntime = [{path: "/bin/sh", args: ["sh", "-c", "yes line | head -100000; printf \"\\033[2Jend\\n\"; exit 1"]}]' true
	go
	[ "$status" -ne 0 ]
	((${#output} < 5000))
	[[ $output != *$'\033'* ]]
	fails "hooks.createRuntime[0]"
}
