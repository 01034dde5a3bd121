#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# mounts.bats - every mount option of the specification, as /proc/self/mountinfo shows it

load helpers

local_setup() {
	mkdir -p ../src/sub
	echo outside > ../src/file
	S=$BATS_TEST_TMPDIR/src
}

# with_mount JSON [ARG...]: the base and one more mount
with_mount() {
	local mount=$1
	shift
	config ".mounts += [$mount]" "$@"
}

# flags_of OPTIONS: mount flags of a bind of $S at /mnt with these options
flags_of() {
	with_mount "{\"destination\": \"/mnt\", \"source\": \"$S\", \"options\": [$1]}" \
		awk '$5 == "/mnt" { print $6; for (i = 7; $i != "-"; i++) print $i }' /proc/self/mountinfo
	go
}

fs_flags_of() {
	with_mount "{\"destination\": \"/mnt\", \"type\": \"tmpfs\", \"source\": \"tmpfs\", \"options\": [$1]}" \
		awk '$5 == "/mnt" { print $6 "|" $NF }' /proc/self/mountinfo
	go
}

@test "a tmpfs without a mode has that of the directory below" {
	mkdir -m 750 rootfs/secret
	mkdir -m 1777 rootfs/all
	config '.mounts += [{destination: "/secret", type: "tmpfs", source: "x"}, {destination: "/all", type: "tmpfs", source: "x",
		options: ["ro"]}, {destination: "/new", type: "tmpfs", source: "x"}, {destination: "/own", type: "tmpfs", source: "x",
		options: ["mode=700"]}]' stat -c '%n %a' /secret /all /new /own
	go
	expect 0 $'/secret 750\n/all 1777\n/new 1777\n/own 700'
}

@test "a read-only tmpfs has in it what later mounts and devices need" {
	config '.mounts = [{destination: "/proc", type: "proc", source: "proc"},
		{destination: "/dev", type: "tmpfs", source: "tmpfs", options: ["nosuid", "ro", "mode=755"]},
		{destination: "/dev/pts", type: "devpts", source: "devpts", options: ["newinstance", "ptmxmode=0666", "mode=0620"]},
		{destination: "/data", type: "tmpfs", source: "tmpfs", options: ["ro", "mode=755"]},
		{destination: "/data/a/b", type: "tmpfs", source: "tmpfs"}]' \
		sh -c 'for d in /dev /data /data/a; do touch $d/x 2>&1; done; touch /data/a/b/x && ls /dev'
	go
	expect 0 "touch: /dev/x: Read-only file system
touch: /data/x: Read-only file system
touch: /data/a/x: Read-only file system
$(ls_dev)"
	config ".process.terminal = true | .mounts = $(jq -c .mounts config.json)" sh -c 'ls /dev/console; touch /dev/x'
	go
	contains /dev/console
	contains "Read-only file system"
}

# What every jail has in /dev
ls_dev() {
	printf '%s\n' core fd full null ptmx pts random stderr stdin stdout tty urandom zero
}

@test "bind options: each flag is seen on the mount" {
	flags_of '"bind"'
	expect 0 rw,relatime
	flags_of '"rbind"'
	expect 0 rw,relatime
	flags_of '"bind", "ro"'
	expect 0 ro,relatime
	flags_of '"bind", "nosuid", "nodev", "noexec"'
	expect 0 rw,nosuid,nodev,noexec,relatime
	flags_of '"bind", "noatime"'
	expect 0 rw,noatime
	flags_of '"bind", "nodiratime"'
	expect 0 rw,nodiratime,relatime
	flags_of '"bind", "strictatime"'
	expect 0 rw
	flags_of '"bind", "nosymfollow"'
	expect 0 rw,relatime,nosymfollow
	flags_of '"bind", "ro", "nosuid", "rw", "suid"'
	expect 0 rw,relatime
	flags_of '"bind", "noatime", "relatime"'
	expect 0 rw,relatime
	flags_of '"bind", "defaults", "loud", "silent", "async", "atime", "dev", "diratime", "exec", "noiversion", "nolazytime", "suid", "symfollow"'
	expect 0 rw,relatime
}

@test "file system options" {
	fs_flags_of '"size=1m", "mode=700"'
	expect 0
	matches '^rw,relatime\|rw,size=1024k,mode=700'
	fs_flags_of '"ro", "nosuid", "noexec"'
	matches '^ro,nosuid,noexec,relatime\|ro'
	fs_flags_of '"sync", "dirsync"'
	matches '\|rw,sync,dirsync'
	fs_flags_of '"noatime"'
	matches '^rw,noatime\|'
	fs_flags_of '"nosuchoption"'
	fails "mounts[4]"
	contains nosuchoption
	fs_flags_of '"size=bad"'
	fails "mounts[4]"
}

@test "lazytime" {
	fs_flags_of '"lazytime"'
	expect 0
	contains lazytime
	fs_flags_of '"lazytime", "nolazytime"'
	expect 0
	lacks lazytime
}

@test "type bind alone is a bind mount, too" {
	with_mount "{\"destination\": \"/mnt\", \"type\": \"bind\", \"source\": \"$S\"}" cat /mnt/file
	go
	expect 0 outside
	with_mount "{\"destination\": \"/mnt\", \"type\": \"none\", \"source\": \"$S\", \"options\": [\"rbind\"]}" cat /mnt/file
	go
	expect 0 outside
}

@test "bind takes one mount, rbind what is below it" {
	mount -t tmpfs tmpfs "$S/sub"
	echo below > "$S/sub/x"
	with_mount "{\"destination\": \"/mnt\", \"source\": \"$S\", \"options\": [\"bind\"]}" ls /mnt/sub
	go
	expect 0 ""
	with_mount "{\"destination\": \"/mnt\", \"source\": \"$S\", \"options\": [\"rbind\"]}" ls /mnt/sub
	go
	expect 0 x
	umount "$S/sub"
}

@test "recursive options change the mounts below, plain ones do not" {
	mount -t tmpfs tmpfs "$S/sub"
	for o in ro:rro:ro rnosuid:rnosuid:nosuid; do
		IFS=: read -r plain rec flag <<< "$o"
		with_mount "{\"destination\": \"/mnt\", \"source\": \"$S\", \"options\": [\"rbind\", \"${plain#r[n]}\", \"nodev\"]}" \
			awk '$5 ~ "^/mnt" { print $5, $6 }' /proc/self/mountinfo
		[ "$plain" = ro ] && {
			go
			expect 0 $'/mnt ro,nodev,relatime\n/mnt/sub rw,relatime'
		}
		with_mount "{\"destination\": \"/mnt\", \"source\": \"$S\", \"options\": [\"rbind\", \"$rec\"]}" \
			awk '$5 ~ "^/mnt" { print $5, $6 }' /proc/self/mountinfo
		go
		[[ ${output%%$'\n'*} == *$flag* ]]
		[[ ${output##*$'\n'} == *"/mnt/sub"*$flag* ]]
	done
	for o in rnodev:nodev rnoexec:noexec rnoatime:noatime rnodiratime:nodiratime rnosymfollow:nosymfollow; do
		with_mount "{\"destination\": \"/mnt\", \"source\": \"$S\", \"options\": [\"rbind\", \"${o%:*}\"]}" \
			awk '$5 ~ "^/mnt" { print $5, $6 }' /proc/self/mountinfo
		go
		[ "$(grep -c ",${o#*:}" <<< "$output")" = 2 ]
	done
	umount "$S/sub"
	mount -t tmpfs -o ro,nosuid,nodev,noexec,noatime,nodiratime tmpfs "$S/sub"
	with_mount "{\"destination\": \"/mnt\", \"source\": \"$S\", \"options\": [\"rbind\", \"rrw\", \"rsuid\", \"rdev\", \"rexec\", \"rdiratime\", \"rrelatime\", \"rsymfollow\"]}" \
		awk '$5 == "/mnt/sub" { print $6 }' /proc/self/mountinfo
	go
	expect 0 rw,relatime
	for o in ratime rstrictatime rnorelatime rnostrictatime; do
		with_mount "{\"destination\": \"/mnt\", \"source\": \"$S\", \"options\": [\"rbind\", \"$o\"]}" true
		go
		expect 0 ""
	done
	umount "$S/sub"
}

@test "every option of the features document is accepted" {
	jail features | jq -r '.mountOptions[]' > ../options
	[ "$(wc -l < ../options)" -gt 50 ]
	while read -r o; do
		case $o in
		bind | rbind | remount | idmap | ridmap | tmpcopyup | mand | iversion | acl | noacl) continue ;;
		esac
		with_mount "{\"destination\": \"/mnt\", \"source\": \"$S\", \"options\": [\"bind\", \"$o\"]}" cat /mnt/file
		go
		expect 0 outside || {
			echo "option $o"
			return 1
		}
	done < ../options
}

@test "propagation: each kind, as mountinfo shows it" {
	mount -t tmpfs --make-shared tmpfs "$S"
	mkdir "$S/sub"
	for o in private: rprivate: slave:master rslave:master shared:shared rshared:shared unbindable:unbindable runbindable:unbindable; do
		flags_of "\"rbind\", \"${o%:*}\""
		expect 0
		if [ -n "${o#*:}" ]; then
			contains "${o#*:}"
		else
			expect 0 rw,relatime
		fi
	done
	umount "$S"
}

@test "shared and slave: mounts of the host arrive, and only shared ones leave" {
	mount -t tmpfs --make-shared tmpfs "$S"
	mkdir "$S/in" "$S/out"
	with_mount "{\"destination\": \"/mnt\", \"source\": \"$S\", \"options\": [\"rbind\", \"rslave\"]}" sleep 1000
	up
	mount -t tmpfs arrives "$S/in"
	run jail exec "$ID" grep -c arrives /proc/self/mountinfo
	expect 0 1
	umount "$S/in"
	jail delete -f "$ID"
	with_mount "{\"destination\": \"/mnt\", \"source\": \"$S\", \"options\": [\"rbind\", \"rprivate\"]}" sleep 1000
	up
	mount -t tmpfs arrives "$S/in"
	run jail exec "$ID" grep -c arrives /proc/self/mountinfo
	expect 1 0
	umount "$S/in"
	jail delete -f "$ID"
	umount "$S"
}

@test "nothing propagates to the host, even from a shared one" {
	mount --bind "$BUNDLE" "$BUNDLE"
	mount --make-shared "$BUNDLE"
	cd /
	cd "$BUNDLE"
	cat /proc/self/mountinfo > ../mounts
	for p in null '"private"' '"slave"' '"shared"' '"unbindable"' '"rshared"' '"rslave"' '"rprivate"'; do
		config ".linux.rootfsPropagation = $p | if .linux.rootfsPropagation == null then del(.linux.rootfsPropagation) else . end" sleep 1000
		up
		diff ../mounts /proc/self/mountinfo
		jail delete -f "$ID"
		diff ../mounts /proc/self/mountinfo
	done
	cd /
	umount "$BUNDLE"
}

# In a mount namespace of its own, all of which is shared, as systemd has it
shared_host() {
	mount --make-rshared /
	cat /proc/self/mountinfo > ../mounts
	for how in '' --no-pivot; do
		jail create $how "$ID" < /dev/null > /dev/null 3>&-
		[ ! -d volume ] || grep ' /v ' "/proc/$(pid_of "$ID")/mountinfo" | grep -q shared || ! grep -q /v config.json
		diff ../mounts /proc/self/mountinfo || return
		jail start "$ID"
		jail delete -f "$ID"
		diff ../mounts /proc/self/mountinfo || return
	done
}

@test "a host whose mounts are all shared keeps them" {
	local p
	export -f shared_host jail pid_of
	export ID
	mkdir volume
	for p in '.linux.rootfsPropagation = "shared"' '.linux.rootfsPropagation = "rshared"' '.linux.rootfsPropagation = "rslave"' \
		'.linux.rootfsPropagation = "unbindable"' '.' \
		'.mounts += [{destination: "/v", source: "'"$PWD/volume"'", options: ["rbind", "shared"]}]'; do
		config "$p" sleep 1000
		unshare -m --propagation private bash -ec shared_host
	done
}

@test "rootfsPropagation: what the root is inside" {
	for o in shared:shared slave: private: unbindable:unbindable; do
		config ".linux.rootfsPropagation = \"${o%:*}\"" awk '$5 == "/" { for (i = 7; $i != "-"; i++) printf "%s", $i; print "." }' /proc/self/mountinfo
		go
		expect 0
		contains "${o#*:}"
	done
	config '.linux.rootfsPropagation = "nonsense"' true
	go
	fails "linux.rootfsPropagation"
}

@test "rootfsPropagation: a mount has the propagation that it asks for, also in a root that is shared" {
	mount -t tmpfs --make-shared tmpfs "$S"
	for p in shared rshared; do
		config ".linux.rootfsPropagation = \"$p\"
			| .mounts += [\"private\", \"rprivate\", \"slave\", \"rslave\", \"shared\", \"rshared\", \"unbindable\" |
				{destination: (\"/m/\" + .), source: \"$S\", options: [\"rbind\", .]}]
			| .mounts += [{destination: \"/m/tmpfs\", type: \"tmpfs\", source: \"t\", options: [\"rprivate\"]}]" \
			sed -En 's, - .*,,; s,.* /m/([a-z]*) [^ ]*,\1,p' /proc/self/mountinfo
		go
		expect 0
		run sed 's/:[0-9]*//g' <<< "$output"
		expect 0 $'private\nrprivate\nslave master\nrslave master\nshared shared\nrshared shared\nunbindable unbindable\ntmpfs'
	done
	umount "$S"
}

@test "a read-only root; mounts on it keep their own flags" {
	config '.root.readonly = true | .mounts += [{"destination": "/tmp", "type": "tmpfs", "source": "tmpfs"}]' \
		sh -c 'touch /x; touch /tmp/x && echo ok; touch /dev/x && echo ok'
	go
	expect 0
	contains "Read-only file system"
	contains $'ok\nok'
	gone rootfs/x
}

@test "targets that are missing are made: directories, files, deep ones" {
	config ".mounts += [{\"destination\": \"/a/b/c\", \"type\": \"tmpfs\", \"source\": \"t\"},
		{\"destination\": \"/d/e/file\", \"source\": \"$S/file\", \"options\": [\"bind\"]},
		{\"destination\": \"/f/dir\", \"source\": \"$S\", \"options\": [\"bind\"]}]" \
		sh -c 'cat /d/e/file /f/dir/file; stat -c "%a %u %F" /a /a/b /d/e'
	go
	expect 0 $'outside\noutside\n755 0 directory\n755 0 directory\n755 0 directory'
	[ -f rootfs/d/e/file ]
	[ -d rootfs/f/dir ]
}

@test "a destination that is relative is below the root" {
	with_mount "{\"destination\": \"rel/ative\", \"source\": \"$S/file\", \"options\": [\"bind\"]}" cat /rel/ative
	go
	expect 0 outside
}

@test "dangling symlinks as targets lead to where they would inside" {
	ln -s ../run/resolv/conf rootfs/etc/resolv.conf
	ln -s /no/where rootfs/abs
	config ".mounts += [{\"destination\": \"/etc/resolv.conf\", \"source\": \"$S/file\", \"options\": [\"bind\"]},
		{\"destination\": \"/abs\", \"type\": \"tmpfs\", \"source\": \"t\"}]" \
		sh -c 'cat /run/resolv/conf /etc/resolv.conf; grep -c " /no/where " /proc/self/mountinfo'
	go
	expect 0 $'outside\noutside\n1'
	gone /no/where
}

@test "sources: relative to the bundle, missing, a file on a directory and a directory on a file" {
	mkdir data
	echo here > data/file
	with_mount '{"destination": "/mnt", "source": "data", "options": ["bind"]}' cat /mnt/file
	cd /
	run jail run --bundle "$BUNDLE" "$ID"
	expect 0 here
	cd "$BUNDLE"
	with_mount '{"destination": "/mnt", "source": "nosuch", "options": ["bind"]}' true
	go
	fails "mounts[4]"
	contains "No such file or directory"
	with_mount '{"destination": "/mnt", "options": ["bind"]}' true
	go
	fails "mounts[4]"
	with_mount "{\"destination\": \"/tmp\", \"source\": \"$S/file\", \"options\": [\"bind\"]}" true
	go
	fails "mounts[4]"
	contains "Not a directory"
	with_mount "{\"destination\": \"/file\", \"source\": \"$S\", \"options\": [\"bind\"]}" true
	touch rootfs/file
	go
	fails "mounts[4]"
	contains "Not a directory"
	with_mount '{"destination": "/mnt", "type": "nosuchfs", "source": "x"}' true
	go
	fails "mounts[4]"
	contains nosuchfs
}

@test "order: later mounts stand on earlier ones" {
	config ".mounts += [{\"destination\": \"/mnt\", \"type\": \"tmpfs\", \"source\": \"t\"},
		{\"destination\": \"/mnt/x\", \"source\": \"$S\", \"options\": [\"bind\"]},
		{\"destination\": \"/mnt/x/sub\", \"type\": \"tmpfs\", \"source\": \"t\"}]" \
		sh -c 'ls /mnt; cat /mnt/x/file; awk "\$5 ~ /^.mnt/ { print \$5 }" /proc/self/mountinfo'
	go
	expect 0 $'x\noutside\n/mnt\n/mnt/x\n/mnt/x/sub'
}

@test "tmpcopyup: content, owners, modes, links, times" {
	mkdir -p rootfs/data/deep
	echo hello > rootfs/data/file
	echo deep > rootfs/data/deep/er
	ln -s file rootfs/data/link
	chmod 2751 rootfs/data/deep
	chown 1000:2000 rootfs/data/file
	chmod 4755 rootfs/data/file
	touch -d '2001-02-03 04:05:06 UTC' rootfs/data/file
	with_mount '{"destination": "/data", "type": "tmpfs", "source": "t", "options": ["tmpcopyup"]}' \
		sh -c 'cd /data; cat file deep/er; readlink link; stat -c "%a %u %g %Y" file; stat -c %a deep; rm file'
	go
	expect 0 $'hello\ndeep\nfile\n4755 1000 2000 981173106\n2751'
	[ "$(cat rootfs/data/file)" = hello ]
	with_mount '{"destination": "/data", "type": "tmpfs", "source": "t", "options": ["tmpcopyup", "ro"]}' \
		sh -c 'cat /data/file; touch /data/new'
	go
	contains hello
	contains "Read-only"
}

@test "remount changes a mount that is there" {
	config ".mounts += [{\"destination\": \"/mnt\", \"source\": \"$S\", \"options\": [\"bind\"]},
		{\"destination\": \"/mnt\", \"options\": [\"remount\", \"bind\", \"ro\", \"nosuid\"]},
		{\"destination\": \"/tmp\", \"type\": \"tmpfs\", \"source\": \"t\", \"options\": [\"size=1m\"]},
		{\"destination\": \"/tmp\", \"options\": [\"remount\", \"size=2m\"]}]" \
		awk '$5 == "/mnt" { print $6 } $5 == "/tmp" { print $NF }' /proc/self/mountinfo
	go
	expect 0
	matches '^ro,nosuid,relatime'
	contains size=2048k
}

@test "idmap with mappings of its own" {
	touch "$S/root" "$S/user"
	chown 0:0 "$S/root"
	chown 1000:1000 "$S/user"
	m='"uidMappings": [{"containerID": 0, "hostID": 1000, "size": 1}, {"containerID": 1000, "hostID": 0, "size": 1}]'
	with_mount "{\"destination\": \"/mnt\", \"source\": \"$S\", \"options\": [\"bind\", \"idmap\"], $m, ${m/uid/gid}}" \
		sh -c 'stat -c %u:%g /mnt/root /mnt/user'
	try jail run "$ID"
	expect 0 $'1000:1000\n0:0'
	with_mount "{\"destination\": \"/mnt\", \"source\": \"$S\", \"options\": [\"bind\", \"idmap\"], $m}" true
	go
	fails "mounts[4]"
	with_mount "{\"destination\": \"/mnt\", \"source\": \"$S\", \"options\": [\"bind\", \"idmap\"]}" true
	go
	fails "mounts[4]"
	with_mount "{\"destination\": \"/mnt\", \"source\": \"$S\", \"options\": [\"bind\"], $m, ${m/uid/gid}}" \
		sh -c 'stat -c %u:%g /mnt/root'
	go
	[ "$output" = 1000:1000 ] || fails
}

@test "ridmap maps what is below, idmap does not" {
	mount -t tmpfs tmpfs "$S/sub"
	touch "$S/top" "$S/sub/file"
	m='"uidMappings": [{"containerID": 0, "hostID": 5000, "size": 1000}]'
	with_mount "{\"destination\": \"/mnt\", \"source\": \"$S\", \"options\": [\"rbind\", \"ridmap\"], $m, ${m/uid/gid}}" \
		sh -c 'stat -c %u /mnt/top /mnt/sub/file'
	go
	expect 0 $'5000\n5000'
	with_mount "{\"destination\": \"/mnt\", \"source\": \"$S\", \"options\": [\"rbind\", \"idmap\"], $m, ${m/uid/gid}}" \
		sh -c 'stat -c %u /mnt/top /mnt/sub/file'
	go
	expect 0 $'5000\n0'
	umount "$S/sub"
}

@test "cgroup mounts: with a cgroup namespace, without, read-only" {
	c='{"destination": "/sys/fs/cgroup", "type": "cgroup", "source": "cgroup", "options": ["nosuid", "noexec", "nodev", "relatime", "ro"]}'
	with_mount "$c" sh -c 'cat /sys/fs/cgroup/cgroup.procs; mkdir /sys/fs/cgroup/x; awk "\$5 == \"/sys/fs/cgroup\" { print \$4, \$6 }" /proc/self/mountinfo'
	go
	expect 0
	contains "Read-only file system"
	contains "/ ro,nosuid,nodev,noexec,relatime"
	with_mount "${c/, \"ro\"/}" sh -c 'mkdir /sys/fs/cgroup/x && cat /sys/fs/cgroup/x/cgroup.procs && rmdir /sys/fs/cgroup/x && echo ok'
	go
	expect 0 ok
	config ".mounts += [${c/, \"ro\"/}] | .linux.namespaces |= map(select(.type != \"cgroup\"))" \
		sh -c 'cat /sys/fs/cgroup/cgroup.procs; ls -d /sys/fs/cgroup/runner /sys/fs/cgroup/jail; grep ^0: /proc/self/cgroup'
	go
	lacks runner$'\n'
	contains "0::/jail/$ID"
	matches '^1'
	with_mount "${c/\"cgroup\", \"source\"/\"cgroup2\", \"source\"}" cat /sys/fs/cgroup/cgroup.type
	go
	expect 0
}

@test "--no-pivot" {
	config . sh -c 'ls /; cat /proc/self/mountinfo' 
	go --no-pivot
	expect 0
	contains bin
	lacks "$BUNDLE/rootfs/bin"
}

@test "--no-pivot: a root that comes into a user namespace, and one of layers" {
	for filter in '.linux.namespaces += [{type: "user"}] | .linux.uidMappings = [{containerID: 0, hostID: 0, size: 65536}]
		| .linux.gidMappings = .linux.uidMappings' '.jail.rootfs = {lower: ["rootfs"]} | del(.root)'; do
		config "$filter" sh -c 'ls -d /bin /run/jail; touch /written; cat /proc/self/mountinfo'
		go --no-pivot
		expect 0
		contains $'/bin\n'
		contains "/run/jail: No such file"
	done
}

@test "masked paths: files, directories, those that are missing; mounts below, too" {
	mkdir -p rootfs/secret/dir
	echo secret > rootfs/secret/file
	echo secret > rootfs/secret/dir/file
	config '.linux.maskedPaths = ["/secret/dir", "/secret/file", "/not/there", "/proc/version", "/etc/passwd/x"]' \
		sh -c 'cat /secret/file; ls /secret/dir; touch /secret/dir/x; wc -c < /secret/file; wc -c < /proc/version'
	go
	expect 0
	lacks secret$'\n'
	contains "Read-only file system"
	matches $'0\n0$'
	[ "$(cat rootfs/secret/file)" = secret ]
	config '.linux.maskedPaths = ["relative"]' true
	go
	fails "linux.maskedPaths[0]"
}

@test "read-only paths keep their other flags" {
	config '.linux.readonlyPaths = ["/proc/sys", "/etc", "/not/there"] | .mounts[0].options = ["nosuid", "noexec", "nodev"]' \
		sh -c 'touch /etc/x; echo x > /proc/sys/kernel/hostname; awk "\$5 ~ /^.(proc.sys|etc)$/ { print \$5, \$6 }" /proc/self/mountinfo'
	go
	contains "Read-only file system"
	contains "/proc/sys ro,nosuid,nodev,noexec,relatime"
	contains "/etc ro,relatime"
	gone rootfs/etc/x
}

@test "a thousand mounts" {
	config '.mounts += [range(1000) | {destination: "/m/\(.)", type: "tmpfs", source: "t", options: ["size=4k"]}]' \
		grep -c ' /m/' /proc/self/mountinfo
	go
	expect 0 1000
}

@test "the root itself as a destination is refused" {
	with_mount '{"destination": "/", "type": "tmpfs", "source": "t"}' true
	go
	fails "mounts[4]"
}
