# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# podman-rootless.bash - podman of an ordinary user, who has subordinate ids and a session
#
# Sourced by run, and in each case's shell.

# shellcheck source=tests/vm/engines/podman.bash
source "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/podman.bash"
CASES=podman
NAMES="run not-found background exec-probe kill pause caps user privileged read-only limits oom sysctl volumes
	volume-options user-namespace userns-modes network-none network-pasta init shm cp-diff-commit restart update top-stats
	pod build systemd-mode terminal secret"
AS=(setpriv --reuid 1000 --regid 1000 --init-groups --inh-caps=-all env HOME=/home/user USER=user XDG_RUNTIME_DIR=/run/user/1000
	DBUS_SESSION_BUS_ADDRESS=unix:path=/run/user/1000/bus)
STORAGE=/home/user/engines
RUNROOT=/run/user/1000/engines

# as_owner COMMAND...: the functions of this file, as the user
as_owner() {
	(cd / && "${AS[@]}" RUNTIME="$RUNTIME" JAIL="$JAIL" bash -c "source '${BASH_SOURCE[0]}'; \"\$@\"" - "$@")
}

engine_up() {
	podman_conf
	as_owner image
}

engine_clean() {
	as_owner clean "$1"
} > /dev/null 2>&1

engine_down() {
	as_owner P system reset -f
}
