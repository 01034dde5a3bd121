#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# scope.bats - --systemd-cgroup where there is no systemd, or one that fails; tests/vm/scope.bats has the rest

load helpers

SCOPE=$(dirname "$JAIL")/jail-scope

# bus MODE: what jail-scope says of such a bus, and after how many seconds
bus() {
	try python3 "$BATS_TEST_DIRNAME/progs/fakebus.py" "$SCOPE" "$1"
}

@test "no systemd: a clear error, and nothing is left" {
	config . true
	try jail --systemd-cgroup run "$ID"
	fails "connect to systemd on the system bus: "
	contains "is systemd running?"
}

@test "no jail-scope: it is named" {
	config . true
	cp "$JAIL" ../alone
	try ../alone --systemd-cgroup run "$ID"
	fails "libexec/jail/jail-scope, which asks systemd for a cgroup"
}

@test "names: which unit and slice, in the plan" {
	config '.linux.cgroupsPath = "a-b.slice:libpod:x+y"' true
	jail --systemd-cgroup plan config.json | grep ask-systemd > plan
	has_line 'unit="libpod-x\\\\x2by.scope" slice="a-b.slice"' plan
	jail --systemd-cgroup plan config.json | grep make-cgroup > plan
	has_line 'path="a.slice/a-b.slice/libpod-x\\\\x2by.scope"' plan
	config . true
	jail --systemd-cgroup plan config.json c1 | grep -e ask-systemd -e make-cgroup > plan
	has_line 'unit="jail-c1.scope" slice="jail.slice"' plan
	has_line 'path="jail.slice/jail-c1.scope"' plan
}

@test "names: what is refused" {
	local path
	for path in /x x 'a.slice:b' 'a.slice:b:' 'a.slice:b:c:d' 'a/b.slice:c:d'; do
		config ".linux.cgroupsPath = \"$path\"" true
		try jail --systemd-cgroup run "$ID"
		fails "linux.cgroupsPath: must be SLICE:PREFIX:NAME for the systemd cgroup manager, not \"$path\""
	done
	for path in 'a:b:c' '-a.slice:b:c' 'a--b.slice:c:d' 'a-.slice:b:c' '.slice:b:c'; do
		config ".linux.cgroupsPath = \"$path\"" true
		try jail --systemd-cgroup run "$ID"
		fails "is not the name of a slice"
	done
	config '.linux.cgroupsPath = "a.slice:b:c.slice"' true
	try jail --systemd-cgroup run "$ID"
	fails "is a slice: a jail runs in a scope"
}

@test "annotations that are no properties" {
	config '.annotations = {"org.systemd.property.lower": "true"}' true
	try jail --systemd-cgroup run "$ID"
	fails "annotations[\"org.systemd.property.lower\"]: is not a property of a unit"
	config '.annotations = {"org.systemd.property.Two": "true\nfalse"}' true
	try jail --systemd-cgroup run "$ID"
	fails "annotations[\"org.systemd.property.Two\"]: is not a property of a unit"
}

@test "systemd that does not answer is given up after the time-out" {
	needs python3
	bus silent
	expect 0 "error 110 systemd does not answer on the system bus: Connection timed out
2"
}

@test "systemd that goes away, or does not let us in" {
	needs python3
	bus hangup
	expect 0
	contains "error "
	contains "on the system bus"
	matches $'\n0$'
	bus refuse
	expect 0
	contains "error "
	contains "on the system bus"
}

@test "jail-scope by hand says that it is not for hands" {
	try "$SCOPE" < /dev/null
	expect 1 "jail-scope: started by jail, not by hand"
}
