# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# options.bash - the command line: OPT has the options of the verb, ARGS what remains
#
# USAGE[VERB] is a verb's help, whose third line stands in the list of verbs; OPTIONS[VERB] are its options, "name="
# one that takes a value.

declare -A OPT=() OPTIONS=() USAGE=()
ARGS=()

is_verb() {
	local verb
	for verb in "${VERBS[@]}"; do
		[ "$verb" != "$1" ] || return 0
	done
	return 1
}

# own_options: those of the verb, "name=" for one with a value
own_options() {
	echo "${OPTIONS[$VERB]} quiet help"
}

# takes NAME: 0 a value, 1 none, 2 there is no such option
takes() {
	local option
	for option in $(own_options); do
		[ "$option" != "$1=" ] || return 0
		[ "$option" != "$1" ] || return 1
	done
	return 2
}

parse() {
	local name value has
	while (($#)); do
		case $1 in
		--)
			shift
			ARGS+=("$@")
			return ;;
		-h) set -- --help "${@:2}" ;;
		-q) set -- --quiet "${@:2}" ;;
		-f) set -- --format "${@:2}" ;;
		esac
		if [[ $1 == - || $1 != -* ]]; then
			ARGS+=("$1")
			shift
			continue
		fi
		name=${1%%=*}
		name=${name#--} has=0
		takes "$name" || has=$?
		if ((has == 2)) || [[ $1 != --* ]]; then
			misuse "$VERB: unknown option ${1%%=*}, see $PROGRAM $VERB --help"
		fi
		if ((has == 1)); then
			[[ $1 != *=* ]] || misuse "$VERB: --$name takes no value"
			OPT[$name]=1
		elif [[ $1 == *=* ]]; then
			OPT[$name]=${1#*=}
		else
			(($# > 1)) || misuse "$VERB: --$name needs a value"
			value=$2
			shift
			OPT[$name]=$value
		fi
		shift
	done
}

# wants MIN MAX: that many arguments
wants() {
	((${#ARGS[@]} >= $1)) || misuse "$VERB: an argument is missing, see $PROGRAM $VERB --help"
	((${#ARGS[@]} <= $2)) || misuse "$VERB: too many arguments, see $PROGRAM $VERB --help"
}

help_verb() {
	echo "usage: $PROGRAM ${USAGE[$VERB]}"
	cat <<-'END'

	  -q, --quiet         no progress on the terminal
	  -h, --help          this text
	END
}

help_all() {
	local verb
	echo "usage: $PROGRAM VERB [OPTION...] [ARGUMENT...]"
	echo
	echo "$PURPOSE"
	echo
	for verb in "${VERBS[@]}"; do
		printf '  %-10s %s\n' "$verb" "$(sed -n 3p <<< "${USAGE[$verb]}")"
	done
	echo
	echo "$PROGRAM VERB --help tells more; so does ${PROGRAM/ /-}(1)."
}
