# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash disable=SC2207
#
# bash completion for jail-rootfs: its own help is the list of verbs and options

_jail_rootfs() {
	local current=${COMP_WORDS[COMP_CWORD]} verb=${COMP_WORDS[1]} words=

	COMPREPLY=()
	if ((COMP_CWORD == 1)); then
		words="$(jail-rootfs --help 2>/dev/null | sed -n 's/^  \([a-z-]*\) .*/\1/p') --help"
	elif [[ $current == -* ]]; then
		words=$(jail-rootfs "$verb" --help 2>/dev/null | grep -oE '^  (-[a-z], )?--[a-z-]+' | grep -oE -e '--?[a-z-]+')
	else
		case $verb in
		rm | verify | export) words=$(jail-rootfs list --format names 2>/dev/null) ;;
		from-jail) words=$(jail list -q 2>/dev/null) ;;
		esac
		case $verb:$COMP_CWORD in
		tar:* | import:* | export:3)
			compopt -o filenames 2>/dev/null
			local IFS=$'\n'
			COMPREPLY=($(compgen -f -- "$current"))
			return ;;
		esac
	fi
	COMPREPLY=($(compgen -W "$words" -- "$current"))
}

complete -F _jail_rootfs jail-rootfs
