# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# layer.bash - an image that is one layer, upon other images of the store
#
# Its manifest names them, uppermost first, with their digests: base; its spec has them as further lower layers.  They
# cannot be removed or replaced as long as it is there.  What it deletes of them are whiteouts, as overlayfs has them.

# lowers_of_jail FILE: the layers of the jail whose plan is in FILE, uppermost first
lowers_of_jail() {
	jq -r '[.plan.steps[]? | select(.source and (.place | strings | startswith("jail.rootfs.lower[")))] |
		sort_by(.place[18:-1] | tonumber) | .[].source' "$1"
}

# architecture_of_jail FILE: that of the last image below, in $WORK/architecture; nothing: it has none
architecture_of_jail() {
	local manifest
	manifest=$(lowers_of_jail "$1" | tail -n 1)
	[ -n "$manifest" ] || return 0
	manifest=${manifest%/*}/manifest.json
	[ ! -f "$manifest" ] || architecture_of "$manifest"
}

# base_of_jail FILE: what the plan of a jail in FILE has as layers, which must be images, in $WORK/base
base_of_jail() {
	local lower dir
	lowers_of_jail "$1" | while read -r lower; do
		dir=$(dirname "$(realpath "$lower")")
		if [ "${dir%/*}" != "$IMAGES" ] || [ ! -f "$dir/manifest.json" ]; then
			die "jail ${ARGS[0]} has the layer $lower, which is no image in $IMAGES"
		fi
		jq '{name, digest}' "$dir/manifest.json"
	done | jq -s . > "$WORK/base"
	[ "$(< "$WORK/base")" != "[]" ] || die "jail ${ARGS[0]} has a root of its own, not layers: take all of it, without --changes"
}

# base_lowers FILE: the trees of the images that FILE, a list as base in a manifest, names; they must be as it says
base_lowers() {
	local name digest tree
	jq -r '.[] | "\(.name) \(.digest)"' "$1" | while read -r name digest; do
		good_name "$name" || die "a base of $IMAGE, \"$name\", is not a name"
		[ -f "$IMAGES/$name/manifest.json" ] || die "$IMAGE is a layer upon image $name, which is not in $IMAGES"
		[ "$(jq -r .digest "$IMAGES/$name/manifest.json")" = "$digest" ] ||
			die "$IMAGE is a layer upon image $name with $digest, and that here is another one"
		tree=rootfs
		[ ! -e "$IMAGES/$name/rootfs.erofs" ] || tree=rootfs.erofs
		echo "$IMAGES/$name/$tree"
	done
}

# has_base MANIFEST: what IMAGE, whose manifest it is, is upon is there
has_base() {
	jq '.base // []' "$1" | base_lowers /dev/stdin > /dev/null
}

# used_by_layer NAME: an image upon it, but none that is to be removed with it
used_by_layer() {
	local user
	for user in $(images); do
		jq -e --arg name "$1" 'any(.base[]?; .name == $name)' "$IMAGES/$user/manifest.json" > /dev/null || continue
		[[ $VERB == rm && " ${ARGS[*]} " == *" $user "* ]] || {
			echo "$user"
			return
		}
	done
}

# split_changes FILE: of what jail diff --null has printed, $WORK/changed, with all directories on the way, and
# $WORK/deleted, without the first slash
split_changes() {
	python3 -I -c 'import os, sys
changed, deleted = {b"."}, []
for line in sys.stdin.buffer.read().split(b"\0")[:-1]:
    kind, path = line[:1], line[3:]
    if kind == b"D":
        deleted.append(path)
    else:
        changed.add(path)
    while b"/" in path:
        path = os.path.dirname(path)
        changed.add(path)
for name, paths in ("changed", changed), ("deleted", deleted):
    with open(os.path.join(sys.argv[1], name), "wb") as file:
        file.writelines(path + b"\0" for path in paths)' "$WORK" < "$1"
}

# What the layer deletes.  Between its comparison and its copy the jail went on: a directory that is no longer there is
# no longer a place for it.
whiteouts() {
	boxed python3 -I -c 'import os, stat, sys
for path in sys.stdin.buffer.read().split(b"\0")[:-1]:
    *way, name = path.split(b"/")
    fd = os.open("/tree", os.O_PATH)
    try:
        for part in way:
            down = os.open(part, os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=fd)
            os.close(fd)
            fd = down
        os.mknod(name, stat.S_IFCHR, 0, dir_fd=fd)
    except (FileNotFoundError, NotADirectoryError, FileExistsError):
        pass
    finally:
        os.close(fd)' < "$WORK/deleted"
}
