# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# instance.bash - where appliances are, and what an instance of one has
#
#	appliances/NAME/instance.json   appliance, image, ports
#	appliances/NAME/spec.json       what jail run takes: /etc/jail/NAME.json leads there
#	appliances/NAME/appliance/      a copy of its folder, for updates and backups
#	appliances/NAME/secrets/        one file each, root's: /run/secrets inside
#	appliances/NAME/volumes/        one directory each, with the owners that they have inside
#	appliances/NAME/log             what its init says

INSTANCES=${JAIL_DATA_DIR:-/var/lib/jail}/appliances

# Folders of appliances, the first one that has a name counts
places() {
	printf '%s\n' ${JAIL_APPLIANCES:+"$JAIL_APPLIANCES"} /etc/jail/appliances "$HERE/appliances"
}

# find_appliance NAME|DIR: sets APPLIANCE, its folder
find_appliance() {
	local dir
	if [[ $1 == */* ]]; then
		[ -f "$1/appliance.json" ] || die "$1 has no appliance.json"
		APPLIANCE=$(realpath "$1")
		return
	fi
	check_name "$1"
	while IFS= read -r dir; do
		if [ -f "$dir/$1/appliance.json" ]; then
			APPLIANCE=$(realpath "$dir/$1")
			return
		fi
	done < <(places)
	die "there is no appliance $1; jail appliance list shows those that there are"
}

# manifest FILTER: of the appliance in hand
manifest() {
	jq -r "$1" "$APPLIANCE/appliance.json" || die "$APPLIANCE/appliance.json cannot be read"
}

# use NAME: sets NAME and INSTANCE, which must be there
use() {
	check_name "$1"
	needs_root
	needs jq jq
	NAME=$1 INSTANCE=$INSTANCES/$1
	[ -f "$INSTANCE/instance.json" ] || die "there is no $1 here; jail appliance run $1 makes it"
	APPLIANCE=$INSTANCE/appliance
}

# about FILTER: of the instance in hand
about() {
	jq -r "$1" "$INSTANCE/instance.json"
}

# set_about FILTER [JQ-OPTION...]: change its instance.json
set_about() {
	local filter=$1
	shift
	jq "$@" "$filter" "$INSTANCE/instance.json" > "$INSTANCE/instance.json.new"
	mv "$INSTANCE/instance.json.new" "$INSTANCE/instance.json"
}

# One at a time works on an instance.
lock_instance() {
	mkdir -p "$INSTANCES"
	chmod 700 "$INSTANCES"
	exec {INSTANCE_LOCK}> "$INSTANCES/.$NAME.lock"
	flock -n "$INSTANCE_LOCK" || die "somebody else is at work on $NAME"
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

jail_status() {
	{ jail_command state "$NAME" 2> /dev/null || true; } | jq -r '.status // empty'
}

is_running() {
	[ "$(jail_status)" = running ]
}

# Its host's systemd has a unit for it, which somebody has enabled or started
has_unit() {
	[ -d /run/systemd/system ] && [ "$(jail_program)" != "${SELF%/*}/../build/jail" ] &&
		{ systemctl -q is-enabled "jail@$NAME" || systemctl -q is-active "jail@$NAME"; } 2> /dev/null
}
