# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# box.bash - programs that write into a tree of somebody else's making see nothing of the host but /usr
#
# boxed COMMAND...: its root is an empty read-only file system with /usr, read-only, and $BUILD/rootfs as /tree;
# BOX_MORE, if set, is /more, read-only.  No network, no /proc, and only the privileges that unpacking takes.
# A symbolic link or a .. that was overlooked leads nowhere from there.

boxed() {
	mkdir -p "$WORK/box"
	unshare --mount --net --ipc -- sh "$LIB/box.sh" "$WORK/box" "$BUILD/rootfs" "${BOX_MORE-}" "$@"
}
