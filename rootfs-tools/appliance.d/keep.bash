# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# keep.bash - look at instances, update and remove them

OPTIONS["list"]=""
USAGE["list"]="list [OPTION...]

The appliances that there are, and the instances of them."

OPTIONS["status"]=""
USAGE["status"]="status [OPTION...] NAME

Whether an instance runs and is healthy, and where; 3 if it does not run, 1 if it is not healthy.

  NAME                of an instance"

OPTIONS["update"]="mirror="
USAGE["update"]="update [OPTION...] NAME

Build a new image, and start the instance from it.  The old one comes back if it does not get healthy.

  NAME                of an instance
  --mirror URL        of Debian's packages"

OPTIONS["remove"]="yes"
USAGE["remove"]="remove [OPTION...] NAME

Remove an instance, all that it holds, and its image.

  NAME                of an instance
  --yes               do not ask"

list_run() {
	local dir manifest name
	wants 0 0
	needs jq jq
	echo "APPLIANCE      WHAT IT IS"
	while IFS= read -r dir; do
		for manifest in "$dir"/*/appliance.json; do
			[ ! -f "$manifest" ] || jq -r '"\(.name + "              " | .[:14]) \(.description)"' "$manifest"
		done
	done < <(places)
	[ -d "$INSTANCES" ] && [ -r "$INSTANCES" ] || return 0
	for dir in "$INSTANCES"/*/; do
		[ -f "$dir/instance.json" ] || continue
		[ -n "${name-}" ] || printf '\n%-14s %-9s %-20s %s\n' INSTANCE STATUS IMAGE PORTS
		NAME=$(basename "$dir") INSTANCE=${dir%/} name=1
		status=$(jail_status)
		printf '%-14s %-9s %-20s %s\n' "$NAME" "${status:-stopped}" "$(about .image)" "$(about '.ports | join(", ")')"
	done
}

status_run() {
	local status
	wants 1 1
	use "${ARGS[0]}"
	status=$(jail_status)
	echo "$NAME: ${status:-stopped}, image $(about .image), ports $(about '.ports | join(", ")')"
	[ "$status" = running ] || exit 3
	healthy > /dev/null 2>&1 || { echo "not healthy"; exit 1; }
	echo "healthy"
}

# The folder of the appliance as it is now, if there still is one; otherwise that which it was made of.
refresh_folder() {
	local dir name old=$INSTANCE/appliance
	name=$(about .appliance)
	while IFS= read -r dir; do
		if [ -f "$dir/$name/appliance.json" ]; then
			rm -rf "$INSTANCE/appliance.new"
			cp -rL "$dir/$name" "$INSTANCE/appliance.new"
			mv -T "$old" "$INSTANCE/appliance.old"
			mv -T "$INSTANCE/appliance.new" "$old"
			rm -rf "$INSTANCE/appliance.old"
			return
		fi
	done < <(places)
}

update_run() {
	local old
	wants 1 1
	use "${ARGS[0]}"
	lock_instance
	old=$(about .image)
	refresh_folder
	build_image "$(about .appliance)"
	UNDO=undo_update
	take_down
	set_about '.image = $image | .before = $old' --arg image "$IMAGE" --arg old "$old"
	make_secrets
	make_volumes
	write_spec
	if ! (bring_up); then
		go_back "$old"
		exit 1
	fi
	UNDO=
	set_about 'del(.before)'
	rootfs_tool rm "$old" 2> /dev/null || true
	echo "$NAME runs from image $IMAGE now"
}

go_back() {
	complain "$NAME does not get healthy with $IMAGE: it goes back to $1"
	UNDO=
	take_down
	set_about '.image = .before | del(.before)'
	write_spec
	rootfs_tool rm "$IMAGE" || true
	bring_up
}

# Interrupted in between
undo_update() {
	complain "interrupted: $NAME is down; jail appliance start $NAME starts it from $(about .image)"
}

remove_run() {
	local image answer
	wants 1 1
	use "${ARGS[0]}"
	if [ -z "${OPT[yes]-}" ]; then
		[ -t 0 ] || misuse "remove: all that $NAME holds will be gone; --yes says that it may"
		read -rp "Remove $NAME and all that it holds? [y/N] " answer
		[[ $answer == [yY]* ]] || exit 1
	fi
	lock_instance
	image=$(about .image)
	take_down
	if [ -d /run/systemd/system ] && systemctl -q is-enabled "jail@$NAME" 2> /dev/null; then
		systemctl -q disable "jail@$NAME"
	fi
	remove_link
	rm -rf --one-file-system "$INSTANCE"
	rm -f "$INSTANCES/.$NAME.lock"
	grep -qsF "\"$image\"" "$INSTANCES"/*/instance.json || rootfs_tool rm "$image"
	rmdir "$INSTANCES" 2> /dev/null || true
}
