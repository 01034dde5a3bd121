# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# carry.bash - an image as one file, and back
#
# The file comes from anywhere: its tree is checked against its digest, and of its spec only that comes in which
# tells about the program.  Mounts of the host, hooks and the like are the administrator's to write.

OPTIONS["export"]=""
USAGE["export"]="export [OPTION...] NAME FILE

Write an image to a file, FILE.tar.zst.

  NAME                of the image
  FILE                - is standard output"

OPTIONS["import"]="devices replace digest="
USAGE["import"]="import [OPTION...] FILE [NAME]

Read an image from a file that export has written.

  FILE                - is standard input
  NAME                of the image (default: the one it had)
  --devices           device nodes may be in it
  --replace           take the place of an image of that name
  --digest sha256:…   fail unless that is the digest"

export_run() {
	local name=${ARGS[0]-} file=${ARGS[1]-} tree=rootfs new
	wants 2 2
	store_look
	needs zstd zstd
	has_image "$name"
	[ ! -e "$IMAGES/$name/rootfs.erofs" ] || tree=rootfs.erofs
	set -- tar -C "$IMAGES/$name" "${CANON[@]}" -cf - manifest.json spec.json "$tree"
	if [ "$file" = - ]; then
		"$@" | zstd -q -T0
		return
	fi
	[ ! -d "$file" ] || die "$file is a directory"
	new=$(umask 077 && mktemp "$file.XXXXXX") || exit 1
	# shellcheck disable=SC2064 # as it is now
	trap "rm -f $(printf %q "$new")" EXIT
	trap 'exit 130' INT
	trap 'exit 143' TERM HUP
	{ "$@" | zstd -q -T0 > "$new"; } 2> /dev/null || die "$file: it cannot be written: is there room for it?"
	mv -T "$new" "$file"
}

import_plan() {
	local file=${ARGS[0]-}
	wants 1 2
	needs zstd zstd
	[ "$file" = - ] || [ -f "$file" ] || die "$file: no such file"
	IMAGE=${ARGS[1]-}
	[ -z "$IMAGE" ] && [ -z "$INSIDE" ] || return 0
	[ "$file" != - ] || misuse "import: standard input needs a NAME"
	IMAGE=$(zstd -dcq "$file" 2> /dev/null | tar -xOf - manifest.json 2> /dev/null | head -c 100000 |
		jq -r '.name | strings' 2> /dev/null) || true
	good_name "$IMAGE" || die "$file: it is not an image that export has written"
}

import_build() {
	local file=${ARGS[0]}
	[ "$file" = - ] || exec < "$file"
	AS_IS=1
	step "unpack" unpack "$file" --only manifest.json,spec.json,rootfs,rootfs.erofs --whiteouts
	step "manifest" import_sort "$file"
	DIGEST=$(< "$WORK/wanted")
}

plain() {
	[ -f "$1" ] && [ ! -L "$1" ] && (($(stat -c %s "$1") < 1000000))
}

# What was unpacked as the tree is the whole image: files of plain type, then the tree itself takes its place.
import_sort() {
	local in=$BUILD/tmp/in tree=rootfs kind=directory
	mv "$BUILD/rootfs" "$in"
	[ -e "$in/rootfs" ] || tree=rootfs.erofs kind="regular file"
	if ! plain "$in/manifest.json" || ! plain "$in/spec.json"; then
		die "$1: it has no manifest or spec"
	elif [ "$(stat -c %F "$in/$tree" 2> /dev/null)" != "$kind" ]; then
		die "$1: it has no tree"
	fi
	jq -er '.digest | strings | select(test("^sha256:[0-9a-f]{64}$"))' "$in/manifest.json" > "$WORK/wanted" ||
		die "$1: its manifest has no digest"
	jq '{imported: (.source | objects // {})}' "$in/manifest.json" > "$WORK/source"
	jq '[.base | arrays[] | {name, digest}]' "$in/manifest.json" > "$WORK/base"
	architecture_of "$in/manifest.json"
	jq -f "$LIB/import.jq" "$in/spec.json" > "$WORK/spec" || die "$1: its spec.json is not a spec"
	mv "$in/$tree" "$BUILD/$tree"
	[ "$tree" = rootfs ] || chmod 600 "$BUILD/$tree"
}
