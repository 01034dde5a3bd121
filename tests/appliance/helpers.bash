# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# helpers.bash - what the suites about appliances share
#
# The tests of a file are one story, told in order, as an appliance lives longer than a test: a data directory of the
# file's own, which setup_file() makes, and teardown_file() removes with all that runs.

bats_require_minimum_version 1.5.0
# shellcheck disable=SC2034 # the suites use it
HERE=${BATS_TEST_FILENAME%/*}

story() {
	APPLIANCE=${BATS_TEST_FILENAME##*/}
	export APPLIANCE=${APPLIANCE%.bats} JAIL_DATA_DIR=$WORK/data/${BATS_TEST_FILENAME##*/}
	export STORY=$BATS_FILE_TMPDIR
	mkdir -m 700 "$JAIL_DATA_DIR"
	mounts > "$STORY/mounts"
	find /etc/jail -mindepth 1 > "$STORY/etc" 2> /dev/null || true
	"$WORK/rootfs-tools/jail-rootfs" debian --name "$APPLIANCE-1" || true
}

# The hard way, if a test has failed in the middle
story_ends() {
	"$JAIL" list -q | xargs -r "$JAIL" delete --force
	rm -rf --one-file-system "${JAIL_DATA_DIR:?}"
	rm -f "/etc/jail/$APPLIANCE.json"
	"$JAIL" net gc > /dev/null
	"$JAIL" gc > /dev/null
}

setup_file() {
	story
}

teardown_file() {
	story_ends
}

# After one that failed the rest of the story makes no sense.
setup() {
	[ -e "$JAIL_TEST_APPLIANCES/images/$APPLIANCE-1" ] || skip "needs an image of $APPLIANCE, which could not be built"
	[ ! -e "$STORY/failed" ] || skip "what comes before it has failed"
	INSTANCE=$JAIL_DATA_DIR/appliances/$APPLIANCE
	cd "$STORY" || return
}

teardown() {
	[ -n "${BATS_TEST_COMPLETED-}${BATS_TEST_SKIPPED-}" ] || touch "$STORY/failed"
}

mounts() {
	awk '{ print $5 }' /proc/self/mountinfo | sort
}

# a VERB...: jail appliance, bounded
a() {
	timeout --foreground -k 5 $((${LIMIT:-140} * ${TEST_SLOW:-1})) "$JAIL" appliance "$@"
}

# expect STATUS [OUTPUT]: of the last run
# shellcheck disable=SC2154 # set by run
expect() {
	[ "$status" = "$1" ] && { (($# == 1)) || [ "$output" = "$2" ]; } && return
	printf 'status %s, wanted %s; output:\n%s\n' "$status" "$1" "$output"
	return 1
}

# ends STATUS LINE: the last one; before it may be warnings that the machine lacks a controller
ends() {
	expect "$1"
	# shellcheck disable=SC2154 # set by run
	[ "${lines[-1]}" = "$2" ] && return
	printf 'output:\n%s\nwanted at its end:\n%s\n' "$output" "$2"
	return 1
}

# shellcheck disable=SC2154 # set by run
matches() {
	[[ $output =~ $1 ]] && return
	printf 'output:\n%s\ndoes not match:\n%s\n' "$output" "$1"
	return 1
}

# refused PORT: nobody listens there
refused() {
	run timeout 5 bash -c "exec 3<> /dev/tcp/127.0.0.1/$1"
	expect 1
	matches 'Connection refused'
}

# ask URL: the page there
ask() {
	timeout 30 python3 -c 'import sys, urllib.request as r; sys.stdout.buffer.write(r.urlopen(sys.argv[1], timeout=25).read())' "$1"
}

about() {
	jq -r "$1" "$INSTANCE/instance.json"
}

images() {
	(cd "$JAIL_DATA_DIR/images" && echo ./*) | sed 's|\./||g'
}

# Nothing, apart from the rules that all jails share, which net gc removes: instance, jail, image, upper layer, link in /etc/jail, mount, process, port, firewall rule
nothing_is_left() {
	local left
	"$JAIL" net gc > /dev/null
	left=$({
		find "$JAIL_DATA_DIR" -mindepth 2 ! -name .lock
		"$JAIL" list -q
		pgrep -af "$JAIL_DATA_DIR/"
		diff "$STORY/etc" <(find /etc/jail -mindepth 1 2> /dev/null)
		comm -13 "$STORY/mounts" <(mounts)        # others' may go meanwhile
		find /run/jail -mindepth 1 -maxdepth 1 ! -name '.*'
		find /sys/fs/cgroup -mindepth 1 -type d ! -path '/sys/fs/cgroup/runner*' ! -path /sys/fs/cgroup/jail
		ip -br link | grep '^jv'
		nft list tables | grep -w jail
		ss -Hltn
	} 2> /dev/null) || true
	[ -z "$left" ] && return
	printf 'left behind:\n%s\n' "$left"
	return 1
}
