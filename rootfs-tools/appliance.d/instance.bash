# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# instance.bash - where appliances are, and what an instance of one has
#
#	appliances/NAME/instance.json   appliance, image, ports
#	appliances/NAME/spec.json       what jail run takes: /etc/jail/NAME.json leads there
#	appliances/NAME/spec.made       what it was made of, see made_of
#	appliances/NAME/appliance/IMAGE a copy of the folder that the image was made of
#	appliances/NAME/secrets/        one file each, root's: /run/secrets inside
#	appliances/NAME/volumes/        one directory each, with the owners that they have inside
#	appliances/NAME/log             what its init says

# Without a link on the way, as the runtime says where a jail's bundle is
INSTANCES=$(realpath -m "${JAIL_DATA_DIR:-/var/lib/jail}/appliances")

# Folders of appliances, the first one that has a name counts
places() {
	printf '%s\n' ${JAIL_APPLIANCES:+"$JAIL_APPLIANCES"} /etc/jail/appliances "$HERE/appliances"
}

# names_with FILE: of the directories in those that are read, which have it
names_with() {
	local dir found
	while IFS= read -r dir; do
		for found in "$dir"/*/"$1"; do
			found=${found%/*}
			[ ! -f "$found/$1" ] || ! good_name "${found##*/}" || echo "${found##*/}"
		done
	done
}

# folder_of NAME: sets FOLDER, that of an appliance, if there is one
folder_of() {
	local dir
	while IFS= read -r dir; do
		FOLDER=$dir/$1
		[ ! -f "$FOLDER/appliance.json" ] || return 0
	done < <(places)
	return 1
}

# find_appliance NAME|DIR: sets APPLIANCE, its folder
find_appliance() {
	if [[ $1 == */* ]]; then
		FOLDER=$1
		[ -f "$1/appliance.json" ] || die "$1 has no appliance.json"
	else
		check_name "$1"
		folder_of "$1" || die "there is no appliance $1; jail appliance list shows those that there are"
	fi
	APPLIANCE=$(realpath "$FOLDER")
}

# manifest FILTER [JQ-OPTION...]: of the appliance in hand, with what appliance.jq defines
manifest() {
	local filter=$1
	shift
	jq -L "$HERE/appliance.d" -r "$@" "include \"appliance\"; $filter" "$APPLIANCE/appliance.json" ||
		die "$APPLIANCE/appliance.json cannot be read"
}

# use NAME [alone]: the instance in hand, which must be there: NAME and INSTANCE, and what read_image sets.
# alone: under its lock
use() {
	check_name "$1"
	needs_root
	needs jq jq
	NAME=$1 INSTANCE=$INSTANCES/$1
	is_instance
	if [ "${2-}" = alone ]; then
		lock_instance "$1"
		is_instance
	fi
	read_image
}

is_instance() {
	[ -f "$INSTANCE/instance.json" ] || die "there is no $NAME here; jail appliance run $NAME makes it"
}

# CURRENT, the image of the instance in hand; APPLIANCE, the folder that it was made of; BEFORE, if an update did not
# come to its end.  Once for all who ask: to start jq takes longer than a jail does.  TOLD, what jq said of which text, is
# what spec.made begins with: of the same text it need not be asked again.
read_image() {
	local name text said
	slurp text "$INSTANCE/instance.json"
	slurp MADE "$INSTANCE/spec.made"
	if [[ ${MADE#*$'\n\n'} == "$text"$'\n\n'* ]]; then
		mapfile -t said <<< "${MADE%%$'\n\n'*}"
	else
		mapfile -t said < <(about '.image, .appliance, .before // empty')
	fi
	((${#said[@]} >= 2 && ${#said[@]} <= 3)) || die "$INSTANCE/instance.json cannot be read"
	# It may have come in a backup.
	for name in "${said[@]}"; do
		good_name "$name" || die "$INSTANCE/instance.json: \"$name\" is not a name"
	done
	printf -v TOLD '%s\n' "${said[@]}"
	TOLD+=$'\n'$text$'\n\n'
	CURRENT=${said[0]} BEFORE=${said[2]-}
	APPLIANCE=$INSTANCE/appliance/$CURRENT
}

# slurp VARIABLE FILE: its text, if it is there; starts no program
slurp() {
	printf -v "$1" ''
	[ ! -f "$2" ] || IFS= read -rd '' "$1" < "$2" || true
}

# Sets MADE_OF, all that the spec of the instance in hand depends on
made_of() {
	local file text
	printf -v text '%s\n' "$IMAGES" "$CONTROLLERS" "$INSTANCE"/volumes/*
	MADE_OF=$TOLD$text
	for file in "$APPLIANCE/appliance.json" "$HERE"/appliance.d/{appliance.jq,run.bash}; do
		slurp text "$file"
		MADE_OF+=$text
	done
}

# about FILTER: of the instance in hand
about() {
	jq -r "$1" "$INSTANCE/instance.json"
}

# set_about FILTER [JQ-OPTION...]: change its instance.json
set_about() {
	local filter=$1
	shift
	# Also where -e is off
	jq "$@" "$filter" "$INSTANCE/instance.json" > "$INSTANCE/instance.json.new" &&
		mv "$INSTANCE/instance.json.new" "$INSTANCE/instance.json" || die "$INSTANCE/instance.json cannot be written"
	read_image
}

# Only root may look into it.
make_instances() {
	mkdir -p "$INSTANCES"
	chmod 700 "$INSTANCES"
}

# lock_instance NAME: one at a time works on an instance
lock_instance() {
	sweep
	while :; do
		exec {INSTANCE_LOCK}> "$INSTANCES/.$1.lock"
		flock -n "$INSTANCE_LOCK" || die "somebody else is at work on $1"
		# It may be one that was removed meanwhile.
		[ ! "/proc/self/fd/$INSTANCE_LOCK" -ef "$INSTANCES/.$1.lock" ] || break
		exec {INSTANCE_LOCK}>&-
	done
}

# Whoever holds it may take it away.
unlock_instance() {
	rm -f "$INSTANCES/.$1.lock"
	exec {INSTANCE_LOCK}>&-
}

# What those have left that were killed: nobody holds its lock
sweep() {
	local dir
	for dir in "$INSTANCES"/.removing-*/ "$INSTANCES"/.restore-*/; do
		if [ -d "$dir" ] && flock -n "$dir" true; then
			rm -rf --one-file-system "$dir"
		fi
	done
}

# Under the instance's lock: an update that did not come to its end is taken back.
heal() {
	local left
	[ -z "$BEFORE" ] || set_about '.image = .before | del(.before)'
	[ -f "$APPLIANCE/appliance.json" ] || die "$APPLIANCE/appliance.json has gone: $NAME is not whole"
	for left in "$INSTANCE"/image.tar.zst* "$INSTANCE"/appliance/.new/ "$INSTANCE"/appliance/*/; do
		[ ! -e "$left" ] || [ "$left" = "$APPLIANCE/" ] || rm -rf "$left"
	done
}

# All instances stay as they are while COMMAND runs: who has which image
with_images() {
	local lock status=0
	exec {lock}< "$INSTANCES"
	flock "$lock"
	"$@" || status=$?
	exec {lock}<&-
	return "$status"
}

# An image that no instance has any more, or goes back to, is removed.
drop_image() {
	with_images drop_unused "$1"
}

drop_unused() {
	grep -qsF "\"$1\"" "$INSTANCES"/*/instance.json || rootfs_tool rm "$1" 2> /dev/null || true
}

# Where nobody of ours may hold the lock on: what goes on running
without_lock() {
	"$@" {INSTANCE_LOCK}>&-
}

rootfs_tool() {
	local tool
	tool=$(command -v "${SELF%/*}/jail-rootfs" || command -v jail-rootfs) || die "$VERB needs jail-rootfs"
	"$tool" "$@"
}

# ---- the jail ----

# Is it ours, by the spec that it was made of: not just somebody's jail of that name?
jail_status() {
	local state linked=$INSTANCE
	state=$(jail_command state "$NAME" 2> /dev/null) || return 0
	! has_link || linked=/etc/jail
	jq -r --arg ours "$INSTANCE" --arg linked "$linked" \
		'select(.bundle == $ours or .bundle == $linked) | .status // empty' <<< "$state"
}

# any_jail NAME: has some jail that name?
any_jail() {
	jail_command state "$1" > /dev/null 2>&1
}

delete_jail() {
	[ -z "$(jail_status)" ] || jail_command delete --force "$NAME"
}

# Somebody may have paused it.
is_running() {
	[[ $(jail_status) == @(running|paused) ]]
}

# Is what jail@NAME starts this instance?
has_link() {
	[ "$(readlink "/etc/jail/$NAME.json")" = "$INSTANCE/spec.json" ]
}

# Sets UNIT_STATE and UNIT_ENABLED: what the host's systemd says of jail@NAME; "inactive" and "disabled" without systemd,
# or if that unit is not for this instance
look_at_unit() {
	local key value
	UNIT_STATE=inactive UNIT_ENABLED=disabled
	[ -d /run/systemd/system ] && find_jail && [ "${JAIL_COMMAND[0]}" != "$BUILT_JAIL" ] && has_link || return 0
	while IFS='=' read -r key value; do
		case $key=$value in
		ActiveState=*) UNIT_STATE=$value ;;
		UnitFileState=enabled*) UNIT_ENABLED=enabled ;;
		esac
	done < <(systemctl show -p ActiveState -p UnitFileState "jail@$NAME" 2> /dev/null)
}

unit_runs() {
	[[ $UNIT_STATE == @(active|activating|reloading|deactivating) ]]
}
