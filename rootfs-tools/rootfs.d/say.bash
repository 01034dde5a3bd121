# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# say.bash - errors are one line; progress is for people: one line a step, on a terminal only

# What messages begin with
PROGRAM=${PROGRAM:-jail-rootfs}
SHOW=

# Control characters of what is quoted cannot play with the terminal.
printable() {
	local text=$1 out='' i c
	if [[ $text != *[[:cntrl:]]* ]]; then
		printf '%s' "$text"
		return
	fi
	for ((i = 0; i < ${#text}; i++)); do
		c=${text:i:1}
		[[ $c != [[:cntrl:]] ]] || printf -v c '\\x%02x' "'$c"
		out+=$c
	done
	printf '%s' "$out"
}

complain() {
	printf '%s: %s\n' "$PROGRAM" "$(printable "$*")" >&2
}

die() {
	complain "$@"
	exit 1
}

misuse() {
	complain "$@"
	exit 2
}

# needs PROGRAM PACKAGE
needs() {
	command -v "$1" > /dev/null || die "$VERB needs $1: install Debian's package $2"
}

needs_root() {
	((EUID == 0)) || die "must be run as root"
}

# elapsed START: seconds since then, which is of EPOCHREALTIME
elapsed() {
	local us=$((${EPOCHREALTIME/./} - ${1/./}))
	printf '%d.%d' $((us / 1000000)) $((us / 100000 % 10))
}

# step TEXT COMMAND...: what it says on standard error is told only if it fails, and then in one line
step() {
	local text=$1 start=$EPOCHREALTIME status=0 in
	shift
	# In the background a terminal stops whoever reads from it, or sets it, as apt does.
	if [ -t 0 ] || ! { : <&0; } 2> /dev/null; then exec {in}< /dev/null; else exec {in}<&0; fi
	[ -z "$SHOW" ] || printf '  %-52s' "$text" >&2
	# In the background, where set -e holds within; a group of its own, which end_step can end
	set -m
	(set -e && "$@") 2> "$WORK/log" <&"$in" {in}<&- &
	STEP=$!
	exec {in}<&-
	set +m
	wait "$STEP" || status=$?
	STEP=
	if ((status)); then
		[ -z "$SHOW" ] || echo "failed" >&2
		explain "$text"
		exit 1
	fi
	[ -z "$SHOW" ] || printf '%6s s\n' "$(elapsed "$start")" >&2
}

# PLACE is where a step writes, if not to IMAGES.
# The step that is being taken, and all that it has started, ends: before what it does is undone
end_step() {
	local tries=100
	[ -n "${STEP-}" ] || return 0
	kill -TERM -- "-$STEP" 2> /dev/null || true
	wait "$STEP" 2> /dev/null || true
	while kill -0 -- "-$STEP" 2> /dev/null && ((tries--)); do
		sleep 0.05
	done
	kill -KILL -- "-$STEP" 2> /dev/null || true
	STEP=
}

# explain TEXT: the line of the log that tells most: ours; the full disk; the first error; the last word
explain() {
	local line
	if line=$(grep -m 1 "^$PROGRAM: " "$WORK/log"); then
		complain "${line#"$PROGRAM: "}"
	elif grep -qi -e 'no space left' -e 'not enough free space' "$WORK/log"; then
		die "$1: no space left in ${PLACE:-$IMAGES}"
	elif line=$(grep -m 1 '^E: ' "$WORK/log"); then
		complain "$1: ${line#E: }"
	elif line=$(grep -m 1 -iE '(error|fatal|cannot)[^a-z]' "$WORK/log"); then
		complain "$1: $(sed -E 's/^time="[^"]*" level=[a-z]+ msg="(.*)"$/\1/; s/\\"/"/g' <<< "$line")"
	else
		line=$(grep . "$WORK/log" | tail -n 1) || line="failed"
		complain "$1: $line"
	fi
}
