#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# devices.bats - what stands in /dev, and which devices may be used

load helpers

@test "a device in the place of a default link: the link, as engines with all of the host's devices mean it" {
	config '.linux.devices = [{path: "/dev/ptmx", type: "c", major: 5, minor: 2}]' sh -c 'readlink /dev/ptmx; [ -c /dev/ptmx ]'
	go
	expect 0 pts/ptmx
}

@test "the default devices and links" {
	config . sh -c 'cd /dev; stat -c "%n %F %t:%T %a %u:%g" null zero full random urandom tty; for l in ptmx fd stdin stdout stderr; do echo $l $(readlink $l); done'
	umask 077
	go
	expect 0 "null character special file 1:3 666 0:0
zero character special file 1:5 666 0:0
full character special file 1:7 666 0:0
random character special file 1:8 666 0:0
urandom character special file 1:9 666 0:0
tty character special file 5:0 666 0:0
ptmx pts/ptmx
fd /proc/self/fd
stdin /proc/self/fd/0
stdout /proc/self/fd/1
stderr /proc/self/fd/2"
}

@test "they are there without any mount on /dev, too" {
	config 'del(.mounts[1, 2])' sh -c 'test -c /dev/null && test -c /dev/tty && echo there'
	go
	expect 0 there
	rm -rf rootfs/dev
	config 'del(.mounts[1, 2])' sh -c 'test -c /dev/null && echo there'
	go
	expect 0 there
}

@test "devices of the spec: kinds, modes, owners, places, whatever the umask" {
	config '.linux.devices = [
		{"type": "c", "path": "/dev/fuse", "major": 10, "minor": 229, "fileMode": 438, "uid": 5, "gid": 6},
		{"type": "u", "path": "/dev/unbuffered", "major": 10, "minor": 1, "fileMode": 384},
		{"type": "b", "path": "/dev/disk/my", "major": 7, "minor": 0, "fileMode": 288},
		{"type": "p", "path": "/run/fifo", "fileMode": 511, "uid": 7},
		{"type": "c", "path": "/elsewhere/null", "major": 1, "minor": 3},
		{"type": "c", "path": "/dev/null", "major": 1, "minor": 3, "fileMode": 292}]' \
		stat -c "%n %F %t:%T %a %u:%g" /dev/fuse /dev/unbuffered /dev/disk/my /run/fifo /elsewhere/null /dev/null
	umask 077
	go
	expect 0 "/dev/fuse character special file a:e5 666 5:6
/dev/unbuffered character special file a:1 600 0:0
/dev/disk/my block special file 7:0 440 0:0
/run/fifo fifo 0:0 777 7:0
/elsewhere/null character special file 1:3 666 0:0
/dev/null character special file 1:3 444 0:0"
}

@test "what stands there must be the very device" {
	mkdir -p rootfs/opt
	mknod rootfs/opt/same c 10 229
	config '.linux.devices = [{"type": "c", "path": "/opt/same", "major": 10, "minor": 229}]' true
	go
	expect 0 ""
	mknod rootfs/opt/other c 10 228
	config '.linux.devices = [{"type": "c", "path": "/opt/other", "major": 10, "minor": 229}]' true
	go
	fails "linux.devices[0]"
	contains "File exists"
	echo file > rootfs/opt/file
	config '.linux.devices = [{"type": "c", "path": "/opt/file", "major": 10, "minor": 229}]' true
	go
	fails "linux.devices[0]"
	[ "$(cat rootfs/opt/file)" = file ]
	ln -s /etc/passwd rootfs/opt/link
	config '.linux.devices = [{"type": "p", "path": "/opt/link"}]' true
	go
	fails "linux.devices[0]"
	mkdir rootfs/opt/dir
	config '.linux.devices = [{"type": "p", "path": "/opt/dir"}]' true
	go
	fails "linux.devices[0]"
}

@test "a /dev that is bound from the host is left alone" {
	find /dev -maxdepth 1 | sort > ../before-dev
	config '.mounts[1] = {"destination": "/dev", "source": "/dev", "options": ["rbind"]} | del(.mounts[2])' sh -c 'test -c /dev/null && echo ok'
	go
	expect 0 ok
	find /dev -maxdepth 1 | sort | diff ../before-dev -
}

# ---- rules ----

# rules JSON COMMAND: nodes 10:229 (fuse) and 7:0 (loop) are in /opt
rules() {
	mkdir -p rootfs/opt
	[ -e rootfs/opt/fuse ] || mknod -m 666 rootfs/opt/fuse c 10 229
	[ -e rootfs/opt/port ] || mknod -m 666 rootfs/opt/port c 1 4
	config ".linux.resources.devices = $1 | .process.capabilities |= map_values(. + [\"CAP_MKNOD\"])" sh -c "$2"
	go
}

@test "rules: all denied, default devices still work" {
	rules '[{"allow": false, "access": "rwm"}]' 'for d in null zero full random urandom tty; do test $d = tty || head -c 0 /dev/$d || echo no $d; done; : < /opt/fuse'
	contains "/opt/fuse: Operation not permitted"
	lacks "no "
	# As runc and crun have it: a node may be made, but not opened.
	rules '[{"allow": false}]' 'mknod /x c 10 229 && echo made; : < /x'
	contains made
	contains "/x: Operation not permitted"
}

@test "rules: allowed again, by type and number, by access" {
	rules '[{"allow": false}, {"allow": true, "type": "c", "major": 10, "minor": 229, "access": "rw"}]' ': < /opt/fuse && echo read; : < /opt/port'
	contains read
	contains "/opt/port: Operation not permitted"
	rules '[{"allow": false}, {"allow": true, "type": "c", "major": 10, "access": "r"}]' ': < /opt/fuse && echo read; : > /opt/fuse'
	contains read
	contains "not permitted"
	rules '[{"allow": false}, {"allow": true, "type": "c", "access": "m"}]' ': < /opt/fuse'
	contains "/opt/fuse: Operation not permitted"
	rules '[{"allow": false}, {"allow": true, "type": "b"}]' ': < /opt/fuse'
	contains "not permitted"
}

@test "rules: the last that matches wins" {
	rules '[{"allow": true}, {"allow": false, "type": "c", "major": 10}, {"allow": true, "type": "c", "major": 10, "minor": 229}]' ': < /opt/fuse && echo yes'
	expect 0 yes
	rules '[{"allow": false}, {"allow": true, "type": "c", "major": 10, "minor": 229}, {"allow": false, "type": "c", "major": 10}]' ': < /opt/fuse'
	contains "not permitted"
}

@test "no rules: nothing is refused" {
	rules '[]' ': < /opt/fuse && echo yes'
	expect 0 yes
}

@test "rules bind processes that exec adds" {
	mkdir -p rootfs/opt
	mknod -m 666 rootfs/opt/fuse c 10 229
	config '.linux.resources.devices = [{"allow": false}]' sleep 1000
	up
	run jail exec "$ID" sh -c ': < /opt/fuse'
	contains "not permitted"
	jail delete -f "$ID"
}
