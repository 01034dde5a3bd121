# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# tar.bash - a tar of a root file system, whoever made it
#
# It is looked through by sift.py while GNU tar unpacks it, in the box.

OPTIONS["tar"]="devices seal erofs replace digest="
USAGE["tar"]="tar [OPTION...] FILE [NAME]

A tar of a root file system; also .gz, .zst, .xz and .bz2.

  FILE                - is standard input
  NAME                of the image (default: that of the file)
  --devices           device nodes may be in it
  --seal              remove machine id, host keys, random seed, leases, logs and caches
  --erofs             one read-only file, rootfs.erofs, instead of a directory
  --replace           take the place of an image of that name
  --digest sha256:…   fail unless that is the digest"

# name_from FILE: what is left of it without folder and endings
name_from() {
	local name=${1##*/}
	name=${name%.tar*}
	name=${name%.tgz}
	name=${name//[^A-Za-z0-9._-]/-}
	while [[ $name == [._-]* ]]; do
		name=${name#?}
	done
	echo "$name"
}

tar_plan() {
	local file=${ARGS[0]-}
	wants 1 2
	if [ "$file" = - ]; then
		wants 2 2
	elif [ -d "$file" ] || ! [ -r "$file" ]; then
		die "$file: $([ -e "$file" ] && echo "it is not a file" || echo "no such file")"
	fi
	IMAGE=${ARGS[1]:-$(name_from "$file")}
	[ -z "${OPT[seal]-}" ] || SEALED=1
}

tar_build() {
	local file=${ARGS[0]}
	[ "$file" = - ] || exec < "$file"
	((EPOCHSECONDS - $(stat -L -c %Y /dev/stdin) > 1)) || start_here 1
	jq -n --arg file "$file" '{file: $file}' > "$WORK/source"
	step "unpack" unpack "$file"
	default_program
}

# decompress: standard input, whatever it is compressed with
decompress() {
	local magic=$WORK/magic
	head -c 6 > "$magic"
	case $(od -An -tx1 "$magic" | tr -d ' \n') in
	1f8b*) set -- gzip -dc ;;
	28b52ffd*) set -- zstd -dcq ;;
	fd377a585a00) set -- xz -dc ;;
	425a68*) set -- bzip2 -dc ;;
	*) set -- cat ;;
	esac
	command -v "$1" > /dev/null || die "it takes $1 to decompress it"
	cat "$magic" - | "$@"
}

# Room for files, in bytes
room() {
	df --output=avail -B1 "$BUILD" | tail -n 1
}

# sift WHAT [OPTION...]
sift() {
	local options=()
	[ -z "${OPT[devices]-}" ] || options+=(--devices)
	python3 -I "$LIB/sift.py" --limit "$(room)" --what "$@" "${options[@]}"
}

# Standard input, to /tree
unpack_boxed() {
	boxed tar -C /tree -xpf - --numeric-owner "${XATTRS[@]}"
}

unpack() {
	mkdir -p "$BUILD/rootfs"
	decompress | sift "$@" | unpack_boxed
}
