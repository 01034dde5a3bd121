# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# cli_helpers.bash - for tests of the command line itself: nothing here makes a jail

cli_setup() {
	TOP=$(cd "$BATS_TEST_DIRNAME/../.." && pwd)
	JAIL=${JAIL:-$TOP/build/jail}
	case $JAIL in
	/*) ;;
	*) JAIL=$PWD/$JAIL ;;
	esac
	[ -x "$JAIL" ] || skip "no $JAIL: run make first"
	# An empty state directory of the test's own
	ROOT=$BATS_TEST_TMPDIR/root
	cd "$BATS_TEST_TMPDIR" || return 1
}

# jail with a state directory of its own
j() {
	"$JAIL" --root "$ROOT" "$@"
}

# The verbs, as the option tables know them
verbs() {
	"$JAIL" __options | cut -f1 | grep -vx -- - | sort -u
}

# The options of a verb ("-": the global ones), sorted: --bundle, -b, …
options_of() {
	"$JAIL" __options "$1" | awk -F'\t' '{ print $2; if ($3 != "-" && $3 != "--") print $3 }' | sort -u
}

# The same with those that the verbs of an appliance have
all_options_of() {
	local verb tool=$TOP/rootfs-tools/jail-appliance
	{
		options_of "$1"
		[ "$1" != appliance ] || for verb in $("$tool" --help | sed -n 's/^  \([a-z]*\) .*/\1/p'); do
			"$tool" "$verb" --help | grep -oE '^  (-[a-z], )?--[a-z-]+' | grep -oE -e '--?[a-z-]+'
		done
	} | sort -u
}

# The options that a man page describes, sorted
options_in_page() {
	grep -o 'Fl -*[a-z][a-z-]*' "$1" | sed 's/^Fl /-/' | sort -u
}

# One line, on standard error only
one_line() {
	# shellcheck disable=SC2154 # set by run
	[ "${#lines[@]}" -eq 1 ]
}
