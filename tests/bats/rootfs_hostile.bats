#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# rootfs_hostile.bats - jail-rootfs: archives and jails that want to reach the host

load rootfs

# What they try to reach: a directory that no build may change, /run/outside
outside() {
	mkdir -p /run/outside
	echo secret > /run/outside/file
	before=$(cd /run/outside && ls -lA --full-time && cat file)
}

untouched() {
	[ "$(cd /run/outside && ls -lA --full-time && cat file)" = "$before" ]
}

teardown_file() {
	[ ! -d /run/.etc/host ] || rm -rf /run/outside
}

# try_tar [OPTION...]: the archive that standard input makes, as an image
try_tar() {
	outside
	make_tar t.tar
	run jr tar t.tar x "$@"
	untouched
}

# stopped TEXT: refused, with TEXT, and no image
stopped() {
	refuses "$1"
	has_images
}

@test "a name with .." {
	try_tar <<< 'add("../../../../../../../../run/outside/new", b"x")'
	stopped "refused: ../../../../../../../../run/outside/new: its name has .. in it"
	try_tar <<< 'add("a/b/../c", b"x")'
	stopped "a/b/../c: its name has .. in it"
}

@test "an absolute name" {
	try_tar <<< 'add("/run/outside/new", b"x")'
	stopped "/run/outside/new: its name is absolute"
}

@test "a member below a symbolic link that leads out" {
	try_tar <<-'END'
		link("d", "/run/outside")
		add("d/new", b"x")
	END
	stopped "d/new: is below the symbolic link d, which leads out to /run/outside"
	try_tar <<-'END'
		directory("a")
		link("a/d", "../../../../../../../run/outside")
		add("a/d/new", b"x")
	END
	stopped "a/d/new: is below the symbolic link a/d, which leads out"
	try_tar <<-'END'
		link("one", "two/..")
		link("two", "/run")
		directory("one/x")
	END
	stopped "one/x: is below the symbolic link two, which leads out"
	try_tar <<-'END'
		link("a", "b")
		link("b", "a")
		add("a/x", b"x")
	END
	stopped "a/x: is below a loop of symbolic links"
}

@test "links that lead nowhere near the host, and members below links that stay inside, are fine" {
	try_tar <<-'END'
		directory("usr")
		directory("usr/bin")
		link("bin", "usr/bin")
		add("bin/prog", b"x")
		link("out", "/run/outside/file")
		link("up", "../../../../run/outside")
		hard("prog2", "usr/bin/prog")
	END
	expect 0
	[ -f "$IMAGES/x/rootfs/usr/bin/prog" ] && [ -L "$IMAGES/x/rootfs/out" ]
	jr verify
}

@test "a hard link out of the tree, or to what the archive has not" {
	try_tar <<< 'hard("h", "../../../../../../../run/outside/file")'
	stopped "h: its hard link's target has .. in it"
	try_tar <<< 'hard("h", "/run/outside/file")'
	stopped "h: its hard link's target is absolute"
	try_tar <<< 'hard("h", "usr/bin/python3")'
	stopped "h: is a hard link to usr/bin/python3, which is not in the archive before it"
	try_tar <<-'END'
		link("d", "/run/outside")
		hard("h", "d/file")
	END
	stopped "h: is below the symbolic link d, which leads out"
	# One to a link that leads out is a second link, and writes nothing there
	try_tar <<-'END'
		link("l", "/run/outside/file")
		hard("h", "l")
		add("h", b"x")
	END
	stopped "h: is a hard link to l"
}

@test "a symbolic link that is overwritten, and written through" {
	try_tar <<-'END'
		link("l", "/run/outside/file")
		add("l", b"not there")
	END
	[ "$status" = 0 ]
	jr verify
}

@test "device nodes: refused, or made with --devices; never one that hides a file of a lower layer" {
	try_tar <<< 'add("dev/sda", type=tarfile.BLKTYPE, devmajor=8, devminor=0)'
	stopped "dev/sda: is a block device, see --devices"
	try_tar <<< 'add("dev/null", type=tarfile.CHRTYPE, devmajor=1, devminor=3)'
	stopped "dev/null: is a character device"
	try_tar --devices <<< 'add("etc/passwd", type=tarfile.CHRTYPE, devmajor=0, devminor=0)'
	stopped "etc/passwd: is a device that overlays take for a deleted file"
	try_tar --devices <<-'END'
		directory("dev")
		add("dev/null", type=tarfile.CHRTYPE, devmajor=1, devminor=3)
	END
	expect 0
	[ -c "$IMAGES/x/rootfs/dev/null" ]
}

@test "attributes that overlays obey" {
	try_tar <<< 'directory("d")
member = tarfile.TarInfo("d/x")
member.pax_headers = {"SCHILY.xattr.trusted.overlay.redirect": "/etc"}
archive.addfile(member)'
	stopped "d/x: has the attribute trusted.overlay.redirect"
}

@test "names with newlines, control characters and long ones are told in one clean line" {
	try_tar <<< 'add("../a\nb\x1b[31m", b"x")'
	stopped 'refused: ../a\x0ab\x1b[31m: its name has .. in it'
	try_tar <<< 'add("a/" * 2000 + "../x", b"x")'
	stopped "its name has .. in it"
	try_tar <<< 'add("-exec\nrm\t", b"x")
add("--to-command=touch ..", b"")'
	[ "$status" = 0 ]
}

@test "a sparse file of 8 EB, and one that is larger than the disk" {
	try_tar <<< 'member = tarfile.TarInfo("big")
member.pax_headers = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.name": "huge",
    "GNU.sparse.realsize": str(1 << 62)}
data = b"1\n0\n1\n".ljust(512, b"\0") + b"x"
member.size = len(data)
archive.addfile(member, io.BytesIO(data))'
	stopped "huge: makes it 4611686018427387904 bytes in all, and there is room for"
}

@test "a header that tar would read past: what comes behind it is not unpacked" {
	make_tar one.tar <<< 'add("good", b"x")'
	make_tar two.tar <<< 'add("../evil", b"x")'
	outside
	{ head -c 1024 one.tar; head -c 512 /dev/urandom; cat two.tar; } > t.tar
	run jr tar t.tar x
	stopped "t.tar: it is damaged, or not whole"
	# Behind the end mark is nothing, whatever is there
	cat one.tar two.tar > t.tar
	run jr tar t.tar x
	expect 0
	[ "$(ls "$IMAGES/x/rootfs")" = good ]
	untouched
}

@test "an import file is looked through as well" {
	wants_program zstd
	outside
	make_tar t.tar <<-'END'
		add("manifest.json", b"{}")
		add("spec.json", b"{}")
		link("rootfs", "/run/outside")
		add("rootfs/new", b"x")
	END
	zstd -q t.tar
	run jr import t.tar.zst x
	stopped "rootfs/new: is below the symbolic link rootfs, which leads out"
	make_tar t.tar <<-'END'
		add("manifest.json", b'{"digest": "sha256:%064d"}' % 0)
		add("spec.json", b"{}")
		link("rootfs", "/run/outside")
	END
	zstd -qf t.tar
	run jr import t.tar.zst x
	stopped "it has no tree"
	untouched
}

@test "sealing follows no link" {
	outside
	mkdir -p /run/outside/ssh
	touch /run/outside/ssh/ssh_host_rsa_key /run/outside/machine-id
	before=$(cd /run/outside && ls -lA --full-time && cat file)
	make_tar t.tar <<-'END'
		link("etc", "/run/outside")
		link("tmp", "../../../../../../run/outside")
		directory("var")
		link("var/log", "/run/outside")
	END
	jr tar t.tar x --seal
	untouched
}

# ---- a jail ----

# A jail with what from-jail has to cope with
hostile_jail() {
	outside
	mkdir rootfs/data
	short '.' sh -c 'mkfifo /data/fifo; ln -s /run/outside/file /data/link; ln -s / /data/root; echo x > /data/own
		chown 5:6 /data/own; chmod 4755 /data/own; dd if=/dev/zero of=/data/sparse bs=1 count=1 seek=90000000 2>/dev/null
		nc -lU /data/socket & sleep 0.2; touch /data/ready; while :; do echo x >> /data/grows; done'
	up
	wait_for test -e rootfs/data/ready
}

@test "from-jail: a running jail; ids as inside, fifos, sockets, sparse and growing files, no path of the host" {
	hostile_jail
	jr from-jail "$ID" copy
	jail delete --force "$ID"
	root=$IMAGES/copy/rootfs
	[ -p "$root/data/fifo" ] && [ ! -e "$root/data/socket" ]
	run stat -c '%u:%g %a' "$root/data/own" "$root/etc/passwd" "$root/proc"
	expect 0 $'5:6 4755\n0:0 644\n0:0 755'
	[ "$(readlink "$root/data/link")" = /run/outside/file ]
	[ "$(stat -c %s "$root/data/sparse")" = 90000001 ]
	[ "$(du -k "$root/data/sparse" | cut -f1)" -lt 1000 ]
	[ -z "$(ls -A "$root/proc" "$root/sys" "$root/dev" | grep -v : | xargs)" ]
	! grep -rq secret "$root/data"
	untouched
	run jq -r .source.jail "$IMAGES/copy/manifest.json"
	expect 0 "$ID"
}

@test "from-jail: a stopped jail, with and without mapped ids on disk" {
	short . sh -c 'echo x > /own; chown 5:6 /own; ln -s /etc/shadow /link'
	go --keep
	expect 0
	jr from-jail "$ID" idmapped
	jail delete "$ID"
	cp -a rootfs own        # rootfs is all tests'
	chown -R 200000:200000 own
	config '.root.path = "own" | .linux.namespaces += [{type: "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 200000, size: 1000}]
		| .linux.gidMappings = .linux.uidMappings' sh -c 'echo x > /second; chown 7:8 /second'
	go --keep
	expect 0
	jr from-jail "$ID" chowned
	jail delete "$ID"
	run stat -c '%u:%g' "$IMAGES/idmapped/rootfs/own" "$IMAGES/chowned/rootfs/second" "$IMAGES/chowned/rootfs/bin/busybox"
	expect 0 $'5:6\n7:8\n0:0'
}

@test "from-jail: a jail of layers, with what it has changed; when it has stopped they are apart" {
	jr busybox
	jail run -d --log-output none --image busybox --name "$ID" -- sh -c 'rm /etc/group; echo x > /new; sleep 100'
	wait_for jail exec "$ID" test -s /new
	jr from-jail "$ID" copy
	root=$IMAGES/copy/rootfs
	[ "$(cat "$root/new")" = x ] && [ ! -e "$root/etc/group" ] && [ -x "$root/bin/busybox" ]
	[ -e "$IMAGES/busybox/rootfs/etc/group" ]
	run jq -c '.process | del(.env)' "$IMAGES/copy/spec.json"
	expect 0 '{"args":["sh","-c","rm /etc/group; echo x > /new; sleep 100"],"cwd":"/","user":{"uid":0,"gid":0}}'
	run jr rm busybox
	refuses "busybox is used by jail $ID"
	jail kill "$ID" KILL
	wait_for has_status "$ID" stopped
	run jr from-jail "$ID" late
	refuses "has stopped, and its root, which was made of layers, is not mounted any more"
	jail delete "$ID"
	has_images busybox copy
}

@test "from-jail: files that come, go and change their kind meanwhile" {
	mkdir rootfs/d
	short . sh -c 'touch /ready; i=0; while :; do i=$((i+1)); rm -rf /d/*; mkdir /d/x; echo a > /d/x/f; rm -rf /d/x
		ln -s /run/outside /d/x; rm -f /d/x; mkfifo /d/x; done'
	outside
	up
	wait_for test -e rootfs/ready
	for i in 1 2 3; do
		jr from-jail "$ID" "copy$i"
		! grep -rsq secret "$IMAGES/copy$i/rootfs/d" || return 1
	done
	jail delete --force "$ID"
	untouched
}

@test "from-jail: a jail that is not there" {
	run jr from-jail nosuch x
	[ "$status" = 1 ] && [ "${#lines[@]}" = 1 ]
	contains "nosuch"
	run jr from-jail nosuch
	[ "$status" = 2 ]
	has_images
}
