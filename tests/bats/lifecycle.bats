#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# lifecycle.bats - create, start, state, kill, delete, and the verbs around them

load helpers

# A jail that waits for its start
created() {
	config "${1:-.}" sleep 1000
	jail create "$ID" < /dev/null > ../out 2>&1 3>&-
}

running() {
	created "$@"
	jail start "$ID"
}

@test "create, start, state, kill, delete" {
	config . sh -c 'echo started > /mark; trap "exit 5" TERM; while :; do sleep 0.05; done'
	jail create "$ID" < /dev/null > /dev/null 2>&1 3>&-
	has_status "$ID" created
	sleep 0.1
	gone rootfs/mark
	jail start "$ID"
	has_status "$ID" running
	wait_for test -e rootfs/mark
	jail kill "$ID"
	wait_for has_status "$ID" stopped
	jail delete "$ID"
	run jail state "$ID"
	fails "does not exist"
}

@test "state is the OCI document" {
	created '.annotations = {"a.key": "a value", "empty": ""}'
	pid=$(pid_of "$ID")
	[ "$(jail state "$ID" | jq -Sc 'del(.created)')" = "$(jq -nSc --arg id "$ID" --arg b "$BUNDLE" --argjson pid "$pid" \
		'{ociVersion: "1.2.0", id: $id, pid: $pid, status: "created", bundle: $b, rootfs: ($b + "/rootfs"), owner: "0", annotations: {"a.key": "a value", "empty": ""}}')" ]
	[ "$(readlink /proc/$pid/exe)" != "$JAIL" ]
	when=$(jail state "$ID" | jq -r .created)
	(($(date +%s) - $(date -d "$when" +%s) < 5))
	jail start "$ID"
	[ "$(jail state "$ID" | jq -c '[.status, .pid]')" = "[\"running\",$pid]" ]
	jail kill "$ID" KILL
	wait_for has_status "$ID" stopped
	[ "$(jail state "$ID" | jq '.pid // 0')" = 0 ]
	jail delete "$ID"
}

@test "verbs in the wrong state do nothing but say so" {
	for verb in state start kill delete pause resume wait ps inspect; do
		run jail $verb nosuch
		fails "nosuch"
	done
	run jail exec nosuch true
	expect 255
	fails "nosuch"
	created
	run jail resume "$ID"
	fails "$ID"
	jail start "$ID"
	pid=$(pid_of "$ID")
	run jail start "$ID"
	fails "running"
	run jail delete "$ID"
	fails "running"
	run jail resume "$ID"
	fails "running"
	[ "$(pid_of "$ID")" = "$pid" ]
	has_status "$ID" running
	jail kill "$ID" KILL
	wait_for has_status "$ID" stopped
	for verb in start kill pause resume; do
		run jail $verb "$ID"
		fails "$ID"
	done
	run jail exec "$ID" true
	expect 255
	fails "$ID"
	jail delete "$ID"
	run jail delete "$ID"
	fails "does not exist"
	run jail delete --force "$ID"
	expect 0 ""
}

@test "verbs without their arguments" {
	for verb in state start kill delete create exec pause resume wait ps inspect logs; do
		run jail $verb
		fails
	done
}

@test "delete of a created jail" {
	created
	pid=$(pid_of "$ID")
	jail delete "$ID"
	wait_for gone /proc/$pid
}

@test "delete --force kills all that is in it" {
	config . sh -c 'for i in 1 2 3; do setsid sleep 1000 & done; wait'
	up
	wait_for has_procs "$ID" 4
	jail delete --force "$ID"
	gone $CGROUP/jail/"$ID"
	gone $ROOT/"$ID"
}

@test "signals by name, with and without SIG, by number, and real-time ones" {
	config . sh -c 'trap "echo usr1 >> /got" USR1; trap "echo usr2 >> /got" USR2; trap "echo rt >> /got" 37
		trap "echo term >> /got" TERM; echo >> /got; while :; do sleep 0.02; done'
	up
	wait_for test -e rootfs/got
	for sig in USR1:usr1 SIGUSR2:usr2 12:usr2 usr1:usr1 RTMIN+3:rt 37:rt TERM:term; do
		: > rootfs/got
		jail kill "$ID" ${sig%:*}
		wait_for has_line ${sig#*:} rootfs/got
	done
	: > rootfs/got
	jail kill "$ID"
	wait_for has_line term rootfs/got
	for sig in NOSUCH SIG 0 65 -1 1000 RTMIN+99 ""; do
		run jail kill "$ID" -- "$sig"
		[ "$sig" = 0 ] || fails
	done
	has_status "$ID" running
	jail delete -f "$ID"
}

@test "kill --all reaches every process; kill KILL without a pid namespace does, too" {
	config . sh -c 'sleep 1000 & sleep 1000 & trap "" USR1; touch /ready; wait; wait; wait; sleep 1000'
	up
	wait_for test -e rootfs/ready
	wait_for has_procs "$ID" 3
	jail kill --all "$ID" KILL
	wait_for has_status "$ID" stopped
	jail delete "$ID"
	rm rootfs/ready
	config 'del(.linux.namespaces[0], .mounts[0])' sh -c 'sleep 1000 & sleep 1000 & touch /ready; wait'
	up
	wait_for test -e rootfs/ready
	jail kill "$ID" KILL
	wait_for has_procs "$ID" 0
	jail delete "$ID"
}

@test "kill --all of a jail that has stopped is no error, even when its cgroup is gone" {
	config . true
	up
	wait_for has_status "$ID" stopped
	jail kill --all "$ID" KILL
	rmdir "$CGROUP/jail/$ID"
	jail kill --all "$ID" KILL
	jail kill --all "$ID" TERM
	jail delete "$ID"
	try jail kill --all "$ID" KILL
	fails "does not exist"
}

@test "two creates of one id at once: one wins, the others say so" {
	config . sleep 1000
	for _ in 1 2 3 4 5; do
		pids=()
		for i in 1 2 3 4; do
			(
				s=0
				jail create "$ID" < /dev/null > ../out.$i 2>&1 3>&- || s=$?
				echo $s > ../status.$i
			) &
			pids+=($!)
		done
		wait "${pids[@]}"
		[ "$(cat ../status.* | grep -c '^0$')" = 1 ]
		for i in 1 2 3 4; do
			[ "$(cat ../status.$i)" = 0 ] || {
				status=$(cat ../status.$i) output=$(cat ../out.$i)
				fails "$ID"
			}
		done
		has_status "$ID" created
		jail delete -f "$ID"
	done
}

@test "an id can be used again" {
	config . true
	for _ in 1 2 3 4 5; do
		jail create "$ID" < /dev/null 3>&-
		jail start "$ID"
		wait_for has_status "$ID" stopped
		jail delete "$ID"
	done
}

@test "editing config.json after create has no effect" {
	config '.hooks.poststop = [{path: "/bin/touch", args: ["touch", "'"$BUNDLE"'/mark"]}]' sh -c 'echo first'
	jail create "$ID" < /dev/null > ../out 2>&1 3>&-
	echo garbage > config.json
	jail start "$ID"
	wait_for has_status "$ID" stopped
	[ "$(cat ../out)" = first ]
	rm config.json
	jail delete "$ID"
	[ -e mark ]
}

@test "create without a process works; start says what is missing" {
	config 'del(.process)'
	jail create "$ID" < /dev/null 3>&-
	has_status "$ID" created
	run jail start "$ID"
	fails "process"
	has_status "$ID" created
	jail delete "$ID"
}

@test "create of a program that is not there, or that nobody can execute" {
	config . /no/such
	try jail create "$ID"
	expect 1
	contains "process.args: exec /no/such: no such file or directory"
	config . nothing
	try jail create "$ID"
	expect 1
	contains "process.args: exec nothing: executable file not found in \$PATH"
	config . /etc/passwd
	try jail create "$ID"
	expect 1
	contains "process.args: exec /etc/passwd: permission denied"
	config . /etc
	try jail create "$ID"
	expect 1
	[ -z "$("$JAIL" list -q)" ]
}

@test "start of a program that is not there any more" {
	cp --remove-destination "$(readlink -f rootfs/bin/busybox)" rootfs/bin/going
	config . /bin/going
	jail create "$ID" < /dev/null > ../out 2>&1 3>&-
	rm rootfs/bin/going
	try jail start "$ID"
	expect 127
	fails "/bin/going: No such file or directory"
	wait_for has_status "$ID" stopped
	jail delete "$ID"
	# One by a relative path is looked for where it is executed only
	config '.process.cwd = "/etc"' ./none
	jail create "$ID" < /dev/null > ../out 2>&1 3>&-
	try jail start "$ID"
	expect 127
	jail delete "$ID"
}

@test "the streams are those of create, not of start" {
	config . sh -c 'cat; echo done; echo error >&2'
	echo input | jail create "$ID" > ../out 2> ../err 3>&-
	run jail start "$ID"
	expect 0 ""
	wait_for has_line done ../out
	[ "$(cat ../out)" = $'input\ndone' ]
	[ "$(cat ../err)" = error ]
	wait_for has_status "$ID" stopped
	jail delete "$ID"
}

@test "--pid-file and --pidfd-socket of create" {
	config . sleep 1000
	takefd ../fd.sock > ../took 3>&- &
	wait_for test -S ../fd.sock
	(cd .. && jail create -b b --pid-file my.pid --pidfd-socket fd.sock "$ID" < /dev/null > out 2>&1 3>&-)
	pid=$(pid_of "$ID")
	[ "$(cat ../my.pid)" = "$pid" ]
	wait_for has_line "pidfd of $pid" ../took
	jail delete -f "$ID"
	wait_for has_line ended ../took
}

# As conmon does, who reads what a failed create said until nobody holds the pipe
@test "create that is killed when all is made: nobody keeps its pipes" {
	local reader creator
	config . sleep 1000
	# A queue with one place, which is taken: create waits for another
	background python3 -c '
import socket, time
listening, first = (socket.socket(socket.AF_UNIX) for _ in range(2))
listening.bind("../full.sock")
listening.listen(0)
first.connect("../full.sock")
time.sleep(1000)'
	wait_for test -S ../full.sock
	mkfifo ../pipe
	cat < ../pipe > /dev/null 3>&- &
	reader=$!
	"$JAIL" create --pid-file ../my.pid --pidfd-socket ../full.sock "$ID" > ../pipe 2>&1 < /dev/null 3>&- &
	creator=$!
	wait_for test -s ../my.pid
	kill -0 $creator
	kill -9 $creator
	wait $reader
	jail delete -f "$ID"
}

@test "--preserve-fds passes exactly so many descriptors" {
	config . look fds
	exec 5> ../five 6> ../six
	run bash -c 'exec 3>&5 4>&6 7>&5 8>&5; "$JAIL" run --preserve-fds 2 "$0" 9>&1' "$ID"
	expect 0 "fds 0 1 2 3 4"
	config . sh -c 'echo a >&3; echo b >&4'
	run bash -c 'exec 3>&5 4>&6; "$JAIL" run --preserve-fds 2 "$0"' "$ID"
	expect 0 ""
	[ "$(cat ../five)" = a ]
	[ "$(cat ../six)" = b ]
	run bash -c 'exec 3>&- 4>&-; "$JAIL" run --preserve-fds 2 "$0"' "$ID"
	fails "3"
}

@test "wait gives the exit code" {
	needs a kernel that tells exit codes
	config . sh -c 'sleep 0.3; exit 6'
	up
	run jail wait "$ID"
	expect 0 6
	has_status "$ID" stopped
	jail delete "$ID"
}

@test "pause, resume: nothing runs in between" {
	config . sh -c 'while :; do echo x >> /ticks; sleep 0.01; done'
	up
	wait_for test -s rootfs/ticks
	jail pause "$ID"
	has_status "$ID" paused
	size=$(stat -c %s rootfs/ticks)
	sleep 0.2
	[ "$(stat -c %s rootfs/ticks)" = "$size" ]
	run jail pause "$ID"
	fails "paused"
	run jail delete "$ID"
	fails "paused"
	jail resume "$ID"
	has_status "$ID" running
	wait_for larger_than rootfs/ticks "$size"
	jail delete -f "$ID"
}

@test "a paused jail can be killed and deleted" {
	running
	jail pause "$ID"
	jail kill "$ID" KILL
	wait_for has_status "$ID" stopped
	jail delete "$ID"
	running
	jail pause "$ID"
	jail delete -f "$ID"
}

@test "list: a table sorted by id, JSON, only ids" {
	run jail list
	expect 0
	matches '^ID +PID +STATUS +BUNDLE +CREATED +OWNER$'
	config . sleep 1000
	ID=zeta up
	jail create alpha < /dev/null > /dev/null 2>&1 3>&-
	run jail list -q
	expect 0 $'alpha\nzeta'
	run jail list
	[ "${#lines[@]}" = 3 ]
	[[ ${lines[1]} =~ ^alpha\ +$(pid_of alpha)\ +created\ +$BUNDLE\ +20.*Z\ +root$ ]]
	[[ ${lines[2]} =~ ^zeta\ +$(pid_of zeta)\ +running\ + ]]
	run jail list --format json
	[ "$(jq -c 'map([.id, .status, .owner])' <<< "$output")" = '[["alpha","created","root"],["zeta","running","root"]]' ]
	jail delete -f alpha zeta
}

@test "delete --regex, delete of several" {
	config . sleep 1000
	for id in r1 r2 other; do ID=$id up; done
	jail delete --force --regex 'r[0-9]'
	run jail list -q
	expect 0 other
	jail delete -f other
}

@test "ps shows the processes, as a table and as JSON" {
	config . sh -c $'sleep 1000 & sleep 1001 & wait # \e[2J \xc2\x9b31m'
	up
	wait_for has_procs "$ID" 3
	run jail ps "$ID"
	expect 0
	# Nothing that a terminal would obey
	contains '# ?[2J ??31m'
	contains "sleep 1000"
	contains "sleep 1001"
	[[ ${lines[0]} == *PID* ]]
	[ "${#lines[@]}" = 4 ]
	run jail ps --format json "$ID"
	expect 0
	[ "$(jq length <<< "$output")" = 3 ]
	[ "$(jq -c sort <<< "$output")" = "$(sort -n $CGROUP/jail/"$ID"/cgroup.procs | jq -sc .)" ]
	jail delete -f "$ID"
}

@test "inspect is JSON and names cgroup, namespaces, processes and plan" {
	running
	jail inspect "$ID" > ../i
	[ "$(jq -r .status ../i)" = running ]
	[ "$(jq -r .cgroup ../i)" = "jail/$ID" ] || [ "$(jq -r .cgroup ../i)" = "/jail/$ID" ]
	[ "$(jq -c '.namespaces | sort' ../i)" = '["cgroup","ipc","mount","network","pid","uts"]' ]
	[ "$(jq -c .processes ../i)" = "[$(pid_of "$ID")]" ]
	[ "$(jq '.plan | type' ../i)" != '"null"' ]
	jail delete -f "$ID"
}

@test "cgroupsPath: absolute, relative, absent; one that exists stays" {
	config '.linux.cgroupsPath = "/one/two"' sleep 1000
	up
	[ "$(cat $CGROUP/one/two/cgroup.procs)" = "$(pid_of "$ID")" ]
	jail delete -f "$ID"
	gone $CGROUP/one
	config '.linux.cgroupsPath = "rel"' sleep 1000
	up
	[ "$(cat $CGROUP/jail/rel/cgroup.procs)" = "$(pid_of "$ID")" ]
	jail delete -f "$ID"
	gone $CGROUP/jail/rel
	mkdir -p $CGROUP/mine/exists
	config '.linux.cgroupsPath = "/mine/exists"' true
	up
	wait_for has_status "$ID" stopped
	jail delete "$ID"
	[ -d $CGROUP/mine/exists ]
	# All in it was killed at once: some kernels then kill what is started there
	echo 1 > $CGROUP/mine/exists/cgroup.kill
	try jail run "$ID"
	[ "$status" = 0 ] || fails 'linux.cgroupsPath: cgroup mine/exists: all in it was killed once'
	[ -d $CGROUP/mine/exists ]
	rmdir $CGROUP/mine/exists $CGROUP/mine
	for bad in / /../x /a/../b a/../../b "" . ..; do
		config ".linux.cgroupsPath = \"$bad\"" true
		run jail run "$ID"
		[ -z "$bad" ] || fails "linux.cgroupsPath"
	done
}

@test "--root: jails of other roots are not seen" {
	config . sleep 1000
	up
	run jail --root "$BATS_TEST_TMPDIR/other" list -q
	expect 0 ""
	run jail --root "$BATS_TEST_TMPDIR/other" state "$ID"
	fails "does not exist"
	jail delete -f "$ID"
}

@test "the state directory is for root only, and holds no readable plan for others" {
	running
	[ "$(stat -c %a $ROOT)" = 700 ]
	[ "$(stat -c %a $ROOT/"$ID")" = 700 ]
	jail delete -f "$ID"
}
