#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# process.bats - the program's own settings, as the program finds them

load helpers

status_lines() {
	config "$1" grep -E "$2" /proc/self/status
	go
}

@test "arguments and environment are exactly those of the spec" {
	config '.process.args = ["sh", "-c", "echo \"$0\"; for a; do echo \"[$a]\"; done", "zero", "", "a b", "*", "\"", "ü", "$x"]'
	go
	expect 0 $'zero\n[]\n[a b]\n[*]\n["]\n[ü]\n[$x]'
	config '.process.env = ["Z=1", "A=two words", "EMPTY=", "PATH=/bin", "HOME=/h", "U=ü"]' env
	go
	expect 0 $'Z=1\nA=two words\nEMPTY=\nPATH=/bin\nHOME=/h\nU=ü'
}

@test "nothing of our environment gets in" {
	config . env
	SECRET=1 JAIL_X=2 go
	expect 0 $'PATH=/bin:/usr/bin\nTERM=xterm\nHOME=/root'
}

@test "capability sets are exactly those of the spec" {
	config '.process.capabilities = {"bounding": ["CAP_CHOWN", "CAP_KILL", "CAP_NET_RAW", "CAP_SYS_ADMIN"], "permitted": ["CAP_CHOWN", "CAP_KILL", "CAP_NET_RAW"],
		"effective": ["CAP_CHOWN", "CAP_KILL"], "inheritable": ["CAP_CHOWN", "CAP_NET_RAW"], "ambient": ["CAP_NET_RAW"]} | .process.user.uid = 1000' \
		grep ^Cap /proc/self/status
	go
	expect 0 $'CapInh:\t0000000000002001\nCapPrm:\t0000000000002000\nCapEff:\t0000000000002000\nCapBnd:\t0000000000202021\nCapAmb:\t0000000000002000'
}

@test "no capabilities object: none at all" {
	status_lines 'del(.process.capabilities)' ^Cap
	expect 0 $'CapInh:\t0000000000000000\nCapPrm:\t0000000000000000\nCapEff:\t0000000000000000\nCapBnd:\t0000000000000000\nCapAmb:\t0000000000000000'
	status_lines '.process.capabilities = {}' CapBnd
	expect 0 $'CapBnd:\t0000000000000000'
}

@test "a capability that cannot be granted is a warning" {
	bounding=$(awk '/CapBnd/ { print $2 }' /proc/self/status)
	(( (16#$bounding >> 24) & 1 )) && skip "needs a host without CAP_SYS_RESOURCE"
	config '.process.capabilities |= map_values(. + ["CAP_SYS_RESOURCE"])' sh -c 'grep CapEff /proc/self/status'
	run --separate-stderr jail run "$ID"
	expect 0 $'CapEff:\t00000000000000e1'
	[[ $stderr == *warning* ]]
}

@test "ids and groups" {
	config '.process.user = {"uid": 12, "gid": 34, "additionalGids": [56, 78]}' grep -E '^(Uid|Gid|Groups)' /proc/self/status
	go
	expect 0 $'Uid:\t12\t12\t12\t12\nGid:\t34\t34\t34\t34\nGroups:\t56 78 '
	config . grep ^Groups /proc/self/status
	go
	expect 0 $'Groups:\t '
}

@test "additional groups are the caller's, as podman's --group-add keep-groups has it" {
	config '.process.user = {"uid": 12, "gid": 34, "additionalGids": [56]} | .annotations["run.oci.keep_original_groups"] = "1"' \
		sleep 1000
	try setpriv --groups 7,8 "$JAIL" create --log-output none "$ID"
	expect 0
	jail start "$ID"
	[ "$(grep ^Groups "/proc/$(pid_of "$ID")/status" | tr -s ' \t' ' ')" = "Groups: 7 8 " ]
	jail delete -f "$ID"
	config '.process.user = {"uid": 12, "gid": 34, "additionalGids": [56]} | .annotations["run.oci.keep_original_groups"] = "0"' \
		grep ^Groups /proc/self/status
	try setpriv --groups 7,8 "$JAIL" run "$ID"
	expect 0 $'Groups:\t56 '
}

@test "umask: the spec's, 0 too, or else the caller's" {
	config '.process.user.umask = 23' look umask
	go
	expect 0 "umask 0027"
	config '.process.user.umask = 0' look umask
	go
	expect 0 "umask 0000"
	config . look umask
	(umask 026 && go && expect 0 "umask 0026")
}

@test "rlimits are exactly those of the spec" {
	config '.process.rlimits = [{"type": "RLIMIT_NOFILE", "soft": 100, "hard": 200}, {"type": "RLIMIT_CORE", "soft": 0, "hard": 0},
		{"type": "RLIMIT_STACK", "soft": 1048576, "hard": 2097152}, {"type": "RLIMIT_NPROC", "soft": 50, "hard": 60},
		{"type": "RLIMIT_CPU", "soft": "MAX", "hard": "MAX"}]' look rlimits
	# jq would make a double of it
	sed -i s/'"MAX"'/18446744073709551615/ config.json
	go
	expect 0
	contains "rlimit 7 100 200"
	contains "rlimit 4 0 0"
	contains "rlimit 3 1048576 2097152"
	contains "rlimit 6 50 60"
	contains "rlimit 0 18446744073709551615 18446744073709551615"
	config '.process.rlimits = [{"type": "RLIMIT_NOFILE", "soft": 100, "hard": 200}, {"type": "RLIMIT_NOFILE", "soft": 100, "hard": 200}]' true
	go
	fails "process.rlimits[1]"
	config '.process.rlimits = [{"type": "RLIMIT_NOFILE", "soft": 300, "hard": 200}]' true
	go
	fails "process.rlimits[0]"
}

@test "oomScoreAdj" {
	config '.process.oomScoreAdj = 500' cat /proc/self/oom_score_adj
	go
	expect 0 500
	config . cat /proc/self/oom_score_adj
	go
	expect 0 "$(cat /proc/self/oom_score_adj)"
	config '.process.oomScoreAdj = 1001' true
	go
	fails "process.oomScoreAdj"
}

@test "scheduler" {
	config '.process.scheduler = {"policy": "SCHED_BATCH", "nice": 5}' look sched
	go
	expect 0
	contains "sched policy 3 nice 5 priority 0 flags 0"
	config '.process.scheduler = {"policy": "SCHED_FIFO", "priority": 7, "flags": ["SCHED_FLAG_RESET_ON_FORK"]}' look sched
	go
	expect 0 "sched policy 1 nice 0 priority 7 flags 1 runtime 0 deadline 0 period 0"
	config '.process.scheduler = {"policy": "SCHED_IDLE"}' look sched
	go
	expect 0
	contains "policy 5"
	config '.process.scheduler = {"policy": "SCHED_DEADLINE", "runtime": 1000000, "deadline": 10000000, "period": 10000000}' look sched
	go
	if [ "$status" = 0 ]; then
		contains "policy 6 nice 0 priority 0 flags 0 runtime 1000000 deadline 10000000 period 10000000"
	else
		fails "process.scheduler"
	fi
	config '.process.scheduler = {"policy": "SCHED_ISO"}' true
	go
	fails "process.scheduler"
}

@test "ioPriority" {
	config '.process.ioPriority = {"class": "IOPRIO_CLASS_BE", "priority": 6}' look ioprio
	go
	expect 0 "ioprio class 2 level 6"
	config '.process.ioPriority = {"class": "IOPRIO_CLASS_IDLE", "priority": 0}' look ioprio
	go
	expect 0 "ioprio class 3 level 0"
	config '.process.ioPriority = {"class": "IOPRIO_CLASS_RT", "priority": 2}' look ioprio
	go
	expect 0 "ioprio class 1 level 2"
}

@test "personality, also of exec" {
	config '.linux.personality = {"domain": "LINUX32"}' look personality
	go
	expect 0 "personality 0x8"
	config '.linux.personality = {"domain": "LINUX32"}' sleep 1000
	up
	run jail exec "$ID" look personality
	expect 0 "personality 0x8"
	jail delete -f "$ID"
	config '.linux.personality = {"domain": "LINUX"}' look personality
	go
	expect 0 "personality 0"
}

@test "memoryPolicy" {
	[ -e /sys/devices/system/node/node0 ] || [ -d /proc/sys/kernel ] && grep -q numa_maps <(ls /proc/self) || skip "needs a kernel with NUMA"
	config '.linux.memoryPolicy = {"mode": "MPOL_INTERLEAVE", "nodes": "0"}' look mempolicy
	go
	expect 0 "mempolicy 3 nodes 0x1"
	config '.linux.memoryPolicy = {"mode": "MPOL_BIND", "nodes": "0", "flags": ["MPOL_F_STATIC_NODES"]}' look mempolicy
	go
	expect 0 "mempolicy 32770 nodes 0x1"
	config '.linux.memoryPolicy = {"mode": "MPOL_BIND", "nodes": ""}' true
	go
	fails "linux.memoryPolicy"
	config '.linux.memoryPolicy = {"mode": "MPOL_LOCAL"}' look mempolicy
	go
	expect 0 "mempolicy 4 nodes 0" || contains "mempolicy 4"
}

@test "noNewPrivileges" {
	status_lines '.process.noNewPrivileges = true' NoNewPrivs
	expect 0 $'NoNewPrivs:\t1'
	status_lines . NoNewPrivs
	expect 0 $'NoNewPrivs:\t0'
}

@test "a session keyring of its own, or the caller's with --no-new-keyring" {
	config . look keyring
	run keyring outside timeout --foreground 20 "$JAIL" run "$ID"
	expect 0
	contains "keyring keyring;0;0;"
	lacks outside
	run keyring outside timeout --foreground 20 "$JAIL" run --no-new-keyring "$ID"
	expect 0
	contains outside
}

@test "HOME: from the jail's passwd, unless it is given" {
	config . sh -c 'echo $HOME'
	go
	expect 0 /root
	config '.process.user.uid = 1000' sh -c 'echo $HOME'
	go
	expect 0 /home/user
	config '.process.user.uid = 4242' sh -c 'echo $HOME'
	go
	expect 0 /
	config '.process.env += ["HOME=/own"]' sh -c 'echo $HOME'
	go
	expect 0 /own
}

@test "HOME: a hostile passwd neither hangs nor harms" {
	rm rootfs/etc/passwd
	mkfifo rootfs/etc/passwd
	config . sh -c 'echo $HOME'
	go
	expect 0 /
	rm rootfs/etc/passwd
	ln -s /proc/self/../../../../../../../etc/hostname rootfs/etc/passwd
	go
	expect 0 /
	rm rootfs/etc/passwd
	ln -s /dev/zero rootfs/etc/passwd
	go
	expect 0 /
	rm rootfs/etc/passwd
	truncate -s 10G rootfs/etc/passwd
	go
	expect 0 /
	rm rootfs/etc/passwd
	{
		printf 'x:x:0'
		head -c 100000 /dev/zero | tr '\0' :
		printf '\nroot:x:0:0:root:%s:/bin/sh\n' "/$(head -c 5000 /dev/zero | tr '\0' a)"
		printf ':::::\n0\nroot:x:00000000000000000:0::/bad:\nroot:x:4294967296:0::/wrap:\nroot:x:0:0::relative:\nroot:x:0:0::/good:\n'
	} > rootfs/etc/passwd
	go
	expect 0 /good
	rm -r rootfs/etc
	go
	expect 0 /
}

@test "PATH of the environment is searched inside" {
	mkdir rootfs/first rootfs/second
	printf '#!/bin/sh\necho first\n' > rootfs/first/prog
	printf '#!/bin/sh\necho second\n' > rootfs/second/prog
	chmod 755 rootfs/second/prog
	config '.process.env = ["PATH=/none:/first:/second"]' prog
	go
	expect 0 second
	chmod 755 rootfs/first/prog
	go
	expect 0 first
	config '.process.env = ["PATH=/none"]' prog
	go
	expect 127
	config '.process.env = ["PATH=/second"] | .process.cwd = "/first"' ./prog
	go
	expect 0 first
	config '.process.env = []' true
	go
	expect 0 ""
}

@test "a script is run through its interpreter" {
	printf '#!/bin/sh -e\necho "$0 $1"\n' > rootfs/script
	chmod 755 rootfs/script
	config . /script arg
	go
	expect 0 "/script arg"
}

@test "only descriptors 0, 1 and 2 reach the program" {
	config . look fds
	run bash -c 'exec 3</dev/null 4</dev/null 9</ 100</etc; "$JAIL" run "$0"' "$ID"
	expect 0 "fds 0 1 2"
	jail create "$ID" < /dev/null > ../out 2>&1 7< / 3>&-
	jail start "$ID" 8< /
	wait_for has_status "$ID" stopped
	[ "$(cat ../out)" = "fds 0 1 2" ]
	jail delete "$ID"
}

@test "signals are neither blocked nor ignored, whatever the caller did" {
	config . look signals
	run bash -c 'trap "" INT QUIT TERM HUP PIPE USR1; "$JAIL" run "$0"' "$ID"
	expect 0 "signals end"
}

@test "the program is dumpable, and does not die with its parent" {
	config . look pdeath
	go
	expect 0 "pdeathsig 0 dumpable 1"
	config '.process.user.uid = 1000' look pdeath
	go
	expect 0 "pdeathsig 0 dumpable 1"
}

@test "cwd: absolute; made if it is missing; not allowed in is an error" {
	config '.process.cwd = "/home/user"' pwd
	go
	expect 0 /home/user
	config '.process.cwd = "/new/dir"' pwd
	go
	expect 0 /new/dir
	[ -d rootfs/new/dir ]
	config '.process.cwd = "relative"' pwd
	go
	fails "process.cwd"
	config '.process.cwd = "/etc/passwd"' pwd
	go
	fails "process.cwd"
}

@test "cwd that only the user may enter" {
	mkdir rootfs/private
	chown 1000:1000 rootfs/private
	chmod 700 rootfs/private
	config '.process.cwd = "/private" | .process.user = {"uid": 1000, "gid": 1000}' pwd
	go
	expect 0 /private
}

@test "labels without the security module are refused" {
	[ -e /sys/fs/selinux/enforce ] && skip "needs a host without SELinux"
	config '.process.selinuxLabel = "system_u:system_r:container_t:s0"' true
	go
	fails "process.selinuxLabel"
	config '.linux.mountLabel = "system_u:object_r:container_file_t:s0"' true
	go
	fails "linux.mountLabel"
	[ -e /sys/module/apparmor ] && skip "needs a host without AppArmor"
	config '.process.apparmorProfile = "unconfined-by-nobody"' true
	go
	fails "process.apparmorProfile"
	config '.process.apparmorProfile = "" | .process.selinuxLabel = ""' true
	go
	expect 0 ""
}
