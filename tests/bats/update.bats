#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# update.bats - jail update: limits of a jail that runs

load helpers

value() {
	cat "$CGROUP/jail/$ID/$1"
}

local_teardown() {
	[ ! -d "$ROOT/$ID" ] || jail delete --force "$ID"
}

# begin RESOURCES: a jail with these limits
begin() {
	config ".linux.resources = $1" sleep 1000
	up
}

@test "options: what is named changes, all else stays" {
	needs memory controller
	begin '{memory: {limit: 134217728, swap: 134217728}, cpu: {quota: 50000, period: 100000}, pids: {limit: 50}}'
	jail update --memory 64M --memory-reservation 16m --memory-swap 96MiB "$ID"
	[ "$(value memory.max)" = 67108864 ]
	[ "$(value memory.low)" = 16777216 ]
	[ "$(value memory.swap.max)" = 33554432 ]
	[ "$(value cpu.max)" = "50000 100000" ]
	[ "$(value pids.max)" = 50 ]
	jail update --cpu-quota 20000 "$ID"
	[ "$(value cpu.max)" = "20000 100000" ]
	jail update --cpu-period 50000 "$ID"
	[ "$(value cpu.max)" = "20000 50000" ]
	jail update --cpus 1.5 "$ID"
	[ "$(value cpu.max)" = "150000 100000" ]
	jail update --cpu-quota -1 --cpu-share 2048 "$ID"
	[ "$(value cpu.max)" = "max 100000" ]
	[ "$(value cpu.weight)" -gt 100 ]
	jail update --pids-limit -1 --memory -1 "$ID"
	[ "$(value pids.max)" = max ]
	[ "$(value memory.max)" = max ]
	[ "$(value memory.low)" = 16777216 ]
	jail update --cpuset-cpus 0 --cpuset-mems 0 "$ID"
	[ "$(value cpuset.cpus)" = 0 ]
}

@test "quota and burst change together, in whichever order the kernel takes them" {
	needs cpu controller
	begin '{cpu: {quota: 50000, period: 100000, burst: 40000}}'
	jail update --cpu-quota 20000 --cpu-burst 10000 "$ID"
	[ "$(value cpu.max)" = "20000 100000" ]
	[ "$(value cpu.max.burst)" = 10000 ]
	jail update --cpu-quota 90000 --cpu-burst 80000 "$ID"
	[ "$(value cpu.max)" = "90000 100000" ]
	[ "$(value cpu.max.burst)" = 80000 ]
	jail update --cpu-share 512 --cpu-idle 1 "$ID"
	[ "$(value cpu.idle)" = 1 ]
	jail update --cpu-share 2048 --cpu-idle 0 "$ID"
	[ "$(value cpu.idle)" = 0 ]
	[ "$(value cpu.weight)" -gt 100 ]
}

@test "effective at once: a process that holds more is killed" {
	needs memory controller
	config '.linux.resources.memory = {limit: 134217728, swap: 134217728}' \
		sh -c 'hog hold 48 & echo $! > /run/pid; wait; echo "ended $?" > /run/ended; sleep 1000'
	up
	wait_for sh -c "[ \$(cat $CGROUP/jail/$ID/memory.current) -gt 50331648 ]"
	jail update --memory 16M --memory-swap 16M "$ID"
	wait_for test -e rootfs/run/ended
	[ "$(value memory.max)" = 16777216 ]
	[ "$(sed -n 's/^oom_kill //p' "$CGROUP/jail/$ID/memory.events")" = 1 ]
}

@test "checkBeforeUpdate: less than is in use is refused" {
	needs memory controller
	config '.linux.resources.memory.limit = 134217728' hog hold 32
	up
	wait_for sh -c "[ \$(cat $CGROUP/jail/$ID/memory.current) -gt 33554432 ]"
	try jail update -r - "$ID" <<< '{"memory": {"limit": 16777216, "checkBeforeUpdate": true}}'
	fails "standard input: memory.limit: "
	contains "bytes are in use (checkBeforeUpdate)"
	[ "$(value memory.max)" = 134217728 ]
	[ "$(status_of "$ID")" = running ]
}

@test "atomic: when one value is refused all stay" {
	needs memory controller
	begin '{memory: {limit: 134217728}, cpu: {quota: 50000}, pids: {limit: 50}}'
	try jail update -r - "$ID" <<< '{"memory": {"limit": 67108864, "reservation": 4096}, "cpu": {"quota": 30000, "shares": 10},
		"pids": {"limit": 60}, "unified": {"memory.high": "much"}}'
	fails 'standard input: unified["memory.high"]: set memory.high to much'
	[ "$(value memory.max)" = 134217728 ]
	[ "$(value memory.low)" = 0 ]
	[ "$(value cpu.max)" = "50000 100000" ]
	[ "$(value cpu.weight)" = 100 ]
	[ "$(value pids.max)" = 50 ]
}

@test "-r FILE: an OCI resources object; huge pages; atomic with those, too" {
	needs hugetlb controller
	begin '{hugepageLimits: [{pageSize: "2MB", limit: 4194304}]}'
	echo '{"hugepageLimits": [{"pageSize": "2MB", "limit": 8388608}]}' > r.json
	jail update --resources r.json "$ID"
	[ "$(value hugetlb.2MB.max)" = 8388608 ]
	[ "$(value hugetlb.2MB.rsvd.max)" = 8388608 ]
	try jail update -r - "$ID" <<< '{"hugepageLimits": [{"pageSize": "2MB", "limit": 2097152}], "unified": {"hugetlb.1GB.max": "x"}}'
	fails 'standard input: unified["hugetlb.1GB.max"]'
	[ "$(value hugetlb.2MB.max)" = 8388608 ]
	[ "$(value hugetlb.2MB.rsvd.max)" = 8388608 ]
}

@test "device rules: the jail's own are accepted, others refused" {
	begin '{devices: [{allow: false, access: "rwm"}]}'
	jail update -r - "$ID" <<< '{"devices": [{"allow": false, "access": "rwm"}]}'
	try jail update -r - "$ID" <<< '{"devices": [{"allow": true, "access": "rwm"}]}'
	fails "standard input: devices: the device rules of a jail cannot be changed while it exists"
}

@test "--from-spec: the limits of the spec and no others" {
	needs memory controller
	begin '{memory: {limit: 134217728, reservation: 8388608}, cpu: {quota: 50000}, pids: {limit: 50}}'
	jail update --from-spec config.json "$ID"
	[ "$(value cpu.max)" = "50000 100000" ]
	config '.linux.resources = {memory: {limit: 67108864}, cpu: {shares: 2}}' sleep 1000
	jail update --from-spec config.json "$ID"
	[ "$(value memory.max)" = 67108864 ]
	[ "$(value memory.low)" = 0 ]
	[ "$(value cpu.max)" = "max 100000" ]
	[ "$(value cpu.weight)" = 1 ]
	[ "$(value pids.max)" = max ]
}

@test "a jail that is created or paused can be updated, a stopped one cannot" {
	needs hugetlb controller
	config '.linux.resources.hugepageLimits = [{pageSize: "2MB", limit: 0}]' sleep 1000
	jail create "$ID"
	jail update -r - "$ID" <<< '{"hugepageLimits": [{"pageSize": "2MB", "limit": 2097152}]}'
	[ "$(value hugetlb.2MB.max)" = 2097152 ]
	jail start "$ID"
	jail pause "$ID"
	jail update -r - "$ID" <<< '{"hugepageLimits": [{"pageSize": "2MB", "limit": 4194304}]}'
	[ "$(value hugetlb.2MB.max)" = 4194304 ]
	[ "$(status_of "$ID")" = paused ]
	jail resume "$ID"
	jail kill "$ID" KILL
	wait_for has_status "$ID" stopped
	try jail update -r - "$ID" <<< '{"hugepageLimits": [{"pageSize": "2MB", "limit": 0}]}'
	fails "container not running"
}

@test "misuse" {
	begin '{}'
	try jail update "$ID"
	fails "nothing to change"
	try jail update --memory 1X "$ID"
	fails "memory.limit: must be an integer"
	try jail update --memory 1K "$ID"
	fails "update: memory.limit: must be at least 4096 bytes"
	try jail update --memory -5 "$ID"
	fails "memory.limit: must be from -1"
	try jail update --cpus lots "$ID"
	fails "--cpus must be a number of processors such as 1.5"
	try jail update --cpus 2 --cpu-quota 5000 "$ID"
	fails "give one or the other"
	try jail update --pids-limit many "$ID"
	fails "pids.limit: must be an integer"
	try jail update --memory 1M --from-spec config.json "$ID"
	fails "--from-spec cannot be combined"
	try jail update --memory 1M -r r.json "$ID"
	fails "cannot be combined"
	try jail update -r nothing.json "$ID"
	fails "read nothing.json: No such file or directory"
	try jail update -r - "$ID" <<< '{"memory": {"limit": "x"}}'
	fails "standard input: memory.limit: must be an integer, not a string"
	try jail update -r - "$ID" <<< '{'
	fails "standard input: "
	try jail update --memory 64M nobody
	fails "does not exist"
}

@test "where the host has no controller the option's limit says so" {
	! grep -qw memory $CGROUP/cgroup.controllers || skip "needs a host without the memory controller"
	begin '{}'
	try jail update --memory 64M "$ID"
	fails "update: memory.limit: memory.max needs the memory controller, which this host does not offer"
}
