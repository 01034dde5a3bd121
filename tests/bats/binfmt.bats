#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# binfmt.bats - jail.binfmt: programs of other machines, run by interpreters from outside
#
# Here those are scripts that start with JAILTEST, and a shell that is not in the jail.  rootfs_foreign.bats has
# programs of an ARM.

load helpers

OUTSIDE=/run/binfmt-test

local_setup() {
	needs binfmt_misc in a user namespace
	mkdir $OUTSIDE
	cp "$(command -v busybox)" $OUTSIDE/sh
	LINE=":test:M::JAILTEST::$OUTSIDE/sh:F"
	printf 'JAILTEST=1\n%s\n' 'echo "I am $0 $*, by $(cat /proc/$$/cmdline | tr "\0" " ")"' > rootfs/bin/foreign
	chmod 755 rootfs/bin/foreign
	export LINE
}

local_teardown() {
	rm -rf $OUTSIDE
}

# foreign FILTER [ARG...]: a short spec with the registration
foreign() {
	short ".jail.binfmt = [env.LINE] | $1" "${@:2}"
}

# What it says in the jail, and the machine has not heard of it.
by_interpreter() {
	expect 0 "I am /bin/foreign a b, by $OUTSIDE/sh /bin/foreign a b "
	# shellcheck disable=SC2016
	run unshare -m sh -c 'mount -t binfmt_misc none /mnt && ls /mnt'
	lacks test
}

@test "binfmt: a program is run by an interpreter that is nowhere in the jail" {
	foreign . foreign a b
	go
	by_interpreter
	! [ -e "rootfs$OUTSIDE" ]
	short . foreign a b
	go
	fails "process.args: exec foreign: Exec format error"
}

@test "binfmt: for what exec adds, too; and in what the jail starts in namespaces of its own" {
	foreign '.linux.seccomp = "system"' sleep 1000
	up
	try jail exec "$ID" foreign a b
	by_interpreter
	try jail exec "$ID" unshare -U foreign a b
	by_interpreter
	jail delete -f "$ID"
}

@test "binfmt: by its extension, and several" {
	foreign ".jail.binfmt += [\",more,E,,hello,,$OUTSIDE/sh,PF\"]" sh -c 'ls /proc/sys/fs/binfmt_misc; /bin/it.hello a b'
	echo 'echo "$0 $*"' > rootfs/bin/it.hello
	chmod 755 rootfs/bin/it.hello
	go
	expect 0 $'more\nregister\nstatus\ntest\n/bin/it.hello /bin/it.hello a b'
}

@test "binfmt: is to be seen, and cannot be changed, whatever of /proc can" {
	foreign '.linux.readonlyPaths = []' sh -c 'cat /proc/sys/fs/binfmt_misc/test
		cd /proc/sys/fs/binfmt_misc; echo -1 > test; echo 0 > status; echo ":x:E::x::/bin/sh:" > register; ls; foreign a b'
	go
	contains "interpreter $OUTSIDE/sh"
	[ "$(grep -c 'Read-only file system' <<< "$output")" = 3 ]
	lacks $'\nx\n'
	contains "by $OUTSIDE/sh"
}

@test "binfmt: works where /proc/sys is hidden, on layers, and with namespaces that are shared" {
	foreign '.linux.maskedPaths = ["/proc/sys"]' foreign a b
	go
	by_interpreter
	foreign '.jail.rootfs.lower = ["rootfs"] | del(.root)' foreign a b
	go
	by_interpreter
	foreign '.linux.rootfsPropagation = "shared"' foreign a b
	go
	by_interpreter
	foreign '.linux.namespaces = [{type: "user"}, {type: "mount"}, {type: "ipc"}]' foreign a b
	go
	by_interpreter
}

@test "binfmt: the interpreter's file cannot be changed, not even by its owner" {
	printf 'JAILTEST=1\n%s\n' 'chmod 777 /proc/$$/exe; chown 5 /proc/$$/exe; echo > /proc/$$/exe
		ls -l /proc/$$/exe | sed "s/.*-> //"' > rootfs/bin/foreign
	foreign '.linux.uidMappings = [{containerID: 0, hostID: 0, size: 65536}] | .linux.gidMappings = .linux.uidMappings |
		.jail.rootfs.idmap = false' foreign
	before=$(stat -c '%a %u %s' $OUTSIDE/sh)
	go
	[ "$(grep -c 'Read-only file system' <<< "$output")" = 3 ]
	[ "$(stat -c '%a %u %s' $OUTSIDE/sh)" = "$before" ]
}

@test "binfmt: nothing of it is to be seen in volumes" {
	foreign ".mounts = [{destination: \"/mnt\", type: \"bind\", source: \"$OUTSIDE\", options: [\"rbind\"]}]" \
		sh -c 'grep -c " /mnt" /proc/self/mountinfo; echo > /mnt/new'
	chown 100000 $OUTSIDE
	go
	expect 0 1
	[ -e $OUTSIDE/new ]
}

@test "binfmt: what is missing is told" {
	LINE=${LINE/sh:F/nosuch:F} foreign . true
	go
	fails "jail.binfmt[0]: register-binfmt $OUTSIDE/nosuch: No such file or directory"
	chmod 700 $OUTSIDE
	foreign . true
	go
	fails "jail.binfmt[0]: register-binfmt $OUTSIDE/sh: Permission denied"
	chmod 755 $OUTSIDE
	foreign '.mounts = [{destination: "/proc", type: "tmpfs", source: "none"}]' true
	go
	fails "jail.binfmt: new-binfmt-misc needs a proc file system at /proc"
	! [ -e rootfs/proc/sys ]
	foreign '.linux.namespaces = [{type: "mount"}, {type: "pid"}]' true
	go
	fails "jail.binfmt: needs a new user namespace: without one it would be for the whole machine"
}
