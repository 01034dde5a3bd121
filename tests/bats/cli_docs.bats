#!/usr/bin/env bats
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# cli_docs.bats - the manual pages tell of what there is, and of nothing else

load cli_helpers

setup() {
	cli_setup
}

# same_options VERB PAGE
same_options() {
	diff <(all_options_of "$1") <(options_in_page "$2") >difference && return
	echo "${2##*/} ( < only in the table, > only in the page ):"
	cat difference
	return 1
}

@test "jail.1 has exactly the global options" {
	same_options - "$TOP/man/jail.1"
}

@test "every verb has a page with exactly its options" {
	for verb in $(verbs); do
		same_options "$verb" "$TOP/man/jail-$verb.1"
	done
}

@test "no page is about a verb that does not exist" {
	for page in "$TOP"/man/jail-*.1; do
		verb=${page##*/jail-}
		[ "$verb" != rootfs.1 ] || continue        # a command of its own
		verbs | grep -qx -- "${verb%.1}" || { echo "$page"; return 1; }
	done
}

@test "jail.1 lists every verb" {
	for verb in $(verbs); do
		grep -q "^\.It Xr jail-$verb 1\$" "$TOP/man/jail.1" || { echo "$verb"; return 1; }
	done
}

@test "options that take a value show it, others do not" {
	"$JAIL" __options | while IFS=$'\t' read -r verb option _ value _; do
		page=$TOP/man/jail-$verb.1
		[ "$verb" != - ] || page=$TOP/man/jail.1
		if [ "$value" = - ]; then
			grep -q "^\.It Fl -${option#--}\( ,\|\$\)" "$page"
		else
			grep -q "^\.It Fl -${option#--} Ar " "$page"
		fi || echo "$verb $option $value"
	done >wrong
	cat wrong
	[ ! -s wrong ]
}

@test "mandoc finds nothing to complain about" {
	command -v mandoc >/dev/null || skip "no mandoc"
	for page in "$TOP"/man/jail*.[157] "$TOP"/man/libjail.3; do
		[ -e "$page" ] || continue
		mandoc -T lint -W warning "$page"
	done
}

@test "references lead to pages that exist" {
	grep -ho '^\.Xr jail[a-z-]* [0-9]' "$TOP"/man/* | sort -u | while read -r _ name section; do
		[ -e "$TOP/man/$name.$section" ] || echo "$name($section)"
	done >missing
	cat missing
	[ ! -s missing ]
}

@test "the example of libjail.3 compiles" {
	command -v cc >/dev/null || skip "no compiler"
	sed -n '/^#include <jail.h>/,/^\.Ed/p' "$TOP/man/libjail.3" | sed '/^\.Ed/d; s/\\e/\\/g' >example.c
	cc -Wall -Wextra -Werror -I"$TOP/lib" -c -o example.o example.c
}

@test "libjail.3 names only functions of the header" {
	grep -o 'Fn jail_[a-z_]*' "$TOP/man/libjail.3" | cut -d' ' -f2 | sort -u | while read -r name; do
		grep -q "\b$name(" "$TOP/lib/jail.h" || echo "$name"
	done >unknown
	cat unknown
	[ ! -s unknown ]
}
