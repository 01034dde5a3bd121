# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# foreign.bash - trees whose programs this machine's processor does not run: qemu does
#
# Nothing is registered on the machine.  The build has a user namespace of its own, in which every id is itself, and
# what is registered there is in force there (Linux 6.7); jails of the image say it in jail.binfmt, see jail-spec(5).

# What /usr/bin/qemu-NAME-static is called, how wide a word is and which end comes first, e_machine: see elf(5).
declare -A FOREIGN=(
	["amd64"]="x86_64 2 1 003e" ["arm64"]="aarch64 2 1 00b7" ["armel"]="arm 1 1 0028" ["armhf"]="arm 1 1 0028"
	["i386"]="i386 1 1 0003" ["loong64"]="loongarch64 2 1 0102" ["ppc64el"]="ppc64le 2 1 0015"
	["riscv64"]="riscv64 2 1 00f3" ["s390x"]="s390x 2 2 0016"
)

# debian_name ARCHITECTURE: OCI has some names of its own
debian_name() {
	case $1 in
	386) echo i386 ;;
	arm) echo armhf ;;
	ppc64le) echo ppc64el ;;
	*) echo "$1" ;;
	esac
}

# is_foreign ARCHITECTURE: it is known, and not what this machine runs
is_foreign() {
	case $(dpkg --print-architecture 2> /dev/null):$1 in
	amd64:i386 | arm64:arm[eh]* | "$1:$1" | :*) return 1 ;;
	esac
	[ -n "$1" ] && [ -n "${FOREIGN[$1]-}" ]
}

# emulated ARCHITECTURE [EMULATOR]: REGISTRATION is a line for binfmt_misc that has EMULATOR run its programs; 1: WHY not
emulated() {
	local name width end machine emulator=${2-} type mask='\xff\xff\xff\xff\xff\xff\xff\x00\xff\xff\xff\xff\xff\xff\xff\xff'
	WHY="no emulator is known for $1"
	read -r name width end machine <<< "${FOREIGN[$1]-}"
	[ -n "$machine" ] || return 1
	WHY="there is no static program $emulator"
	if [ -z "$emulator" ]; then
		WHY="programs of $1 need qemu-$name-static: install Debian's package qemu-user-static"
		emulator=$(command -v "qemu-$name-static" "qemu-$name") || return 1
	fi
	emulator=$(realpath "${emulator%%$'\n'*}") || return 1
	# In the jail there is no loader for it.
	[ -f "$emulator" ] && [ -x "$emulator" ] && ! head -c 4096 "$emulator" | grep -aq '/ld-' || return 1
	WHY="$emulator: the name of an emulator cannot have a colon in it"
	[[ $emulator != *[:[:cntrl:]]* ]] || return 1
	# ET_EXEC and ET_DYN, of any system's ABI
	type="\\x02\\x00\\x${machine:2}\\x${machine:0:2}" mask+='\xfe\xff\xff\xff'
	if [ "$end" = 2 ]; then
		type="\\x00\\x02\\x${machine:0:2}\\x${machine:2}" mask=${mask/%'\xfe\xff\xff\xff'/'\xff\xfe\xff\xff'}
	fi
	# P: argv[0] is the program's own.  C: setuid programs are that, for the ids of the jail.
	REGISTRATION=":qemu-$name:M::\\x7fELF\\x0$width\\x0$end\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00$type"
	REGISTRATION+=":$mask:$emulator:POCF"
}

# foreign COMMAND...: with that registration
foreign() {
	# shellcheck disable=SC2016 # the inner shell's own
	python3 -I "$LIB/mapped.py" "0 0 4294967295" "0 0 4294967295" \
		unshare --mount --pid --fork --kill-child --mount-proc -- sh -c 'program=$1 line=$2
			shift 2
			mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc 2> /dev/null || {
				echo "$program: programs of another architecture need Linux 6.7, with CONFIG_BINFMT_MISC" >&2
				exit 1
			}
			printf %s "$line" > /proc/sys/fs/binfmt_misc/register || {
				echo "$program: the kernel does not take the emulator: $line" >&2
				exit 1
			}
			exec "$@"' sh "$PROGRAM" "$REGISTRATION" "$@"
}

# What its programs ask uname(2) for, to build and install it, and who runs them, unless the spec says that already
machine_of_spec() {
	local architecture filter=.
	! jq -e .jail.binfmt "$WORK/spec" > /dev/null || return 0
	architecture=$(debian_name "$(cat "$WORK/architecture" 2> /dev/null)")
	if [ -z "${REGISTRATION-}" ] && is_foreign "$architecture"; then
		emulated "$architecture" || complain "$IMAGE: $WHY"
	fi
	if [ -n "${REGISTRATION-}" ]; then
		# shellcheck disable=SC2016 # jq's own
		filter='.jail.binfmt = [$line]'
	elif [[ $architecture == @(i386|armhf|armel) ]]; then
		filter='.linux.personality.domain = "LINUX32"'
	fi
	jq --arg line "${REGISTRATION-}" "$filter" "$WORK/spec" > "$WORK/spec.new"
	mv "$WORK/spec.new" "$WORK/spec"
}
