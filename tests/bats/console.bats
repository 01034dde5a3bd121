#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# console.bats - jail console: the terminal of a jail that somebody else supervises

load helpers
load tmux

local_teardown() {
	end_screen
}

# supervise ARG…: a jail run that is not on a terminal, with input that does not end; ./log is its output
supervise() {
	config '.process.terminal = true' "$@"
	mkfifo input
	background sh -c 'exec 4<> input; exec "$1" run "$2" < input > log 2>&1 3>&- 5>&-' sh "$JAIL" "$ID"
	wait_for [ -S "$ROOT/$ID/console" ]
	wait_for has_status "$ID" running
}

end() {
	jail kill "$ID" KILL
	wait_for gone "$ROOT/$ID"
}

# attach FILE: in the background, for ever; what is written to FILE.in is typed
attach() {
	mkfifo "$1.in"
	background sh -c 'exec 4<> "$2.in"; exec "$1" console "$3" < "$2.in" > "$2" 2> "$2.err"' \
		sh "$JAIL" "$1" "$ID"
	wait_for [ -e "$1" ]
}

# on_screen LINE: typed at the shell of a terminal
on_screen() {
	screen
	press -l "$1"
	press Enter
}

@test "what is typed reaches the program, what it writes reaches both" {
	supervise sh -c 'stty -echo; echo ready; while read -r line; do echo "got $line"; done'
	wait_for has_line ready log
	attach one
	echo hello > one.in
	wait_for has_line 'got hello' one
	wait_for has_line 'got hello' log
	lacks_line $'\r' log
	has_line $'got hello\r' one
	end
}

@test "who comes late sees what was written last" {
	supervise sh -c 'stty -echo; seq 1 5000; echo prompt; while read -r line; do echo "got $line"; done'
	wait_for has_line prompt log
	attach late
	wait_for has_line prompt late
	has_line '^4999' late
	lacks_line '^100' late
	head -n 1 late | grep -qx $'[0-9]*\r'
	end
}

heard_again() {
	echo 3 > two.in
	sleep 0.3
	has_line 'done 3' "$1"
}

@test "several see the same; one that does not read holds nobody up, and is told" {
	supervise sh -c 'stty -echo; echo ready; while read -r n; do seq 1 "$n"; echo "done $n"; done'
	wait_for has_line ready log
	attach one
	attach two
	attach slow
	wait_for has_line ready slow
	slow=$(pgrep -f "^$JAIL console" | tail -n 1)
	kill -STOP "$slow"
	echo 300000 > one.in
	LIMIT=60 wait_for has_line 'done 300000' two
	wait_for has_line 'done 300000' one
	wait_for has_line 'done 300000' log
	kill -CONT "$slow"
	wait_for heard_again slow       # it may still have to read what was kept for it
	has_line 'too slow, some output was left out' slow
	lacks_line 'too slow' one
	end
}

@test "nine are too many, and when one goes there is room again" {
	supervise sh -c 'stty -echo; echo ready; cat'
	for i in 1 2 3 4 5 6 7 8; do
		attach "c$i"
		wait_for has_line ready "c$i"
	done
	try jail console "$ID" < /dev/null
	contains "too many are attached"
	kill "$(pgrep -f "^$JAIL console" | head -n 1)"
	attach again
	wait_for has_line ready again
	end
}

@test "the socket is root's alone" {
	supervise cat
	[ "$(stat -c '%a %u' "$ROOT/$ID/console")" = "600 0" ]
	# Even if somebody opens it up: not for others
	chmod 711 "$ROOT" "$ROOT/$ID"
	chmod 666 "$ROOT/$ID/console"
	needs setpriv /usr/bin/python3
	try setpriv --reuid 1000 --regid 1000 --clear-groups /usr/bin/python3 -c '
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
s.connect(sys.argv[1])
s.settimeout(5)
print("closed" if s.recv(100) == b"" else "served")' "$ROOT/$ID/console"
	chmod 700 "$ROOT"
	expect 0 closed
	end
}

@test "what a client sends is taken for what it is: nonsense does no harm" {
	needs python3
	supervise sh -c 'stty -echo; echo ready; while read -r line; do echo "got $line"; stty size; done'
	wait_for has_line ready log
	python3 - "$ROOT/$ID/console" <<-'END'
		import socket, sys
		def connect():
		    s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
		    s.connect(sys.argv[1])
		    return s
		s = connect()
		for message in b"x", b"s", b"s1", b"s" + b"x" * 4000, b"\0", b"i", b"q" * 60000:
		    s.send(message)
		connect().close()
		s.send(b"s\x28\x00\x64\x00")
		s.send(b"istill\n")
		s.recv(100)
	END
	wait_for has_line 'got still' log
	wait_for has_line '^40 100' log
	end
}

@test "on a terminal: raw, the right size, which it follows; ^] three times detaches" {
	needs tmux
	supervise sh -c 'PS1="in> " exec sh -i'
	wait_for has_line 'in>' log
	on_screen "jail console $ID; echo rc=\$?"
	wait_for shows 'Press .\] three times'
	press Enter
	wait_for shows '^in>'
	press -l 'stty size; seq 1 2'
	press Enter
	wait_for shows '^25 90$'
	wait_for shows '^2$'
	resize 70 20
	sleep 0.3
	press -l 'stty size'
	press Enter
	wait_for shows '^20 70$'
	# ^C is for the program
	press -l 'sleep 100; echo rest'
	press Enter
	sleep 0.3
	press C-c
	press -l 'echo alive'
	press Enter
	wait_for shows '^alive$'
	# Twice is not enough, nor is three times with something else between
	press 'C-]' 'C-]' x 'C-]'
	sleep 0.3
	press C-u
	press -l 'echo still here'
	press Enter
	wait_for shows '^still here$'
	press 'C-]' 'C-]' 'C-]'
	wait_for shows 'Detached'
	wait_for shows '^rc=0$'
	has_status "$ID" running
	# The terminal is as it was
	press -l 'stty -a | grep -o " icanon\| echo "'
	press Enter
	wait_for shows 'icanon'
	on_end=$(pid_of "$ID")
	press -l "jail console $ID; echo rc2=\$?"
	press Enter
	wait_for shows 'three times within'
	kill -9 "$on_end"
	wait_for shows 'has ended'
	wait_for shows '^rc2=0$'
}

@test "a foreground run on a terminal is shared as well" {
	needs tmux
	config '.process.terminal = true' sh -c 'PS1="in> " exec sh -i'
	on_screen "jail run $ID; echo rc=\$?"
	wait_for shows '^in>'
	attach one
	echo 'echo from $((40 + 2)); exit 5' > one.in
	wait_for shows '^from 42$'
	wait_for has_line 'from 42' one
	wait_for shows '^rc=5$'
}

@test "no console to attach to" {
	config . sleep 100
	up
	try jail console "$ID"
	fails "has no terminal that is shared"
	jail kill "$ID" KILL
	wait_for has_status "$ID" stopped
	try jail console "$ID"
	fails "is not running"
	jail delete "$ID"
	try jail console "$ID"
	fails "does not exist"
	try jail console
	fails "too few arguments"
}

@test "a supervisor that was killed" {
	supervise sleep 100
	kill -9 "${BACKGROUND[-1]}"
	try jail console "$ID"
	fails "that held the terminal of $ID is gone"
	jail delete --force "$ID"
}

@test "a supervisor without input or a reader of its output: --service" {
	config '.process.terminal = true' sh -c 'stty -echo; echo ready; while read -r line; do echo "got $line"; done; echo end of input'
	background sh -c '"$1" run --service config.json "$2" < /dev/null 2> /dev/null | head -n 1 > log' sh "$JAIL" "$ID"
	wait_for has_line ready log
	attach one
	echo hello > one.in
	wait_for has_line 'got hello' one
	echo again > one.in
	wait_for has_line 'got again' one
	lacks_line 'end of input' one
	end
}
