# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# carry.bash - an instance as one file, and back: on a machine that has nothing of it
#
# The file is a tar with the image (as jail-rootfs export writes it), the appliance's folder, the secrets and the
# volumes.  It is root's, as the secrets in it are.

OPTIONS["backup"]="running"
USAGE["backup"]="backup [OPTION...] NAME [FILE]

Write an instance, its image and all that it holds, to one file.  It is shut down meanwhile.

  NAME                of an instance
  FILE                default: NAME-DATE.tar.zst; - is standard output
  --running           do not shut it down: volumes are copied as they are at that moment"

OPTIONS["restore"]="name= port="
USAGE["restore"]="restore [OPTION...] FILE

Make an instance of a file that backup has written, and start it.

  FILE                - is standard input
  --name NAME         of the instance (default: the one it had)
  --port PORT[,…]     ports of the host in place of those that it had"

ALL=(--xattrs '--xattrs-include=*' --numeric-owner)

backup_run() {
	local file
	AGAIN=
	wants 1 2
	needs zstd zstd
	use "${ARGS[0]}" alone
	file=${ARGS[1]:-$NAME-$(date +%Y%m%d-%H%M%S).tar.zst}
	[ ! -d "$file" ] || die "$file is a directory"
	[ "$file" = - ] || [ -w "$(dirname "$file")" ] || die "$(dirname "$file") cannot be written to"
	heal
	# Nothing else gets there, and the jail that is started again does not hold it.
	[ "$file" != - ] || exec 3>&1 >&2
	if is_running && [ -z "${OPT[running]-}" ]; then
		AGAIN=1
		take_down
	fi
	UNDO=end_backup
	step "image" rootfs_tool export "$CURRENT" "$INSTANCE/image.tar.zst"
	PLACE=$(dirname "$file") step "all of it" write_backup "$file"
	UNDO=
	end_backup
	[ "$file" = - ] || echo "$file"
}

# Also of one that has failed
end_backup() {
	rm -f "$INSTANCE/image.tar.zst"
	exec 3>&-
	[ -z "$AGAIN" ] || is_running || bring_up
}

write_backup() {
	local file=$1
	if [ "$file" = - ]; then
		pack | zstd -q -T0 >&3
		return
	fi
	NEW=$(umask 077 && mktemp "$file.XXXXXX")
	trap 'rm -f "$NEW"' EXIT
	trap 'exit 143' TERM
	pack | zstd -q -T0 > "$NEW"
	mv -T "$NEW" "$file"
}

# 1 is tar's word for files that have changed meanwhile.
pack() {
	local status=0
	tar -C "$INSTANCE" "${ALL[@]}" --sparse --sort=name -cf - instance.json image.tar.zst appliance secrets volumes ||
		status=$?
	((status == 0)) || { ((status == 1)) && [ -n "${OPT[running]-}" ]; }
}

restore_run() {
	local file=${ARGS[0]-}
	wants 1 1
	needs_root
	needs jq jq
	needs zstd zstd
	[ "$file" = - ] || [ -f "$file" ] || die "there is no file $file"
	make_instances
	INSTANCE=$INSTANCES/.restore-$$
	UNDO=undo_unpacked
	mkdir -m 700 "$INSTANCE"
	exec {UNPACKED}< "$INSTANCE"
	flock "$UNPACKED"
	[ "$file" = - ] || exec < "$file"
	step "unpack" unpack_backup
	[ -f "$INSTANCE/instance.json" ] && [ -d "$INSTANCE/volumes" ] || die "$file is not a backup of an appliance"
	settle_name
	with_images restore_image
	restore_ports
	check_manifest
	link_spec
	bring_up
	UNDO=
	echo "$NAME is restored: $(about '.ports | join(", ")')"
}

undo_unpacked() {
	rm -rf --one-file-system "$INSTANCE"
}

unpack_backup() {
	local odd
	zstd -dcq | tar -C "$INSTANCE" "${ALL[@]}" -xpf - instance.json image.tar.zst appliance secrets volumes
	# What the host itself reads, binds and copies: a link would lead it elsewhere.  Below a volume it is the jail's.
	odd=$(find "$INSTANCE" -path "$INSTANCE/volumes/*/*" -prune -o ! -type f ! -type d -print -o \
		-path "$INSTANCE/volumes/*" ! -type d -print -o -type f -links +1 -print)
	[ -z "$odd" ] || die "${odd#"$INSTANCE/"} is neither a directory nor a file that has no other name"
}

# From here on it is the instance of that name, and ours.
settle_name() {
	local name
	name=${OPT[name]:-$(about .name)}
	check_name "$name"
	[ ! -e "$INSTANCES/$name" ] || die "$name is there already; --name gives it another name"
	lock_instance "$name"
	is_free "$name"
	mv -T "$INSTANCE" "$INSTANCES/$name"
	NAME=$name INSTANCE=$INSTANCES/$name
	UNDO=undo_instance
	exec {UNPACKED}<&-
	set_about '.name = $name | del(.before)' --arg name "$name"
}

# Under the name that it had, if that is free or the very same
restore_image() {
	local old=$CURRENT image=$CURRENT digest
	digest=$(zstd -dcq "$INSTANCE/image.tar.zst" | tar -xOf - manifest.json | jq -r .digest)
	if [ "$(jq -r .digest "$IMAGES/$image/manifest.json" 2> /dev/null)" != "$digest" ]; then
		[ ! -e "$IMAGES/$image" ] || image=$(next_image "$(about .appliance)")
		IMPORTED=$image
		step "image" rootfs_tool import --quiet "$INSTANCE/image.tar.zst" "$image"
	fi
	rm "$INSTANCE/image.tar.zst"
	[ "$image" = "$old" ] || mv -T "$INSTANCE/appliance/$old" "$INSTANCE/appliance/$image"
	set_about '.image = $image' --arg image "$image"
}

restore_ports() {
	[ -z "${OPT[port]-}" ] || set_about '.ports = ($ports | split(","))' --arg ports "${OPT[port]}"
}
