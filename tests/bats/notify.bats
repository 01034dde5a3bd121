#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# notify.bats - what a service manager hands us: NOTIFY_SOCKET, the watchdog, LISTEN_FDS

load helpers

local_setup() {
	background notify listen "$PWD/manager" > heard
	wait_for [ -S manager ]
}

# run_as_service ARG…: the foreground run of a service, in the background
run_as_service() {
	NOTIFY_SOCKET=$PWD/manager background "$JAIL" run "$@" "$ID" > log 2>&1 < /dev/null
}

end() {
	jail stop "$ID"
	wait_for gone "$ROOT/$ID"
}

messages() {
	grep -v '^--$' heard || true
}

# The listener is a process of its own, and may be behind us.
hears() {
	wait_for grep -qx -e "$1" heard
}

@test "a program that says nothing is ready when it runs" {
	config . sh -c 'echo "socket=${NOTIFY_SOCKET-none}"; sleep 0.3'
	NOTIFY_SOCKET=$PWD/manager jail run "$ID" > log
	[ "$(cat log)" = socket=none ]
	hears READY=1
	gone rootfs/run/host
}

@test "one that could not be started is never ready" {
	config . /no/such/program
	NOTIFY_SOCKET=$PWD/manager try jail run "$ID"
	[ "$status" = 127 ]
	[ ! -s heard ]
}

@test "jail.notify: ready when the program says so" {
	short '.jail.notify = true' sh -c 'echo up; while ! [ -e /go ]; do sleep 0.1; done
		notify READY=1 "STATUS=at your service"; sleep 100'
	run_as_service
	wait_for has_line up log
	sleep 0.3
	[ ! -s heard ]
	touch rootfs/go
	hears READY=1
	hears 'STATUS=at your service'
	end
}

@test "only what is safe gets through" {
	short '.jail.notify = true' sh -c 'notify MAINPID=1 FDSTORE=1 FDNAME=x NOTIFYACCESS=all BUSERROR=x X_EVIL=1 READY=2 "ERRNO=1 2" READY=1 MONOTONIC_USEC=12 RELOADING=1 ERRNO=5 EXIT_STATUS=3 WATCHDOG=1 WATCHDOG_USEC=1000 EXTEND_TIMEOUT_USEC=5 WATCHDOG=yes STOPPING=1
		notify MAINPID=1; notify "$(printf "STATUS=a\033[2Jb\001\302\205c\377d\303\244")"
		notify "STATUS=$(seq -s "" 1 500)"; notify STATUS=last; sleep 100'
	run_as_service
	hears STATUS=last
	messages > got
	printf '%s\n' READY=1 MONOTONIC_USEC=12 RELOADING=1 ERRNO=5 EXIT_STATUS=3 WATCHDOG=1 WATCHDOG_USEC=1000 \
		EXTEND_TIMEOUT_USEC=5 STOPPING=1 'STATUS=a?[2Jb??c?dä' > want
	# U+0085 is two bytes, and two of ours
	head -n 10 got | sed 's/^STATUS=a.*/STATUS=a?[2Jb??c?dä/' | diff want -
	sed -n 10p got | LC_ALL=C grep -q '^STATUS=a?\[2Jb?'
	if LC_ALL=C sed -n 10p got | grep -q "$(printf '[\001-\010\033\377]')"; then
		return 1
	fi
	sed -n 11p got | grep -q '^STATUS=123'
	[ "$(sed -n 11p got | wc -c)" -le 270 ]
	[ "$(wc -l < got)" = 12 ]
	end
}

@test "a message that is too long is dropped, descriptors are closed" {
	short '.jail.notify = true' sh -c 'notify "STATUS=$(seq -s "" 1 3000)"; notify fd FDSTORE=1 STATUS=with; notify STATUS=last; sleep 100'
	run_as_service
	hears STATUS=last
	[ "$(messages)" = $'STATUS=with\nSTATUS=last' ]
	supervisor=${BACKGROUND[-1]}
	[ "$(find "/proc/$supervisor/fd" -type l | wc -l)" -le 20 ]
	end
}

@test "a flood does not keep us busy, nor the manager" {
	short '.jail.notify = true' sh -c 'echo up; while :; do notify flood 2000 STATUS=x > /dev/null; done'
	run_as_service
	wait_for has_line up log
	sleep 2
	supervisor=${BACKGROUND[-1]}
	read -r -a stat < "/proc/$supervisor/stat"
	# In two seconds: 64 at once, and 20 a second; a tenth of a second of processor time
	[ "$(messages | wc -l)" -le $((64 + 20 * 4 * SLOW)) ]
	[ $((stat[13] + stat[14])) -le $((30 * SLOW)) ]
	end
}

@test "the socket inside is in a directory that cannot be written to" {
	short '.jail.notify = true' sh -c 'echo "$NOTIFY_SOCKET"; ls /run/host; rm -f /run/host/notify 2>&1; touch /run/host/x 2>&1; notify READY=1; sleep 100'
	run_as_service
	hears READY=1
	[ "$(head -n 2 log)" = $'/run/host/notify\nnotify' ]
	grep -q 'Read-only file system' log
	[ "$(stat -c %a "$ROOT")" = 700 ]
	[ "$(stat -c %a "$ROOT/$ID")" = 700 ]
	end
}

@test "exec'd programs are not told" {
	short '.jail.notify = true' sh -c 'notify READY=1; sleep 100'
	run_as_service
	hears READY=1
	try jail exec "$ID" env
	expect 0
	lacks NOTIFY_SOCKET
	end
}

@test "the watchdog is passed on to a program that notifies, with its own pid" {
	short '.jail.notify = true' sh -c 'env | grep ^WATCHDOG | sort; notify READY=1; sleep 100'
	WATCHDOG_USEC=3000000 run_as_service
	hears READY=1
	[ "$(cat log)" = $'WATCHDOG_PID=1\nWATCHDOG_USEC=3000000' ]
	end
	: > heard
	WATCHDOG_USEC=3000000 WATCHDOG_PID=1 run_as_service
	hears READY=1
	[ ! -s log ]
	end
}

@test "in the background the manager hears whose the unit is now" {
	config . sleep 100
	NOTIFY_SOCKET=$PWD/manager jail run -d --log-output none "$ID"
	hears READY=1
	hears "MAINPID=$(pid_of "$ID")"
	jail delete --force "$ID"
}

@test "create hands the socket itself over, as engines expect" {
	config . notify READY=1 STATUS=direct
	NOTIFY_SOCKET=$PWD/manager jail create --log-output none --bundle . "$ID"
	[ ! -s heard ]
	jail start "$ID"
	hears STATUS=direct
	wait_for has_status "$ID" stopped
	jail delete "$ID"
}

@test "a socket that is not there, or cannot be one, does not matter" {
	config . true
	NOTIFY_SOCKET=/no/such/socket try jail run "$ID"
	expect 0
	contains "warning"
	NOTIFY_SOCKET=relative try jail run "$ID"
	expect 0 ""
}

# ---- sockets ----

# with_sockets N PID ARG…: 3 and 4 are open; PID "me" is that of the command
with_sockets() {
	# shellcheck disable=SC2016
	sh -c 'export LISTEN_FDS=$1 LISTEN_PID=$2 LISTEN_FDNAMES=one:two
		[ "$2" != me ] || LISTEN_PID=$$
		shift 2; exec "$@" 3< three 4< four' sh "$@"
}

@test "LISTEN_FDS: descriptors, names, and the pid that the program has" {
	echo first > three
	echo second > four
	for ns in '.' '.linux.namespaces |= map(select(.type != "pid"))'; do
		config "$ns" sh -c 'echo "$LISTEN_FDS $LISTEN_FDNAMES"; cat <&3 <&4; [ "$LISTEN_PID" = $$ ] && echo mine; ls /proc/self/fd'
		try with_sockets 2 me "$JAIL" run "$ID"
		expect 0
		[ "$(head -n 3 <<< "$output")" = $'2 one:two\nsecond\nmine' ]
	done
}

@test "LISTEN_FDS and --preserve-fds add up" {
	echo first > three
	echo second > four
	config . sh -c 'cat <&3; cat <&4'
	try with_sockets 1 me "$JAIL" run --preserve-fds 1 "$ID"
	expect 0 $'first\nsecond'
}

@test "LISTEN_FDS for somebody else stays with us" {
	echo first > three
	echo second > four
	config . sh -c 'echo "${LISTEN_FDS-none}"; cat <&3'
	try with_sockets 2 1 "$JAIL" run "$ID"
	[ "$status" != 0 ]
	contains none
	lacks first
}

@test "LISTEN_FDS that are not open are an error" {
	echo first > three
	echo second > four
	config . true
	try with_sockets 5 me "$JAIL" run "$ID"
	fails descriptor
}

@test "LISTEN_FDS through create and start" {
	echo first > three
	echo second > four
	config . sh -c 'echo "$LISTEN_PID $LISTEN_FDS"; cat <&3'
	with_sockets 1 me "$JAIL" create --log-output file:"$PWD/log" --bundle . "$ID"
	jail start "$ID"
	wait_for has_line first log
	[ "$(head -n 1 log)" = "1 1" ]
	wait_for has_status "$ID" stopped
	jail delete "$ID"
}

# ---- run -d --wait-ready ----

@test "run -d --wait-ready returns when the program says so, and it goes on" {
	short '.jail.notify = true' sh -c 'while ! [ -e /go ]; do sleep 0.1; done; notify READY=1; sleep 0.3
		notify STATUS=late; echo alive > /alive; sleep 100'
	background "$JAIL" run -d --wait-ready --log-output none "$ID" > log 2>&1 < /dev/null
	wait_for jail exec "$ID" true
	sleep 0.5
	kill -0 "${BACKGROUND[-1]}"
	touch rootfs/go
	wait "${BACKGROUND[-1]}"
	[ ! -s log ]
	wait_for [ -e rootfs/alive ]
	[ "$(jail state "$ID" | jq -r .status)" = running ]
	jail delete --force "$ID"
}

@test "run -d --wait-ready: one that ends before" {
	short '.jail.notify = true' sh -c 'exit 7'
	try jail run -d --wait-ready --log-output none "$ID"
	expect 7
	fails "ended before it was ready, with exit status 7"
	[ "$(jail state "$ID" | jq -r .status)" = stopped ]
	jail delete "$ID"
	short '.jail.notify = true' sh -c 'exit 0'
	try jail run -d --wait-ready --log-output none "$ID"
	expect 1
	jail delete "$ID"
	short '.jail.notify = true' /no/such/program
	try jail run -d --wait-ready --log-output none "$ID"
	expect 127
	gone "$ROOT/$ID"
}

@test "run -d --wait-ready: one that ends at once has not been waited for in vain, and its last word counts" {
	short '.jail.notify = true' sh -c 'exit 7'
	for _ in $(seq 100); do
		try jail run -d --wait-ready --log-output none "$ID"
		expect 7
		jail delete "$ID"
	done
	short '.jail.notify = true' sh -c 'notify READY=1'
	for _ in $(seq 20); do
		jail run -d --wait-ready --log-output none "$ID"
		jail delete --force "$ID"
	done
}

@test "run --wait-ready: whom it cannot wait for" {
	short '.jail.notify = true' sleep 100
	try jail run --wait-ready "$ID"
	fails "--wait-ready goes with --detach"
	NOTIFY_SOCKET=$PWD/manager try jail run -d --wait-ready "$ID"
	fails "a service manager waits for it, by NOTIFY_SOCKET"
	short . sleep 100
	try jail run -d --wait-ready "$ID"
	fails "without jail.notify in the spec nobody says that it is ready"
	gone "$ROOT/$ID"
}
