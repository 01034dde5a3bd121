#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# os.bats - a whole operating system inside: systemd, busybox init, and how they end and start again

load helpers

SYSTEM=${JAIL_TEST_SYSTEM:-/var/lib/jail-test/debian}

# os FILTER: a short spec for Debian's own init
os() {
	jq -n --arg root "$SYSTEM" '{root: {path: $root}, process: {args: ["/sbin/init"]}} | '"$1" > config.json
}

# boot: supervise it, with its console in ./console; ./status gets what jail run returns
boot() {
	rm -f status
	background sh -c 'jail=$1 id=$2; shift 2; status=0
		"$jail" run "$@" config.json "$id" > console 2>&1 < /dev/null &
		echo $! > supervisor
		wait $! || status=$?
		echo $status > status' sh "$JAIL" "$ID" "$@"
}

is_up() {
	# shellcheck disable=SC2317
	[ "$(jail exec "$ID" systemctl is-system-running)" = running ]
}

ended_with() {
	wait_for [ -s status ]
	[ "$(cat status)" = "$1" ]
}

other_pid() {
	local pid
	pid=$(pid_of "$ID" 2>/dev/null) && [ "$pid" -gt 0 ] && [ "$pid" != "$1" ]
}

@test "systemd boots to running, without a failed unit, in a user namespace" {
	needs debian with systemd
	os .
	boot
	wait_for is_up
	try jail exec "$ID" systemctl --failed --no-legend --plain
	expect 0 ""
	try jail exec "$ID" sh -c 'tr "\0" "\n" < /proc/1/environ | grep ^container; cat /run/systemd/container; cat /proc/self/uid_map'
	expect 0
	matches '^container=jail'
	matches ' 100000 +65536$'
	try jail exec "$ID" sh -c 'stat -f -c %T /run /tmp; touch /sys/x 2>&1; echo 1 > /proc/sys/kernel/panic; echo 1 > /proc/sys/net/ipv4/ip_forward && cat /proc/sys/net/ipv4/ip_forward; mkdir /sys/fs/cgroup/mine && rmdir /sys/fs/cgroup/mine && echo own cgroup'
	contains $'tmpfs\ntmpfs\n'
	contains "Read-only file system"
	contains $'1\nown cgroup'
	# A service of its own, and its log
	jail exec "$ID" systemd-run --wait --quiet echo said inside
	jail exec "$ID" journalctl --no-pager -q -o cat -b > journal
	has_line 'said inside' journal
	jail stop "$ID"
	ended_with 0
	has_line 'Reached target.*System Shutdown' console
	lacks_line $'\r$' console
}

@test "systemd boots to running without a user namespace" {
	needs debian with systemd
	os '.linux.namespaces = (["pid", "mount", "network", "ipc", "uts", "cgroup"] | map({type: .}))'
	boot
	wait_for is_up
	try jail exec "$ID" systemctl --failed --no-legend --plain
	expect 0 ""
	try jail exec "$ID" cat /proc/self/uid_map
	matches '^ +0 +0 +4294967295$'
	try jail exec "$ID" sh -c 'echo 1 > /proc/sys/kernel/panic'
	[ "$status" != 0 ]
	jail stop "$ID"
	ended_with 0
}

welcomed() {
	[ "$(grep -c 'Welcome to' console)" = "$1" ]
}

@test "reboot inside starts it again, poweroff inside ends it" {
	needs debian with systemd
	os '.hooks = {"poststop": [{"path": "/bin/sh", "args": ["sh", "-c", "echo x >> '"$PWD"'/hooks"]}]}'
	boot
	wait_for is_up
	first=$(pid_of "$ID")
	jail exec "$ID" systemctl reboot || true
	wait_for other_pid "$first"
	wait_for is_up
	wait_for welcomed 2
	[ "$(wc -l < hooks)" = 1 ]
	jail exec "$ID" systemctl poweroff || true
	ended_with 0
	[ "$(wc -l < hooks)" = 2 ]
	try jail state "$ID"
	[ "$status" != 0 ]
}

@test "in a unit a reboot is exit status 133, and ready is ready" {
	needs debian with systemd
	background notify listen "$PWD/manager" > heard
	wait_for [ -S manager ]
	os .
	NOTIFY_SOCKET=$PWD/manager boot --service
	wait_for has_line '^READY=1' heard
	is_up
	grep -q "^0::/runner/$ID" "/proc/$(pid_of "$ID")/cgroup"
	jail exec "$ID" systemctl reboot || true
	ended_with 133
}

@test "the jail's console says what systemd's does, and a log-in is offered there" {
	needs debian with systemd
	os .
	boot --service
	wait_for has_line 'login:' console
	# In the foreground: a SIGCONT behind timeout's SIGTERM leaves LeakSanitizer waiting for a stop for ever.
	(sleep 0.3; printf 'root\r'; sleep 1) | timeout --foreground $((5 * SLOW)) "$JAIL" console "$ID" > seen || true
	has_line 'Password:\|root@\|Login incorrect' seen
	kill -TERM "$(cat supervisor)"
	ended_with 0
}

@test "detached, without a console, it runs as well" {
	needs debian with systemd
	os .
	jail run -d --log-output none config.json "$ID"
	wait_for is_up
	jail stop "$ID"
	has_status "$ID" stopped
	jail delete "$ID"
}

# ---- others ----

# A busybox system: /sbin/init and an inittab
busybox_system() {
	mkdir -p rootfs/sbin
	ln -s ../bin/busybox rootfs/sbin/init
	printf '%s\n' '::sysinit:/bin/echo booted' '::respawn:/bin/sleep 1000' \
		'::shutdown:/bin/echo going down' > rootfs/etc/inittab
	short "${1-.}" /sbin/init
}

# It has come as far as its services, and so listens to signals.
serves() {
	jail ps "$ID" | grep -q 'sleep 1000'
}

@test "busybox init: stop is its poweroff signal, reboot inside starts it again" {
	busybox_system
	boot
	wait_for has_line booted console
	wait_for serves
	first=$(pid_of "$ID")
	jail exec "$ID" reboot
	wait_for other_pid "$first"
	wait_for serves
	wait_for eval '[ "$(grep -c booted console)" = 2 ]'
	try jail stop "$ID"
	expect 0 ""
	ended_with 0
	[ "$(grep -c '^going down' console)" = 2 ]
}

# stopped_by PROGRAM-IN-ROOT: by which signal it is asked to end
stopped_by() {
	mkdir -p "rootfs/${1%/*}" rootfs/sbin
	# shellcheck disable=SC2016
	printf '#!/bin/sh\nfor s in HUP INT USR1 USR2 PWR TERM 37; do trap "echo $s; exit 0" $s; done\necho up\nwhile :; do sleep 0.1; done\n' > "rootfs/$1"
	chmod 755 "rootfs/$1"
	[ "$1" = sbin/init ] || ln -sf "/$1" rootfs/sbin/init
	short . /sbin/init
	jail run -d --log-output file:"$PWD/log" config.json "$ID"
	wait_for has_line up log
	jail stop "$ID"
	jail delete "$ID"
	tail -n 1 log
	rm "rootfs/$1"
}

@test "each init is asked by the signal that it takes for a shutdown" {
	[ "$(stopped_by lib/systemd/systemd)" = 37 ]
	[ "$(stopped_by sbin/openrc-init)" = TERM ]
	[ "$(stopped_by sbin/other-init)" = TERM ]
	rm rootfs/sbin/init
	[ "$(stopped_by sbin/init)" = PWR ]
}

@test "an init outside the root is not looked at" {
	mkdir -p rootfs/sbin outside
	printf '#!/bin/sh\n' > outside/systemd
	ln -s "$PWD/outside/systemd" rootfs/sbin/init
	short . /sbin/init
	go
	[ "$status" = 127 ]
}

@test "one that reboots again and again is given up" {
	short '.jail.system = true' reboot -f
	LIMIT=30 try jail run config.json "$ID" < /dev/null
	expect 1
	contains "rebooted 5 times in a row"
}

@test "a program that may not reboot, and one that only looks as if it had" {
	config . reboot -f
	go
	[ "$status" != 0 ]
	lacks rebooted
	config '.linux.namespaces |= map(select(.type != "pid"))' sh -c 'kill -HUP $$'
	go
	expect 129 ""
	config '.linux.namespaces |= map(select(.type != "pid"))' sh -c 'kill -INT $$'
	go
	expect 130 ""
}

@test "jail.system: false leaves an init what any program gets, true makes one of any" {
	short '.jail.system = false' /sbin/init
	jail spec --expand config.json > expanded
	jq -e '.process.capabilities.bounding | length == 9' expanded
	jq -e '.process.noNewPrivileges and .process.terminal != true' expanded
	short '.jail.system = true' sh
	jail spec --expand config.json > expanded
	jq -e '.process.capabilities.bounding | index("CAP_SYS_ADMIN") and index("CAP_SYS_BOOT")' expanded
	jq -e '.process.terminal and .process.noNewPrivileges == false and .jail.system' expanded
	jq -e '.process.env | index("container=jail")' expanded
	jq -e '[.mounts[] | select(.destination == "/run" or .destination == "/tmp" or .destination == "/run/lock").type] == ["tmpfs", "tmpfs", "tmpfs"]' expanded
	jq -e '.linux.seccomp.syscalls | any(.names | index("mount"))' expanded
	jq -e '[.linux.seccomp.syscalls[] | select(.names | index("unshare"))] | length == 1 and (.[0].args | not)' expanded
	# What the administrator says wins
	short '.jail.system = true | .process.terminal = false | .mounts = [{"destination": "/tmp", "type": "tmpfs", "options": ["size=1m"]}]' sh
	jail spec --expand config.json > expanded
	jq -e '.process.terminal == false' expanded
	jq -e '[.mounts[] | select(.destination == "/tmp").options] == [["size=1m"]]' expanded
}

@test "with somebody else's network, /proc/sys/net is read-only" {
	short '.jail.system = true | .process.terminal = false | .linux.namespaces = (["pid", "mount", "ipc", "uts", "cgroup"] | map({type: .}))' \
		sh -c 'echo 1 > /proc/sys/net/ipv4/ip_forward'
	go
	[ "$status" != 0 ]
	contains "Read-only file system"
}

@test "jail.lxcfs shows the jail's own numbers, and is missed where it is not mounted" {
	short '.jail.lxcfs = true' sh -c 'cat /proc/meminfo'
	if ! needs_lxcfs; then
		go
		fails 'jail.lxcfs'
	fi
	mkdir -p /var/lib/lxcfs
	mount -t tmpfs none /var/lib/lxcfs
	for file in proc/cpuinfo proc/diskstats proc/loadavg proc/meminfo proc/stat proc/swaps proc/uptime sys/devices/system/cpu/online; do
		mkdir -p "/var/lib/lxcfs/${file%/*}"
		echo "from lxcfs: $file" > "/var/lib/lxcfs/$file"
	done
	go
	umount /var/lib/lxcfs
	expect 0 "from lxcfs: proc/meminfo"
}

# Mounted where it would be
needs_lxcfs() {
	[ -e /var/lib/lxcfs/proc/meminfo ]
}
