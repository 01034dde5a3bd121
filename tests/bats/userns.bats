#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# userns.bats - id mappings, and the id-mapped root of short specs

load helpers

user() {
	local filter=$1
	shift
	config ".linux.namespaces += [{\"type\": \"user\"}] | .linux.uidMappings = [{\"containerID\": 0, \"hostID\": 100000, \"size\": 65536}]
		| .linux.gidMappings = .linux.uidMappings | $filter" "$@"
}

@test "a hard limit above the caller's own, for the program and for exec" {
	local caps
	caps=$(awk '/CapEff/ { print $2 }' /proc/self/status)
	(( (16#$caps >> 24) & 1 )) || skip "needs CAP_SYS_RESOURCE"
	config '.process.rlimits = [{type: "RLIMIT_NOFILE", soft: 900, hard: 1800}] | .linux.namespaces += [{type: "user"}]
		| .linux.uidMappings = [{containerID: 0, hostID: 100000, size: 65536}] | .linux.gidMappings = .linux.uidMappings' sleep 1000
	(ulimit -S -n 500 && ulimit -H -n 1000 && up)
	grep -E '^Max open files +900 +1800 ' "/proc/$(pid_of "$ID")/limits"
	try bash -c 'ulimit -S -n 500; ulimit -H -n 1000; exec "$0" exec "$1" sh -c "ulimit -n; ulimit -H -n"' "$JAIL" "$ID"
	expect 0 $'900\n1800'
	jail delete -f "$ID"
}

@test "mappings are exactly those of the spec" {
	user '.linux.uidMappings = [{"containerID": 0, "hostID": 100000, "size": 10}, {"containerID": 10, "hostID": 5000, "size": 1}, {"containerID": 5000, "hostID": 1, "size": 7}]
		| .linux.gidMappings = [{"containerID": 0, "hostID": 200000, "size": 20}]' \
		sh -c "sed 's/  */ /g' /proc/self/uid_map /proc/self/gid_map; cat /proc/self/setgroups"
	go
	expect 0 $' 0 100000 10\n 10 5000 1\n 5000 1 7\n 0 200000 20\nallow'
}

@test "inside it is root, outside it is not" {
	user . sleep 1000
	up
	run grep -E '^(Uid|Gid)' /proc/"$(pid_of "$ID")"/status
	expect 0 $'Uid:\t100000\t100000\t100000\t100000\nGid:\t100000\t100000\t100000\t100000'
	run jail exec "$ID" id -u
	expect 0 0
	jail delete -f "$ID"
}

@test "message queues are those of root inside" {
	user '.mounts += [{destination: "/dev", type: "tmpfs"},
		{destination: "/dev/mqueue", type: "mqueue", options: ["nosuid", "nodev", "noexec"]}]' \
		sh -c 'stat -c %u:%g /dev/mqueue; readlink /proc/self/ns/ipc'
	go
	[ "${output%%$'\n'*}" = 0:0 ]
	[ "${output##*$'\n'}" != "$(readlink /proc/self/ns/ipc)" ]
}

@test "what shows a namespace that is shared with the host is the host's" {
	user '.linux.namespaces = [{type: "user"}, {type: "mount"}] | .mounts += [{destination: "/sys", type: "sysfs", source: "sysfs",
		options: ["nosuid", "nodev", "noexec", "ro"]}]' sh -c 'grep -c ":" /proc/net/dev; ls /sys/class/net | wc -l; readlink /proc/self/ns/net
		touch /sys/x || grep -E " /(proc|sys) " /proc/self/mountinfo | cut -d" " -f4-6'
	go
	contains "$(readlink /proc/self/ns/net)"
	contains "/ /sys ro,"
}

@test "another user inside" {
	user '.process.user = {"uid": 1000, "gid": 100, "additionalGids": [5, 6]}' sh -c 'id -u; id -g; id -G'
	go
	expect 0 $'1000\n100\n100 5 6'
}

@test "ids that are not mapped are errors" {
	user '.process.user.uid = 70000' true
	go
	fails "process.user"
	user '.process.user.gid = 70000' true
	go
	fails "process.user"
	user '.process.user.additionalGids = [70000]' true
	go
	fails "process.user"
}

@test "mappings that overlap, or are missing" {
	user '.linux.uidMappings += [{"containerID": 5, "hostID": 5, "size": 10}]' true
	go
	fails "linux.uidMappings"
	user 'del(.linux.uidMappings, .linux.gidMappings)' true
	go
	fails "linux.uidMappings"
}

@test "devices are bound, and work" {
	user . sh -c 'for d in null zero full random urandom tty; do test -c /dev/$d || echo no $d; done
		head -c 3 /dev/zero | wc -c; echo x > /dev/null && echo ok; ls /dev/pts/ptmx && stat -c %t:%T /dev/null'
	go
	expect 0 $'3\nok\n/dev/pts/ptmx\n1:3'
}

@test "device rules apply, too" {
	mknod ../fuse c 10 229
	chmod 666 ../fuse
	bind='.mounts += [{"destination": "/dev/fuse", "source": "../fuse", "options": ["bind"]}]'
	user "$bind"' | .linux.resources.devices = [{"allow": false}]' sh -c 'echo x > /dev/null && echo ok; : < /dev/fuse'
	go
	contains ok
	contains "not permitted"
	user "$bind" sh -c ': < /dev/fuse && echo ok'
	go
	expect 0 ok
}

@test "a root that belongs to the mapped ids" {
	chown -R 100000:100000 rootfs/home rootfs/tmp
	chown 100000:100000 rootfs
	user . sh -c 'touch /new /home/x && stat -c %u:%g /new; stat -c %u /etc/passwd; mkdir /etc/x'
	go
	contains 0:0
	contains 65534
	contains "Permission denied"
	[ "$(stat -c %u rootfs/new)" = 100000 ]
}

@test "without chown: the files of the root keep their owners" {
	find rootfs -printf '%p %U %G\n' | sort > ../owners
	user . true
	go
	expect 0 ""
	find rootfs -printf '%p %U %G\n' | grep -vE '^rootfs/(dev|proc|sys)/' | sort | diff <(grep -vE '^rootfs/(dev|proc|sys)/' ../owners) -
}

@test "hostname, mounts and sysctl work as usual" {
	mkdir rootfs/mnt
	user '.hostname = "inner" | .linux.sysctl = {"net.ipv4.ip_forward": "1", "kernel.shm_rmid_forced": "1"}
		| .mounts += [{"destination": "/mnt", "type": "tmpfs", "source": "t", "options": ["size=1m"]}]' \
		sh -c 'hostname; cat /proc/sys/net/ipv4/ip_forward /proc/sys/kernel/shm_rmid_forced; grep -c " /mnt " /proc/self/mountinfo'
	go
	expect 0 $'inner\n1\n1\n1'
}

@test "a bind from a directory that the jail's root cannot enter" {
	mkdir -p ../private/data rootfs/mnt
	echo data > ../private/data/file
	chmod 700 ../private
	user ".mounts += [{\"destination\": \"/mnt\", \"source\": \"$BATS_TEST_TMPDIR/private/data\", \"options\": [\"bind\", \"ro\"]}]" cat /mnt/file
	go
	expect 0 data
}

# ---- short specs ----

@test "short spec: the root is id-mapped: owners are right on both sides" {
	short . sh -c 'stat -c %u:%g /etc/passwd /home/user; echo new > /root/new; touch /tmp/t; chown 1000:1000 /tmp/t; stat -c %u:%g /root/new /tmp/t'
	run jail run config.json "$ID"
	expect 0 $'0:0\n1000:1000\n0:0\n1000:1000'
	[ "$(stat -c %u:%g rootfs/root/new)" = 0:0 ]
	[ "$(stat -c %u:%g rootfs/tmp/t)" = 1000:1000 ]
}

@test "short spec: the process is nobody on the host" {
	short . sleep 1000
	jail run -d --log-output none config.json "$ID"
	run grep -E '^(Uid|NoNewPrivs|Seccomp):' /proc/"$(pid_of "$ID")"/status
	expect 0 $'Uid:\t100000\t100000\t100000\t100000\nNoNewPrivs:\t1\nSeccomp:\t2'
	jail delete -f "$ID"
}

@test "short spec: usual programs run, dangerous calls do not" {
	short . sh -c 'ls / > /dev/null && ps > /dev/null && echo fine; mount -t tmpfs t /mnt; call keyctl; call bpf; call unshare 0x10000000; cat /proc/kcore | wc -c; echo 1 > /proc/sys/kernel/hostname'
	run jail run config.json "$ID"
	contains fine
	lacks ": 0"
	matches 'Read-only|Permission'
}

@test "short spec: a user, bind mounts, environment" {
	mkdir data
	echo hello > data/f
	chown 1000 data/f
	short '.process.user = {"uid": 1000, "gid": 1000} | .process.env = ["A=b", "PATH=/bin"] | .mounts = [{"destination": "/data", "source": "data", "options": ["bind", "idmap"]}]' \
		sh -c 'id -u; echo $A; cat /data/f; stat -c %u /data/f'
	run jail run config.json "$ID"
	expect 0 $'1000\nb\nhello\n1000'
}

@test "short spec: expanded it is an OCI spec that does the same" {
	short . sh -c 'id -u; cat /proc/self/uid_map | tr -s " "; grep CapEff /proc/self/status'
	jail spec --expand config.json > full.json
	jq -e '.ociVersion and .linux.seccomp' full.json > /dev/null
	# Written down, a limit is asked for; our default alone is left out where nobody counts.
	jq "$(has_need pids controller && echo . || echo 'del(.linux.resources.pids)')" full.json > expanded.json
	run jail run config.json "$ID"
	expect 0
	first=$output
	run jail run expanded.json "$ID"
	expect 0 "$first"
}

@test "short spec: a member that does not exist is an error" {
	short '.procss = {}' true
	run jail run config.json "$ID"
	fails procss
	short '.process.noNewPrivs = true' true
	run jail run config.json "$ID"
	fails "noNewPrivs"
}
