#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# rootless.bats - jails of ordinary users, where no systemd helps them
#
# ann has subordinate ids, bob has none.  Both exist in this sandbox only: their passwd(5) and subuid(5)
# are bound over the machine's.

load helpers

ANN=4242
BOB=4343
USERS=/run/users
# What leftovers() looks at is ann's
ROOT=$USERS/$ANN/jail

setup_file() {
	local uid
	in_sandbox || return 0
	mkdir -p $USERS
	{ cat /etc/passwd; printf '%s\n' "ann:x:$ANN:$ANN::/:/bin/sh" "bob:x:$BOB:$BOB::/:/bin/sh"; } > $USERS/passwd
	printf '%s\n' "ann:500000:65536" > $USERS/subids
	touch /etc/subuid /etc/subgid
	mount --bind $USERS/passwd /etc/passwd
	mount --bind $USERS/subids /etc/subuid
	mount --bind $USERS/subids /etc/subgid
	for uid in $ANN $BOB; do
		mkdir -m 700 $USERS/$uid
		chown $uid:$uid $USERS/$uid
	done
}

teardown_file() {
	in_sandbox || return 0
	umount /etc/passwd /etc/subuid /etc/subgid
	rm -rf $USERS
}

# A bundle that the user can reach, and owns
local_setup() {
	needs user namespaces
	needs newuidmap newgidmap setpriv
	HOME_OF_TEST=$USERS/work
	mkdir $HOME_OF_TEST
	cp -a "$BUNDLE/rootfs" $HOME_OF_TEST/rootfs
	chown -hR $ANN:$ANN $HOME_OF_TEST
	cd $HOME_OF_TEST || return
}

local_teardown() {
	as $ANN list -q | while read -r id; do
		as $ANN delete --force "$id"
	done
	rm -rf $HOME_OF_TEST $USERS/$BOB/jail
	[ ! -d $CGROUP/runner-ann ] || find $CGROUP/runner-ann -depth -type d -exec rmdir {} + || true
}

# user UID COMMAND...: without root's rights, and without its environment
user() {
	local uid=$1
	shift
	setpriv --reuid "$uid" --regid "$uid" --clear-groups --inh-caps=-all \
		env -i PATH="$PATH" XDG_RUNTIME_DIR=$USERS/"$uid" TERM=xterm "$@"
}

# as UID VERB...: jail as that user
as() {
	local uid=$1
	shift
	user "$uid" timeout --foreground -k 2 $((20 * SLOW)) "$JAIL" "$@"
}

# ann FILTER ARG…: run a short spec as ann
ann() {
	short "$@"
	try as $ANN run config.json "$ID"
}

up_ann() {
	short "$@"
	as $ANN run -d --log-output none config.json "$ID"
}

is_in_state() {
	[ "$(as $ANN state "$ID" | jq -r .status)" = "$1" ]
}

has_logged() {
	as $ANN logs "$ID" | grep -qx -e "$1"
}

# ---- mappings ----

@test "with subordinate ids: root is the user, the others are the ranges" {
	ann . sh -c 'id -u; tr -s " " < /proc/self/uid_map; tr -s " " < /proc/self/gid_map; cat /proc/self/setgroups
		touch /tmp/x; chown 5:6 /tmp/x; stat -c %u:%g /tmp/x'
	expect 0 "0"$'\n'" 0 $ANN 1"$'\n'" 1 500000 65536"$'\n'" 0 $ANN 1"$'\n'" 1 500000 65536"$'\n'"allow"$'\n'"5:6"
	[ "$(stat -c %u:%g rootfs/tmp/x)" = 500004:500005 ]
}

@test "what a system jail has written beside its notify socket goes with it" {
	background notify listen "$PWD/manager" > heard
	wait_for [ -S manager ]
	chmod 777 manager
	short '.jail = {system: true, notify: true}' sh -c 'mount -o remount,bind,rw /run/host && mkdir /run/host/dir && touch /run/host/file'
	try user $ANN NOTIFY_SOCKET="$PWD/manager" "$JAIL" run config.json "$ID"
	expect 0
	[ -z "$(find $ROOT -name "*$ID*" -o -name '.old-*')" ]
	as $ANN gc
}

@test "without them: only the user" {
	chown -hR $BOB:$BOB .
	short . sh -c 'id -u; tr -s " " < /proc/self/uid_map; cat /proc/self/setgroups; touch /tmp/x'
	try as $BOB run config.json "$ID"
	expect 0 $'0\n'" 0 $BOB 1"$'\ndeny'
	[ "$(stat -c %u:%g rootfs/tmp/x)" = $BOB:$BOB ]
	try as $BOB spec --expand config.json
	lacks gid=5
	contains "\"hostID\": $BOB"
}

@test "another user inside, and one that is not mapped" {
	ann '.process.user = {"uid": 1000, "gid": 100, "additionalGids": [5]}' sh -c 'id -u; id -G'
	expect 0 $'1000\n100 5'
	chown -hR $BOB:$BOB .
	try as $BOB run config.json "$ID"
	fails "config.json: process.user.uid: 1000 is not mapped"
	short '.process.user = {"additionalGids": [5]}' true
	try as $BOB run config.json "$ID"
	fails "process.user.additionalGids: cannot be set"
}

@test "mappings that are not the user's are refused, by name" {
	ann '.linux.uidMappings = [{"containerID": 0, "hostID": 0, "size": 1}] | .linux.gidMappings = [{"containerID": 0, "hostID": 4242, "size": 1}]' true
	fails "config.json: linux.uidMappings: /usr/bin/newuidmap refuses the mapping: newuidmap: uid range [0-1) -> [0-1) not allowed"
	ann '.linux.uidMappings = [{"containerID": 0, "hostID": 4242, "size": 1}, {"containerID": 1, "hostID": 400000, "size": 9}] | .linux.gidMappings = [{"containerID": 0, "hostID": 4242, "size": 1}]' true
	fails "newuidmap"
}

@test "what is shown by spec --expand is what is done" {
	short . sh -c 'tr -s " " < /proc/self/uid_map; grep CapEff /proc/self/status; mount | wc -l'
	# Written down, the default limit is one that must not be left out.
	as $ANN spec --expand config.json | jq 'del(.linux.resources.pids)' > expanded.json
	[ "$(jq -c '[.linux.resources.devices, .jail.rootfs.idmap, .linux.uidMappings[1].hostID]' expanded.json)" = '[null,null,500000]' ]
	try as $ANN run config.json "$ID"
	expect 0
	first=$output
	try as $ANN run expanded.json "$ID"
	expect 0 "$first"
	# Root's view of the same file is another one.
	jail spec --expand config.json | jq -e '.jail.rootfs.idmap and .linux.uidMappings[0].hostID == 100000'
}

# ---- what people do ----

@test "run --rootfs, with nothing more" {
	try as $ANN run --rootfs rootfs -- sh -c 'id -u; hostname; echo x > /dev/null && cat /proc/self/cgroup | tail -1'
	expect 0
	matches $'^0\nwork-.*\n0::/'
}

@test "the whole life: run, list, exec, ps, logs, inspect, state, wait, kill, delete" {
	short . sh -c 'echo hello; trap "exit 7" TERM; while :; do sleep 0.1; done'
	as $ANN run -d config.json "$ID"
	wait_for has_logged hello
	try as $ANN list
	matches "$ID +[0-9]+ +running .* ann"
	try as $ANN exec "$ID" sh -c 'id -u; cat /proc/1/comm; exit 3'
	expect 3 $'0\nsh'
	try as $ANN exec --user 1000:5 "$ID" sh -c 'id -u; id -g'
	expect 0 $'1000\n5'
	try as $ANN ps "$ID"
	contains "sleep 0.1"
	as $ANN inspect "$ID" | jq -e --arg id "$ID" '.id == $id or .[0].id == $id'
	[ "$(as $ANN state "$ID" | jq -r .status)" = running ]
	grep -q "^Uid:.$ANN" "/proc/$(as $ANN state "$ID" | jq .pid)/status"
	as $ANN kill "$ID" TERM
	wait_for is_in_state stopped
	as $ANN delete "$ID"
	try as $ANN state "$ID"
	fails "does not exist"
}

@test "create and start, an exit code, a program that is not there" {
	short . sh -c 'exit 5'
	as $ANN create config.json "$ID" > /dev/null
	[ "$(as $ANN state "$ID" | jq -r .status)" = created ]
	as $ANN start "$ID"
	try as $ANN wait "$ID"
	as $ANN delete --force "$ID"
	ann . sh -c 'exit 5'
	expect 5
	ann . /no/such
	expect 127
}

@test "a terminal, in run and in exec" {
	ann '.process.terminal = true' true < /dev/null
	short . sh -c 'tty; stty size; echo $((6*7))'
	try user $ANN script -qec "stty rows 33 cols 44; '$JAIL' run -t config.json $ID" /dev/null < /dev/null
	output=${output//^@/}           # what script(1) sends at the end of its input, echoed or not
	matches $'/dev/(pts/0|console)\r\n33 44\r\n42'
	up_ann . sleep 1000
	try user $ANN script -qec "'$JAIL' exec -t $ID sh -c 'tty; id -u'" /dev/null < /dev/null
	output=${output//^@/}
	matches $'/dev/pts/[0-9]\r\n.*0'
}

@test "a killed runtime leaves nothing that gc does not find" {
	short . sleep 1000
	user $ANN sh -c "echo \$\$ > $USERS/$ANN/pid; exec '$JAIL' run config.json $ID" 3>&- 4>&- &
	wait_for is_in_state running
	kill -9 "$(< $USERS/$ANN/pid)"
	as $ANN kill "$ID" KILL
	wait_for is_in_state stopped
	as $ANN gc
	as $ANN delete "$ID"
	[ -z "$(as $ANN list -q)" ]
}

# ---- bundles of other tools ----

@test "bundles of jail spec, runc spec --rootless and crun spec --rootless" {
	needs runc
	needs crun
	local tool
	for tool in "$JAIL spec" "runc spec --rootless" "crun spec --rootless"; do
		rm -f config.json
		# shellcheck disable=SC2086
		user $ANN $tool
		jq '.process.terminal = false | .process.args = ["sh", "-c", "id -u; ls /sys/fs/cgroup > /dev/null && echo ok"]' \
			config.json > c && cp c config.json
		try as $ANN run -b . "$ID"
		expect 0 $'0\nok'
	done
}

@test "namespaces that are shared with the host: its file systems are shown" {
	local ns
	for ns in network pid cgroup; do
		ann ".linux.namespaces = [(\"user\", \"pid\", \"network\", \"ipc\", \"uts\", \"mount\", \"cgroup\") | select(. != \"$ns\") | {type: .}]" \
			sh -c 'ls /sys/class > /dev/null && ls -d /proc/1 /sys/fs/cgroup/cgroup.procs && readlink /proc/self/ns/'${ns/network/net}
		expect 0 $'/proc/1\n/sys/fs/cgroup/cgroup.procs\n'"$(readlink "/proc/self/ns/${ns/network/net}")"
	done
}

# ---- what a user cannot have ----

@test "limits without a cgroup: what to do is said; without limits there is none" {
	ann '.linux.resources.memory.limit = 50000000' true
	fails "config.json: linux.resources: limits need a cgroup, and there is none that user $ANN may use"
	contains enable-linger
	contains Delegate=yes
	up_ann . sleep 1000
	try as $ANN pause "$ID"
	fails "has no cgroup"
	try as $ANN update --memory 50M "$ID"
	fails "has no cgroup"
	try as $ANN --cgroup-manager cgroupfs run config.json other
	fails "make cgroup jail: Permission denied"
}

@test "a cgroup that was delegated: limits bite, and nothing stays" {
	needs pids controller
	local top=$CGROUP/runner-ann
	echo +pids > $CGROUP/cgroup.subtree_control
	mkdir -p $top/shell
	chown $ANN $top $top/{cgroup.procs,cgroup.subtree_control} $top/shell $top/shell/cgroup.procs
	short '.linux.resources.pids.limit = 5' hog processes 20
	try timeout $((20 * SLOW)) sh -c "echo \$\$ > $top/shell/cgroup.procs; exec setpriv --reuid $ANN --regid $ANN --clear-groups env -i PATH='$PATH' XDG_RUNTIME_DIR=$USERS/$ANN '$JAIL' run config.json $ID"
	matches 'made [1-4]$'
	gone "$top/$ID"
	rmdir $top/shell $top
}

@test "a cgroup that was delegated, without limits: it is used" {
	local top=$CGROUP/runner-ann
	mkdir $top
	chown $ANN $top $top/{cgroup.procs,cgroup.subtree_control}
	short . sh -c 'tail -1 /proc/self/cgroup; sleep 1000'
	sh -c "echo \$\$ > $top/cgroup.procs; exec setpriv --reuid $ANN --regid $ANN --clear-groups env -i PATH='$PATH' XDG_RUNTIME_DIR=$USERS/$ANN '$JAIL' run -d config.json $ID"
	grep -qx "populated 1" "$top/$ID/cgroup.events"
	as $ANN pause "$ID"
	[ "$(as $ANN state "$ID" | jq -r .status)" = paused ]
	as $ANN resume "$ID"
	# From another cgroup nobody but root could bring a process here.
	try as $ANN exec "$ID" true
	[ "$status" != 0 ]
	contains "delegated"
	try sh -c "echo \$\$ > $top/cgroup.procs; exec setpriv --reuid $ANN --regid $ANN --clear-groups env -i PATH='$PATH' XDG_RUNTIME_DIR=$USERS/$ANN '$JAIL' exec $ID tail -1 /proc/self/cgroup"
	expect 0 0::/
	as $ANN delete --force "$ID"
	gone "$top/$ID"
	rmdir $top
}

@test "devices, networks and namespaces of the host" {
	ann '.linux.netDevices = {"lo": {}}' true
	[ "$status" != 0 ]
	contains "linux.netDevices.lo"
	ann '.linux.namespaces = [{type: "user"}, {type: "mount"}, {type: "network", path: "/proc/1/ns/net"}]' true
	fails "linux.namespaces (network): open namespace /proc/1/ns/net: Permission denied"
	ann '.linux.namespaces = [{type: "mount"}, {type: "pid"}]' true
	fails '(an ordinary user needs "user" in linux.namespaces)'
	ann '.jail.rootfs.idmap = true' true
	fails "jail.rootfs.idmap: an id-mapped mount needs privileges on the host"
	# Only lo is there.
	ann . sh -c 'cut -s -d: -f1 /proc/net/dev'
	matches '^ *lo$'
}

@test "device rules of an OCI spec are left out in a user namespace" {
	config '.linux.namespaces += [{type: "user"}] | .linux.resources.devices = [{"allow": false, "access": "rwm"}] | del(.mounts[2])' echo fine
	try as $ANN run -b . "$ID"
	expect 0 fine
}

@test "a host without user namespaces says so" {
	local max
	max=$(< /proc/sys/user/max_user_namespaces)
	# The limit holds in namespaces below the one where it is written: only for what we start there.
	config '.linux.namespaces += [{type: "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 0, size: 1}] | .linux.gidMappings = .linux.uidMappings' true
	try unshare --user --map-root-user --mount sh -c "echo 0 > /proc/sys/user/max_user_namespaces && exec '$JAIL' --root $USERS/nested --cgroup-manager disabled run -b . $ID"
	rm -rf $USERS/nested
	[ "$(< /proc/sys/user/max_user_namespaces)" = "$max" ]
	fails "sysctl user.max_user_namespaces=0"
}

# ---- others ----

@test "users do not see or reach each other's jails" {
	up_ann . sleep 1000
	[ -z "$(as $BOB list -q)" ]
	try as $BOB --root $ROOT list
	fails "Permission denied"
	chmod 755 $USERS/$ANN $USERS/$ANN/jail
	try as $BOB --root $ROOT kill "$ID" KILL
	fails "state directory $ROOT belongs to user $ANN"
	chmod 700 $USERS/$ANN $USERS/$ANN/jail
	try as $BOB run --rootfs /proc/"$(as $ANN state "$ID" | jq .pid)"/root true
	[ "$status" != 0 ]
}

@test "without XDG_RUNTIME_DIR: a directory of one's own in /tmp, and nobody else's" {
	short . true
	try user $ANN env -u XDG_RUNTIME_DIR "$JAIL" run config.json "$ID"
	expect 0 ""
	[ "$(stat -c '%u %a' /tmp/jail-$ANN)" = "$ANN 700" ]
	rm -r /tmp/jail-$ANN
	mkdir /tmp/jail-$ANN
	chown $BOB /tmp/jail-$ANN
	try user $ANN env -u XDG_RUNTIME_DIR "$JAIL" run config.json "$ID"
	rm -r /tmp/jail-$ANN
	fails "state directory /tmp/jail-$ANN belongs to user $BOB"
}

# ---- a network ----

# A way out, so that pasta has an interface to be like; and a tun device that users may open
outside() {
	needs ip pasta
	ip link add ext type veth peer name extp
	ip addr add 192.0.2.1/24 dev ext
	ip link set ext up
	ip link set extp up
	ip route add default via 192.0.2.2
	mount -t tmpfs tmpfs /dev/net
	mknod -m 666 /dev/net/tun c 10 200
}

inside_again() {
	umount /dev/net
	ip link del ext
}

served() {
	[ "$(busybox wget -qO- "$1")" = hello ]
}

@test "a bridge is root's, and the error says what a user has" {
	ann '.jail.network = {}' true
	expect 1 "jail: config.json: jail.network: an ordinary user cannot join a bridge; \"mode\": \"pasta\" (--net pasta) gives such a jail a network"
	short '.jail.network = {mode: "pasta"}' true
	try "$JAIL" run config.json "$ID"
	expect 1 "jail: config.json: jail.network: \"pasta\" is for ordinary users; root has bridges"
}

@test "pasta: an interface, published ports, and it ends with the jail" {
	needs ip pasta
	outside
	mkdir rootfs/www
	echo hello > rootfs/www/index.html
	up_ann '.jail.network = {mode: "pasta", publish: ["8080:80", "127.0.0.1:8090-8099:90-99"], dns: ["192.0.2.53"]}' \
		sh -c 'httpd -h /www -p 80; httpd -h /www -p 95; exec sleep 1000'
	wait_for served http://192.0.2.1:8080/
	served http://127.0.0.1:8095/
	try as $ANN exec "$ID" sh -c 'ip -o -4 addr show eth0; cat /etc/resolv.conf /etc/hosts'
	contains 192.0.2.1/24
	contains "nameserver 192.0.2.53"
	contains "127.0.1.1 $ID"
	# What listens on the host's loopback is not to be reached, not even by the gateway's address
	busybox nc -ll -p 7007 -e echo secret 3>&- 4>&- &
	BACKGROUND+=($!)
	wait_for busybox nc -w 1 127.0.0.1 7007
	try as $ANN exec "$ID" sh -c 'nc -w 2 192.0.2.2 7007 < /dev/null; nc -w 2 127.0.0.1 7007 < /dev/null'
	lacks secret
	local pid
	pid=$(cat "$ROOT/$ID/pasta.pid")
	[ "$(stat -c %u "/proc/$pid")" = $ANN ]
	as $ANN delete --force "$ID"
	wait_for gone "/proc/$pid"
	inside_again
}

@test "pasta that cannot: its own words, and nothing is left" {
	needs ip pasta
	outside
	busybox nc -ll -p 8080 -e true 3>&- 4>&- &
	BACKGROUND+=($!)
	wait_for busybox nc -w 1 127.0.0.1 8080
	ip route del default
	ann '.jail.network = {mode: "pasta", publish: ["8080:80"]}' true
	inside_again
	expect 1
	contains "jail.network: pasta: "
	[ ! -e "$ROOT/$ID" ]
}

# ---- as engines of ordinary users run us ----

# in_userns COMMAND...: as ann, and root of a user namespace of hers with a mount namespace
in_userns() {
	user $ANN timeout -k 2 $((20 * SLOW)) unshare --user --mount --map-root-user --map-auto "$@"
}

@test "root of a user namespace is an ordinary user: state, a jail without one of its own, exec, delete" {
	config '.linux.cgroupsPath = null' sleep 1000
	chown -R $ANN:$ANN .
	try in_userns sh -c '
		"$1" run -d --log-output none "$2" && [ -d "$XDG_RUNTIME_DIR/jail/$2" ] || exit
		"$1" exec "$2" sh -c "id -u; echo \$\$ > /tmp/x; cat /proc/self/uid_map | tr -s \" \""
		"$1" state "$2" | jq -r .status
		"$1" delete --force "$2"
		! [ -e "$XDG_RUNTIME_DIR/jail/$2" ]' - "$JAIL" "$ID"
	expect 0 $'0\n 0 4242 1\n 1 500000 65535\nrunning'
}

@test "root of a user namespace of one id, with and without a mount namespace: a jail with its own" {
	local options
	config '.linux.namespaces += [{type: "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 0, size: 1}]
		| .linux.gidMappings = .linux.uidMappings | .linux.cgroupsPath = null | del(.mounts[2])' sh -c 'id -u; id -g; cat /proc/self/setgroups'
	chown -R $ANN:$ANN .
	for options in --user "--user --mount"; do
		# shellcheck disable=SC2086 # two words
		try user $ANN timeout -k 2 $((20 * SLOW)) unshare $options --map-root-user "$JAIL" --cgroup-manager disabled run "$ID"
		expect 0 $'0\n0\ndeny'
	done
	config '.process.user.additionalGids = [0] | .linux.namespaces += [{type: "user"}] | .linux.cgroupsPath = null
		| .linux.uidMappings = [{containerID: 0, hostID: 0, size: 1}] | .linux.gidMappings = .linux.uidMappings' true
	try user $ANN unshare --user --mount --map-root-user "$JAIL" --cgroup-manager disabled run "$ID"
	fails "process.user.additionalGids: cannot be set"
}

@test "root of a user namespace: devices, a terminal, and a user namespace within" {
	config '.linux.cgroupsPath = null' sh -c 'echo x > /dev/null; ls -n /dev/null | cut -c1; head -c 4 /dev/zero | wc -c'
	chown -R $ANN:$ANN .
	try in_userns "$JAIL" run "$ID"
	expect 0 $'c\n4'
	config '.linux.namespaces += [{"type": "user"}] | .linux.uidMappings = [{"containerID": 0, "hostID": 0, "size": 1}, {"containerID": 5, "hostID": 100, "size": 9}]
		| .linux.gidMappings = .linux.uidMappings | .process.user = {"uid": 5, "gid": 5} | .linux.cgroupsPath = null' sh -c 'id -u'
	chown -R $ANN:$ANN .
	try in_userns "$JAIL" run "$ID"
	expect 0 5
}

@test "programs of another kind are run by an interpreter from outside" {
	needs binfmt_misc in a user namespace
	cp "$(command -v busybox)" $USERS/sh
	printf 'JAILTEST=1\n%s\n' 'echo "I am $0 $*"; cat /proc/$$/cmdline | tr "\0" " "' > rootfs/bin/foreign
	chmod 755 rootfs/bin/foreign
	ann ".jail.binfmt = [\":test:M::JAILTEST::$USERS/sh:F\"]" foreign a b
	rm $USERS/sh
	expect 0 $'I am /bin/foreign a b\n'"$USERS/sh /bin/foreign a b "
}

@test "layers: ephemeral and kept, but not disk and images" {
	local layered='{process: {args: $ARGS.positional}, jail: {rootfs: {lower: ["rootfs"], upper: $upper}}}' script
	script='id -u; echo x >> /etc/which; cat /etc/which'
	for upper in ephemeral kept kept; do
		jq -n --arg upper $upper "$layered" --args -- sh -c "$script" > layers.json
		try user $ANN env XDG_DATA_HOME=$HOME_OF_TEST/data "$JAIL" run layers.json work
		[ $upper = kept ] || expect 0 $'0\nx'
		[ "$status" = 0 ]
	done
	expect 0 $'0\nx\nx'
	[ "$(stat -c %u $HOME_OF_TEST/data/jail/uppers/work/data/upper/etc/which)" = $ANN ]
	gone $HOME_OF_TEST/rootfs/etc/which
	jq -n --arg upper disk "$layered" --args -- true > layers.json
	try as $ANN run layers.json
	fails 'jail.rootfs.upper: "disk" needs privileges on the host'
	jq -n '{process: {args: ["true"]}, jail: {rootfs: {lower: ["base.erofs"]}}}' > layers.json
	touch base.erofs
	try as $ANN run layers.json
	fails 'jail.rootfs.lower[0]: an EROFS image needs privileges on the host'
}
