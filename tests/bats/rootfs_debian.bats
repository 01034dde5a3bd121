#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# rootfs_debian.bats - jail-rootfs debian: two builds of one recipe, which tests/bats/run has made side by side

load rootfs

built() {
	wants_program mmdebstrap
	[ -e "$JAIL_TEST_IMAGES/.complete" ] || skip "needs two images of Debian: tests/bats/run makes them"
	JAIL_DATA_DIR=$JAIL_TEST_IMAGES
	IMAGES=$JAIL_TEST_IMAGES/images
}

@test "debian: two builds have one digest" {
	built
	has_images a b
	same_digest a b
	jr verify a
	run jq -c '.source, (.tools | keys)' "$IMAGES/a/manifest.json"
	expect 0 $'{"verb":"debian","suite":"bookworm","variant":"minbase"}\n["mmdebstrap","tar"]'
}

@test "debian: sealed, nothing of this machine or of the build" {
	built
	root=$IMAGES/a/rootfs
	[ -e "$root/etc/machine-id" ] && [ ! -s "$root/etc/machine-id" ]
	[ ! -e "$root/etc/hostname" ] && [ ! -s "$root/etc/resolv.conf" ]
	for dir in var/lib/apt/lists tmp run dev; do
		[ -z "$(ls -A "$root/$dir")" ] || { ls -A "$root/$dir"; return 1; }
	done
	run find "$root/var/log" "$root/var/cache/apt" ! -type d
	expect 0 ""
}

@test "debian: the image runs" {
	built
	run_image a ".process.args = [\"cat\", \"/etc/debian_version\"]"
	expect 0
	matches '^12\.'
}

@test "debian: a mirror that is not there; ubuntu without keys" {
	wants_program mmdebstrap
	run jr debian nosuchsuite --mirror http://127.0.0.1:9/debian
	refuses "packages of nosuchsuite: "
	run jr ubuntu --keyring /nosuch
	refuses "ubuntu needs Ubuntu's keys, and there is no /nosuch"
	has_images
}

@test "debian: on a terminal it is not stopped, though apt sets up whatever terminal it has" {
	mkdir bin
	cat > bin/mmdebstrap <<-'END'
		#!/bin/sh
		[ "$1" != --version ] || exec echo mmdebstrap 0
		stty sane 2> /dev/null && echo "it has a terminal for its input" >&2 && exit 1
		(stty sane < /dev/tty) 2> /dev/null && echo "it has a terminal" >&2 && exit 1
		for dir; do
			case $dir in */rootfs) mkdir -p "$dir/bin" && touch "$dir/bin/sh" ;; esac
		done
	END
	chmod +x bin/mmdebstrap
	run timeout -k 5 60 script -qec "PATH=$PWD/bin:\$PATH $ROOTFS debian --name t" /dev/null < /dev/null
	expect 0
	contains "t: sha256:"
}
