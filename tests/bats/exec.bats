#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# exec.bats - one more program in a jail

load helpers

in_jail() {
	config "$1" sleep 1000
	up
}

local_teardown() {
	jail delete -f "$ID" 2>/dev/null || true
}

@test "output, input and exit code are the program's" {
	in_jail .
	run jail exec "$ID" echo hello "a  b"
	expect 0 "hello a  b"
	for code in 0 1 42 254 255; do
		try jail exec "$ID" sh -c "exit $code"
		expect $code ""
	done
	try jail exec "$ID" sh -c 'kill -9 $$'
	expect 137
	try jail exec "$ID" sh -c 'kill -TERM $$'
	expect 143
	run jail exec "$ID" cat <<< "some input"
	expect 0 "some input"
	head -c 10000000 /dev/urandom > ../in
	jail exec "$ID" cat < ../in > ../out
	cmp ../in ../out
}

@test "what cannot be run at all: 255" {
	in_jail .
	try jail exec "$ID" /no/such
	expect 255
	fails "/no/such: No such file or directory"
	try jail exec "$ID" /etc/passwd
	expect 255
	fails "/etc/passwd: Permission denied"
	try jail exec "$ID"
	expect 255
	fails
	try jail exec --cwd /no/such "$ID" true
	[ "$status" = 255 ] || [ -d rootfs/no/such ]
	try jail exec --user nosuchuser "$ID" true
	expect 255
	fails "nosuchuser"
}

@test "it is in all namespaces of the jail, in its cgroup and root, and a child of nobody inside" {
	in_jail '.linux.namespaces += [{"type": "time"}]'
	pid=$(pid_of "$ID")
	for ns in pid mnt ipc uts net cgroup time; do
		run jail exec "$ID" readlink /proc/self/ns/$ns
		expect 0 "$(readlink /proc/$pid/ns/$ns)"
	done
	run jail exec "$ID" sh -c 'grep ^0: /proc/self/cgroup; stat -c %i /'
	expect 0 "0::/"$'\n'"$(stat -c %i rootfs)"
	jail exec "$ID" sleep 1001 3>&- &
	wait_for has_procs "$ID" 2
	run jail exec "$ID" cat /proc/self/stat
	[ "$(cut -d' ' -f4 <<< "$output")" = 0 ]
}

@test "the jail's own settings are taken over" {
	in_jail '.process.env += ["MINE=yes"] | .process.cwd = "/usr" | .process.user = {"uid": 1000, "gid": 1000, "additionalGids": [2000], "umask": 23}
		| .process.rlimits = [{"type": "RLIMIT_NOFILE", "soft": 77, "hard": 99}] | .process.noNewPrivileges = true'
	run jail exec "$ID" sh -c 'echo $MINE; pwd; id -u; id -g; id -G; umask; ulimit -n; ulimit -Hn; grep NoNewPrivs /proc/self/status'
	expect 0 $'yes\n/usr\n1000\n1000\n1000 2000\n0027\n77\n99\nNoNewPrivs:\t1'
}

@test "--env adds and replaces" {
	in_jail '.process.env += ["A=1", "B=2"]'
	run jail exec --env A=3 -e C=4 "$ID" env
	expect 0
	contains A=3
	contains B=2
	contains C=4
	lacks A=1
	run jail exec -e NOTHING "$ID" env
	[ "$status" = 0 ] || fails NOTHING
}

@test "--cwd" {
	in_jail .
	run jail exec --cwd /home/user "$ID" pwd
	expect 0 /home/user
	try jail exec --cwd relative "$ID" pwd
	expect 255
	fails
}

@test "--user: id, id:group, name, name:group, and its HOME" {
	in_jail .
	run jail exec --user 1000 "$ID" sh -c 'id -u; id -g'
	expect 0
	[ "${lines[0]}" = 1000 ]
	run jail exec --user 1000:2000 "$ID" sh -c 'id -u; id -g; id -G'
	expect 0 $'1000\n2000\n2000'
	run jail exec --user user "$ID" sh -c 'id -u; id -g; echo $HOME'
	expect 0 $'1000\n1000\n/home/user'
	run jail exec -u user:extra "$ID" sh -c 'id -u; id -g'
	expect 0 $'1000\n2000'
	run jail exec -u 4000000000:5 "$ID" id -u
	expect 0 4000000000
	for bad in 4294967295 4294967296 -1 "" : a:b:c 1:nosuchgroup; do
		try jail exec --user "$bad" "$ID" true
		expect 255
		fails
	done
}

@test "--additional-gids" {
	in_jail .
	run jail exec --additional-gids 5,6 -g 7 "$ID" id -G
	expect 0 "0 5 6 7"
}

@test "--cap adds one to the sets, and nothing else changes" {
	in_jail .
	run jail exec "$ID" grep ^Cap /proc/self/status
	expect 0 $'CapInh:\t0000000000000000\nCapPrm:\t00000000000000e1\nCapEff:\t00000000000000e1\nCapBnd:\t00000000000000e1\nCapAmb:\t0000000000000000'
	run jail exec --cap CAP_NET_ADMIN "$ID" grep -E '^Cap(Prm|Eff|Bnd)' /proc/self/status
	expect 0 $'CapPrm:\t00000000000010e1\nCapEff:\t00000000000010e1\nCapBnd:\t00000000000010e1'
	try jail exec --cap CAP_NOSUCH "$ID" true
	expect 255
	fails CAP_NOSUCH
}

@test "a user who is not root has no capabilities by default, and ambient ones if the spec says so" {
	in_jail '.process.user.uid = 1000 | .process.capabilities.inheritable = ["CAP_KILL"] | .process.capabilities.ambient = ["CAP_KILL"]'
	run jail exec "$ID" grep -E '^Cap(Prm|Eff|Amb)' /proc/self/status
	expect 0 $'CapPrm:\t0000000000000020\nCapEff:\t0000000000000020\nCapAmb:\t0000000000000020'
}

@test "--no-new-privs" {
	in_jail .
	run jail exec "$ID" grep NoNewPrivs /proc/self/status
	expect 0 $'NoNewPrivs:\t0'
	run jail exec --no-new-privs "$ID" grep NoNewPrivs /proc/self/status
	expect 0 $'NoNewPrivs:\t1'
}

@test "the jail's seccomp filter is installed, too" {
	in_jail '.linux.seccomp = {"defaultAction": "SCMP_ACT_ALLOW", "syscalls": [{"names": ["kcmp"], "action": "SCMP_ACT_ERRNO", "errnoRet": 77}]}'
	run jail exec "$ID" call kcmp
	expect 0 "kcmp: errno 77"
	run jail exec --no-new-privs "$ID" call kcmp
	expect 0 "kcmp: errno 77"
}

@test "process.json" {
	in_jail .
	jq -n '{args: ["sh", "-c", "echo $A; pwd; id -u; id -G; umask; grep -E \"CapEff|NoNew\" /proc/self/status; exit 9"],
		env: ["A=b", "PATH=/bin"], cwd: "/home", user: {uid: 5, gid: 6, additionalGids: [7], umask: 63}, noNewPrivileges: true,
		capabilities: {effective: ["CAP_CHOWN"], permitted: ["CAP_CHOWN"], inheritable: ["CAP_CHOWN"], bounding: ["CAP_CHOWN"], ambient: ["CAP_CHOWN"]}}' > ../p.json
	run jail exec --process ../p.json "$ID"
	expect 9 $'b\n/home\n5\n6 7\n0077\nCapEff:\t0000000000000001\nNoNewPrivs:\t1'
	echo '{"args": ["true"], "cwd": 5}' > ../p.json
	try jail exec -p ../p.json "$ID"
	expect 255
	fails "cwd"
	try jail exec -p ../nosuch.json "$ID"
	expect 255
	fails "nosuch.json"
}

@test "-d returns at once; --pid-file holds its pid" {
	in_jail .
	jail exec -d --pid-file ../pid "$ID" sleep 1234 > ../out 2>&1
	[ ! -s ../out ]
	[ "$(tr '\0' ' ' < /proc/"$(cat ../pid)"/cmdline)" = "sleep 1234 " ]
	grep -q "^$(cat ../pid)\$" $CGROUP/jail/"$ID"/cgroup.procs
	for p in /proc/[0-9]*; do
		[ "$(readlink $p/exe)" != "$JAIL" ]
	done
}

@test "--tty with --console-socket" {
	in_jail .
	console ../c.sock 33 77 > ../tty 3>&- &
	wait_for test -S ../c.sock
	jail exec -t -d --console-socket ../c.sock "$ID" sh -c 'sleep 0.2; stty size; tty; echo end'
	wait_for has_line end ../tty
	run cat ../tty
	contains $'33 77\r\n/dev/pts/'
}

@test "--tty without a terminal of ours: it still gets one" {
	in_jail .
	run jail exec -t "$ID" sh -c 'test -t 0 && test -t 1 && test -t 2 && tty'
	expect 0
	matches '^/dev/pts/[0-9]+$'
}

@test "only descriptors 0 to 2 reach the program; --preserve-fds adds to them" {
	in_jail .
	run bash -c 'exec 3</dev/null 4</dev/null 5</dev/null 77</; "$JAIL" exec "$0" look fds' "$ID"
	expect 0 "fds 0 1 2"
	run bash -c 'exec 3</dev/null 4</dev/null 5</dev/null 77</; "$JAIL" exec --preserve-fds 1 "$0" look fds' "$ID"
	expect 0 "fds 0 1 2 3"
}

@test "signals are forwarded" {
	in_jail .
	jail exec "$ID" sh -c 'trap "exit 44" TERM; echo ready; while :; do sleep 0.02; done' > ../out 3>&- &
	pid=$!
	wait_for has_line ready ../out
	pkill -TERM -P $pid -f exec || kill $pid
	local status=0
	wait $pid || status=$?
	[ $status -eq 44 ]
}

@test "in a created jail, whose program has not been started" {
	config . sleep 1000
	jail create "$ID" < /dev/null > /dev/null 2>&1 3>&-
	run jail exec "$ID" sh -c 'echo works; cat /proc/1/comm'
	expect 0
	contains works
	has_status "$ID" created
	jail start "$ID"
	has_status "$ID" running
}

@test "in a paused jail it is refused, unless --ignore-paused" {
	in_jail .
	jail pause "$ID"
	try jail exec "$ID" true
	expect 255
	fails "paused"
	"$JAIL" exec --ignore-paused "$ID" touch /mark 3>&- &
	pid=$!
	sleep 0.3
	gone rootfs/mark
	jail resume "$ID"
	wait $pid
	[ -e rootfs/mark ]
}

@test "--cgroup: below the jail's" {
	in_jail .
	mkdir $CGROUP/jail/"$ID"/sub
	run jail exec --cgroup sub "$ID" grep ^0 /proc/self/cgroup
	expect 0 0::/sub
	for bad in ../.. nosuch /../x; do
		try jail exec --cgroup $bad "$ID" true
		expect 255
		fails
	done
}

@test "with a user namespace" {
	config '.linux.namespaces += [{"type": "user"}] | .linux.uidMappings = [{"containerID": 0, "hostID": 100000, "size": 65536}]
		| .linux.gidMappings = .linux.uidMappings' sleep 1000
	up
	run jail exec "$ID" sh -c 'id -u; readlink /proc/self/ns/user; cat /proc/self/uid_map'
	expect 0
	[ "${lines[0]}" = 0 ]
	[ "${lines[1]}" = "$(readlink /proc/"$(pid_of "$ID")"/ns/user)" ]
	run jail exec --user 1000:1000 "$ID" id -u
	expect 0 1000
	try jail exec --user 70000 "$ID" id -u
	expect 255
	fails
}

@test "execCPUAffinity: final is what the program has; the first process is left alone" {
	[ "$(nproc)" -gt 1 ] || skip "needs two processors"
	config '.process.execCPUAffinity = {"initial": "0", "final": "1"}' look affinity
	go
	expect 0 "affinity $(seq -s ' ' 0 $(($(nproc) - 1)))"
	in_jail '.process.execCPUAffinity = {"initial": "0", "final": "1"}'
	run jail exec "$ID" look affinity
	expect 0 "affinity 1"
}

@test "many at once" {
	in_jail .
	for i in {1..30}; do
		jail exec "$ID" sh -c "echo out-$i; exit $i" > ../out.$i 3>&- &
		pids[$i]=$!
	done
	for i in {1..30}; do
		local status=0
		wait ${pids[$i]} || status=$?
		[ $status -eq $i ]
		[ "$(cat ../out.$i)" = out-$i ]
	done
}

@test "killing the runtime in the foreground leaves nothing that delete does not remove" {
	in_jail .
	"$JAIL" exec "$ID" sleep 1005 3>&- &
	pid=$!
	wait_for has_procs "$ID" 2
	kill -9 $pid
	wait $pid || true
	jail delete -f "$ID"
}
