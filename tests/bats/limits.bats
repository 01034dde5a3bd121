#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# limits.bats - linux.resources: what is written, and that it bites
#
# A test that needs a controller says so; where the host has none, the errors are tested instead.

load helpers

# resources JSON ARG...: config.json with these limits
resources() {
	local json=$1
	shift
	config ".linux.resources = $json" "$@"
}

# value FILE: of the jail's cgroup
value() {
	cat "$CGROUP/jail/$ID/$1"
}

# event FILE KEY: a counter of the jail's cgroup
event() {
	sed -n "s/^$2 //p" "$CGROUP/jail/$ID/$1"
}

counts() {
	[ "$(event "$1" "$2")" -ge "${3:-1}" ]
}

# lacks_controller NAME: the cgroup that the tests run in was not given it
lacks_controller() {
	! grep -qw "$1" $CGROUP/cgroup.controllers || skip "needs a host without the $1 controller"
}

# ---- memory ----

@test "memory: who takes more than the limit is killed, and it is counted" {
	needs memory controller
	resources '{memory: {limit: 16777216, swap: 16777216}}' \
		sh -c 'hog memory 8; hog memory 64; echo "ended $?"; echo done > /run/done; sleep 100'
	up
	wait_for test -e rootfs/run/done
	[ "$(value memory.max)" = 16777216 ]
	[ "$(value memory.swap.max)" = 0 ]
	counts memory.events oom_kill
	counts memory.events max
	[ "$(event memory.events oom_kill)" = 1 ]
	[ "$(status_of "$ID")" = running ]
	jail delete --force "$ID"
}

@test "memory: reservation, swap and what is unlimited" {
	needs memory controller
	resources '{memory: {limit: 67108864, reservation: 33554432, swap: -1}}' sleep 100
	up
	[ "$(value memory.low)" = 33554432 ]
	[ "$(value memory.swap.max)" = max ]
	jail delete --force "$ID"
	resources '{memory: {limit: 67108864, swap: 100663296}}' sleep 100
	up
	[ "$(value memory.swap.max)" = 33554432 ]
	jail delete --force "$ID"
	resources '{memory: {limit: -1}}' sleep 100
	up
	[ "$(value memory.max)" = max ]
	jail delete --force "$ID"
}

@test "memory: half a megabyte is enough for a small program" {
	needs memory controller
	resources '{memory: {limit: 524288, swap: 524288}}' tiny
	go
	expect 0 ""
}

@test "memory: too little to start with is told as such" {
	needs memory controller
	resources '{memory: {limit: 4096, swap: 4096}}' tiny
	go
	fails "memory"
	contains "linux.resources.memory.limit"
}

@test "memory: swap without a limit is refused" {
	resources '{memory: {swap: 8192}}' true
	go
	fails "linux.resources.memory.swap: is of memory and swap together: needs memory.limit"
}

@test "memory: a short spec may write units" {
	needs memory controller
	short '.linux.resources.memory = {limit: "64M", swap: "64M"}' sleep 100
	up
	[ "$(value memory.max)" = 67108864 ]
	jail delete --force "$ID"
}

# ---- cpu ----

@test "cpu: a quota throttles" {
	needs cpu controller
	resources '{cpu: {quota: 10000, period: 100000, burst: 5000}}' \
		sh -c 'hog cpu 1000; echo done > /run/done; sleep 100'
	up
	[ "$(value cpu.max)" = "10000 100000" ]
	[ "$(value cpu.max.burst)" = 5000 ]
	wait_for test -e rootfs/run/done
	counts cpu.stat nr_throttled 2
	jail delete --force "$ID"
}

@test "cpu: shares and idle" {
	needs cpu controller
	resources '{cpu: {shares: 1024}}' sleep 100
	up
	[ "$(value cpu.weight)" = 100 ]
	jail delete --force "$ID"
	resources '{cpu: {shares: 262144, idle: 1}}' sleep 100
	up
	[ "$(value cpu.idle)" = 1 ]
	jail delete --force "$ID"
}

@test "cpu: only the processors of the list are used, and one that is not there is refused" {
	needs cpuset controller
	resources '{cpu: {cpus: "0", mems: "0"}}' grep _allowed_list /proc/self/status
	go
	expect 0 "Cpus_allowed_list:	0
Mems_allowed_list:	0"
	resources '{cpu: {cpus: "4095"}}' true
	go
	fails "linux.resources.cpu.cpus: set cpuset.cpus to 4095"
}

# ---- pids ----

@test "pids: no more than the limit, and it is counted" {
	needs pids controller
	resources '{pids: {limit: 10}}' sh -c 'hog processes 20 > /run/made; echo done > /run/done; sleep 100'
	up
	wait_for test -e rootfs/run/done
	[ "$(value pids.max)" = 10 ]
	[ "$(cat rootfs/run/made)" = "made 8" ]
	counts pids.events max
	jail delete --force "$ID"
}

@test "pids: a fork bomb stays in its bounds and can be deleted" {
	needs pids controller
	resources '{pids: {limit: 50}}' sh -c 'b() { b | b & b; }; b; sleep 100'
	up
	wait_for counts pids.events max
	[ "$(wc -l < "$CGROUP/jail/$ID/cgroup.procs")" -le 50 ]
	jail delete --force "$ID"
	gone "$CGROUP/jail/$ID"
}

@test "pids: 0 is one process, -1 any number, and a short spec has 4096" {
	needs pids controller
	resources '{pids: {limit: 0}}' true
	go
	expect 0 ""
	resources '{pids: {limit: -1}}' sleep 100
	up
	[ "$(value pids.max)" = max ]
	jail delete --force "$ID"
	short . sleep 100
	up
	[ "$(value pids.max)" = 4096 ]
	jail delete --force "$ID"
}

# ---- block I/O ----

@test "blockIO: a rate for a disk slows writing down" {
	needs io controller
	local number=$(disk)
	resources "{blockIO: {throttleWriteBpsDevice: [{major: ${number%:*}, minor: ${number#*:}, rate: 1048576}],
		throttleReadIOPSDevice: [{major: ${number%:*}, minor: ${number#*:}, rate: 1000}]}}" \
		sh -c 'hog write /file 3072'
	go
	expect 0
	[[ $output =~ "wrote 3072 in "([0-9]+)" ms" ]]
	echo "took ${BASH_REMATCH[1]} ms"
	[ "${BASH_REMATCH[1]}" -ge 1500 ]
	resources "{blockIO: {throttleWriteBpsDevice: [{major: ${number%:*}, minor: ${number#*:}, rate: 1048576}],
		throttleReadIOPSDevice: [{major: ${number%:*}, minor: ${number#*:}, rate: 1000}]}}" sleep 100
	up
	[ "$(value io.max)" = "$number rbps=max wbps=1048576 riops=1000 wiops=max" ]
	jail delete --force "$ID"
}

@test "blockIO: weights" {
	needs io controller
	resources '{blockIO: {weight: 500}}' sleep 100
	try up
	if [ "$status" != 0 ]; then
		fails "linux.resources.blockIO.weight: there is no io.weight"
		return
	fi
	if [ -e "$CGROUP/jail/$ID/io.bfq.weight" ]; then
		[ "$(value io.bfq.weight)" = "default 500" ]
	else
		[ "$(value io.weight)" = "default 4950" ]
	fi
	jail delete --force "$ID"
}

@test "blockIO: a device that is not there" {
	needs io controller
	resources '{blockIO: {throttleReadBpsDevice: [{major: 4000, minor: 77, rate: 1}]}}' true
	go
	fails "linux.resources.blockIO.throttleReadBpsDevice[0]: set io.max to 4000:77 rbps=1"
}

# ---- huge pages, RDMA ----

@test "hugepageLimits: no more than the limit" {
	needs huge pages
	resources '{hugepageLimits: [{pageSize: "2MB", limit: 4194304}]}' \
		sh -c 'cat /proc/self/cgroup >/dev/null; hog pages 2; hog pages 3'
	go
	expect 1 "held 2
refused"
}

@test "hugepageLimits: what is written" {
	needs hugetlb controller
	resources '{hugepageLimits: [{pageSize: "2048KB", limit: 4194304}]}' sleep 100
	up
	[ "$(value hugetlb.2MB.max)" = 4194304 ]
	[ "$(value hugetlb.2MB.rsvd.max)" = 4194304 ]
	jail delete --force "$ID"
	resources '{hugepageLimits: [{pageSize: "4MB", limit: 4194304}]}' true
	go
	fails "linux.resources.hugepageLimits[0]: there is no hugetlb.4MB.max"
	contains "the kernel has no pages of this size"
}

@test "rdma: a device that is not there" {
	needs rdma controller
	resources '{rdma: {mlx5_9: {hcaHandles: 3}}}' true
	go
	fails "linux.resources.rdma.mlx5_9: set rdma.max to mlx5_9 hca_handle=3"
}

# ---- unified ----

@test "unified: as written, controllers included" {
	needs memory controller
	resources '{unified: {"memory.high": "20971520", "memory.oom.group": "1", "cgroup.max.depth": "3"}}' sleep 100
	up
	[ "$(value memory.high)" = 20971520 ]
	[ "$(value memory.oom.group)" = 1 ]
	[ "$(value cgroup.max.depth)" = 3 ]
	jail delete --force "$ID"
}

@test "unified: a value that the kernel refuses, a file that is not there, a file set twice" {
	needs hugetlb controller
	resources '{unified: {"hugetlb.2MB.max": "much"}}' true
	go
	fails 'linux.resources.unified["hugetlb.2MB.max"]: set hugetlb.2MB.max to much'
	resources '{unified: {"cgroup.nothing": "1"}}' true
	go
	fails 'linux.resources.unified["cgroup.nothing"]: there is no cgroup.nothing'
	resources '{hugepageLimits: [{pageSize: "2MB", limit: 0}], unified: {"hugetlb.2MB.max": "0"}}' true
	go
	fails 'linux.resources.unified["hugetlb.2MB.max"]: is set by linux.resources.hugepageLimits[0] as well'
}

# ---- what the host does not offer ----

@test "a controller that the host does not offer is named, with file and place" {
	lacks_controller memory
	resources '{memory: {limit: 67108864}}' true
	go
	fails "linux.resources.memory.limit: memory.max needs the memory controller, which this host does not offer (/sys/fs/cgroup/cgroup.controllers:"
	resources '{cpu: {shares: 2}}' true
	go
	fails "linux.resources.cpu.shares: cpu.weight needs the cpu controller"
	resources '{pids: {limit: 10}}' true
	go
	fails "linux.resources.pids.limit: pids.max needs the pids controller"
}

@test "limits without cgroups are refused, our own default and device rules go" {
	resources '{pids: {limit: 10}}' true
	try jail --cgroup-manager disabled run "$ID"
	fails "linux.resources: needs a cgroup, and cgroups are disabled"
	resources '{devices: [{allow: false, access: "rwm"}]}' echo fine
	try jail --cgroup-manager disabled run "$ID"
	expect 0 fine
	short . echo fine
	try jail --cgroup-manager disabled run "$ID"
	expect 0 fine
}

@test "a controller that cannot be enabled: processes live in the cgroup above" {
	needs hugetlb controller
	mkdir $CGROUP/full
	background sh -c "echo \$\$ > $CGROUP/full/cgroup.procs; exec sleep 100"
	wait_for grep -q . $CGROUP/full/cgroup.procs
	resources '{hugepageLimits: [{pageSize: "2MB", limit: 0}]}' true
	# hugetlb is no domain controller: it may be enabled beside processes; memory may not.
	if grep -qw memory $CGROUP/cgroup.controllers; then
		config '.linux.cgroupsPath = "/full/jail" | .linux.resources.memory.limit = 67108864' true
		go
		fails "enable the memory controller in /sys/fs/cgroup/full/cgroup.subtree_control, in which processes live"
	fi
	kill "${BACKGROUND[0]}"
	wait_for rmdir $CGROUP/full
}

@test "a refused limit leaves a cgroup that was there before as it was" {
	needs hugetlb controller
	echo +hugetlb > $CGROUP/cgroup.subtree_control
	mkdir $CGROUP/mine
	echo 6291456 > $CGROUP/mine/hugetlb.2MB.max
	config '.linux.cgroupsPath = "/mine" | .linux.resources = {
		hugepageLimits: [{pageSize: "2MB", limit: 2097152}], unified: {"hugetlb.1GB.max": "x"}}' true
	go
	fails 'unified["hugetlb.1GB.max"]'
	[ "$(cat $CGROUP/mine/hugetlb.2MB.max)" = 6291456 ]
	rmdir $CGROUP/mine
}

# ---- delegation ----

@test "a writable cgroup mount gives the jail its own part of the hierarchy" {
	short '.mounts = [{destination: "/sys/fs/cgroup", type: "cgroup", source: "cgroup"}]' \
		sh -c 'cd /sys/fs/cgroup; mkdir a; echo $$ > a/cgroup.procs; cat /proc/self/cgroup | grep ^0
			[ -e hugetlb.2MB.max ] && echo 0 > hugetlb.2MB.max
			echo 1 > cgroup.freeze; echo x > cgroup.kill; stat -c %u . cgroup.procs cgroup.freeze'
	go
	expect 0
	contains "0::/a"
	contains "can't create cgroup.freeze: Permission denied"
	contains "can't create cgroup.kill: Permission denied"
	matches $'0\n0\n65534$'
}

@test "a read-only cgroup mount gives nothing" {
	short '.' sh -c 'cd /sys/fs/cgroup && mkdir a; stat -c %u .'
	go
	expect 0
	contains "Read-only file system"
	matches $'65534$'
}

# ---- jails in jails ----

@test "a jail in a jail, with limits from what the outer one was given" {
	needs hugetlb controller
	needs static jail
	cp "$JAIL" rootfs/bin/jail
	mkdir -p rootfs/inner/{proc,sys,dev,tmp,etc}
	cp -al rootfs/bin rootfs/inner/
	jq -n '{root: {path: "inner"}, process: {args: ["sh", "-c", "cat /sys/fs/cgroup/hugetlb.2MB.max; echo inner"]},
		linux: {namespaces: (["pid", "mount", "uts", "ipc", "cgroup", "network"] | map({type: .})),
			resources: {hugepageLimits: [{pageSize: "2MB", limit: 2097152}]}}}' > rootfs/inner.json
	short '.jail.system = true | .process.terminal = false |
		.linux.resources.hugepageLimits = [{pageSize: "2MB", limit: 4194304}]' \
		sh -c 'cd /; jail run inner.json a
			mkdir /sys/fs/cgroup/me && echo $$ > /sys/fs/cgroup/me/cgroup.procs && jail run inner.json b
			jail list -q; ls -d /sys/fs/cgroup/*/'
	go
	expect 0 "jail: inner.json: linux.resources.hugepageLimits[0]: enable the hugetlb controller in /sys/fs/cgroup/cgroup.subtree_control, in which processes live: Device or resource busy
2097152
inner
/sys/fs/cgroup/me/"
}
