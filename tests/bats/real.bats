#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# real.bats - what other programs generate, and a whole Debian

load helpers

# Run the unmodified bundle with a terminal from an engine; the output is in ../tty
run_on_terminal() {
	console ../c.sock > ../tty 3>&- < ../typed &
	wait_for test -S ../c.sock
	jail run -d --console-socket ../c.sock "$ID"
}

@test "runc spec, unmodified" {
	needs runc
	runc spec
	printf 'echo this is $(hostname)\nid -u\ngrep CapEff /proc/self/status\nexit\n' > ../typed
	run_on_terminal
	wait_for has_line "this is runc" ../tty
	wait_for has_status "$ID" stopped
	jail delete "$ID"
	jq '.process.terminal = false | .process.args = ["cat", "/proc/self/status"]' config.json > c.json
	run jail run -f c.json -b . "$ID"
	expect 0
	contains $'CapEff:\t0000000020000420'
}

@test "crun spec, unmodified" {
	needs crun
	crun spec
	printf 'echo this is $(hostname)\nexit\n' > ../typed
	run_on_terminal
	wait_for has_line "this is crun" ../tty
	wait_for has_status "$ID" stopped
	jail delete "$ID"
}

@test "runc spec --rootless, as root" {
	needs runc
	runc spec --rootless
	jq '.process.terminal = false | .process.args = ["cat", "/proc/self/uid_map"]' config.json > c.json
	run jail run -f c.json -b . "$ID"
	[ "$status" = 0 ] || fails
}

@test "jail spec writes what jail runs" {
	jail spec
	jq '.process.args = ["echo", "works"] | .process.terminal = false | .root.path = "rootfs"' config.json > c.json
	run jail run -f c.json -b . "$ID"
	expect 0 works
}

# ---- a whole Debian: 12, in the virtual machine 13 ----

# Made once and kept, under a name that is made of its recipe
debian() {
	local recipe="mmdebstrap --variant=apt --include=perl,libc6 bookworm"
	DEBIAN=/var/cache/jail-test/debian-$(sha256sum <<< "$recipe" | cut -c1-16)
	[ -z "${JAIL_VM-}" ] || DEBIAN=/var/lib/jail-test/debian
	[ -e "$DEBIAN/.complete" ] && return
	skip "needs the Debian root file system: tests/bats/run makes it"
}

debian_config() {
	debian
	base_config | jq --arg root "$DEBIAN" '.process.args = $ARGS.positional | .root = {path: $root, readonly: true}
		| .mounts += [{destination: "/tmp", type: "tmpfs", source: "t"}] | '"$1" --args -- "${@:2}" > config.json
}

@test "Debian: apt-get, perl, threads" {
	debian_config . apt-get --version
	go
	expect 0
	matches '^apt [0-9]'
	debian_config . perl -e 'use POSIX; printf "%s %d\n", (uname())[0], 6 * 7'
	go
	expect 0 "Linux 42"
	debian_config ".mounts += [{destination: \"/mnt\", source: \"$JAIL_TEST/bin\", options: [\"bind\", \"ro\"]}]" /mnt/threads
	go
	expect 0 "sum 8000"
	debian_config . bash -c 'for i in {1..50}; do sort /etc/passwd | grep -c root & done | sort | uniq -c | tr -s " "; wait'
	go
	expect 0
	contains " 50 1"
}

@test "Debian: a short spec with the default profile and an id-mapped root" {
	debian
	cp -a --reflink=auto "$DEBIAN" debian
	jq -n '{root: {path: "debian"}, process: {args: ["bash", "-c", "apt-get --version | head -1; perl -e \"print 6*7, qq(\\n)\"; stat -c %u:%g /etc/shadow; dpkg -l | grep -c ^ii; touch /root/new && stat -c %u /root/new"]}}' > config.json
	run jail run config.json "$ID"
	expect 0
	matches '^apt [0-9]'
	contains $'\n42\n0:42\n'
	[ "$(stat -c %u debian/root/new)" = 0 ]
}

@test "Debian: an interactive bash on a terminal" {
	needs tmux
	debian_config '.process.terminal = true | .process.env += ["PS1=debian> "]' bash --norc
	export TMUX_TMPDIR=$BATS_TEST_TMPDIR
	tmux -f /dev/null new-session -d -x 90 -y 30 -s t "$JAIL run $ID; echo ended with \$?; sleep 100" 3>&-
	wait_for eval 'tmux capture-pane -p -t t | grep -q "debian>"'
	tmux send-keys -t t -l 'echo $BASH_VERSION $(cat /etc/debian_version); for i in a b; do echo $i; done'
	tmux send-keys -t t Enter
	wait_for eval 'tmux capture-pane -p -t t | grep -q "^5.* 1[23]"'
	tmux send-keys -t t -l 'exit 5'
	tmux send-keys -t t Enter
	wait_for eval 'tmux capture-pane -p -t t | grep -q "ended with 5"'
	tmux kill-server
}
