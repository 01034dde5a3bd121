# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# common.bash - what the cases of more than one engine call
#
# Sourced by ENGINE.bash.

# soon COMMAND…: as soon as it succeeds
soon() {
	local end=$((SECONDS + ${SOON:-60}))
	until "$@" > /dev/null 2>&1; do
		((SECONDS < end)) || { echo "not within ${SOON:-60} s: $*"; return 1; }
		sleep 0.3
	done
}
