#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# gc.bats - the runtime is killed in the middle; gc and delete --force clean to nothing

load helpers

# Start COMMAND..., wait until the hook is running, and kill the runtime.
killed_in_hook() {
	"$@" < /dev/null > /dev/null 2>&1 3>&- &
	local pid=$!
	wait_for test -e ../in-hook
	kill -9 $pid
	wait $pid || true
	rm ../in-hook
}

slow='{"path": "/bin/sh", "args": ["sh", "-c", "touch ../in-hook; exec sleep 30"], "env": ["PATH=/bin:/usr/bin"]}'

end_hooks() {
	pkill -9 -x -f 'sleep 30' || true
}

local_teardown() {
	end_hooks
}

@test "killed in a prestart, createRuntime or createContainer hook: gc" {
	for kind in prestart createRuntime createContainer; do
		for verb in run create; do
			config ".hooks.$kind = [$slow]" sleep 1000
			killed_in_hook "$JAIL" $verb "$ID"
			end_hooks
			run jail gc
			expect 0
			contains "$ID"
			gone $ROOT/"$ID"
			gone $CGROUP/jail/"$ID"
			[ -z "$(leftovers)" ]
			run jail gc
			expect 0 ""
		done
	done
}

@test "killed in a hook: delete --force" {
	for kind in prestart createContainer; do
		config ".hooks.$kind = [$slow]" sleep 1000
		killed_in_hook "$JAIL" create "$ID"
		end_hooks
		jail delete --force "$ID"
		wait_for test -z "$(leftovers)"
	done
}

@test "killed in a hook: the id can be used again after gc" {
	config ".hooks.createRuntime = [$slow]" true
	killed_in_hook "$JAIL" create "$ID"
	end_hooks
	config . true
	try jail run "$ID"
	[ "$status" = 0 ] || fails "$ID"
	jail gc
	go
	expect 0 ""
}

@test "killed in startContainer: the jail goes, or stays and can be deleted" {
	config ".mounts += [{\"destination\": \"$BATS_TEST_TMPDIR\", \"source\": \"$BATS_TEST_TMPDIR\", \"options\": [\"bind\"]}]
		| .hooks.startContainer = [{path: \"/bin/sh\", args: [\"sh\", \"-c\", \"touch $BATS_TEST_TMPDIR/in-hook; exec sleep 30\"]}]" sleep 1000
	jail create "$ID" < /dev/null > /dev/null 2>&1 3>&-
	killed_in_hook "$JAIL" start "$ID"
	jail delete --force "$ID"
	gone $ROOT/"$ID"
}

@test "killed in poststart and in poststop" {
	config ".hooks.poststart = [$slow]" sleep 1000
	killed_in_hook "$JAIL" run "$ID"
	end_hooks
	jail delete --force "$ID"
	config ".hooks.poststop = [$slow]" true
	killed_in_hook "$JAIL" run "$ID"
	end_hooks
	jq '.hooks = {}' config.json > c && mv c config.json
	jail gc > /dev/null 2>&1 3>&- &
	wait_for test -e ../in-hook || true
	end_hooks
	wait $! || true
	rm -f ../in-hook
	jail delete --force "$ID" || true
}

@test "killed while it was in the foreground: the jail runs on, delete removes it" {
	config . sleep 1000
	"$JAIL" run "$ID" < /dev/null > /dev/null 2>&1 3>&- &
	pid=$!
	wait_for has_status "$ID" running
	kill -9 $pid
	wait $pid || true
	has_status "$ID" running || has_status "$ID" stopped
	run jail gc
	expect 0 ""
	jail delete --force "$ID"
}

@test "killed at random moments of run, create, start and delete" {
	config . sleep 1000
	for i in {1..60}; do
		delay=0.00$((i % 10))$((RANDOM % 10))
		"$JAIL" create "$ID" < /dev/null > /dev/null 2>&1 3>&- &
		pid=$!
		sleep $delay
		kill -9 $pid 2>/dev/null || true
		wait $pid 2>/dev/null || true
		case $((i % 3)) in
		0) jail delete --force "$ID" ;;
		1)
			jail gc > /dev/null
			jail delete --force "$ID"
			;;
		2)
			timeout -s KILL $delay "$JAIL" start "$ID" > /dev/null 2>&1 || true
			timeout -s KILL $delay "$JAIL" delete --force "$ID" > /dev/null 2>&1 || true
			jail gc > /dev/null
			jail delete --force "$ID"
			;;
		esac
		gone $ROOT/"$ID"
		gone $CGROUP/jail/"$ID"
	done
	# A claim that never got its name is known to gc alone.
	jail gc > /dev/null
	run leftovers
	expect 0 ""
}

@test "gc leaves living, created and stopped jails alone; --stopped removes the last" {
	config . sleep 1000
	ID=lives up
	jail create waits < /dev/null > /dev/null 2>&1 3>&-
	config . true
	ID=ended up
	wait_for has_status ended stopped
	run jail gc
	expect 0 ""
	run jail list -q
	expect 0 $'ended\nlives\nwaits'
	run jail gc --stopped
	expect 0
	run jail list -q
	expect 0 $'lives\nwaits'
	jail delete -f lives waits
}

@test "a damaged, empty or foreign state directory" {
	mkdir -p -m 700 $ROOT/empty $ROOT/garbage
	echo garbage > $ROOT/garbage/state
	run jail list
	[ "$status" -le 1 ]
	for id in empty garbage; do
		run jail state $id
		[ "$status" -ne 0 ]
		run jail delete $id
	done
	jail delete --force empty || true
	jail delete --force garbage || true
	jail gc > /dev/null
	gone $ROOT/empty
	gone $ROOT/garbage
}

@test "a recycled pid is never signalled" {
	config . sleep 1000
	up
	pid=$(pid_of "$ID")
	sleep 1000 3>&- &
	other=$!
	BACKGROUND+=($other)
	# The record of a jail whose pid now belongs to somebody else
	jail kill "$ID" KILL
	wait_for has_status "$ID" stopped
	for f in $ROOT/"$ID"/*; do
		grep -qs "$pid" "$f" && [ "$(basename "$f")" != plan ] && sed -i "s/\b$pid\b/$other/" "$f"
	done
	has_status "$ID" stopped
	run jail kill "$ID" KILL
	[ "$status" -ne 0 ]
	jail delete --force "$ID"
	kill -0 $other
}
