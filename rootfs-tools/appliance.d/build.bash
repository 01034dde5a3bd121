# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# build.bash - the image of an appliance: Debian's packages, its files and scripts, sealed
#
# Images are numbered, NAME-1, NAME-2, …: an update is built while the old one runs.

OPTIONS["build"]="mirror="
USAGE["build"]="build [OPTION...] NAME|DIR

Build the image of an appliance.

  NAME|DIR            an appliance, or the folder of one (with a /)
  --mirror URL        of Debian's packages"

# The number of the newest image of appliance $1; nothing: there is none
newest_number() {
	rootfs_tool list --format names | awk -v begin="$1-" \
		'index($0, begin) == 1 && substr($0, length(begin) + 1) ~ /^[0-9]+$/ { print substr($0, length(begin) + 1) }' |
		sort -n | tail -n 1
}

newest_image() {
	local number
	number=$(newest_number "$1")
	echo "${number:+$1-$number}"
}

next_image() {
	echo "$1-$(($(newest_number "$1") + 1))"
}

build_run() {
	wants 1 1
	needs_root
	needs jq jq
	find_appliance "${ARGS[0]}"
	build_image "$(manifest .name)"
	echo "$IMAGE"
}

check_manifest() {
	local wrong
	wrong=$(manifest '
		def bad($what): if . then empty else $what end;
		(.name | type == "string" and test("^[a-z0-9][a-z0-9-]*$") | bad("name: must be lower case letters, digits and -")),
		(.suite | type == "string" | bad("suite: must be that of a Debian")),
		(.packages | type == "array" and all(type == "string") | bad("packages: must be an array of strings")),
		(.ports // [] | type == "array" and all(type == "string") | bad("ports: must be an array of strings")),
		(.volumes // {} | type == "object" and all(type == "string" and startswith("/")) |
			bad("volumes: must be an object of absolute paths")),
		(.secrets // {} | type == "object" and all(type == "string") | bad("secrets: must be an object of strings")),
		(((.volumes // {}) + (.secrets // {}) | keys) - ["state"] == ((.volumes // {}) + (.secrets // {}) | keys) |
			bad("volumes: \"state\" is there already")),
		((.volumes // {}) + (.secrets // {}) | keys | all(test("^[a-z0-9][a-z0-9-]*$")) |
			bad("volumes, secrets: names must be lower case letters, digits and -")),
		((keys - ["name", "description", "suite", "packages", "ports", "volumes", "secrets", "memory", "pids", "page"])[] | "\(.): is not a member of an appliance")' | head -n 1)
	[ -z "$wrong" ] || die "$APPLIANCE/appliance.json: $wrong"
}

# build_image NAME: sets IMAGE
build_image() {
	local files=$HERE/appliance.d/common options=(--quiet)
	check_manifest
	IMAGE=$(next_image "$1")
	[ ! -d "$APPLIANCE/files" ] || files+=:$APPLIANCE/files
	assemble_scripts
	files+=:$WORK/files
	[ -z "${OPT[mirror]-}" ] || options+=(--mirror "${OPT[mirror]}")
	[ ! -f "$APPLIANCE/setup" ] || options+=(--setup "$APPLIANCE/setup")
	step "image $IMAGE" rootfs_tool debian "${options[@]}" --name "$IMAGE" --files "$files" \
		--include "$(manifest '["systemd-sysv", "dbus"] + .packages | join(",")')" "$(manifest .suite)"
}

# The scripts of its folder, at the place where the units of appliance.d/common look for them
assemble_scripts() {
	local script to=$WORK/files/usr/lib/jail-appliance
	mkdir -p "$to"
	for script in first-boot upgrade health; do
		[ ! -f "$APPLIANCE/$script" ] || install -m 755 "$APPLIANCE/$script" "$to/$script"
	done
}
