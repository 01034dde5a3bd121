#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# cli_terminal.bats - the relay between a jail's terminal and ours: whole, in order, and given back

load helpers
load tmux

local_teardown() {
	end_screen
	jail delete -f "$ID" 2>/dev/null || true
}

# The shell inside prints its prompt when it is ready for more
shell_inside() {
	type_line "clear; jail run --name $ID --rootfs rootfs -- env PS1='in> ' sh"
	wait_for shows '^in>'
}

# ---- without a terminal of our own ----

@test "a terminal's output into a pipe: all of it, in order, without carriage returns" {
	jail run -t --name "$ID" --rootfs rootfs -- seq 1 100000 </dev/null >../out
	seq 1 100000 | cmp - ../out
}

@test "a slow reader loses nothing" {
	jail run -t --name "$ID" --rootfs rootfs -- seq 1 50000 </dev/null | {
		sleep 1
		cat
	} >../out
	seq 1 50000 | cmp - ../out
}

@test "the end of a pipe is the end of file in the terminal, behind a whole or half a line" {
	local input
	# shellcheck disable=SC2059 # the input is in printf's notation
	for input in 'one\ntwo\n' 'one\ntwo' ''; do
		printf "$input" | jail run -t --name "$ID" --rootfs rootfs -- \
			sh -c 'cat >/tmp/in; echo; wc -c </tmp/in' >../out
		[ "$(tail -1 ../out)" = "$(printf "$input" | wc -c)" ]
	done
}

@test "much input" {
	seq 1 20000 | jail run -t --name "$ID" --rootfs rootfs -- \
		sh -c 'stty -echo; cat' >../out
	[ "$(tail -1 ../out)" = 20000 ]
}

@test "the reader of our output leaves: the terminal hangs up" {
	jail run -t --name "$ID" --rootfs rootfs -- sh -c 'while :; do echo x; done' </dev/null | head -1
	[ "${PIPESTATUS[0]}" -eq 137 ]
	jail run -t --name "$ID" --rootfs rootfs -- \
		sh -c 'trap "exit 5" HUP; while :; do echo x; done' </dev/null | head -1
	[ "${PIPESTATUS[0]}" -eq 5 ]
}

@test "a process left behind with the terminal does not keep us" {
	jail run -d --log-output none --name "$ID" --rootfs rootfs -- sleep 100
	LIMIT=5 jail exec -t "$ID" sh -c 'trap "" HUP; sleep 30 & echo last; exit 4' </dev/null >../out || [ $? -eq 4 ]
	[ "$(cat ../out)" = last ]
	jail delete --force "$ID"
}

@test "exec -t into a pipe: no carriage returns, not even in the first line" {
	jail run -d --log-output none --name "$ID" --rootfs rootfs -- sleep 100
	for _ in 1 2 3 4 5 6 7 8 9 10; do
		jail exec -t "$ID" echo line </dev/null >../out
		[ "$(od -An -c ../out | tr -d ' ')" = 'line\n' ]
	done
	jail delete --force "$ID"
}

# ---- with one ----

@test "an interactive shell: size, resizing, ^C, ^Z, status, the terminal as it was" {
	screen
	type_line "stty -g >../before-run"
	shell_inside
	type_line "stty size"
	wait_for shows '^25 90$'
	resize 70 20
	wait_for shows '^in>'
	type_line "until stty size | grep '20 70'; do :; done"
	wait_for shows '^20 70$'
	type_line "echo first; sleep 100"
	wait_for shows '^first$'
	sleep 0.3
	press C-c
	type_line 'echo "rc=$?"'
	wait_for shows '^rc=130$'
	type_line "echo second; sleep 100"
	wait_for shows '^second$'
	sleep 0.3
	press C-z
	wait_for shows 'Stopped'
	type_line fg
	sleep 0.3
	press C-c
	type_line "exit 42"
	wait_for shows '^out>'
	type_line 'echo "rc=$?"; stty -g | cmp - ../before-run && echo as it was'
	wait_for shows '^rc=42$'
	wait_for shows '^as it was$'
}

@test "exec -t: lines begin in the first column, from the first one on" {
	screen
	jail run -d --log-output none --name "$ID" --rootfs rootfs -- sleep 100
	for i in 1 2 3 4 5; do
		type_line "clear; jail exec -t $ID seq 1 5; echo done $i"
		wait_for shows "^done $i\$"
		shows '^5$'
	done
	type_line "clear; jail exec -t $ID env PS1='in> ' sh"
	wait_for shows '^in>'
	type_line "stty size; seq 1 3; exit 4"
	wait_for shows '^25 90$'
	wait_for shows '^3$'
	type_line 'echo "rc=$?"'
	wait_for shows '^rc=4$'
	jail delete --force "$ID"
}

@test "a signal that ends the run gives the terminal back" {
	screen
	type_line "stty -g >../before-run"
	type_line "clear; jail run --name $ID --rootfs rootfs -- sh -c 'trap \"exit 7\" TERM; echo ready; while :; do sleep 0.1; done'"
	wait_for shows '^ready$'
	kill -TERM "$(pgrep -of "run --name $ID ")"
	wait_for shows '^out>'
	type_line 'echo "rc=$?"; stty -g | cmp - ../before-run && echo as it was'
	wait_for shows '^rc=7$'
	wait_for shows '^as it was$'
}

@test "stopped from outside: the shell has its terminal back; fg goes on" {
	screen
	type_line "stty -g >../before-run"
	shell_inside
	kill -TSTP "$(pgrep -of "run --name $ID ")"
	wait_for shows 'Stopped'
	type_line "clear; stty -g | cmp - ../before-run && echo as it was"
	wait_for shows '^as it was$'
	type_line fg
	sleep 0.5
	type_line "echo 'on again'"
	wait_for shows '^on again$'
	type_line "exit 3"
	wait_for shows '^out>'
}

@test "started in the background, brought to the foreground" {
	screen
	type_line "clear; jail run --name $ID --rootfs rootfs -- sh -c 'read line; echo got \$line; exit 3' &"
	wait_for has_status "$ID" running
	type_line fg
	sleep 0.5
	type_line "this"
	wait_for shows '^got this$'
	type_line 'echo "rc=$?"'
	wait_for shows '^rc=3$'
}

@test "the terminal goes away, and so does a program that did not think of it" {
	screen
	shell_inside
	end_screen
	gone() { ! jail state "$ID"; }
	wait_for gone
}

@test "a signal for a program that is number 1 and has no handler" {
	# Not INT: a shell without job control has it ignored for what it starts with &
	for signal in TERM HUP USR1; do
		env --default-signal=HUP "$JAIL" run --name "$ID" --rootfs rootfs -- sleep 100 </dev/null 3>&- 4>&- &
		wait_for has_status "$ID" running
		kill -$signal $!
		local status=0
		wait $! || status=$?
		[ $status -eq 137 ]
	done
}

# ---- a program without a terminal, started on ours ----

@test "without -t a program of exec does not get our terminal, but what is typed and what it says go through" {
	config . sleep 1000
	up
	screen
	type_line "jail exec $ID sh -c 'tty; readlink /proc/self/fd/1 | cut -c1-4; read a; echo got \$a; cat; echo eof \$?; exit 3'; echo status \$?"
	wait_for shows '^pipe'
	shows '^not a tty'
	type_line word
	wait_for shows '^got word'
	type_line more
	wait_for shows '^more'
	press C-d
	wait_for shows '^eof 0'
	wait_for shows '^status 3'
	type_line "clear; jail exec $ID sleep 1000; echo status \$?"
	wait_for eval 'jail ps "$ID" | grep -q "sleep 1000"'
	press C-c
	wait_for shows 'status 130'
}

@test "what a program of exec or run has left behind neither reads our terminal nor writes to it" {
	config . sleep 1000
	up
	screen
	hostile='setsid sh -c "sleep 1; while read line; do echo stolen >> /stolen; done; echo ended > /ended; echo mine" & echo here'
	type_line "clear; jail exec $ID sh -c '$hostile'"
	wait_for shows '^here'
	for word in one two three four; do
		type_line "echo $word"
		wait_for shows "^$word"
	done
	wait_for [ -e rootfs/ended ]
	[ ! -e rootfs/stolen ]
	type_line "echo five"
	wait_for shows '^five'
	run shows '^mine'
	[ "$status" != 0 ]
	type_line "clear; jail exec -d $ID sh -c '(readlink /proc/self/fd/0; readlink /proc/self/fd/2) > /said'"
	wait_for [ -s rootfs/said ]
	[ "$(sort -u rootfs/said)" = /dev/null ]
	config . sh -c 'for i in 0 1 2; do readlink /proc/$$/fd/$i; done'
	type_line "clear; jail run config.json $ID-3; echo status \$?"
	wait_for shows '^status 0'
	[ "$(tmux -L "$ID" capture-pane -p | grep -c '^pipe')" = 3 ]
}
