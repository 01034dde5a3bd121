# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# busybox.bash - the smallest one, without any network: rootfs-tools/busybox makes it

OPTIONS["busybox"]="erofs replace digest="
USAGE["busybox"]="busybox [OPTION...] [NAME]

Debian's static busybox: offline, in a second.

  NAME                of the image (default: busybox)
  --erofs             one read-only file, rootfs.erofs, instead of a directory
  --replace           take the place of an image of that name
  --digest sha256:…   fail unless that is the digest"

busybox_plan() {
	wants 0 1
	needs busybox busybox-static
	IMAGE=${ARGS[0]:-busybox}
}

busybox_build() {
	tool busybox busybox
	step "busybox" "$LIB/../busybox" "$BUILD/rootfs"
	echo '{"process": {"args": ["/bin/sh"]}}' > "$WORK/spec"
}
