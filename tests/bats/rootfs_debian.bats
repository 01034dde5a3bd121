#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# rootfs_debian.bats - jail-rootfs debian, from Debian's mirror: two builds of one recipe, side by side

load rootfs

DEBIAN_DATA=$BATS_FILE_TMPDIR/debian
TOOL=$BATS_TEST_DIRNAME/../../rootfs-tools/jail-rootfs

# Here, where no time limit of a test holds: a build takes half a minute on a free machine.
setup_file() {
	in_sandbox || return 0
	if ! has_need mmdebstrap || ! reachable; then
		return 0
	fi
	mkdir "$DEBIAN_DATA"
	export JAIL_DATA_DIR=$DEBIAN_DATA
	timeout 900 "$TOOL" debian bookworm --name a > "$DEBIAN_DATA/a.out" 2>&1 3>&- 4>&- &
	timeout 900 "$TOOL" debian bookworm --name b > "$DEBIAN_DATA/b.out" 2>&1 3>&- 4>&- || true
	wait
}

reachable() {
	timeout 30 python3 -c 'import urllib.request
urllib.request.urlopen("http://deb.debian.org/debian/dists/bookworm/Release", timeout=15)' 2> /dev/null
}

built() {
	wants_program mmdebstrap
	[ -d "$DEBIAN_DATA" ] || skip "needs a mirror of Debian"
	JAIL_DATA_DIR=$DEBIAN_DATA
	IMAGES=$DEBIAN_DATA/images
	cat "$DEBIAN_DATA"/[ab].out
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
