#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# machine.bats - the virtual machine is what the other suites take it for

load helpers

@test "systemd runs, and no unit has failed" {
	run systemctl is-system-running
	expect 0 running
	run systemctl --failed --no-legend
	expect 0 ""
}

@test "one unified hierarchy with all controllers" {
	[ "$(stat -f -c %T $CGROUP)" = cgroup2fs ]
	for controller in cpuset cpu io memory hugetlb pids rdma; do
		needs $controller controller
	done
}

@test "users: with subordinate ids and a systemd of its own, and without" {
	needs user systemd
	needs subordinate ids
	try as_user user systemctl --user is-system-running
	expect 0 running
	lacks_line '^single:' /etc/subuid
	try as_user single id -u
	expect 0 1001
}

@test "a jail beside systemd, and nothing is left of it" {
	config . cat /proc/self/cgroup
	go
	expect 0 0::/
	run systemctl is-system-running
	expect 0 running
}

@test "everything the suites skip elsewhere is here" {
	local what
	for what in "${!NEEDS[@]}"; do
		[[ $what == "a kernel "* ]] || needs $what       # Debian 13 has Linux 6.12
	done
	needs 2 cpus
}
