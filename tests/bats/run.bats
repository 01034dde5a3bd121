#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# run.bats - jail run: exit codes, ids, forms of the command line, streams, signals, background

load helpers

# ---- exit codes ----

@test "the exit status is the program's, 0 to 255" {
	for code in 0 1 2 42 125 126 127 128 200 254 255; do
		config . sh -c "exit $code"
		go
		expect $code ""
	done
}

@test "a program ended by a signal gives 128 and its number" {
	for sig in 1 2 6 9 11 15; do
		# Without a pid namespace: init of one is deaf to its own signals.
		config 'del(.linux.namespaces[0], .mounts[0])' sh -c "kill -$sig \$\$; sleep 1; exit 3"
		go
		expect $((128 + sig))
	done
}

@test "a program killed from outside gives 128 and the signal" {
	config . sleep 100
	background jail run "$ID"
	wait_for has_status "$ID" running
	jail kill "$ID" KILL
	local status=0
	wait "${BACKGROUND[0]}" || status=$?
	[ $status -eq 137 ]
}

@test "a program that does not exist: 127" {
	config . /no/such/program
	go
	expect 127
	fails "/no/such/program"
	contains "No such file or directory"
	config . nosuchprogram
	go
	expect 127
	fails "nosuchprogram"
}

@test "a program that is not executable: 126" {
	echo 'echo hello' > rootfs/script
	chmod 644 rootfs/script
	config . /script
	go
	expect 126
	fails "/script: Permission denied"
	config . /tmp
	go
	expect 126
	fails "/tmp"
}

@test "a script without an interpreter line is not executable: 126" {
	echo 'echo hello' > rootfs/script
	chmod 755 rootfs/script
	config . /script
	go
	expect 126
	fails "/script: Exec format error"
}

@test "a script whose interpreter is missing: 127" {
	printf '#!/no/such/sh\n' > rootfs/script
	chmod 755 rootfs/script
	config . /script
	go
	expect 127
	fails "/script"
}

# ---- what is run ----

@test "run SPEC, run DIR, run --bundle DIR ID, run --config FILE" {
	config . echo hello
	cd /
	run jail run "$BUNDLE/config.json"
	expect 0 hello
	run jail run "$BUNDLE/config.json" "$ID"
	expect 0 hello
	run jail run "$BUNDLE"
	expect 0 hello
	run jail run "$BUNDLE" "$ID"
	expect 0 hello
	run jail run --bundle "$BUNDLE" "$ID"
	expect 0 hello
	run jail run -b "$BUNDLE" "$ID"
	expect 0 hello
	mv "$BUNDLE/config.json" "$BATS_TEST_TMPDIR/other.json"
	run jail run --bundle "$BUNDLE" --config "$BATS_TEST_TMPDIR/other.json" "$ID"
	expect 0 hello
}

@test "a bundle through a symlink, and root.path as ., .. and absolute" {
	config . echo hello
	ln -s "$BUNDLE" ../link
	run jail run ../link "$ID"
	expect 0 hello
	jq '.root.path = "../b/rootfs"' config.json > c.json
	run jail run c.json "$ID"
	expect 0 hello
	jq --arg p "$BUNDLE/rootfs" '.root.path = $p' config.json > ../c.json
	run jail run ../c.json "$ID"
	expect 0 hello
	jq '.root.path = "."' config.json > rootfs/config.json
	run jail run rootfs "$ID"
	expect 0 hello
}

@test "--rootfs DIR -- CMD needs no file" {
	run jail run --rootfs rootfs -- echo a "b c"
	expect 0 "a b c"
	run jail run --rootfs rootfs -- sh -c 'exit 7'
	expect 7 ""
	run jail run --rootfs rootfs --name my-own -- sh -c 'hostname; echo $$'
	expect 0 $'my-own\n1' || expect 0 $'jail\n1'
	cd rootfs
	run jail run --rootfs . -- pwd
	expect 0 /
}

@test "--rootfs has safe defaults" {
	run jail run --rootfs rootfs -- cat /proc/self/status
	expect 0
	matches 'NoNewPrivs:.1'
	matches 'Seccomp:.2'
	matches 'CapBnd:.00000000000404fb'      # the nine of the design
	matches 'CapEff:.00000000000404fb'
	matches 'CapAmb:.0000000000000000'
	run jail run --rootfs rootfs -- cat /proc/self/uid_map
	matches '^ *0 +[1-9][0-9]* +65536$'
}

@test "without an id one is made up from the bundle's name; -d prints it" {
	mkdir ../web
	mv rootfs ../web
	cd ../web
	config . sleep 100
	run jail run -d --log-output none "$BATS_TEST_TMPDIR/web"
	expect 0
	matches '^web-[a-z0-9]+$'
	id=$output
	has_status "$id" running
	run jail run -d --log-output none "$BATS_TEST_TMPDIR/web"
	expect 0
	[ "$output" != "$id" ]
	jail delete -f "$id" "$output"
}

@test "ids: what is accepted and what is not" {
	config . true
	for id in a A0 a.b a_b-c+d "$(printf 'x%.0s' {1..200})"; do
		run jail run -b . "$id"
		expect 0 ""
	done
	for id in "" . .. a/b ../a a/.. /a "a b" $'a\nb' $'a\x01b' $'\x7f' .hidden "$(printf 'x%.0s' {1..256})"; do
		run jail run -b . "$id"
		[ "$status" -ne 0 ]
		fails
	done
	gone $ROOT/../a
}

@test "an id in use is refused, and the running jail is not disturbed" {
	config . sleep 100
	up
	pid=$(pid_of "$ID")
	go
	fails "$ID"
	run jail create -b . "$ID"
	fails "$ID"
	[ "$(pid_of "$ID")" = "$pid" ]
	has_status "$ID" running
	jail delete -f "$ID"
}

# ---- streams ----

@test "ten megabytes through standard input and output" {
	config . cat
	head -c 10000000 /dev/urandom > ../in
	jail run "$ID" < ../in > ../out
	cmp ../in ../out
	cat ../in | jail run "$ID" | cat > ../out
	cmp ../in ../out
}

@test "standard output and error are kept apart" {
	config . sh -c 'echo out; echo err >&2'
	run --separate-stderr jail run "$ID"
	expect 0 out
	[ "$stderr" = err ]
}

@test "closed standard streams do no harm" {
	config . sh -c 'echo x; exit 5'
	run bash -c '"$JAIL" run "$0" <&- >&- 2>&-' "$ID"
	expect 5 ""
}

@test "a reader that goes away ends the program by SIGPIPE" {
	config 'del(.linux.namespaces[0], .mounts[0])' yes
	run bash -c '"$JAIL" run "$0" | head -1; exit ${PIPESTATUS[0]}' "$ID"
	expect 141 y
}

# ---- signals ----

@test "signals are forwarded to the program" {
	config . sh -c 'for s in HUP INT QUIT TERM USR1 USR2 WINCH CONT ALRM; do trap "echo got $s" $s; done
		trap "exit 9" TERM; echo ready; while :; do sleep 0.05; done'
	# bash starts what is in the background with SIGINT and SIGQUIT ignored, nohup with SIGHUP
	env --default-signal=HUP,INT,QUIT "$JAIL" run "$ID" > ../out 3>&- &
	pid=$!
	wait_for has_line ready ../out
	for s in HUP INT QUIT USR1 USR2 ALRM; do
		kill -$s $pid
		wait_for has_line "got $s" ../out
	done
	kill -TERM $pid
	local status=0
	wait $pid || status=$?
	[ $status -eq 9 ]
}

@test "a signal that comes while the jail is being made is not lost" {
	config . sh -c 'trap "exit 33" TERM; while :; do sleep 0.02; done'
	for delay in 0 0.001 0.002 0.004 0.01 0.05; do
		"$JAIL" run "$ID" 3>&- &
		pid=$!
		sleep $delay
		kill -TERM $pid
		# Before its trap is set the program is ended, by SIGKILL because it is an init.
		sleep 0.1
		kill -TERM $pid 2>/dev/null || true
		local status=0
		wait $pid || status=$?
		[[ $status =~ ^(33|137|143)$ ]]
	done
}

@test "children that the program leaves are ended with it" {
	config '.linux.namespaces |= map(select(.type != "pid"))' sh -c 'sleep 1000 & exit 4'
	go
	expect 4
	[ -z "$(pgrep -f 'sleep 1000')" ]
}

# ---- in the background ----

@test "-d leaves no process of ours behind" {
	config . sleep 100
	up
	pid=$(pid_of "$ID")
	[ "$(tr '\0' ' ' < /proc/$pid/cmdline)" = "sleep 100 " ]
	for p in /proc/[0-9]*; do
		[ "$(readlink $p/exe)" != "$JAIL" ]
	done
	[ "$(wc -l < $CGROUP/jail/"$ID"/cgroup.procs)" = 1 ]
	jail delete -f "$ID"
}

@test "-d: output goes to a file, logs shows it, logs -f follows it" {
	config . sh -c 'echo one; sleep 0.5; echo two; sleep 0.5; echo three >&2'
	run jail run -d "$ID"
	expect 0 ""
	wait_for has_line one $LOGS/"$ID".log
	run jail logs "$ID"
	[ "$status" = 0 ]
	[[ $output == one* ]]
	run jail logs -f "$ID"
	expect 0 $'one\ntwo\nthree'
	run jail logs "$ID"
	expect 0 $'one\ntwo\nthree'
	has_status "$ID" stopped
	jail delete "$ID"
	gone $LOGS/"$ID".log
}

@test "-d: one that cannot be started leaves no file, and that of another with its id alone" {
	config . /no/such/program
	try jail run -d "$ID"
	expect 127
	gone $LOGS/"$ID".log
	config . sh -c 'echo mine; sleep 100'
	jail run -d "$ID"
	wait_for has_line mine $LOGS/"$ID".log
	try jail run -d "$ID"
	fails "exists"
	has_line mine $LOGS/"$ID".log
	jail delete -f "$ID"
	gone $LOGS/"$ID".log
}

@test "gc takes output whose jail has gone, and no other, and none of a jail that is being made" {
	config . sleep 100
	jail run -d "$ID"
	touch $LOGS/gone.log $LOGS/begun.log
	exec 5>> $LOGS/begun.log
	flock -s 5
	jail gc
	gone $LOGS/gone.log
	[ -e $LOGS/"$ID".log ]
	[ -e $LOGS/begun.log ]
	exec 5>&-
	jail gc
	gone $LOGS/begun.log
	jail delete -f "$ID"
}

@test "-d: output of a life before a reboot of the machine is not this one's; it goes with the jail, whatever is in the environment" {
	config . sh -c 'echo second; sleep 100'
	mkdir -p -m 700 $LOGS
	echo first > $LOGS/"$ID".log
	jail run -d "$ID"
	wait_for has_line second $LOGS/"$ID".log
	if has_line first $LOGS/"$ID".log; then return 1; fi
	JAIL_DATA_DIR=/run/other jail delete -f "$ID"
	gone $LOGS/"$ID".log
}

@test "-d: an id that is none makes no files" {
	config . true
	try jail run -d config.json ../../../made/here
	fails "does not start with a dot"
	try jail run -d config.json a/b
	fails
	[ -z "$(find /run/jail-data /run/made -name '*.log' 2> /dev/null)" ]
}

@test "-d: a directory of logs that others can write to is refused" {
	config . true
	mkdir -p -m 777 $LOGS
	chmod 777 $LOGS
	try jail run -d "$ID"
	fails "is not a directory that only we can write to"
	chmod 700 $LOGS
}

@test "--log-output file:PATH appends to that file" {
	config . echo again
	echo before > ../log
	jail run -d --log-output "file:$BATS_TEST_TMPDIR/log" "$ID"
	wait_for has_status "$ID" stopped
	[ "$(cat ../log)" = $'before\nagain' ]
	run jail logs "$ID"
	contains again
	jail delete "$ID"
	[ -e ../log ]
}

@test "--log-output journal: straight into the stream socket" {
	mkdir -p /run/systemd/journal
	background journal /run/systemd/journal/stdout "$BATS_TEST_TMPDIR/journal"
	wait_for test -S /run/systemd/journal/stdout
	config . sh -c 'echo to the journal; echo and errors >&2; sleep 100'
	jail run -d --log-output journal "$ID"
	wait_for has_line 'and errors' ../journal
	[ "$(cat ../journal)" = "jail-$ID"$'\n\n6\n0\n0\n0\n0\nto the journal\nand errors' ]
	pid=$(pid_of "$ID")
	[[ $(readlink /proc/$pid/fd/1) == socket:* ]]
	[ "$(readlink /proc/$pid/fd/0)" = /dev/null ]
	jail delete -f "$ID"
	rm -r /run/systemd
}

@test "--log-output journal without a journal is an error" {
	config . true
	run jail run -d --log-output journal "$ID"
	fails "journal"
}

@test "-d with a program that cannot be run" {
	config . /no/such
	try jail run -d --log-output none "$ID"
	expect 127
	fails "/no/such"
}

@test "--keep leaves the stopped jail" {
	config . sh -c 'exit 3'
	go --keep
	expect 3
	has_status "$ID" stopped
	jail delete "$ID"
}

@test "--pid-file holds the pid and nothing else" {
	config . sleep 100
	up --pid-file ../pid
	[ "$(cat ../pid)" = "$(pid_of "$ID")" ]
	[ "$(stat -c %s ../pid)" = "$(printf %s "$(cat ../pid)" | wc -c)" ]
	jail delete -f "$ID"
	config . /no/such
	go --pid-file ../pid2
	gone ../pid2
}
