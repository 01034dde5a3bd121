# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# rootfs.bash - what the suites about jail-rootfs share: a store of the test's own, and what must be in it

load helpers

local_setup() {
	export JAIL_DATA_DIR=$BATS_TEST_TMPDIR/data JAIL
	IMAGES=$JAIL_DATA_DIR/images
	ROOTFS=$(realpath "$BATS_TEST_DIRNAME/../../rootfs-tools/jail-rootfs")
	umask 022
}

local_teardown() {
	local left
	left=$(compgen -G "$IMAGES/.new-*") || true
	umount "$BATS_TEST_TMPDIR/data" 2> /dev/null || true
	[ -z "$left" ] || {
		echo "a build has left $left"
		return 1
	}
}

# jr ARGUMENT...: jail-rootfs, bounded
jr() {
	timeout --foreground -k 2 $((${LIMIT:-30} * SLOW)) "$ROOTFS" "$@"
}

# A program that is not in every machine that runs the suites
wants_program() {
	local program
	for program; do
		has_need "$program" || skip "needs $program"
	done
}

# has_images NAME...: these, and nothing else, not even hidden
has_images() {
	local found
	found=$(cd "$IMAGES" && find . -mindepth 1 -maxdepth 1 ! -name .lock -printf '%f\n' | LC_ALL=C sort | xargs)
	[ "$found" = "$*" ] && return
	echo "in the store: $found"
	return 1
}

# refuses [TEXT]: the last one failed with 1 and one line of jail-rootfs
# shellcheck disable=SC2154 # set by run
refuses() {
	if [ "$status" != 1 ] || [ "$(wc -l <<< "$output")" != 1 ] || [[ $output != "jail-rootfs: "* ]]; then
		printf 'status %s, not one error line:\n%s\n' "$status" "$output"
		return 1
	fi
	(($# == 0)) || contains "$1"
}

digest() {
	jq -r .digest "$IMAGES/$1/manifest.json"
}

same_digest() {
	[ "$(digest "$1")" = "$(digest "$2")" ] || {
		diff <(listing "$1") <(listing "$2")
		return 1
	}
}

listing() {
	tar -C "$IMAGES/$1/rootfs" --sort=name --numeric-owner --full-time -cf - . | tar -tvf - --full-time --numeric-owner
}

# run_image NAME [FILTER]: the image's own spec, in a jail
run_image() {
	local dir=$IMAGES/$1
	jq "${2:-.}" "$dir/spec.json" > "$dir/test.json"
	try jail run "$dir/test.json" "$ID"
	rm "$dir/test.json"
}

# make_tar FILE: a tar that no tar would write; lines of Python on standard input call
# add(NAME[, type=tarfile.SYMTYPE, linkname=…, data=…])
make_tar() {
	{
		cat <<-'END'
			import io, sys, tarfile
			archive = tarfile.open(sys.argv[1], "w", format=tarfile.PAX_FORMAT)
			def add(name, data=b"", **more):
			    member = tarfile.TarInfo(name)
			    member.size = len(data)
			    for key, value in more.items():
			        setattr(member, key, value)
			    archive.addfile(member, io.BytesIO(data))
			def directory(name):
			    add(name, type=tarfile.DIRTYPE, mode=0o755)
			def link(name, to):
			    add(name, type=tarfile.SYMTYPE, linkname=to)
			def hard(name, to):
			    add(name, type=tarfile.LNKTYPE, linkname=to)
		END
		cat
		echo 'archive.close()'
	} > make.py
	python3 make.py "$1"
}
