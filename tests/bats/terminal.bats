#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# terminal.bats - a real terminal (tmux) in front of jail run and jail exec

load helpers

local_setup() {
	needs tmux
	export TMUX_TMPDIR=$BATS_TEST_TMPDIR LC_ALL=C.UTF-8
	# A shell whose prompt says when it is ready
	tmux -f /dev/null new-session -d -x 90 -y 30 -s t "env PS1='host> ' PATH='$PATH' bash --norc --noprofile" 3>&-
	wait_for screen_has 'host>'
}

local_teardown() {
	tmux kill-server 2>/dev/null || true
}

screen() {
	tmux capture-pane -p -t t
}

screen_has() {
	screen | grep -q -e "$1"
}

# screen_ends TEXT: the last line that is not empty
screen_ends() {
	[[ $(screen | grep -v '^ *$' | tail -1) == *"$1"* ]]
}

type() {
	tmux send-keys -t t -l "$1"
	tmux send-keys -t t Enter
}

shell_in_jail() {
	config '.process.terminal = true | .process.env += ["PS1=inside> "]' sh
	type "clear; $JAIL run $ID"
	wait_for screen_has 'inside>'
}

settings() {
	stty -F "$(tmux display-message -p -t t '#{pane_tty}')" -a
}

@test "an interactive shell: it has a terminal, echo, its own pts, and job control" {
	shell_in_jail
	type 'tty; stty size; test -c /dev/console && echo con''sole'
	wait_for screen_has '^/dev/pts/0\|^/dev/console'
	wait_for screen_has '^30 90'
	wait_for screen_has '^console'
	type 'exit 7'
	wait_for screen_has 'host>'
	type 'echo status $?'
	wait_for screen_has '^status 7'
}

@test "the window's size follows" {
	shell_in_jail
	tmux resize-window -t t -x 100 -y 40
	sleep 0.2
	type 'stty size'
	wait_for screen_has '^40 100'
	type exit
}

@test "interrupt goes to the program, not to us" {
	shell_in_jail
	type 'sleep 1000'
	sleep 0.2
	tmux send-keys -t t C-c
	type 'echo still $((40+2))'
	wait_for screen_has '^still 42'
	type exit
	wait_for screen_ends 'host>'
}

@test "stop and end of file go to the program" {
	shell_in_jail
	type 'sleep 1000'
	sleep 0.2
	tmux send-keys -t t C-z
	type 'jobs; echo more'
	wait_for screen_has 'Stopped'
	type 'kill -9 %1; cat'
	sleep 0.2
	type 'some text'
	tmux send-keys -t t C-d
	type 'echo after'
	wait_for screen_has '^after'
	tmux send-keys -t t C-d
	wait_for screen_ends 'host>'
}

@test "the terminal is as it was: after exit, failure, and when the program is killed" {
	before=$(settings)
	shell_in_jail
	[ "$(settings)" != "$before" ]
	type 'exit 0'
	wait_for screen_ends 'host>'
	[ "$(settings)" = "$before" ]
	shell_in_jail
	jail kill "$ID" KILL
	wait_for screen_ends 'host>'
	type 'echo status $?'
	wait_for screen_has '^status 137'
	[ "$(settings)" = "$before" ]
	config '.process.terminal = true' /no/such
	type "clear; $JAIL run $ID"
	wait_for screen_has '/no/such'
	wait_for screen_ends 'host>'
	[ "$(settings)" = "$before" ]
}

@test "the terminal is restored when we are terminated" {
	before=$(settings)
	shell_in_jail
	pid=$(pgrep -x -f "$JAIL run $ID")
	kill -TERM "$pid"
	sleep 0.3
	jail kill "$ID" KILL 2>/dev/null || true
	wait_for screen_ends 'host>'
	[ "$(settings)" = "$before" ]
}

@test "full-screen programs: raw keys arrive, colours and lines are kept" {
	shell_in_jail
	type 'vi /tmp/new'
	sleep 0.3
	tmux send-keys -t t -l 'ihello'
	tmux send-keys -t t Escape
	sleep 0.3               # or the next key would be Alt and that key
	tmux send-keys -t t -l ':wq'
	tmux send-keys -t t Enter
	wait_for test -s rootfs/tmp/new
	[ "$(cat rootfs/tmp/new)" = hello ]
	type 'exit'
	wait_for screen_ends 'host>'
}

@test "much output does not get lost or mangled" {
	config '.process.terminal = true' sh -c 'seq 1 20000'
	type "clear; $JAIL run $ID > $BATS_TEST_TMPDIR/out; echo done"
	wait_for screen_has '^done'
	tr -d '\r' < ../out | cmp - <(seq 1 20000)
	type "clear; $JAIL run $ID | tail -1; echo do''ne"
	wait_for screen_has '^20000'
}

@test "exec -t gives a shell, with its size; the jail lives on" {
	config . sleep 1000
	up
	type "clear; $JAIL exec -t -e PS1='inside> ' $ID sh"
	wait_for screen_has 'inside>'
	type 'tty; stty size; id -u'
	wait_for screen_has '^/dev/pts/0'
	wait_for screen_has '^30 90'
	type 'exit 9'
	wait_for screen_ends 'host>'
	type 'echo status $?'
	wait_for screen_has '^status 9'
	has_status "$ID" running
	jail delete -f "$ID"
}

@test "a detached terminal needs a console socket, and a socket needs a terminal" {
	config '.process.terminal = true' sleep 1000
	run jail run -d "$ID"
	fails console-socket
	run jail create "$ID"
	fails
	config . sleep 1000
	run jail create --console-socket ../nosuch "$ID"
	fails terminal
	config '.process.terminal = true' sleep 1000
	run jail create --console-socket ../nosuch "$ID"
	fails nosuch
}

@test "--console-socket: the engine gets the master as the kernel makes it; size and console are as asked" {
	config '.process.terminal = true | .process.consoleSize = {"height": 11, "width": 22}' sh -c 'stty size; tty; ls -l /dev/console | cut -c1; echo end; exit 3'
	console ../c.sock > ../tty 3>&- &
	wait_for test -S ../c.sock
	jail create --console-socket ../c.sock "$ID"
	jail start "$ID"
	wait_for has_line end ../tty
	run cat ../tty
	contains "message: "
	contains $'\n11 22\r\n/dev/pts/0\r\nc\r\nend\r'
	wait_for has_status "$ID" stopped
	jail delete "$ID"
}

@test "the terminal belongs to the user" {
	config '.process.terminal = true | .process.user = {"uid": 1000, "gid": 1000}' sh -c 'stat -c %u "$(tty)"; echo x > "$(tty)" && echo written'
	console ../c.sock > ../tty 3>&- &
	wait_for test -S ../c.sock
	jail run -d --console-socket ../c.sock "$ID"
	wait_for has_line written ../tty
	has_line '^1000' ../tty
	jail delete -f "$ID"
}
