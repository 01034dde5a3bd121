#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# security.bats - the root file system and what runs in it are hostile: real attempts, and what comes
# of them

load helpers

local_setup() {
	OUT=$BATS_TEST_TMPDIR/outside
	mkdir -p "$OUT/dir"
	echo original > "$OUT/file"
	chmod 640 "$OUT/file"
	touch -d 2001-01-01 "$OUT/dir" "$OUT/file" "$OUT"
	up_path=../../../../../../../../../..
	inventory > ../inventory
}

inventory() {
	find "$OUT" -printf '%P %y %m %U %G %s %T@ %l\n' | sort
}

local_teardown() {
	[ ! -e "$BATS_TEST_TMPDIR/inventory" ] || inventory | diff "$BATS_TEST_TMPDIR/inventory" - || {
		echo "something outside was changed"
		return 1
	}
}

# ---- a prepared root ----

@test "symlinks at mount targets stay inside: absolute, relative, through directories" {
	ln -s "$OUT/dir" rootfs/absolute
	ln -s "$up_path$OUT/dir" rootfs/relative
	mkdir rootfs/through
	ln -s "$up_path" rootfs/through/top
	ln -s "$OUT/missing" rootfs/dangling
	ln -s "$OUT/newfile" rootfs/danglingfile
	config ".mounts += [(\"/absolute\", \"/relative\", \"/through/top$OUT/dir\", \"/dangling\", \"/through/../through/top/..$OUT/dir/sub\") as \$d
		| {destination: \$d, type: \"tmpfs\", source: \"evil\"}]
		+ [{destination: \"/danglingfile\", source: \"$OUT/file\", options: [\"bind\", \"ro\"]}]" \
		sh -c 'grep -c evil /proc/self/mountinfo'
	go
	expect 0 5
	lacks_line evil /proc/self/mountinfo
	[ -d "rootfs$OUT/dir" ]
}

@test ".. in destinations stays inside" {
	config ".mounts += [{destination: \"$up_path$OUT/dir/x\", type: \"tmpfs\", source: \"evil\"}]" true
	go
	[ "$status" = 0 ] || fails "mounts[4]"
	gone "$OUT/dir/x"
}

@test "device paths through symlinks stay inside" {
	ln -s "$OUT" rootfs/opt
	mkdir -p rootfs/real
	ln -s "$OUT/newnode" rootfs/real/node
	config '.linux.devices = [{"type": "c", "path": "/opt/null", "major": 1, "minor": 3}]' true
	go
	[ "$status" = 0 ] || fails "linux.devices[0]"
	config '.linux.devices = [{"type": "c", "path": "/real/node", "major": 1, "minor": 3}]' true
	go
	fails "linux.devices[0]"
	config ".linux.devices = [{\"type\": \"p\", \"path\": \"/opt/../$up_path$OUT/fifo\"}]" true
	go
	[ "$status" = 0 ] || fails "linux.devices[0]"
}

@test "/dev as a symlink to the outside, without and with a mount on it" {
	rm -r rootfs/dev
	ln -s "$OUT/dir" rootfs/dev
	config 'del(.mounts[1, 2])' true
	go
	[ "$status" = 0 ] || fails
	config . sh -c 'test -c /dev/null && echo ok'
	go
	[ "$status" = 0 ] || fails
}

@test "names in /dev that are symlinks to the outside" {
	rm -rf rootfs/dev/*
	for n in null zero tty full ptmx fd stdin console core; do
		ln -s "$OUT/$n" rootfs/dev/$n
	done
	config 'del(.mounts[1, 2])' true
	go
	fails
	config '.process.terminal = true' true
	console ../c.sock > ../tty 2>&1 3>&- &
	wait_for test -S ../c.sock
	run jail run -d --console-socket ../c.sock "$ID"
	[ "$status" = 0 ] || fails
	jail delete -f "$ID"
}

@test "/proc and /sys as symlinks" {
	rm -r rootfs/proc rootfs/sys
	ln -s "$OUT/dir" rootfs/proc
	mkdir rootfs/sys
	config . true
	go
	fails "mounts[0]"
	rm rootfs/proc
	ln -s /tmp rootfs/proc
	go
	fails "mounts[0]"
	rm rootfs/proc
	mkdir rootfs/proc
	rm -r rootfs/sys
	ln -s proc rootfs/sys
	go
	fails "mounts[3]"
}

@test "masked and read-only paths through symlinks do not reach out, nor miss what is inside" {
	mkdir -p rootfs/real rootfs/via
	echo secret > rootfs/real/file
	ln -s /real/file rootfs/via/link
	ln -s "$OUT/file" rootfs/via/out
	ln -s "$up_path$OUT/dir" rootfs/via/outdir
	config '.linux.maskedPaths = ["/via/link", "/via/out", "/via/outdir"] | .linux.readonlyPaths = ["/via/out", "/via/outdir"]' sh -c 'cat /real/file; echo end'
	go
	expect 0 end
	lacks_line "$OUT" /proc/self/mountinfo
	echo changed > "$OUT/dir/new" && rm "$OUT/dir/new"
	touch -d 2001-01-01 "$OUT/dir"
}

@test "magic links on the way are not followed" {
	config '.mounts += [{"destination": "/proc/self/root/tmp/evil", "type": "tmpfs", "source": "evil"}]' true
	go
	fails "mounts[4]"
	config '.mounts += [{"destination": "/proc/1/cwd/evil", "type": "tmpfs", "source": "evil"}]' true
	go
	fails "mounts[4]"
	gone "$BUNDLE/evil"
	gone /tmp/evil
	ln -s /proc/self/exe rootfs/exe
	config ".mounts += [{\"destination\": \"/exe\", \"source\": \"$OUT/file\", \"options\": [\"bind\"]}]" true
	go
	fails "mounts[4]"
	ln -s /proc/self/fd/0 rootfs/fd0
	config ".linux.maskedPaths = [\"/fd0\"]" true
	try jail run "$ID" < "$OUT/file"
	[ "$status" = 0 ] || fails "linux.maskedPaths"
}

@test "procfs is not mounted over anything but a real directory, labels and sysctl use none of the jail's" {
	mkdir -p rootfs/fakeproc/self/attr rootfs/fakeproc/sys/net/ipv4
	echo original > rootfs/fakeproc/self/oom_score_adj
	config '.mounts[0] = {"destination": "/proc", "source": "rootfs/fakeproc", "options": ["bind"]} | .process.oomScoreAdj = 100' true
	go
	expect 0 ""
	[ "$(cat rootfs/fakeproc/self/oom_score_adj)" = original ]
}

@test "tmpcopyup copies no symlink's target and opens no fifo or device" {
	mkdir rootfs/data
	ln -s "$OUT/file" rootfs/data/link
	mkfifo rootfs/data/fifo
	mknod rootfs/data/node c 1 8
	config '.mounts += [{"destination": "/data", "type": "tmpfs", "source": "t", "options": ["tmpcopyup"]}]' sh -c 'cd /data; readlink link; test -p fifo && test -c node && echo ok; cat link'
	go
	contains "$OUT/file"
	contains ok
	lacks original
	rm -r rootfs/data
	ln -s "$OUT" rootfs/data
	go
	lacks original
}

@test "the working directory cannot be a descriptor of ours, by number or by symlink" {
	exec 9< /
	for fd in 3 4 5 6 7 8 9 10; do
		config ".process.cwd = \"/proc/self/fd/$fd\"" sh -c 'ls; pwd'
		go
		[ "$status" != 0 ]
		lacks "$(ls -d /work 2>/dev/null || echo lost+found)"
		fails "process.cwd"
	done
	ln -s /proc/self/fd/9 rootfs/nine
	config '.process.cwd = "/nine"' ls
	go
	fails "process.cwd"
	exec 9<&-
	config . sleep 1000
	up
	for fd in 3 4 5 6 7 8 9 10; do
		try jail exec --cwd /proc/self/fd/$fd "$ID" ls
		[ "$status" = 255 ]
		fails
	done
	jail delete -f "$ID"
}

@test "cwd through a symlink made by the image to the outside is inside" {
	ln -s "$OUT/dir" rootfs/way
	config '.process.cwd = "/way"' pwd
	go
	[ "$status" = 0 ] && [ -d "rootfs$OUT/dir" ] || fails "process.cwd"
}

# ---- from inside ----

@test "the runtime's binary is not reachable: /proc/1/exe of a created jail, of an exec" {
	sum=$(sha256sum < "$JAIL")
	config . sh -c 'for i in 1 2 3; do for p in /proc/[0-9]*; do readlink $p/exe; (echo x >> $p/exe) 2>/dev/null && echo WROTE $p; done; sleep 0.1; done'
	go
	lacks WROTE
	lacks "$JAIL"
	[ "$(sha256sum < "$JAIL")" = "$sum" ]
	config . sleep 1000
	jail create "$ID" < /dev/null > /dev/null 2>&1 3>&-
	pid=$(pid_of "$ID")
	[[ $(readlink /proc/$pid/exe) == *memfd:* ]]
	run bash -c 'echo x >> /proc/'$pid'/exe'
	[ "$status" -ne 0 ]
	jail delete -f "$ID"
}

@test "an interpreter of the image that is /proc/self/exe gets nothing of ours" {
	printf '#!/proc/self/exe\n' > rootfs/trick
	chmod 755 rootfs/trick
	config . /trick
	go
	[ "$status" != 0 ]
	config . sleep 1000
	up
	try jail exec "$ID" /trick
	[ "$status" != 0 ]
	jail delete -f "$ID"
}

# Run the spy, and exec as long as it runs
spied_on() {
	jail run "$ID" > ../spy 2>&1 3>&- &
	local pid=$!
	wait_for has_status "$ID" running
	while kill -0 $pid 2>/dev/null; do
		jail exec "$ID" true 2>/dev/null || true
	done
	output=$(cat ../spy)
	contains seen
}

@test "who enters by exec cannot be attacked from inside while entering" {
	caps='"CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH", "CAP_KILL", "CAP_SETUID", "CAP_SETGID"'
	config ".process.capabilities |= map_values(. + [$caps] | unique)" spy 3
	spied_on
	matches 'seen [0-9]+ hits 0'
	# In a user namespace CAP_SYS_PTRACE is of no use, either.
	rm -rf rootfs
	cp -a "$JAIL_TEST/rootfs" rootfs        # not links: owners change
	chown -R 100000:100000 rootfs
	config ".process.capabilities |= map_values(. + [$caps, \"CAP_SYS_PTRACE\"] | unique) | .linux.namespaces += [{\"type\": \"user\"}]
		| .linux.uidMappings = [{\"containerID\": 0, \"hostID\": 100000, \"size\": 65536}] | .linux.gidMappings = .linux.uidMappings" spy 3
	spied_on
	matches 'seen [0-9]+ hits 0'
}

@test "even with CAP_SYS_PTRACE nobody inside can write to our code" {
	config '.process.capabilities |= map_values(. + ["CAP_SYS_PTRACE", "CAP_DAC_OVERRIDE"])' spy 2
	spied_on
	lacks WRITTEN
}

@test "no descriptor of the host's is in any process of a jail" {
	config . sleep 1000
	jail create "$ID" < /dev/null > /dev/null 2>&1 3>&- 8< / 9< "$OUT/file"
	pid=$(pid_of "$ID")
	for fd in /proc/$pid/fd/*; do
		link=$(readlink "$fd")
		case $link in
		/dev/null | socket:* | pipe:* | anon_inode:* | "/memfd:"*) ;;
		*)
			echo "$fd is $link"
			[ "$(stat -Lc %d:%i "$fd")" = "$(stat -Lc %d:%i "/proc/$pid/root$link")" ]
			;;
		esac
	done
	jail start "$ID" 8< /
	run jail exec "$ID" ls /proc/1/fd 8< /
	expect 0 $'0\n1\n2'
	jail delete -f "$ID"
}

@test "the state of the runtime is invisible inside" {
	config . sh -c 'cat /proc/1/environ | tr "\0" "\n"; cat /proc/1/cmdline; ls /run; find / -xdev -name "*.sock" -o -name plan -o -name gate | grep -v ^/proc'
	go
	lacks "$ROOT"
	lacks JAIL
}

@test "a pid namespace hides the host's processes" {
	config . sh -c 'ls /proc | grep -c "^[0-9]"'
	go
	expect 0
	((output <= 4))
}

@test "mounts of the host are not in the jail's mountinfo" {
	config . cat /proc/self/mountinfo
	go
	expect 0
	[ "$(wc -l <<< "$output")" = 5 ]
	lacks "/sys/fs/cgroup"
}

@test "the parent of the root cannot be reached with chroot" {
	config '.process.capabilities |= map_values(. + ["CAP_SYS_CHROOT"])' sh -c 'mkdir /c; chroot /c /bin/true; cd /; i=0; while [ $i -lt 30 ]; do cd ..; i=$((i+1)); done; ls'
	go
	contains bin
	lacks outside
	[ ! -e rootfs/c ] || rmdir rootfs/c
}

@test "an unprivileged user gains nothing through a set-id file when noNewPrivileges is set" {
	cp "$JAIL_TEST/bin/call" rootfs/set-id
	chmod 6755 rootfs/set-id
	config '.process.user = {"uid": 1000, "gid": 1000}' /set-id 107         # geteuid
	go
	expect 0 "107: 0"
	config '.process.user = {"uid": 1000, "gid": 1000} | .process.noNewPrivileges = true' /set-id 107
	go
	expect 0 "107: 1000"
}

# ---- races ----

@test "mount targets exchanged with symlinks while jails are made" {
	mkdir -p rootfs/t/real rootfs/t/a rootfs/f
	ln -s "$OUT/dir" rootfs/t/link
	ln -s "$up_path$OUT/dir" rootfs/f/link
	mkdir rootfs/f/real
	background swap rootfs/t/real rootfs/t/link
	background swap rootfs/f/real rootfs/f/link
	config ".mounts += [{destination: \"/t/real\", type: \"tmpfs\", source: \"evil\"}, {destination: \"/t/real/sub/deep\", type: \"tmpfs\", source: \"evil\"},
		{destination: \"/f/real/new\", source: \"$OUT/file\", options: [\"bind\", \"ro\"]}]
		| .linux.devices = [{type: \"c\", path: \"/f/real/node\", major: 1, minor: 3}, {type: \"p\", path: \"/t/real/fifo\"}]
		| .linux.maskedPaths = [\"/t/real/x\", \"/f/real\"] | .linux.readonlyPaths = [\"/f/link\"]" true
	SECONDS=0
	made=0
	while ((SECONDS < 5)); do
		try jail run "$ID"
		[ "$status" = 0 ] || fails
		lacks_line evil /proc/self/mountinfo
		lacks_line "$OUT" /proc/self/mountinfo
		((++made))
	done
	((made * SLOW > 10))
}

@test "the root of the bundle exchanged with a symlink while jails are made" {
	cp -al rootfs other
	ln -s "$OUT" link
	background swap rootfs link
	config . sh -c 'ls /'
	SECONDS=0
	while ((SECONDS < 2)); do
		try jail run "$ID"
		[ "$status" = 0 ] || fails
	done
}

# ---- cleaning up ----

@test "delete follows no link out of the state directory" {
	config . true
	up
	wait_for has_status "$ID" stopped
	ln -s "$OUT" "$ROOT/$ID/link"
	ln -s "$OUT/file" "$ROOT/$ID/filelink"
	ln -s "$OUT/dir" "$ROOT/$ID/dirlink"
	jail delete -f "$ID"
	gone "$ROOT/$ID"
}

@test "a state directory that is a symlink is not followed" {
	mkdir -p "$ROOT" "$OUT-state"
	ln -s "$OUT" "$ROOT/evil"
	run jail delete --force evil
	run jail gc
	run jail list
	rm -f "$ROOT/evil"
	rmdir "$OUT-state"
}

@test "a log file that is a symlink is not written through" {
	mkdir -p -m 700 $LOGS
	ln -s "$OUT/newlog" $LOGS/"$ID".log
	config . echo x
	run jail run -d "$ID"
	rm -f $LOGS/"$ID".log
	jail delete -f "$ID" 2>/dev/null || true
	[ "$status" = 0 ] || fails
}
