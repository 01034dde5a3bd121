# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# image.bash - from a tree to an image: times, seal, digest, erofs, spec and manifest
#
# The digest of a directory is that of digest.py, in which only the tree has a say: the same on every machine.  That of
# an erofs is the SHA-256 of the file.

# Access lists as the kernel has them: with --acls tar would write the names that this machine has for ids.
XATTRS=(--xattrs '--xattrs-include=user.*' '--xattrs-include=security.capability' '--xattrs-include=system.posix_acl_*')
CANON=(--sort=name --format=posix --numeric-owner "${XATTRS[@]}"
	'--pax-option=exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime')

# architecture_of MANIFEST: what it says, if it is a name, in $WORK/architecture
architecture_of() {
	jq -r '.architecture | strings | select(test("^[a-z0-9_-]+$"))' "$1" > "$WORK/architecture"
}

# digest_of DIR: that of the image in DIR
digest_of() {
	local sum
	if [ -e "$1/rootfs.erofs" ]; then
		sum=$(sha256sum < "$1/rootfs.erofs")
	else
		sum=$(python3 -I "$LIB/digest.py" "$1/rootfs")
	fi
	echo "sha256:${sum%% *}"
}

# What was written between START and now has the time of the newest file that was there before: two builds are alike.
# SOURCE_DATE_EPOCH says another time.
clamp_times() {
	# shellcheck disable=SC2016
	boxed sh -c 'after=$0 before=$1
		if [ -n "$2" ]; then
			after=$2 time=$2
			set -- find /tree -newermt "@$after"
		else
			time=$(find /tree ! -newermt "@$after" -printf "%T@\n" | sort -n | tail -n 1)
			set -- find /tree -newermt "@$after" ! -newermt "@$before"
		fi
		"$@" -exec touch -h -d "@${time:-0}" {} +
		find /tree -printf "%T@\n" | sort -n | tail -n 1' "$START" "$(date +%s.%N)" "${SOURCE_DATE_EPOCH-}" > "$WORK/newest"
}

# The tree is written from now on.  A second, if what it comes from may have been made in the last one: archives have
# times that are rounded up.
start_here() {
	sleep "${1:-0}"
	touch "$BUILD/tmp/start"
	START=$(stat -c %.9Y "$BUILD/tmp/start")
	sleep 0.02
}

# What only one machine may have: it is made at its first start, or is of no use.  Run in the box
# shellcheck disable=SC2016
SEAL='cd /tree
	[ ! -d etc ] || { rm -rf etc/machine-id; : > etc/machine-id; }
	rm -f etc/hostname etc/ssh/ssh_host_* var/lib/dbus/machine-id var/lib/systemd/random-seed \
		var/lib/urandom/random-seed etc/ssl/certs/ssl-cert-snakeoil.pem \
		etc/ssl/private/ssl-cert-snakeoil.key var/cache/ldconfig/aux-cache \
		var/cache/apt/*.bin var/cache/debconf/*-old var/lib/dpkg/*-old etc/.pwd.lock \
		etc/passwd- etc/group- etc/shadow- etc/gshadow- etc/subuid- etc/subgid- root/.bash_history
	[ ! -e etc/resolv.conf ] || { rm -f etc/resolv.conf; : > etc/resolv.conf; }
	for file in etc/ssl/certs/*; do        # hashes of what has gone
		[ ! -L "$file" ] || [ -e "$file" ] || case $(readlink "$file") in
		*ssl-cert-snakeoil.pem) rm -f "$file" ;;
		esac
	done
	for dir in dev run tmp var/tmp var/lib/dhcp var/lib/apt/lists var/cache/apt/archives; do
		[ ! -d "$dir" ] || [ -L "$dir" ] || find "$dir" -mindepth 1 -delete
	done
	[ ! -d var/lib/NetworkManager ] || find var/lib/NetworkManager -name "*.lease" -delete
	[ ! -d var/log ] || [ -L var/log ] || find var/log ! -type d -delete
	[ ! -d var/log/journal ] || [ -L var/log/journal ] || find var/log/journal -mindepth 1 -delete'

# The uuid comes from the tree, so that no two images in one overlay have the same.
make_erofs() {
	local digest newest
	digest=$(digest_of "$BUILD")
	digest=${digest#sha256:}
	newest=$(< "$WORK/newest")
	SOURCE_DATE_EPOCH=$((${newest%.*} + 1)) mkfs.erofs --quiet --preserve-mtime \
		-U "${digest:0:8}-${digest:8:4}-${digest:12:4}-${digest:16:4}-${digest:20:12}" \
		"$BUILD/rootfs.erofs" "$BUILD/rootfs"
	rm -rf --one-file-system "$BUILD/rootfs"
}

size_of() {
	if [ -e "$1/rootfs.erofs" ]; then
		stat -c %s "$1/rootfs.erofs"
	else
		find "$1/rootfs" ! -type d -printf '%i %s\n' | sort -u | awk '{ sum += $2 } END { printf "%.0f\n", sum }'
	fi
}

write_digest() {
	digest_of "$BUILD" > "$WORK/digest"
	size_of "$BUILD" > "$WORK/size"
}

# The program of a tree whose maker has not told: its init, else a shell
default_program() {
	local program
	for program in /sbin/init /bin/bash /bin/sh; do
		if [ -L "$BUILD/rootfs$program" ] || [ -e "$BUILD/rootfs$program" ]; then
			break
		fi
	done
	jq -n --arg program "$program" '{process: {args: [$program]}}' > "$WORK/spec"
}

# $WORK/spec is what the source knows of it.
write_spec() {
	local lower=rootfs
	[ ! -e "$BUILD/rootfs.erofs" ] || lower=rootfs.erofs
	base_lowers "$WORK/base" > "$WORK/lowers"
	jq --arg lower "$lower" --rawfile more "$WORK/lowers" \
		'.jail.rootfs = {lower: ([$lower] + ($more | split("\n")[:-1])), upper: "ephemeral"}' \
		"$WORK/spec" > "$BUILD/spec.json"
}

# tool NAME [COMMAND...]: its version goes into the manifest: the first one that COMMAND (NAME --version) prints.
tool() {
	local name=$1 text
	shift
	(($#)) || set -- "$name" --version
	text=$("$@" 2>&1) || true
	[[ $text =~ [0-9]+(\.[0-9]+)+[^\ ,]* ]] || BASH_REMATCH=(unknown)
	TOOLS+=("$name" "${BASH_REMATCH[0]%%$'\n'*}")
}

write_manifest() {
	local architecture
	architecture=$(cat "$WORK/architecture" 2> /dev/null || dpkg --print-architecture 2> /dev/null || uname -m)
	jq -n --arg name "$IMAGE" --arg verb "$VERB" --arg digest "$(< "$WORK/digest")" --arg created "$(date -u +%FT%TZ)" \
		--arg size "$(< "$WORK/size")" --arg architecture "$architecture" --slurpfile source "$WORK/source" \
		--slurpfile base "$WORK/base" \
		'{name: $name, source: ({verb: $verb} + $source[0]), digest: $digest, created: $created,
		size_bytes: ($size | tonumber), architecture: $architecture, tools: ([$ARGS.positional |
		_nwise(2) | {key: .[0], value: .[1]}] | from_entries)} +
		if $base[0] == [] then {} else {base: $base[0]} end' --args "${TOOLS[@]}" > "$BUILD/manifest.json"
}

image_finish() {
	local digest
	tool tar
	if [ ! -e "$BUILD/rootfs.erofs" ]; then
		[ -z "${SEALED-}" ] || step "seal" boxed sh -c "$SEAL"
		[ -n "${AS_IS-}" ] || step "times" clamp_times
		if [ -n "${OPT[erofs]-}" ]; then
			[ -e "$WORK/newest" ] || step "times" clamp_times
			tool mkfs.erofs mkfs.erofs -V
			step "erofs" make_erofs
		fi
	fi
	step "digest" write_digest
	digest=$(< "$WORK/digest")
	[ -z "${OPT[digest]-}" ] || [ "${OPT[digest]}" = "$digest" ] ||
		die "the digest is $digest, not ${OPT[digest]}"
	if [ -n "${DIGEST-}" ] && [ "$DIGEST" != "$digest" ]; then
		die "${ARGS[0]}: the digest is $digest, its manifest says $DIGEST"
	fi
	machine_of_spec
	write_spec
	write_manifest
}
