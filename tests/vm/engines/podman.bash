# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# podman.bash - how the cases call podman: each runtime with a storage of its own, and the same image in both
#
# Sourced by run, and in each case's shell.

REFERENCE=/usr/bin/crun
IMAGE=localhost/box
MANAGER=${MANAGER:-systemd}
ALONE='bridge|pod '
# A network of its own takes podman a second here: where a case does not ask for one there is none.
export CONTAINERS_CONF_OVERRIDE=/tmp/engines.conf

runtime_path() {
	[ "$RUNTIME" = reference ] && echo $REFERENCE || echo "$JAIL"
}

# podman with the runtime of the case
P() {
	podman --root "/var/lib/engines/$RUNTIME" --runroot "/run/engines/$RUNTIME" --runtime "$(runtime_path)" \
		--cgroup-manager "$MANAGER" --storage-driver overlay "$@"
}

# What most cases ask for: one container that is removed
R() {
	P run --rm "$@"
}

engine_up() {
	local here
	here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
	printf '[containers]\nnetns = "none"\n' > $CONTAINERS_CONF_OVERRIDE
	sysctl -qw net.ipv4.ip_forward=1        # netavark does with the first container: the second would differ
	"$here/box" > /tmp/box.tar
	P import -q -c 'CMD ["/bin/sh"]' -c 'ENV PATH=/bin' /tmp/box.tar $IMAGE
}

# What the script may have left: podman takes a second here for each of these
engine_clean() {
	[[ $1 != *pod\ * ]] || P pod rm -fa -t 0
	[[ $1 != *P\ run* && $1 != *P\ create* ]] || P rm -fa -t 0
	[[ $1 != *-v\ * ]] || P volume prune -f
} > /dev/null 2>&1

engine_down() {
	P system reset -f
}
