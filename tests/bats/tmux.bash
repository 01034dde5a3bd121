# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# tmux.bash - a screen with a shell on it, in which jail is typed
#
# A suite that loads this ends its local_teardown() with end_screen.

# screen [COLUMNS [LINES]]: 90 by 25
screen() {
	needs tmux
	unset TMUX
	export TMUX_TMPDIR=$BATS_TEST_TMPDIR
	TMUX_IN_USE=1
	cat >../rc <<-END
		PS1='out> '
		jail() { "$JAIL" "\$@"; }
	END
	tmux -L "$ID" -f /dev/null new-session -d -x "${1:-90}" -y "${2:-25}" "bash --noprofile --rcfile ../rc" 3>&- 4>&-
	wait_for shows '^out>'
}

end_screen() {
	[ -z "${TMUX_IN_USE-}" ] || tmux -L "$ID" kill-server 2>/dev/null || true
}

shows() {
	tmux -L "$ID" capture-pane -p | grep -q -e "$1"
}

type_line() {
	tmux -L "$ID" send-keys "$@" Enter
}

press() {
	tmux -L "$ID" send-keys "$@"
}

# resize COLUMNS LINES
resize() {
	tmux -L "$ID" resize-window -x "$1" -y "$2"
}
