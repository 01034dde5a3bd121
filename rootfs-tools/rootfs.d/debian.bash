# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# debian.bash - Debian and Ubuntu, by mmdebstrap
#
# What could differ from one build to the next is removed (the seal) or given one time (image.bash).

UBUNTU_KEYRING=/usr/share/keyrings/ubuntu-archive-keyring.gpg
OPTIONS["debian"]="include= variant= architecture= emulator= mirror= keyring= files= setup= name= erofs replace digest="
# suite_usage VERB NAME SUITES MIRROR KEYRING: the help of both, with what differs
suite_usage() {
	cat <<-END
		$1 [OPTION...] [SUITE]

		$2 of a suite, by mmdebstrap.

		  SUITE               $3
		  --include PKG,…     more packages
		  --variant VARIANT   of mmdebstrap: minbase (default), apt, essential, important, standard, …
		  --architecture ARCH arm64, i386, … (default: this machine's)
		  --emulator FILE     who runs its programs (default: if need be, qemu-user-static's)
		  --mirror URL        default: that of mmdebstrap$4
		  --keyring FILE      $5
		  --files DIR         copied over the tree when the packages are in it, as root's; may be given several
		                      directories, separated by colons
		  --setup FILE        a program that is run in the tree then, with /bin/sh
		  --name NAME         of the image (default: $1-SUITE)
		  --erofs             one read-only file, rootfs.erofs, instead of a directory
		  --replace           take the place of an image of that name
		  --digest sha256:…   fail unless that is the digest
	END
}

USAGE["debian"]=$(suite_usage debian Debian "bookworm, trixie, … (default: this machine's, else trixie)" \
	", with updates and security" "keys to trust instead of apt's")
OPTIONS["ubuntu"]=${OPTIONS["debian"]}
USAGE["ubuntu"]=$(suite_usage ubuntu Ubuntu "noble (default), jammy, …" "" "default: $UBUNTU_KEYRING")

this_suite() {
	grep -qsx ID=debian /etc/os-release && sed -n 's/^VERSION_CODENAME=//p' /etc/os-release || echo trixie
}

debian_plan() {
	wants 0 1
	SUITE=${ARGS[0]:-$(this_suite)}
	suite_plan
}

ubuntu_plan() {
	wants 0 1
	SUITE=${ARGS[0]:-noble}
	suite_plan
	OPT["keyring"]=${OPT[keyring]:-$UBUNTU_KEYRING}
	[ -r "${OPT[keyring]}" ] || die "ubuntu needs Ubuntu's keys, and there is no ${OPT[keyring]}:" \
		"give them with --keyring FILE"
}

suite_plan() {
	good_name "$SUITE" || misuse "$VERB: \"$SUITE\" is not a suite"
	needs mmdebstrap mmdebstrap
	[ -z "${OPT[setup]-}" ] || [ -f "${OPT[setup]}" ] || die "there is no ${OPT[setup]}"
	ARCHITECTURE=${OPT[architecture]:-$(dpkg --print-architecture)}
	if [ -n "${OPT[emulator]-}" ] || is_foreign "$ARCHITECTURE"; then
		emulated "$ARCHITECTURE" "${OPT[emulator]-}" || die "$WHY"
	fi
	IMAGE=${OPT[name]:-$VERB-$SUITE}
	SEALED=1
}

debian_build() {
	local sources=()
	[ -z "${OPT[mirror]-}" ] || sources=("${OPT[mirror]}")
	bootstrap "${sources[@]}"
}

ubuntu_build() {
	local pocket sources=()
	[ -z "${OPT[mirror]-}" ] || for pocket in "" -updates -security; do
		sources+=("deb ${OPT[mirror]} $SUITE$pocket main universe")
	done
	bootstrap "${sources[@]}"
}

# What is done to the tree besides: mmdebstrap runs hooks with sh, the tree is their argument.
customize() {
	local dir dirs hook=customize
	# There is nothing behind it where packages are extracted only.
	[ "${OPT[variant]-}" != extract ] || hook=extract
	IFS=: read -ra dirs <<< "${OPT[files]-}"
	for dir in "${dirs[@]}"; do
		[ -d "$dir" ] || die "there is no directory $dir"
		options+=("--$hook-hook=cp -a --no-preserve=ownership $(printf %q "$(realpath "$dir")")/. \"\$1\"")
	done
	# shellcheck disable=SC2016 # the hook's own
	[ -z "${OPT[setup]-}" ] || options+=("--$hook-hook=cp $(printf %q "$(realpath "${OPT[setup]}")") "'"$1/setup-of-image"
		chroot "$1" /bin/sh /setup-of-image && rm "$1/setup-of-image"')
}

# bootstrap [SOURCE...]
bootstrap() {
	local within=() options=("--variant=${OPT[variant]:-minbase}" --format=directory --mode=root)
	[ -z "${OPT[include]-}" ] || options+=("--include=${OPT[include]}")
	[ -z "${OPT[architecture]-}" ] || options+=("--architectures=$ARCHITECTURE")
	echo "$ARCHITECTURE" > "$WORK/architecture"
	[ -z "${REGISTRATION-}" ] || within=(foreign)
	[ -z "${OPT[keyring]-}" ] || options+=("--keyring=${OPT[keyring]}")
	customize
	jq -n --arg suite "$SUITE" --arg variant "${OPT[variant]:-minbase}" --arg more "${OPT[include]-}" \
		--arg mirror "${OPT[mirror]-}" '{suite: $suite, variant: $variant} +
		if $more == "" then {} else {include: ($more | split(","))} end +
		if $mirror == "" then {} else {mirror: $mirror} end' > "$WORK/source"
	tool mmdebstrap
	# The epoch is for what scripts of packages write into files, as the day of the last change of a password is.
	step "packages of $SUITE" "${within[@]}" env SOURCE_DATE_EPOCH="${SOURCE_DATE_EPOCH:-1704067200}" \
		mmdebstrap "${options[@]}" "$SUITE" "$BUILD/rootfs" "$@" > /dev/null
	default_program
}
