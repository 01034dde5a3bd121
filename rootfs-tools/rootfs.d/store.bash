# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# store.bash - the directory of images, and how one comes into it and goes
#
# Only root may look into it: images hold setuid programs.  What is being made or removed is in .new-XXXXXX,
# which is locked (flock) as long as somebody works on it, and becomes an image by one rename.  Whoever
# makes, renames or looks for left ones holds .lock, for a moment.

IMAGES=${JAIL_DATA_DIR:-/var/lib/jail}/images
BUILT_JAIL=${SELF%/*}/../build/jail
BUILD=
LOCK=

good_name() {
	[[ $1 =~ ^[A-Za-z0-9][A-Za-z0-9._-]*$ ]] && ((${#1} <= 128))
}

check_name() {
	good_name "$1" || misuse "$VERB: \"$1\" is not a name: letters, digits and . _ - are"
}

store_open() {
	needs_root
	mkdir -p "${IMAGES%/*}" || exit 1
	# Another one may be quicker.
	[ -d "$IMAGES" ] || mkdir -m 700 "$IMAGES" 2> /dev/null || [ -d "$IMAGES" ] || die "$IMAGES cannot be made"
	IMAGES=$(realpath "$IMAGES")
	[ "$(stat -c %u "$IMAGES")" = 0 ] || die "$IMAGES does not belong to root"
	[ "$(stat -c %a "$IMAGES")" = 700 ] || chmod 700 "$IMAGES"
}

# Reading it makes nothing.
store_look() {
	needs_root
	[ ! -d "$IMAGES" ] || IMAGES=$(realpath "$IMAGES")
}

store_lock() {
	exec {STORE_LOCK}> "$IMAGES/.lock"
	flock "$STORE_LOCK"
}

store_unlock() {
	exec {STORE_LOCK}>&-
}

# Leftovers of those that were killed: nobody holds their lock.  Under .lock.
store_sweep() {
	local dir
	for dir in "$IMAGES"/.new-*/; do
		if [ -d "$dir" ] && flock -n "$dir" true; then
			rm -rf --one-file-system "$dir"
			echo "${dir%/}"
		fi
	done
}

# A new directory, BUILD, that is locked by us and those we start
store_new() {
	store_lock
	store_sweep > /dev/null
	BUILD=$(mktemp -d "$IMAGES/.new-XXXXXX")
	exec {LOCK}< "$BUILD"
	flock -n "$LOCK"
	store_unlock
}

exists() {
	[ -e "$IMAGES/$1" ]
}

has_image() {
	check_name "$1"
	[ -f "$IMAGES/$1/manifest.json" ] || die "no image $1 in $IMAGES"
}

# BUILD becomes IMAGE; with --replace the old one takes its place, and is removed.
store_publish() {
	local user
	store_lock
	# Its base may have gone meanwhile.
	has_base "$BUILD/manifest.json"
	if ! exists "$IMAGE"; then
		mv -T "$BUILD" "$IMAGES/$IMAGE"
		BUILD=
	elif [ -n "${OPT[replace]-}" ]; then
		user=$(used_by "$IMAGE")
		[ -z "$user" ] || die "$IMAGE cannot be replaced: $user uses it"
		python3 -I "$LIB/exchange.py" "$BUILD" "$IMAGES/$IMAGE" || die "replace $IMAGE: rename failed"
	else
		die "$IMAGE exists; --replace takes its place"
	fi
	store_unlock
}

# ---- who uses an image ----

# used_by NAME: a jail, another image, or whatever else is found first; nothing when it is free
used_by() {
	local dir=$IMAGES/$1 id
	id=$(used_by_layer "$1")
	[ -z "$id" ] || {
		echo "image $id"
		return
	}
	id=$(used_by_jail "$dir") || exit
	if [ -n "$id" ]; then
		echo "jail $id"
	else
		used_by_mount "$dir"
	fi
}

# Sets JAIL_COMMAND, how the command is called: what JAIL says, beside us, in PATH, or in the tree that we are in.
# JAIL_ROOT is what jail commit tells.  Starts no program.
find_jail() {
	local root=${OPT[root]:-${JAIL_ROOT-}} jail places=("${SELF%/*}/jail" jail "$BUILT_JAIL")
	[ -z "${JAIL-}" ] || places=("$JAIL")
	for jail in "${places[@]}"; do
		if command -v "$jail" > /dev/null; then
			JAIL_COMMAND=("$jail" ${root:+--root "$root"})
			return 0
		fi
	done
	return 1
}

needs_jail() {
	find_jail || die "$VERB needs the command jail in PATH, or JAIL"
}

# jail_command ARGUMENT...: SECONDS_AT_MOST may bound it.
jail_command() {
	needs_jail
	${SECONDS_AT_MOST:+timeout --foreground --kill-after 5 "$SECONDS_AT_MOST"} "${JAIL_COMMAND[@]}" "$@"
}

# Also as one of several layers, or by a mount of a part of it: what the plan of a jail names as a source
used_by_jail() {
	local ids id
	find_jail || return 0
	ids=$(jail_command list --quiet) || die "which images are used cannot be known: jail list has failed"
	for id in $ids; do
		# It may have gone meanwhile.
		if { jail_command inspect "$id" 2> /dev/null || true; } | jq -e --arg dir "$1" \
			'def under: strings | . == $dir or startswith($dir + "/");
			any(.rootfs, .bundle, .plan.steps[]?.source; under)' > /dev/null; then
			echo "$id"
			return
		fi
	done
}

# Those of other state directories and runtimes: a mount of something below it.  Of an overlay only the kernel knows.
used_by_mount() {
	local point root device below
	point=$(stat -c %m "$1")
	read -r device root < <(awk -v point="$point" '$5 == point { found = $3 " " $4 } END { print found }' \
		/proc/self/mountinfo)
	below=${root%/}${1#"${point%/}"}
	{ cat /proc/[0-9]*/mountinfo 2> /dev/null || true; } |
		awk -v device="$device" -v below="$below/" -v dir="$1/" '
			found { next }
			$3 == device && index($4 "/", below) == 1 { found = 1 }
			index($0, " - overlay ") && (index($0, "=" dir) || index($0, ":" dir)) { found = 1 }
			END { if (found) print "something that is mounted" }'
}
