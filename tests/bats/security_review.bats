#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# security_review.bats - attacks that reviewers thought of: the root file system and the jail are hostile

load helpers

in_jail() {
	config "$1" sleep 1000
	up
}

local_teardown() {
	jail delete -f "$ID" 2>/dev/null || true
}

# A profile that lets everything pass but one system call
filter() {
	echo '.linux.seccomp = {"defaultAction": "SCMP_ACT_ALLOW", "syscalls":
		[{"names": ["'"$1"'"], "action": "SCMP_ACT_ERRNO", "errnoRet": 77}]}'
}

@test "exec: the caller's session keyring stays outside" {
	in_jail .
	keyring reviewer timeout --foreground 20 "$JAIL" exec "$ID" look keyring > ../out
	run cat ../out
	contains "keyring keyring;"
	lacks reviewer
	jail delete -f "$ID"
	up --no-new-keyring
	keyring reviewer timeout --foreground 20 "$JAIL" exec "$ID" look keyring > ../out
	run cat ../out
	contains reviewer
}

@test "a session keyring that another jail has prepared is not joined, whatever its name" {
	config . look keyring
	# Searchable by everybody: that is how KEYCTL_JOIN_SESSION_KEYRING finds one by its name.
	for name in "_ses.$ID" _ses "$ID"; do
		background keyring "$name" sleep 1000
	done
	sleep 0.2
	go
	expect 0
	contains "keyring keyring;0;0;"
	lacks 3f3f3f3f
}

@test "exec --cap: inheritable capabilities stay empty (CVE-2022-29162)" {
	in_jail .
	run jail exec --cap CAP_NET_RAW "$ID" grep -E 'Cap(Inh|Prm|Bnd)' /proc/self/status
	expect 0
	contains $'CapInh:\t0000000000000000'
	matches 'CapPrm:.00000000000020e1'
}

@test "startContainer hooks do not get around the seccomp filter" {
	for nnp in true false; do
		config "$(filter sethostname)"' | .process.noNewPrivileges = '$nnp' |
			.hooks.startContainer = [{"path": "/bin/sh", "args": ["sh", "-c", "call sethostname > /hook"],
				"env": ["PATH=/bin:/usr/bin"]}]' call sethostname
		go
		expect 0 "sethostname: errno 77"
		[ "$(cat rootfs/hook)" = "sethostname: errno 77" ]
	done
}

@test "masked files and bound devices: who may change modes does not change those of the host's" {
	local caps='.process.capabilities |= with_entries(.value = ["CAP_FOWNER", "CAP_CHOWN", "CAP_DAC_OVERRIDE"])'
	config "$caps"' | .linux.maskedPaths = ["/proc/cpuinfo", "/proc/meminfo"]' sh -c 'cat /proc/cpuinfo /proc/meminfo
		for f in /proc/cpuinfo /proc/meminfo; do echo x > $f; chmod 600 $f; chown 1:1 $f; done'
	try jail run "$ID"
	[ "$(grep -c 'Read-only file system' <<< "$output")" = 4 ]
	lacks processor
	config "$caps"' | .linux.namespaces += [{"type": "user"}] | .linux.gidMappings = .linux.uidMappings
		| .linux.uidMappings = [{"containerID": 0, "hostID": 0, "size": 65536}]
		| .linux.gidMappings = .linux.uidMappings' sh -c 'echo x > /dev/null && chmod 600 /dev/null; chown 1:1 /dev/zero'
	try jail run "$ID"
	[ "$(grep -c 'Read-only file system' <<< "$output")" = 2 ]
	[ "$(stat -c '%a %u' /dev/null /dev/zero | sort -u)" = "666 0" ]
}

@test "a program that is a link through a descriptor of the caller's is not found (CVE-2024-21626)" {
	for fd in 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		ln -sfn "/proc/self/fd/$fd$BUNDLE/rootfs/bin/busybox" "rootfs/app$fd"
		config . /app$fd true
		go 17</
		fails "/app$fd"
		ln -sfn "/proc/self/fd/$fd/1/root/bin/true" "rootfs/app$fd"
		config . /app$fd true
		go 17</
		fails "/app$fd"
	done
	in_jail .
	for fd in 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
		try jail exec "$ID" /app$fd true 17</
		fails "/app$fd"
	done
}

@test "what waits for start holds no directory of the host's" {
	config '.process.oomScoreAdj = 5 | .linux.maskedPaths = ["/proc/kcore", "/sys/firmware"]' true
	jail create "$ID" 17</ 18</etc </dev/null
	run ls -l "/proc/$(pid_of "$ID")/fd"
	expect 0
	lacks /etc
	lacks " 17 "
	! grep -qE -- '-> (/proc|/|/sys.*)$' <<< "$output"
}

@test "/etc/passwd is opened only if it is a file, by create and by exec" {
	# A device in its place may do things when it is opened. A fifo tells: its writer goes on.
	rm rootfs/etc/passwd
	mkfifo rootfs/etc/passwd
	sh -c 'exec 9> rootfs/etc/passwd; touch ../opened' 3>&- 4>&- 2>/dev/null &
	BACKGROUND+=($!)
	config '.process.args = ["sh", "-c", "echo $HOME"]'
	go
	expect 0 /
	in_jail .
	try jail exec --user daemon "$ID" true
	fails "not a regular file"
	! [ -e ../opened ]
}

@test "exec does not follow the first process into a mount namespace of a user namespace of its own making" {
	config 'del(.linux.seccomp) | .process.user = {uid: 1000, gid: 1000}' \
		unshare -U -r -m sh -c 'mount -t tmpfs none /home && exec sleep 1000'
	[ "$(jq '[.linux.namespaces[] | select(.type == "user")] | length' config.json)" = 0 ]
	up
	wait_for eval 'jail ps "$ID" | grep -q "sleep 1000"'
	try jail exec --user 0 "$ID" true
	fails "its first process is in a mount namespace of a user namespace that it has made"
}

@test "/etc/passwd may not be the kernel's log, which is gone for others once it is read" {
	ln -sfn /proc/kmsg rootfs/etc/passwd
	config '.process.args = ["sh", "-c", "echo $HOME"]'
	go
	expect 0 /
	in_jail .
	# A line that somebody else waits for
	echo "<6>jail: for the log" > /dev/kmsg
	try jail exec --user daemon "$ID" true
	fails "/etc/passwd in the jail is empty"
}

@test "HOME is not looked up behind a link that leaves the jail" {
	rm rootfs/etc/passwd
	echo 'x:x:0:0::/stolen:/' > secret
	for fd in 3 4 5 6 7 8 9 10 11 12 17; do
		ln -sfn "/proc/self/fd/$fd$BUNDLE/secret" rootfs/etc/passwd
		config . sh -c 'echo $HOME'
		go 17</
		expect 0 /
		ln -sfn "/proc/self/fd/$fd/1/root$BUNDLE/secret" rootfs/etc/passwd
		go
		expect 0 /
	done
}

@test "a state directory that others can write to is refused" {
	config . true
	mkdir -m 700 ../state
	chown 1000 ../state
	try jail --root "$PWD/../state" run "$ID"
	fails "belongs to user 1000"
	chown 0 ../state
	chmod 777 ../state
	try jail --root "$PWD/../state" run "$ID"
	fails "can be written"
	try jail --root "$PWD/../state" list
	fails "can be written"
	chmod 755 ../state
	jail --root "$PWD/../state" run "$ID"
}

@test "gc leaves a jail alone whose record another version wrote" {
	in_jail .
	cp "$ROOT/$ID/state.json" ../record
	sed -i 's/"version":3/"version":9/' "$ROOT/$ID/state.json"
	try jail gc
	cp ../record "$ROOT/$ID/state.json"
	has_status "$ID" running
}

@test "gc while jails are made: every create succeeds" {
	config . true
	sh -c 'while :; do "$1" gc >/dev/null 2>&1; done' sh "$JAIL" 3>&- 4>&- &
	BACKGROUND+=($!)
	for i in $(seq 60); do
		jail run "$ID-$i"
	done
}

@test "oomScoreAdj in a user namespace: exec still works" {
	in_jail '.process.oomScoreAdj = 500 | .linux.namespaces += [{"type": "user"}]
		| .linux.uidMappings = [{"containerID": 0, "hostID": 100000, "size": 65536}]
		| .linux.gidMappings = .linux.uidMappings | .jail.rootfs.idmap = true'
	run jail exec "$ID" cat /proc/self/oom_score_adj
	expect 0 500
}

@test "delete --force ends a start that hangs in the jail's own hook" {
	config '.hooks.startContainer = [{"path": "/bin/sleep", "args": ["sleep", "1000"]}]' true
	jail create "$ID" </dev/null >/dev/null 2>&1
	background jail start "$ID" 2>../err
	wait_for pgrep -f "sleep 1000"
	LIMIT=10 jail delete --force "$ID"
	! [ -e "$ROOT/$ID" ]
}

@test "delete --force ends a run that hangs in the jail's own hook" {
	config '.hooks.startContainer = [{"path": "/bin/sleep", "args": ["sleep", "1000"]}]' true
	background jail run -d "$ID" 2>../err
	wait_for pgrep -f "sleep 1000"
	LIMIT=10 jail delete --force "$ID"
	! [ -e "$ROOT/$ID" ]
}

@test "exec into a jail that stops whoever enters: it can be interrupted, and leaves nothing" {
	config . sh -c 'while :; do for p in /proc/[0-9]*; do p=${p#/proc/}
		[ $p = 1 ] || [ $p = $$ ] || kill -STOP $p 2>/dev/null; done; done'
	up
	# Into a file: what was stopped on its way to the program keeps the streams until delete.
	for i in 1 2 3 4; do
		status=0
		LIMIT=1 jail exec "$ID" true </dev/null >../out 2>&1 3>&- 4>&- || status=$?
		# 137: what was stopped is the program itself, and our TERM waits for it.
		[ "$status" = 0 ] || [ "$status" = 124 ] || [ "$status" = 137 ]
	done
	LIMIT=10 jail delete --force "$ID"
}
