#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# rootless.bats - an ordinary user's jails where systemd rules: limits by the user's own, or not at all
#
# The commands come from where a login would be: not from the user's own part of the hierarchy.

load helpers

SLICE=/sys/fs/cgroup/user.slice/user-1000.slice/user@1000.service/jail.slice
ROOT=/run/user/1000/jail

local_setup() {
	needs user systemd
	WORK=/home/user/work
	mkdir $WORK
	cp -a "$BUNDLE/rootfs" $WORK/rootfs
	chown -hR user:user $WORK
	cd $WORK || return
}

local_teardown() {
	as_user user "$JAIL" list -q | while read -r id; do
		as_user user "$JAIL" delete --force "$id"
	done
	cd /
	rm -rf $WORK /home/single/work
}

# mine FILTER ARG…: run a short spec as user
mine() {
	short "$@"
	try as_user user "$JAIL" run $WORK/config.json "$ID"
}

up_mine() {
	short "$@"
	as_user user "$JAIL" run -d --log-output none $WORK/config.json "$ID"
}

my() {
	as_user user timeout $((20 * SLOW)) "$JAIL" "$@"
}

my_state() {
	[ "$(my state "$ID" | jq -r .status)" = "$1" ]
}

@test "a scope of the user's systemd, with a cgroup namespace that begins there; gone with the jail" {
	needs subordinate ids
	up_mine . sleep 1000
	local scope=$SLICE/jail-$ID.scope
	[ "$(cat "$scope/cgroup.procs")" = "$(my state "$ID" | jq .pid)" ]
	[ "$(cat "$scope/pids.max")" = 4096 ]
	[ "$(as_user user systemctl --user is-active "jail-$ID.scope")" = active ]
	try my exec "$ID" cat /proc/1/cgroup /proc/self/cgroup /sys/fs/cgroup/pids.max
	expect 0 $'0::/\n0::/\n4096'
	try my exec --user 33:33 "$ID" sh -c 'id -u; exit 4'
	expect 4 33
	my delete --force "$ID"
	wait_for gone "$scope"
	[ "$(as_user user systemctl --user show --value -p LoadState "jail-$ID.scope")" = not-found ]
}

@test "the life of a jail with a cgroup: pause, update, stats, ps, kill --all" {
	up_mine . sh -c 'sleep 1001 & sleep 1000'
	my pause "$ID"
	my_state paused
	my resume "$ID"
	my_state running
	my update --memory 20M --pids-limit 9 "$ID"
	[ "$(cat "$SLICE/jail-$ID.scope/memory.max" "$SLICE/jail-$ID.scope/pids.max")" = $'20971520\n9' ]
	[ "$(as_user user systemctl --user show --value -p MemoryMax "jail-$ID.scope")" = 20971520 ]
	try my stats "$ID"
	contains "20.0MiB"
	try my ps "$ID"
	contains "sleep 1001"
	my kill --all "$ID" KILL
	wait_for my_state stopped
	my delete "$ID"
}

@test "a memory limit bites, and is named" {
	mine '.linux.resources.memory = {limit: 16777216, swap: 16777216}' hog memory 64
	expect 137
	contains "memory.max"
}

@test "a limit of processes bites" {
	mine '.linux.resources.pids.limit = 6' hog processes 20
	matches 'made [1-5]$'
}

@test "a cpu quota bites, and exec counts" {
	up_mine '.linux.resources.cpu = {quota: 10000, period: 100000}' sleep 1000
	my exec "$ID" hog cpu 2000
	[ "$(sed -n 's/^nr_throttled //p' "$SLICE/jail-$ID.scope/cpu.stat")" -gt 3 ]
}

@test "create, start, and a terminal" {
	short . sh -c 'exit 5'
	my create $WORK/config.json "$ID" > /dev/null
	my_state created
	my start "$ID"
	wait_for my_state stopped
	my delete "$ID"
	short . tty
	try as_user user script -qec "'$JAIL' run -t $WORK/config.json $ID" /dev/null < /dev/null
	contains /dev/
}

@test "a controller that is not delegated to users is an error that says so" {
	mine '.linux.resources.cpu.cpus = "0"' true
	fails "config.json: linux.resources.cpu.cpus: enable the cpuset controller in"
	contains "has to be delegated"
}

@test "a slice of one's own, and a bundle's cgroup path" {
	up_mine '.linux.cgroupsPath = "mine.slice:box:" + "'"$ID"'"' sleep 1000
	[ -d "${SLICE%/*}/mine.slice/box-$ID.scope" ]
	my delete --force "$ID"
}

@test "who has no systemd: limits are refused with what to do, without limits it runs" {
	mkdir /home/single/work
	cp -a rootfs /home/single/work/rootfs
	chown -hR single:single /home/single/work
	short . sh -c 'tr -s " " < /proc/self/uid_map; cat /proc/self/setgroups'
	cp config.json /home/single/work
	try as_user single "$JAIL" run /home/single/work/config.json "$ID"
	expect 0 $' 0 1001 1\ndeny'
	short '.linux.resources.memory.limit = 50000000' true
	cp config.json /home/single/work
	try as_user single "$JAIL" run /home/single/work/config.json "$ID"
	fails "linux.resources: limits need a cgroup"
	contains enable-linger
	# systemd of the user's is not asked for what its name only promises
	try env -u DBUS_SESSION_BUS_ADDRESS setpriv --reuid 1001 --regid 1001 --clear-groups env -i PATH="$PATH" XDG_RUNTIME_DIR=/run/user/1000 "$JAIL" run /home/single/work/config.json "$ID"
	[ "$status" != 0 ]
	rm -rf /tmp/jail-1001
}

@test "a delegated unit of root's, run as a user: limits bite there, too" {
	short '.linux.resources.pids.limit = 6' hog processes 20
	try systemd-run --quiet --collect --wait --pipe -p User=user -p Delegate=yes -p DelegateSubgroup=shell -p WorkingDirectory=$WORK \
		-E PATH="$PATH" "$JAIL" run config.json "$ID"
	matches 'made [1-5]$'
	rm -rf /tmp/jail-1000
}

@test "a killed runtime: its jail goes on, and can be deleted" {
	short . sleep 1000
	(cd $WORK && exec setpriv --reuid 1000 --regid 1000 --init-groups env -i PATH="$PATH" XDG_RUNTIME_DIR=/run/user/1000 "$JAIL" run config.json "$ID" 3>&- 4>&-) &
	wait_for my_state running
	kill -9 $!
	my_state running
	my delete --force "$ID"
	wait_for gone "$SLICE/jail-$ID.scope"
}
