#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# rootfs_build.bats - jail-rootfs: a build is there as a whole, or not at all

load rootfs

# A tar that comes slowly: a build in the background, BUILDER, that waits for more in the middle
slow_build() {
	mkfifo pipe
	"$ROOTFS" tar - slow "$@" < pipe > slow.out 2>&1 3>&- 4>&- &
	BUILDER=$!
	BACKGROUND+=("$BUILDER")
	exec 7> pipe
	tar -C "$BUNDLE/rootfs" -c . | head -c 300000 >&7
	wait_for unpacking
}

unpacking() {
	[ -n "$(find "$IMAGES"/.new-*/rootfs -type f -size +100k -print -quit)" ]
}

ended() {
	! [ -e "/proc/$1" ]
}

# Processes of builds, whoever is their parent
no_builders() {
	local f
	for f in /proc/[0-9]*/cmdline; do
		if tr '\0' ' ' < "$f" 2> /dev/null | grep -q "__build $IMAGES"; then
			return 1
		fi
	done
}

@test "a terminated build leaves nothing, and ends with 143" {
	slow_build
	kill -TERM "$BUILDER"
	status=0
	wait "$BUILDER" || status=$?
	exec 7>&-
	[ $status = 143 ]
	has_images
	no_builders
}

@test "^C on a terminal: nothing is left, no process either" {
	mkfifo pipe
	cat > child <<-END
		#!/bin/sh
		exec "$ROOTFS" tar - slow < pipe
	END
	chmod 755 child
	python3 - <<-'END' 3>&- 4>&- &
		import os, pty, signal, time
		pid, fd = pty.fork()
		if pid == 0:
		    signal.signal(signal.SIGINT, signal.SIG_DFL)        # ignored by what is started with &
		    os.execv("./child", ["child"])
		while not os.path.exists("interrupt"):
		    time.sleep(0.05)
		os.write(fd, b"\x03")
		try:
		    while os.read(fd, 1000):
		        pass
		except OSError:
		    pass
		with open("status", "w") as f:
		    f.write(str(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])))
	END
	exec 7> pipe
	tar -C "$BUNDLE/rootfs" -c . | head -c 300000 >&7
	wait_for unpacking
	touch interrupt
	wait_for test -s status
	exec 7>&-
	[ "$(cat status)" = 130 ]
	has_images
	no_builders
}

@test "a build that is killed ends with all it has started; the next one, or gc, removes what it left" {
	slow_build
	kill -9 "$BUILDER"
	wait_for ended "$BUILDER"
	exec 7>&-
	wait_for no_builders
	run jr gc
	expect 0
	matches "^$IMAGES/\.new-[^ ]*$"
	has_images
	rm pipe
	slow_build
	kill -9 "$BUILDER"
	wait_for no_builders
	exec 7>&-
	jr busybox
	has_images busybox
	run jr gc
	expect 0 ""
}

@test "gc leaves a build alone that goes on" {
	slow_build
	run jr gc
	expect 0 ""
	jr busybox
	tar -C "$BUNDLE/rootfs" -c . | tail -c +300001 >&7
	exec 7>&-
	wait "$BUILDER"
	has_images busybox slow
}

@test "two builds of one name: the second one to finish is refused, and nothing is mixed" {
	slow_build
	jr busybox slow
	before=$(digest slow)
	tar -C "$BUNDLE/rootfs" -c . | tail -c +300001 >&7
	exec 7>&-
	status=0
	wait "$BUILDER" || status=$?
	output=$(< slow.out)
	refuses "slow exists; --replace takes its place"
	has_images slow
	[ "$(digest slow)" = "$before" ]
	jr verify slow
	run jr busybox slow
	refuses "slow exists"
}

@test "--replace: the old image is there until the new one is" {
	jr busybox slow
	before=$(digest slow)
	slow_build --replace
	[ "$(digest slow)" = "$before" ]
	tar -C "$BUNDLE/rootfs" -c . | tail -c +300001 >&7
	exec 7>&-
	wait "$BUILDER"
	has_images slow
	[ "$(digest slow)" != "$before" ]
	jr verify slow
}

@test "many builds of one name at once: one wins, the others are told" {
	for i in 1 2 3 4; do
		"$ROOTFS" busybox same > "out.$i" 2>&1 3>&- 4>&- &
		builds+=($!)
	done
	for build in "${builds[@]}"; do
		wait "$build" || true
	done
	has_images same
	[ "$(cat out.? | grep -c 'same exists; --replace takes its place')" = 3 ]
	jr verify same
}

@test "a full disk: said clearly, nothing is left, and the old image stays" {
	mkdir "$JAIL_DATA_DIR"
	mount -t tmpfs -o size=5m full "$JAIL_DATA_DIR"
	jr busybox keep
	before=$(digest keep)
	head -c 8000000 /dev/urandom > big
	tar -c big > big.tar
	run jr tar big.tar
	refuses "there is room for"
	# By more than one file's headers, so that it is the disk that tells
	run jr busybox two
	run jr busybox three
	refuses "no space left in $IMAGES"
	run jr busybox keep --replace
	refuses "no space left in $IMAGES"
	[ "$(digest keep)" = "$before" ]
	has_images keep two
}

@test "progress on a terminal, with times; none with -q" {
	run script -qec "$ROOTFS busybox" /dev/null
	expect 0
	matches '  busybox +[0-9]+\.[0-9] s'
	contains "busybox: $(digest busybox), "
	contains "run it: jail run $IMAGES/busybox/spec.json"
	run script -qec "$ROOTFS busybox -q --replace" /dev/null
	expect 0 ""
}

@test "tar: plain and compressed, from a file and a pipe; owners, modes, times, links, attributes" {
	wants_program xz
	mkdir -p t/etc t/bin
	echo root:x:0:0::/: > t/etc/passwd
	echo data > t/bin/prog
	chown 1234:56789 t/bin/prog
	chmod 4711 t/bin/prog
	ln t/bin/prog t/bin/hard
	ln -s ../etc/passwd t/bin/relative
	ln -s /etc/passwd t/bin/absolute
	ln -s . t/loop
	mkfifo t/fifo
	truncate -s 3M t/sparse
	setfattr -n user.a -v b t/bin/prog
	setcap cap_net_raw+ep t/etc/passwd
	mkdir $'t/a\nb\t\'"\\ c'
	touch -d @1000000000.5 t/bin t
	tar -C t --xattrs --xattrs-include='*' -cf plain.tar .
	gzip -k plain.tar
	xz -k plain.tar
	jr tar plain.tar
	jr tar plain.tar.gz gz
	jr tar plain.tar.xz xz
	jr tar - pipe < plain.tar
	for other in gz xz pipe; do
		same_digest plain $other
	done
	root=$IMAGES/plain/rootfs
	run stat -c '%a %u:%g %h' "$root/bin/prog"
	expect 0 "4711 1234:56789 2"
	run readlink "$root/bin/absolute"
	expect 0 /etc/passwd
	run getfattr --absolute-names --only-values -n user.a "$root/bin/hard"
	expect 0 b
	run getcap "$root/etc/passwd"
	contains cap_net_raw=ep
	[ -d "$root"/$'a\nb\t\'"\\ c' ] && [ -p "$root/fifo" ]
	[ "$(stat -c %.1Y "$root/bin")" = 1000000000.5 ]
	jr verify
	# An archive of members and no ./ has one digest, too
	tar -C t --xattrs --xattrs-include='*' --exclude=./sparse -cf members.tar bin etc
	jr tar members.tar m1
	sleep 1
	jr tar members.tar m2
	same_digest m1 m2
}

@test "tar: the image runs; --seal removes what belongs to one machine" {
	mkdir -p rootfs/etc/ssh rootfs/var/log rootfs/var/lib/dhcp
	echo 0123456789abcdef0123456789abcdef > rootfs/etc/machine-id
	touch rootfs/etc/ssh/ssh_host_rsa_key rootfs/var/log/messages rootfs/var/lib/dhcp/leases
	tar -C rootfs -cf r.tar .
	jr tar r.tar open
	jr tar r.tar sealed --seal
	[ -s "$IMAGES/open/rootfs/etc/machine-id" ] && [ -e "$IMAGES/open/rootfs/var/log/messages" ]
	[ -e "$IMAGES/sealed/rootfs/etc/machine-id" ] && [ ! -s "$IMAGES/sealed/rootfs/etc/machine-id" ]
	[ -z "$(ls "$IMAGES/sealed/rootfs/"{etc/ssh,var/log,var/lib/dhcp} | grep -v :)" ]
	run_image sealed ".process.args = [\"echo\", \"it runs\"]"
	expect 0 "it runs"
}

@test "a file that is not there, or not a tar, or not whole" {
	run jr tar nosuch
	refuses "nosuch: no such file"
	run jr tar "$BUNDLE"
	refuses "it is not a file"
	head -c 5000 /dev/urandom > random
	run jr tar random
	refuses "random: it is not a tar"
	: > empty
	run jr tar empty
	refuses "empty: it is not a tar"
	tar -C rootfs -cf whole.tar .
	for size in 700 5000 20480; do
		head -c $size whole.tar > part.tar
		run jr tar part.tar
		refuses "part.tar: it "
	done
	gzip -k whole.tar
	head -c 50000 whole.tar.gz > part.tar.gz
	run jr tar part.tar.gz
	refuses
	has_images
}
