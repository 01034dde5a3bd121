#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# layers.bats - roots made of layers: shared lower ones, an upper one that goes or stays

load helpers

local_setup() {
	UPPERS=$BATS_TEST_TMPDIR/data/uppers
	export JAIL_DATA_DIR=${UPPERS%/*}
	echo lower > rootfs/etc/which
}

# The lower layer as it was: nothing that a jail does may change it
sums() {
	sha256sum rootfs/etc/*
	find rootfs -printf '%p %m %U %G %s %T@ %l\n' | sort
}

# untouched COMMAND...: and so is the lower layer when it has run
untouched() {
	local before
	before=$(sums)
	"$@"
	diff <(echo "$before") <(sums)
}

# layers ROOTFS [ARG...]: a short spec with jail.rootfs, running ARG...
layers() {
	local rootfs=$1
	shift
	jq -n "{process: {args: \$ARGS.positional}, jail: {rootfs: $rootfs}}" --args -- "$@" > config.json
}

# The same without a user namespace
plain_layers() {
	layers "$@"
	jq '.linux.namespaces = [{type: "mount"}, {type: "pid"}, {type: "ipc"}, {type: "uts"}, {type: "network"}, {type: "cgroup"}]' \
		config.json > new.json
	mv new.json config.json
}

# What a jail can do to a file system: and what is to be seen of it
CHANGES='set -e
echo upper > /etc/which
echo new > /new
rm /etc/passwd
rm -r /var
mkdir /var
mv /tmp /moved
chmod 700 /root
chown 5:6 /root
ln /new /linked
ln -s new /symlink
cat /etc/which /linked /symlink
ls -d /etc/passwd /tmp 2>&1 || true
ls -A /var
stat -c "%a %u %g" /root'

CHANGED="upper
new
new
ls: /etc/passwd: No such file or directory
ls: /tmp: No such file or directory
700 5 6"

@test "an ephemeral upper layer: all can be changed, nothing stays, and the lower one is as it was" {
	touch rootfs/var/old
	layers '{lower: ["rootfs"]}' sh -c "$CHANGES"
	untouched go
	expect 0 "$CHANGED"
	layers '{lower: ["rootfs"]}' sh -c 'cat /etc/which; ls /new /var/old'
	go
	expect 1
	contains lower
	contains /var/old
	contains "ls: /new: No such file or directory"
	gone "$JAIL_DATA_DIR"
}

@test "the same without a user namespace, on disk, and kept" {
	plain_layers '{lower: ["rootfs"]}' sh -c "$CHANGES"
	untouched go
	expect 0 "$CHANGED"
	for upper in disk kept; do
		layers "{lower: [\"rootfs\"], upper: \"$upper\"}" sh -c "$CHANGES"
		untouched go
		expect 0 "$CHANGED"
	done
	[ "$(ls -A "$UPPERS")" = "$ID" ]
}

@test "the root is what the topmost layer says, and ids are those inside" {
	mkdir -m 711 top
	chown 7:8 top
	layers '{lower: ["top", "rootfs"]}' sh -c 'stat -c "%a %u %g" / /etc/which; awk "\$5 == \"/\" { for (i = 7; \$i != \"-\"; i++); print \$(i + 1) }" /proc/self/mountinfo'
	go
	expect 0 $'711 7 8\n644 0 0\noverlay'
}

@test "what was kept is there again, with a user namespace or without, until another name is used" {
	layers '{lower: ["rootfs"], upper: "kept", name: "work"}' sh -c 'echo 1 > /new; rm /etc/passwd; chown 3:4 /new'
	go
	expect 0
	[ "$(stat -c '%u %g %a' "$UPPERS/work/data/upper/new" "$UPPERS" "$UPPERS/work")" = $'3 4 644\n0 0 700\n0 0 700' ]
	plain_layers '{lower: ["rootfs"], upper: "kept", name: "work"}' sh -c 'stat -c "%u %g" /new; ls /etc/passwd; rm /new'
	go
	expect 0 $'3 4\nls: /etc/passwd: No such file or directory'
	layers '{lower: ["rootfs"], upper: "kept", name: "work"}' sh -c 'ls /new; mkdir /opt'
	go
	expect 0 "ls: /new: No such file or directory"
	layers '{lower: ["rootfs"], upper: "kept", name: "other"}' sh -c 'ls /etc/passwd /opt'
	go
	expect 1 $'ls: /opt: No such file or directory\n/etc/passwd'
	[ "$(ls "$UPPERS")" = $'other\nwork' ]
}

@test "a kept upper layer is one jail's at a time" {
	layers '{lower: ["rootfs"], upper: "kept", name: "work"}' sleep 100
	up
	try jail run config.json other
	fails "config.json: jail.rootfs.upper: the upper layer $UPPERS/work is that of jail $ID"
	jail kill "$ID" KILL
	wait_for has_status "$ID" stopped
	try jail run config.json other
	fails "is that of jail $ID"
	jail delete "$ID"
	jail run -d --log-output none config.json other
	jail delete --force other
}

@test "one on disk goes with its jail, however that ends, and whatever is in it" {
	layers '{lower: ["rootfs"], upper: "disk"}' sh -c 'cd /root; i=0; while [ $i -lt 300 ]; do mkdir d; cd d; i=$((i + 1)); done; echo x > f; chmod 0 /root /root/d; mkdir /many; for i in 1 2 3 4 5 6 7 8 9; do mkdir -p /many/$i/$i/$i; mkfifo /many/$i/p; ln -s / /many/$i/s; done'
	go
	expect 0
	[ -z "$(ls -A "$UPPERS")" ]
	layers '{lower: ["rootfs"], upper: "disk"}' sleep 100
	up
	[ "$(ls -A "$UPPERS" | wc -l)" = 1 ]
	try jail gc
	expect 0
	[ "$(ls -A "$UPPERS" | wc -l)" = 1 ]
	jail delete --force "$ID"
	[ -z "$(ls -A "$UPPERS")" ]
	layers '{lower: ["rootfs"], upper: "disk"}' /bin/nothing
	go
	expect 127
	[ -z "$(ls -A "$UPPERS")" ]
}

@test "a reboot leaves one on disk behind, which gc removes" {
	layers '{lower: ["rootfs"], upper: "disk"}' sleep 100
	up
	echo 1 > "$CGROUP/jail/$ID/cgroup.kill"
	wait_for has_status "$ID" stopped
	rmdir "$CGROUP/jail/$ID"
	rm -r "${ROOT:?}/$ID"
	[ -n "$(ls -A "$UPPERS")" ]
	try jail gc
	expect 0
	contains "an upper layer whose jail is gone"
	[ -z "$(ls -A "$UPPERS")" ]
}

@test "no upper layer: nothing can be changed" {
	layers '{lower: ["rootfs"], upper: "none"}' sh -c 'cat /etc/which; echo x > /etc/which'
	go
	expect 1
	contains lower
	contains "Read-only file system"
	mkdir -p top/etc
	echo top > top/etc/which
	layers '{lower: ["top", "rootfs"], upper: "none"}' sh -c 'cat /etc/which; echo x > /etc/which'
	go
	expect 1
	contains top
	contains "Read-only file system"
}

@test "no upper layer: a jail that may mount cannot change it either" {
	layers '{lower: ["rootfs"], upper: "none"}' sh -c 'mount -o remount,bind,rw /; mount -o remount,rw /; echo x > /etc/which'
	jq '.jail.system = true' config.json > system.json
	untouched try jail run system.json "$ID"
	expect 1
	contains "Read-only file system"
}

@test "a lease that a jail takes of a shared file is nobody else's business" {
	for upper in none ephemeral; do
		layers "{lower: [\"rootfs\"], upper: \"$upper\"}" lease /etc/which
		jail run -d --log-output "file:$PWD/said" config.json "$ID"
		wait_for has_line leased said
		run timeout 5 sh -c 'cat rootfs/etc/which; : 1<> rootfs/etc/which'
		expect 0 lower
		jail delete --force "$ID"
		rm said
	done
}

# enters ID: whoever enters its mount namespace is in its root, and sees nothing of the host's
enters() {
	local pid
	pid=$(pid_of "$1")
	[ "$(nsenter -t "$pid" -m /bin/cat /etc/which)" = lower ]
	[ "$(cut -d' ' -f5 "/proc/$pid/mountinfo" | grep -cx /)" = 1 ]
	lacks_line ' - ext4 ' "/proc/$pid/mountinfo"
	try jail exec "$1" cat /etc/which
	expect 0 lower
}

@test "whoever enters the namespace comes into the overlay, and nothing is below or above it" {
	for upper in ephemeral disk kept; do
		layers "{lower: [\"rootfs\"], upper: \"$upper\"}" sleep 100
		up
		enters "$ID"
		jail delete --force "$ID"
		plain_layers "{lower: [\"rootfs\"], upper: \"$upper\", name: \"plain\"}" sleep 100
		[ $upper = kept ] || plain_layers "{lower: [\"rootfs\"], upper: \"$upper\"}" sleep 100
		up
		enters "$ID"
		jail delete --force "$ID"
	done
}

@test "root.readonly: places for mounts are made all the same" {
	layers '{lower: ["rootfs"]}' sh -c 'ls -d /a/b/c; echo x > /x'
	jq '.root.readonly = true | .mounts = [{destination: "/a/b/c", type: "tmpfs", source: "x"}]' config.json > new.json
	mv new.json config.json
	go
	expect 1
	contains /a/b/c
	contains "Read-only file system"
}

@test "the size of an ephemeral upper layer" {
	layers '{lower: ["rootfs"], size: 1048576}' dd if=/dev/zero of=/a bs=65536 count=20
	go
	expect 1
	contains "No space left on device"
}

@test "an EROFS image is a layer, alone and below others" {
	needs mkfs.erofs
	mkfs.erofs -T0 base.erofs rootfs > /dev/null
	for upper in ephemeral disk kept; do
		layers "{lower: [\"base.erofs\"], upper: \"$upper\"}" sh -c 'stat -c "%u %a" /etc/which; cat /etc/which; echo x > /etc/which; rm /etc/passwd; cat /etc/which'
		go
		expect 0 $'0 644\nlower\nx'
	done
	plain_layers '{lower: ["base.erofs"], upper: "none"}' sh -c 'echo x > /etc/which; cat /etc/which'
	go
	expect 0
	contains "Read-only file system"
	contains lower
	mkdir -p top/etc
	echo top > top/etc/which
	layers '{lower: ["top", "base.erofs"]}' cat /etc/which
	go
	expect 0 top
	echo nothing > bad.erofs
	layers '{lower: ["bad.erofs"]}' true
	go
	fails "jail.rootfs.lower[0]: mount $BUNDLE/bad.erofs as erofs: "
}

@test "50 jails of one image: what they do not change costs no disk, and each sees its own" {
	layers '{lower: ["rootfs"], upper: "disk"}' sleep 100
	for i in $(seq 50); do
		jail run -d --log-output none config.json "$ID-$i"
		jail exec "$ID-$i" sh -c "echo $i > /etc/which"
	done
	[ "$(du -sk "$UPPERS" | cut -f1)" -lt 5000 ]
	for i in 1 17 50; do
		[ "$(jail exec "$ID-$i" cat /etc/which)" = "$i" ]
	done
	jail list -q | xargs "$JAIL" delete --force
	[ -z "$(ls -A "$UPPERS")" ]
}

@test "jail run --image: the image's spec, another command, another upper layer" {
	mkdir -p "$JAIL_DATA_DIR/images/base"
	cp -al rootfs "$JAIL_DATA_DIR/images/base/rootfs"
	echo '{"process": {"args": ["cat", "/etc/which"], "env": ["A=b"]}, "jail": {"rootfs": {"lower": ["rootfs"]}}}' \
		> "$JAIL_DATA_DIR/images/base/spec.json"
	try jail run --image base
	expect 0 lower
	try jail run --image base -- sh -c 'echo $A $0; echo x > /etc/which' y
	expect 0 "b y"
	try jail run --image base --upper kept --name work -- sh -c 'echo kept > /etc/which'
	expect 0 ""
	try jail run --image base --upper kept --name work
	expect 0 kept
	try jail run --image base --upper none -- sh -c 'echo x > /etc/which'
	expect 1
	contains "Read-only"
	try jail run -d --log-output none --image base -- sleep 100
	expect 0
	matches '^base-[a-z2-9]{4}$'
	jail delete --force "$output"
	try jail run --image nothing
	fails "run: there is no image nothing ($JAIL_DATA_DIR/images/nothing/spec.json: No such file or directory); see jail-rootfs list"
	try jail run --image ../images/base
	fails 'run: "../images/base" is not the name of an image'
	try jail run --image base --rootfs rootfs
	fails "run: --rootfs and --image both say what the root is"
	try jail run --rootfs rootfs --upper disk
	fails "run: --upper is for layers: --image, or a spec with jail.rootfs.lower"
	try jail --data "$BATS_TEST_TMPDIR" run --image base
	fails "$BATS_TEST_TMPDIR/images/base/spec.json"
}

@test "a layer that is not there, or not what its name says" {
	layers '{lower: ["rootfs", "nothing"]}' true
	go
	fails "config.json: jail.rootfs.lower[1]: layer $BUNDLE/nothing: No such file or directory"
	layers '{lower: ["config.json"]}' true
	go
	fails "config.json: jail.rootfs.lower[0]: $BUNDLE/config.json is not a directory"
	mkdir dir.erofs
	layers '{lower: ["dir.erofs"]}' true
	go
	fails "config.json: jail.rootfs.lower[0]: $BUNDLE/dir.erofs is not a file"
	layers '{lower: ["rootfs"], upper: "kept"}' true
	touch ../data
	go
	fails "jail.rootfs.upper: make $UPPERS"
}

@test "the jail does not reach what its root is made of" {
	needs capsh
	layers '{lower: ["rootfs"], upper: "disk"}' sh -c 'cat /proc/self/mountinfo | grep -c -e layers -e uppers; umount -l / 2>&1; ls /data /0 2>&1; cat /etc/which'
	jq '.process.capabilities = (["bounding", "effective", "permitted"] | map({key: ., value: ["CAP_SYS_ADMIN"]}) | from_entries) | .linux.seccomp = null' config.json > new.json
	mv new.json config.json
	go
	contains $'0\n'
	contains "ls: /data: No such file or directory"
}

@test "shared propagation on the host: nothing of the layers is seen there" {
	config '.jail.rootfs = {lower: ["rootfs"]} | .linux.rootfsPropagation = "shared"' sh -c 'echo x > /new; cat /new'
	mount --make-rshared /
	go
	mount --make-rprivate /
	expect 0 x
	[ "$(state_of_host)" = "$BEFORE" ]
}

@test "jail diff: what was added, changed and deleted, in memory and on disk, above directories and images" {
	mkdir -p mid/opt/a
	echo 1 > mid/opt/a/f
	for upper in ephemeral disk; do
		layers "{lower: [\"mid\", \"rootfs\"], upper: \"$upper\"}" sh -c 'echo x > /etc/which; rm /etc/passwd; mkdir -p /new/a; echo 1 > /new/a/b
			ln -s / /new/s; mkfifo /new/p; mv /opt/a/f /moved; rm -r /opt/a; chmod 700 /root; touch -d 2000-01-01 /tmp; chmod 644 /etc/group
			printf x > "/new/$(printf "a\033[31m\n\377")"; exec sleep 100'
		up
		wait_for has_line 'x' "/proc/$(pid_of "$ID")/root/etc/which"
		wait_for has_comm sleep
		try jail diff "$ID"
		sort <<< "$output" > out
		diff out - <<-'END'
			A /moved
			A /new
			A /new/a
			A /new/a/b
			A /new/a\x1b[31m\x0a\?
			A /new/p
			A /new/s
			C /etc
			C /etc/group
			C /etc/which
			C /opt
			C /root
			C /tmp
			D /etc/passwd
			D /opt/a
		END
		jail diff --null "$ID" | tr '\0' '\t' | grep -qF $'/a\e[31m\n\377\t'
		jail kill "$ID" KILL
		wait_for has_status "$ID" stopped
		try jail diff "$ID"
		fails "container not running"
		jail delete "$ID"
	done
}

has_comm() {
	[ "$(cat "/proc/$(pid_of "$ID")/comm")" = "$1" ]
}

@test "jail diff: nothing changed, what is mounted, a directory that comes and goes, and misuse" {
	needs mkfs.erofs
	mkfs.erofs -T0 base.erofs rootfs > /dev/null
	layers '{lower: ["base.erofs"]}' sh -c 'while :; do mkdir -p /tmp/a/b/c; mv /tmp/a /tmp/b; rm -r /tmp/b; done'
	jq '.mounts = [{destination: "/tmp/vol", type: "tmpfs", source: "x"}]' config.json > new.json
	mv new.json config.json
	up
	for _ in $(seq 20); do
		try jail diff "$ID"
		expect 0
		lacks /vol
		lacks "jail:"
	done
	jail delete --force "$ID"
	layers '{lower: ["base.erofs"]}' sleep 100
	up
	try jail diff "$ID"
	expect 0 ""
	jail delete --force "$ID"
	config . sleep 100
	up
	try jail diff "$ID"
	fails "the root is not made of layers (jail.rootfs.lower)"
	jail delete --force "$ID"
	try jail diff nobody
	fails "jail nobody: container does not exist"
	try jail diff
	expect 1
}

@test "jail diff: below a directory that an upper one of the lower layers has made anew" {
	mkdir -p top/d rootfs/d/sub rootfs/e/sub
	setfattr -n user.overlay.opaque -v y top/d
	touch rootfs/d/sub/file rootfs/e/sub/file
	layers '{lower: ["top", "rootfs"]}' sh -c 'mkdir /d/sub; touch /d/sub/mine /e/sub/mine; exec sleep 100'
	up
	wait_for has_comm sleep
	try jail diff "$ID"
	expect 0 $'C /d\nC /e\nA /d/sub\nA /d/sub/mine\nC /e/sub\nA /e/sub/mine'
	jail delete --force "$ID"
}

@test "what a life of the jail that the machine did not survive left on disk is not taken over" {
	layers '{lower: ["rootfs"], upper: "disk"}' sh -c 'ls /old; touch /old; exec sleep 100'
	up
	wait_for has_comm sleep
	echo 1 > "$CGROUP/jail/$ID/cgroup.kill"
	wait_for has_status "$ID" stopped
	rmdir "$CGROUP/jail/$ID"
	rm -r "${ROOT:?}/$ID"
	layers '{lower: ["rootfs"], upper: "disk"}' ls /old
	go
	expect 1 "ls: /old: No such file or directory"
	[ -z "$(ls -A "$UPPERS")" ]
}

@test "gc does not take the layer of a jail that was deleted and made again while it looked" {
	needs strace
	layers '{lower: ["rootfs"], upper: "disk"}' sleep 100
	up
	background strace -f -o gc.trace -e trace=flock -e inject=flock:delay_enter=1500000:when=2+ "$JAIL" gc
	sleep 0.7
	jail delete --force "$ID"
	up
	wait "${BACKGROUND[-1]}" || true
	jail exec "$ID" touch /new
	jail delete --force "$ID"
}

@test "an upper layer whose maker was killed half-way is made all the same" {
	mkdir -p "$UPPERS/work/data/upper.new" "$UPPERS/work/data/work"
	chmod 700 "$UPPERS" "$UPPERS/work/data/upper.new"
	layers '{lower: ["rootfs"], upper: "kept", name: "work"}' stat -c '%a %u' /
	go
	expect 0 "755 0"
}
