# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# from-jail.bash - the root of a jail, running or stopped, as an image
#
# The jail is hostile.  Its root is held by a descriptor; tar reads from there, in the jail's user namespace, so that
# ids are those that the jail sees, and with the privileges that it has over its own files only.  It follows no link
# and opens no fifo, and what it writes goes through sift.py into the box, like any other tar.

OPTIONS["from-jail"]="changes root= devices seal erofs replace digest="
USAGE["from-jail"]="from-jail [OPTION...] ID NAME

The root file system of a jail, running or stopped.

  ID                  of the jail, whose program becomes that of the image
  NAME                of the image
  --changes           only what it has changed: a layer upon the images that it runs on
  --root DIR          where the state of jails is, if not in /run/jail
  --devices           device nodes may be in it
  --seal              remove machine id, host keys, random seed, leases, logs and caches
  --erofs             one read-only file, rootfs.erofs, instead of a directory
  --replace           take the place of an image of that name
  --digest sha256:…   fail unless that is the digest"

from_jail_plan() {
	wants 2 2
	IMAGE=${ARGS[1]}
	[ -z "${OPT[seal]-}" ] || SEALED=1
	[ -z "${OPT[changes]-}" ] || [ -z "${OPT[seal]-}" ] ||
		misuse "from-jail: --seal is for a whole root, not for --changes"
}

# Outside, where /proc is the host's: ROOT_FD and USER_FD are descriptors for those inside.
from_jail_open() {
	local id=${ARGS[0]} state pid
	state=$(jail_command state "$id") || exit 1
	USER_FD=
	jail_command inspect "$id" 2> /dev/null > "$BUILD/plan" || echo '{}' > "$BUILD/plan"
	if [ "$(jq -r .status <<< "$state")" = stopped ]; then
		stopped_jail "$id" "$state"
	else
		pid=$(jq -r .pid <<< "$state")
		{ exec {ROOT_FD}< "/proc/$pid/root" {USER_FD}< "/proc/$pid/ns/user"; } 2> /dev/null || die "jail $id has just ended"
		# The number is still his, so it was when we opened them.
		[ "$(jail_command state "$id" | jq -r 'select(.status != "stopped").pid')" = "$pid" ] ||
			die "jail $id has just ended"
		[ "$(readlink "/proc/$pid/ns/user")" != "$(readlink /proc/self/ns/user)" ] || USER_FD=
	fi
	export ROOT_FD USER_FD ROOT_MAPS
	[ -z "${OPT[changes]-}" ] || jail_command diff --null "$id" > "$BUILD/changes" || exit 1
}

# Nobody mounts it any more: ids are those on disk, unless the files were chowned for the jail.
stopped_jail() {
	local root
	! jq -e 'any(.plan.steps[]?; .step == "mount-overlay")' "$BUILD/plan" > /dev/null ||
		die "jail $1 has stopped, and its root, which was made of layers, is not mounted any more"
	root=$(jq -r '.rootfs // empty' <<< "$2")
	[ -d "$root" ] || die "jail $1 has stopped, and its root $root is not there"
	exec {ROOT_FD}< "$root"
	ROOT_MAPS=$(jq -r '[.plan.steps[]?] | if any(.[]; .place == "root.path" and (.idmap // 0) != 0) then "" else
		first(.[] | select(.step == "write-id-maps") | .uid + "|" + .gid) // "" end' "$BUILD/plan")
}

from_jail_build() {
	jq -n --arg id "${ARGS[0]}" '{jail: $id}' > "$WORK/source"
	mkdir "$BUILD/rootfs"
	mv "$BUILD/plan" "$WORK/plan"
	architecture_of_jail "$WORK/plan"
	if [ -n "${OPT[changes]-}" ]; then
		base_of_jail "$WORK/plan"
		split_changes "$BUILD/changes"
		rm "$BUILD/changes"
	fi
	step "copy the root of ${ARGS[0]}" copy_root
	default_program
	jq --slurpfile default "$WORK/spec" 'def step(f): first(.plan.steps[]? | select(f)) // {};
		step(.step == "exec") as $exec | step(.step == "set-ids") as $ids |
		if $exec.args then {process: {args: $exec.args, env: $exec.env, cwd: (step(.place == "process.cwd").path // "/"),
			user: {uid: ($ids.uid // 0), gid: ($ids.gid // 0)}}} else $default[0] end +
		([.plan.steps[]? | select(.step == "register-binfmt") | .line] |
			if . == [] then {} else {jail: {binfmt: .}} end) +
		if any(.plan.steps[]?; .step == "set-personality" and .value == "0x8") then
			{linux: {personality: {domain: "LINUX32"}}} else {} end' "$WORK/plan" > "$WORK/process"
	mv "$WORK/process" "$WORK/spec"
}

copy_root() {
	local only=()
	[ -z "${OPT[changes]-}" ] || only=(--members "$WORK/changed")
	read_root | sift "jail ${ARGS[0]}" "${only[@]}" | unpack_boxed
	[ -z "${OPT[changes]-}" ] || whiteouts
	# What is seen there in a running jail is what was mounted on them.
	# shellcheck disable=SC2016
	boxed sh -c 'cd /tree; for dir in dev proc sys; do
		[ ! -d $dir ] || [ -L $dir ] || { chown 0:0 $dir; chmod 755 $dir; }; done'
}

# tar ends with 1 when a file has changed or gone meanwhile, as files of a running jail may.
read_root() {
	local enter=(setpriv --no-new-privs "--bounding-set=-all,+dac_read_search,+dac_override" --) status=0
	if [ -n "$USER_FD" ]; then
		enter=(nsenter "--user=/proc/self/fd/$USER_FD" --)
	elif [ -n "${ROOT_MAPS-}" ]; then
		enter=(python3 -I "$LIB/mapped.py" "${ROOT_MAPS%%|*}" "${ROOT_MAPS#*|}")
	fi
	cd "/proc/self/fd/$ROOT_FD" || return
	"${enter[@]}" tar --format=posix --numeric-owner "${XATTRS[@]}" --one-file-system --sparse -cf - . \
		2> "$WORK/read" || status=$?
	((status <= 1)) || die "jail ${ARGS[0]}: its root cannot be read: $(tail -n 1 "$WORK/read")"
}
