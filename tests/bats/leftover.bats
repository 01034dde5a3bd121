#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# leftover.bats - always run last: after all suites the sandbox is as it was

load helpers

@test "gc has nothing to do, and removes the empty cgroup" {
	run jail gc
	expect 0 ""
}

@test "nothing is left: no jail, state file, cgroup, process, mount, link or file in /etc" {
	run jail list -q
	expect 0 ""
	run leftovers
	expect 0 ""
	# What suites need in /etc, in the host's own: see the sandbox
	run diff /run/.etc/before <(cd /run/.etc/host && find jail subuid subgid 2> /dev/null)
	expect 0 ""
	run find /sys/fs/cgroup -mindepth 1 -type d ! -path '/sys/fs/cgroup/runner*' ! -path /sys/fs/cgroup/jail
	expect 0 ""
}
