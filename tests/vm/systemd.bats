#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# systemd.bats - jails as services: jail@.service and its companions on a machine that systemd runs

load helpers

UNITS=/run/systemd/system

setup_file() {
	local unit
	ln -sf "$JAIL" /usr/local/bin/jail
	for unit in jail@.service jail-gc.service; do
		sed 's|@BINDIR@|/usr/local/bin|' "$BATS_TEST_DIRNAME/../../config/systemd/$unit.in" > /etc/systemd/system/$unit
	done
	cp "$BATS_TEST_DIRNAME/../../config/systemd/jail.slice" /etc/systemd/system/
	mkdir -p /etc/jail $UNITS
	systemctl daemon-reload
}

teardown_file() {
	rm -rf /etc/jail /etc/systemd/system/jail* /usr/local/bin/jail
	systemctl daemon-reload
}

local_setup() {
	NAME=t$BATS_TEST_NUMBER
	UNIT=jail@$NAME
}

local_teardown() {
	systemctl stop "$UNIT" jail@web.socket 2>/dev/null || true
	systemctl disable --quiet "$UNIT" 2>/dev/null || true
	systemctl reset-failed 2>/dev/null || true
	rm -rf "/etc/jail/$NAME" "/etc/jail/$NAME.json" "$UNITS/jail@"* /etc/systemd/system/jail@*.d
	systemctl daemon-reload
}

# service FILTER ARG…: /etc/jail/NAME.json is a short spec for the busybox root
service() {
	local filter=$1
	shift
	jq -n --arg root "$PWD/rootfs" '{root: {path: $root}, process: {args: $ARGS.positional}} | '"$filter" \
		--args -- "$@" > "/etc/jail/$NAME.json"
}

property() {
	systemctl show --value -p "$1" "$UNIT"
}

has_property() {
	[ "$(property "$1")" = "$2" ]
}

log_has() {
	journalctl --sync
	journalctl -q --no-pager -o cat -u "$UNIT" | grep -q -e "$1"
}

@test "start, status, journal, stop" {
	service . sh -c 'trap "echo bye; exit 0" TERM; echo hello from inside; while :; do sleep 0.1; done'
	systemctl start "$UNIT"
	[ "$(property ActiveState)" = active ]
	[ "$(property StatusText)" = Running. ]
	has_status "$NAME" running
	grep -qx "0::/jail.slice/$UNIT.service/$NAME" "/proc/$(pid_of "$NAME")/cgroup"
	grep -qx "0::/jail.slice/$UNIT.service/supervisor" "/proc/$(property MainPID)/cgroup"
	wait_for log_has '^hello from inside'
	journalctl -q --no-pager -t "jail-$NAME" | grep -q 'hello from inside'
	jail logs "$NAME" | grep -q 'hello from inside'
	systemctl stop "$UNIT"
	[ "$(property ActiveState) $(property Result)" = "inactive success" ]
	wait_for log_has '^bye'
	gone "$ROOT/$NAME"
	gone "$CGROUP/jail.slice/$UNIT.service"
}

@test "one that does not know of SIGTERM is stopped at once, and that is no failure" {
	service . sleep 1000
	systemctl start "$UNIT"
	start=$SECONDS
	systemctl stop "$UNIT"
	[ $((SECONDS - start)) -lt 30 ]
	[ "$(property ActiveState) $(property Result)" = "inactive success" ]
}

@test "a bundle in /etc/jail/NAME, and restart" {
	mkdir "/etc/jail/$NAME"
	base_config | jq --arg root "$PWD/rootfs" '.root.path = $root | .process.args = ["sleep", "1000"]' > "/etc/jail/$NAME/config.json"
	systemctl start "$UNIT"
	first=$(pid_of "$NAME")
	systemctl restart "$UNIT"
	[ "$(pid_of "$NAME")" != "$first" ]
	[ "$(property ActiveState)" = active ]
}

@test "its own end is the unit's: status 0, another one, a signal" {
	service . sh -c 'exit 0'
	systemctl start "$UNIT"
	wait_for has_property ActiveState inactive
	[ "$(property Result)" = success ]
	service . sh -c 'exit 3'
	systemctl start "$UNIT"
	wait_for has_property ActiveState failed
	[ "$(property ExecMainStatus)" = 3 ]
	gone "$ROOT/$NAME"
}

@test "a mistake in the spec: the start fails, status shows the line" {
	service '.process.colour = "red"' true
	try systemctl start "$UNIT"
	[ "$status" != 0 ]
	journalctl --sync
	try systemctl status --no-pager "$UNIT"
	contains "jail: $NAME.json: process.colour: unknown member"
	rm "/etc/jail/$NAME.json"
	try systemctl start "$UNIT"
	[ "$status" != 0 ]
	log_has "/etc/jail/$NAME: No such file or directory"
}

@test "reload applies the limits of the changed spec, and refuses a wrong one" {
	service '.linux.resources.memory.limit = 33554432' sleep 1000
	systemctl start "$UNIT"
	[ "$(cat "$CGROUP/jail.slice/$UNIT.service/$NAME/memory.max")" = 33554432 ]
	service '.linux.resources.memory.limit = 67108864' sleep 1000
	systemctl reload "$UNIT"
	[ "$(cat "$CGROUP/jail.slice/$UNIT.service/$NAME/memory.max")" = 67108864 ]
	service '.linux.resources.memory.limit = "much"' sleep 1000
	try systemctl reload "$UNIT"
	[ "$status" != 0 ]
	[ "$(cat "$CGROUP/jail.slice/$UNIT.service/$NAME/memory.max")" = 67108864 ]
	has_status "$NAME" running
}

@test "limits of the unit hold for the jail" {
	mkdir -p "$UNITS/$UNIT.service.d"
	printf '[Service]\nTasksMax=20\nMemoryMax=48M\n' > "$UNITS/$UNIT.service.d/limits.conf"
	systemctl daemon-reload
	service . sh -c 'i=0; while sleep 1000 & do i=$((i + 1)); echo "made $i"; [ $i -lt 50 ] || break; done; sleep 1000'
	systemctl start "$UNIT"
	[ "$(cat "$CGROUP/jail.slice/$UNIT.service/memory.max")" = 50331648 ]
	wait_for log_has 'fork'
	if log_has 'made 25'; then
		return 1
	fi
}

@test "enabled, it is wanted by multi-user.target" {
	service . sleep 1000
	systemctl enable --quiet "$UNIT"
	[ "$(systemctl is-enabled "$UNIT")" = enabled ]
	systemctl list-dependencies --plain multi-user.target | grep -q "$UNIT.service"
}

@test "jail-gc.service runs, and leaves what runs alone" {
	service . sleep 1000
	systemctl start "$UNIT"
	systemctl start jail-gc.service
	has_status "$NAME" running
}

@test "jail.notify: start waits until the program is ready, and others wait for it" {
	service '.jail.notify = true' sh -c 'sleep 2; notify "STATUS=warm" READY=1; sleep 1000'
	start=$SECONDS
	systemctl start "$UNIT"
	[ $((SECONDS - start)) -ge 2 ]
	wait_for has_property StatusText warm
	[ "$(property ActiveState)" = active ]
}

@test "a hostile program cannot take the unit over" {
	service '.jail.notify = true' sh -c 'notify MAINPID=1 READY=1 NOTIFYACCESS=all; notify fd FDSTORE=1 FDNAME=mine; notify MAINPID=1; sleep 1000'
	systemctl start "$UNIT"
	sleep 2
	grep -q "supervisor" "/proc/$(property MainPID)/cgroup"
	[ "$(property NotifyAccess)" = main ]
	[ "$(property NFileDescriptorStore)" = 0 ]
}

@test "the watchdog: who stops saying that he lives is killed" {
	mkdir -p "$UNITS/$UNIT.service.d"
	printf '[Service]\nWatchdogSec=8\n' > "$UNITS/$UNIT.service.d/watchdog.conf"
	systemctl daemon-reload
	service '.jail.notify = true' sh -c 'echo "$WATCHDOG_USEC $WATCHDOG_PID"; notify READY=1; for i in 1 2 3 4 5 6; do sleep 2; notify WATCHDOG=1; done; echo silent; sleep 1000'
	systemctl start "$UNIT"
	wait_for log_has '^8000000 1$'
	SLOW=$((SLOW * 4)) wait_for log_has '^silent$'
	[ "$(property ActiveState)" = active ]
	SLOW=$((SLOW * 4)) wait_for has_property Result watchdog
	wait_for gone "$ROOT/$NAME"
}

@test "socket activation: the first connection starts it, and is answered from a jail without a network" {
	cp "$BATS_TEST_DIRNAME/../../config/systemd/examples/jail@web.socket" "$UNITS/jail@$NAME.socket"
	sed -i 's/8080/127.0.0.1:18080/' "$UNITS/jail@$NAME.socket"
	systemctl daemon-reload
	service '.jail.notify = true' /usr/bin/takefd-serve
	cp "$(command -v listener)" rootfs/usr/bin/takefd-serve
	systemctl start "jail@$NAME.socket"
	[ "$(property ActiveState)" = inactive ]
	exec 5<>/dev/tcp/127.0.0.1/18080
	read -r -t $((5 * SLOW)) -u 5 line
	exec 5>&-
	[ "$line" = "http 1" ]
	[ "$(property ActiveState)" = active ]
	systemctl stop "jail@$NAME.socket"
}

@test "systemctl kill reaches the program as its stop signal" {
	service '.jail.stopSignal = "USR1"' sh -c 'trap "echo usr1; exit 0" USR1; echo up; while :; do sleep 0.1; done'
	systemctl start "$UNIT"
	wait_for log_has '^up'
	systemctl kill --kill-whom=main "$UNIT"
	wait_for log_has '^usr1'
	wait_for has_property ActiveState inactive
	[ "$(property Result)" = success ]
}

@test "a supervisor that is killed takes its jail with it, and leaves nothing" {
	service . sleep 1000
	systemctl start "$UNIT"
	kill -9 "$(property MainPID)"
	wait_for has_property ActiveState failed
	wait_for gone "$ROOT/$NAME"
	wait_for gone "$CGROUP/jail.slice/$UNIT.service"
}

@test "jail stop from outside ends the unit" {
	service . sh -c 'trap "exit 0" TERM; while :; do sleep 0.1; done'
	systemctl start "$UNIT"
	jail stop "$NAME"
	wait_for has_property ActiveState inactive
	[ "$(property Result)" = success ]
}

@test "an operating system: up when it says so, a console, a reboot from inside, an orderly end" {
	needs debian with systemd
	jq -n '{root: {path: "/var/lib/jail-test/debian"}, process: {args: ["/sbin/init"]}}' > "/etc/jail/$NAME.json"
	timeout 120 systemctl start "$UNIT"
	LIMIT=60
	try jail exec "$NAME" systemctl is-system-running
	expect 0 running
	try jail exec "$NAME" systemctl --failed --no-legend --plain
	expect 0 ""
	try jail exec "$NAME" cat /sys/fs/cgroup/cgroup.controllers
	contains memory
	contains pids
	# Limits of services inside bite: the controllers are its own
	jail exec "$NAME" systemd-run --quiet --wait -p MemoryMax=32M cat /proc/self/cgroup
	(sleep 2; printf 'root\r'; sleep 5) | timeout 20 "$JAIL" console "$NAME" > seen || true
	has_line 'login:\|Password:\|root@' seen
	first=$(pid_of "$NAME")
	jail exec "$NAME" systemctl reboot || true
	SLOW=$((SLOW * 6)) wait_for has_property NRestarts 1
	SLOW=$((SLOW * 6)) wait_for has_property ActiveState active
	[ "$(pid_of "$NAME")" != "$first" ]
	systemctl stop "$UNIT"
	[ "$(property ActiveState) $(property Result)" = "inactive success" ]
	log_has 'Reached target.*System Shutdown'
}
