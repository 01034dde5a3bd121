# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# build.bash - the life of a build: all of it, or nothing
#
# Two processes.  The outer one has the lock and the directory, and waits.  The inner one, this program again with
# __build, is the init of its own process and mount namespaces, and does the work: when the outer one is
# interrupted, or killed in whatever way, everything inside ends and nothing stays mounted.

build() {
	local status=0
	"${V}_plan"
	check_name "$IMAGE"
	store_open
	needs jq jq
	needs python3 python3
	[ -z "${OPT[erofs]-}" ] || needs mkfs.erofs erofs-utils
	[[ ${OPT[digest]-sha256:} == sha256:* ]] || misuse "$VERB: --digest is sha256:HEX"
	! exists "$IMAGE" || [ -n "${OPT[replace]-}" ] || die "$IMAGE exists; --replace takes its place"
	trap abandon EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM HUP
	store_new
	if declare -F "${V}_open" > /dev/null; then
		"${V}_open"
	fi
	# A session of its own: it has no terminal to be stopped by.
	setpriv --pdeathsig KILL unshare --mount --pid --fork --kill-child --mount-proc -- setsid \
		"$BASH" "$SELF" __build "$BUILD" "$IMAGE" "${COMMAND[@]}" <&0 &
	WORKER=$!
	wait "$WORKER" || status=$?
	WORKER=
	((status == 0)) || exit "$((status < 128 ? status : 1))"
	store_publish
	[ -z "$SHOW" ] || jq -r --arg dir "$IMAGES/$IMAGE" \
		'"\(.name): \(.digest), \(.size_bytes / 1000000 | ceil) MB\nrun it: jail run \($dir)/spec.json"' \
		"$IMAGES/$IMAGE/manifest.json" >&2
}

# Whatever was the reason; after a success BUILD is empty, or what was replaced.
abandon() {
	local status=$? tries=100
	trap '' INT TERM HUP
	if [ -n "${WORKER-}" ]; then
		kill -KILL "$WORKER" 2> /dev/null || true
		wait "$WORKER" 2> /dev/null || true
	fi
	[ -n "$BUILD" ] || return "$status"
	# Those inside may need a moment to die.
	until rm -rf --one-file-system "$BUILD" 2> /dev/null || ! ((tries--)); do
		sleep 0.05
	done
	return "$status"
}

build_inside() {
	BUILD=$1
	IMAGES=$(dirname "$BUILD")
	WORK=$BUILD/.work
	mkdir "$WORK" "$BUILD/tmp"
	# Not on the disk: it is to tell that the disk is full.
	mount -t tmpfs -o mode=700,size=64m work "$WORK"
	start_here
	export TMPDIR=$BUILD/tmp
	echo '{}' > "$WORK/spec"
	echo '{}' > "$WORK/source"
	echo '[]' > "$WORK/base"
	TOOLS=()
	"${V}_plan"
	IMAGE=$2
	"${V}_build"
	image_finish
	umount "$WORK"
	rm -rf "$WORK" "$BUILD/tmp"
	chmod 700 "$BUILD"
}
