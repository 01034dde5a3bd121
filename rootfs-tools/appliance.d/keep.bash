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
	local dir manifest name status
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
	echo "$NAME: ${status:-stopped}, image $CURRENT, ports $(about '.ports | join(", ")')"
	[ "$status" = running ] || exit 3
	healthy > /dev/null 2>&1 || { echo "not healthy"; exit 1; }
	echo "healthy"
}

# The folder of the appliance as it is now, if there still is one; otherwise that which it was made of.
new_folder() {
	folder_of "$(about .appliance)" || FOLDER=$APPLIANCE
	cp -rL "$FOLDER" "$INSTANCE/appliance/.new"
	APPLIANCE=$INSTANCE/appliance/.new
}

# instance.json tells at once which image and which folder; .before is there until the new one is healthy.
update_run() {
	local old status
	wants 1 1
	use "${ARGS[0]}" alone
	heal
	old=$CURRENT
	new_folder
	build_image "$(about .appliance)"
	UNDO=undo_update
	take_down
	mv -T "$APPLIANCE" "$INSTANCE/appliance/$IMAGE"
	set_about '.image = $image | .before = $old' --arg image "$IMAGE" --arg old "$old"
	make_secrets
	# A step that is being taken in there is its own to end.  In a condition its failures would not count.
	set +e
	(set -e; trap end_step EXIT; trap 'exit 130' INT; trap 'exit 143' TERM HUP; bring_up)
	status=$?
	set -e
	if ((status)); then
		go_back "$old"
		exit 1
	fi
	UNDO=
	set_about 'del(.before)'
	heal
	drop_image "$old"
	echo "$NAME runs from image $IMAGE now"
}

go_back() {
	complain "$NAME does not get healthy with $IMAGE: it goes back to $1"
	UNDO=
	take_down
	heal
	drop_image "$IMAGE"
	bring_up
}

# Interrupted in between: what runs may be of the new image.
undo_update() {
	read_image
	heal
	take_down
	drop_image "$IMAGE"
	complain "interrupted: $NAME is down; jail appliance start $NAME starts it from $CURRENT"
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
	use "$NAME" alone
	image=$CURRENT
	take_down
	disable_unit
	remove_link
	# By another name first: killed from here on, the next verb removes the rest.
	mv -T "$INSTANCE" "$INSTANCES/.removing-$NAME-$$"
	rm -rf --one-file-system "$INSTANCES/.removing-$NAME-$$"
	drop_image "$image"
	unlock_instance "$NAME"
	rmdir "$INSTANCES" 2> /dev/null || true
}
