#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# stop.bats - jail stop: asked by the right signal, waited for, killed

load helpers

# A program that says by which signal it was asked to end
tells() {
	config "${1-.}" sh -c 'for s in HUP INT QUIT USR1 USR2 PWR TERM; do trap "echo $s; exit 0" $s; done
		echo up; while :; do sleep 0.1; done'
	jail run -d --log-output file:"$PWD/log" "${2-$ID}"
	wait_for has_line up log
}

@test "TERM, where nothing else is said" {
	tells
	try jail stop "$ID"
	expect 0 ""
	[ "$(tail -n 1 log)" = TERM ]
	has_status "$ID" stopped
	jail delete "$ID"
}

@test "the signal of the spec, of the image, of the option: the nearer one wins" {
	tells '.annotations = {"org.opencontainers.image.stopSignal": "SIGQUIT"}'
	jail stop "$ID"
	[ "$(tail -n 1 log)" = QUIT ]
	jail delete "$ID"
	tells '.annotations = {"org.opencontainers.image.stopSignal": "SIGQUIT"} | .jail = {"stopSignal": "INT"}'
	jail stop "$ID"
	[ "$(tail -n 1 log)" = INT ]
	jail delete "$ID"
	tells '.jail = {"stopSignal": "INT"}'
	jail stop --signal USR1 "$ID"
	[ "$(tail -n 1 log)" = USR1 ]
	jail delete "$ID"
	tells '.annotations = {"org.opencontainers.image.stopSignal": "nonsense"}'
	jail stop "$ID"
	[ "$(tail -n 1 log)" = TERM ]
	jail delete "$ID"
}

@test "an unknown stopSignal is an error of the spec" {
	config '.jail = {"stopSignal": "SIGNONE"}' true
	go
	fails 'jail.stopSignal: unknown signal "SIGNONE"'
}

@test "one that does not end is killed, and that is said" {
	config . sh -c 'trap "" TERM; echo up; while :; do sleep 1; done'
	jail run -d --log-output file:"$PWD/log" "$ID"
	wait_for has_line up log
	start=$SECONDS
	try jail stop --timeout 1 "$ID"
	expect 0 "jail: warning: $ID: has not ended within 1 s, killed"
	[ $((SECONDS - start)) -le $((5 * SLOW)) ]
	has_status "$ID" stopped
	jail delete "$ID"
}

@test "one that never thought of signals is not waited for" {
	config . sleep 100
	up
	start=$SECONDS
	try jail stop "$ID"
	expect 0 ""
	[ $((SECONDS - start)) -le $((5 * SLOW)) ]
	has_status "$ID" stopped
	jail delete "$ID"
}

@test "a timeout of 0 kills at once" {
	tells
	try jail stop -t 0 "$ID"
	expect 0 ""
	[ "$(tail -n 1 log)" = up ]
	has_status "$ID" stopped
	jail delete "$ID"
}

@test "paused: it is let go on, and ends in order" {
	tells
	jail pause "$ID"
	try jail stop "$ID"
	expect 0 ""
	[ "$(tail -n 1 log)" = TERM ]
	jail delete "$ID"
}

@test "created, not started: it has nothing to save" {
	config . sleep 100
	jail create --log-output none --bundle . "$ID"
	try jail stop "$ID"
	expect 0 ""
	has_status "$ID" stopped
	jail delete "$ID"
}

@test "stopped already: fine, any number of times" {
	config . true
	up
	wait_for has_status "$ID" stopped
	try jail stop "$ID"
	expect 0 ""
	try jail stop "$ID"
	expect 0 ""
	jail delete "$ID"
}

@test "several are asked together, and one that is not there does not keep the others" {
	config . sh -c 'trap "sleep 1; exit 0" TERM; echo up; while :; do sleep 0.1; done'
	for i in 1 2 3; do
		jail run -d --log-output file:"$PWD/log$i" "$ID-$i"
		wait_for has_line up "log$i"
	done
	start=$(date +%s%N)
	try jail stop "$ID-1" "$ID-none" "$ID-2" "$ID-3"
	expect 1 "jail: jail $ID-none: container does not exist"
	if [ "$SLOW" = 1 ]; then
		[ $(($(date +%s%N) - start)) -lt 2700000000 ]
	fi
	for i in 1 2 3; do
		has_status "$ID-$i" stopped
		jail delete "$ID-$i"
	done
}

@test "without a pid namespace, what the program left is killed, too" {
	config '.linux.namespaces |= map(select(.type != "pid"))' \
		sh -c 'sleep 100 & trap "exit 0" TERM; echo up; while :; do sleep 0.1; done'
	jail run -d --log-output file:"$PWD/log" "$ID"
	wait_for has_line up log
	jail stop "$ID"
	wait_for has_procs "$ID" 0
	jail delete "$ID"
}

@test "a jail run that stays with it returns as the program did, and removes it" {
	config . sh -c 'trap "exit 7" TERM; echo up > /up; while :; do sleep 0.1; done'
	background sh -c 'status=0; "$1" run "$2" > log 2>&1 < /dev/null || status=$?; echo $status > status' sh "$JAIL" "$ID"
	wait_for [ -e rootfs/up ]
	try jail stop "$ID"
	expect 0 ""
	wait_for [ -s status ]
	[ "$(cat status)" = 7 ]
}

@test "misuse" {
	try jail stop
	fails "too few arguments"
	try jail stop --timeout soon x
	fails '--timeout: "soon" is not a number of seconds'
	try jail stop --timeout -1 x
	fails "timeout"
	try jail stop --signal NONE x
	fails 'unknown signal "NONE"'
	try jail stop nosuch
	fails "nosuch"
}
