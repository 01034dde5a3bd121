# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# podman.bash - how the cases call podman: each runtime with a storage of its own, and the same image in both
#
# Sourced by run, and in each case's shell.

REFERENCE=/usr/bin/crun
IMAGE=localhost/box
MANAGER=${MANAGER:-systemd}
ALONE='bridge|pod |quadlet|loop0|default_storage'
STORAGE=/var/lib/engines
RUNROOT=/run/engines
# A network of its own takes podman a second here: where a case does not ask for one there is none.
export CONTAINERS_CONF_OVERRIDE=/tmp/engines.conf
CASE_SECONDS=${CASE_SECONDS:-600}
# shellcheck source=tests/vm/engines/common.bash
source "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/common.bash"

runtime_path() {
	[ "$RUNTIME" = reference ] && echo $REFERENCE || echo "$JAIL"
}

# By name, as the configuration that we ship has it
runtime_name() {
	[ "$RUNTIME" = reference ] && echo crun || echo jail
}

# podman with the runtime of the case
P() {
	podman --root "$STORAGE/$RUNTIME" --runroot "$RUNROOT/$RUNTIME" --runtime "$(runtime_name)" \
		--cgroup-manager "$MANAGER" --storage-driver overlay "$@"
}

# From here on the storage that podman's timers look into: nobody tells them of another
default_storage() {
	mkdir -p /etc/containers/containers.conf.d
	cp $CONTAINERS_CONF_OVERRIDE /etc/containers/containers.conf.d/
	P() { podman --runtime "$(runtime_name)" "$@"; }
}

# What most cases ask for: one container that is removed
R() {
	P run --rm "$@"
}

# state NAME FORMAT WANTED
state() {
	[ "$(P inspect --format "{{$2}}" "$1")" = "$3" ]
}

# sleeping NAME COUNT: so many processes sleep
sleeping() {
	[ "$(P top "$1" pid args | grep -c ' sleep')" = "$2" ]
}

# What podman knows nothing of: it was killed before it had written that down
forgotten() {
	local id
	for id in $("$(runtime_path)" list -q); do
		P container exists "$id" && continue
		pkill -9 -f "^/usr/bin/conmon .* -c $id "
		"$(runtime_path)" delete -f "$id"
		echo "$id"
	done
}

# What we ship, but for the default runtime
podman_conf() {
	local here
	here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
	{
		sed -e "s,@BINDIR@/jail,$JAIL," -e '/^runtime = /d' "$here/../../../config/engines/containers.conf.in"
		printf '[containers]\nnetns = "none"\n'
	} > $CONTAINERS_CONF_OVERRIDE
	sysctl -qw net.ipv4.ip_forward=1        # netavark does with the first container: the second would differ
	"$here/box" > /tmp/box.tar
	chmod 644 $CONTAINERS_CONF_OVERRIDE /tmp/box.tar
}

image() {
	P import -q -c 'CMD ["/bin/sh"]' -c 'ENV PATH=/bin' /tmp/box.tar $IMAGE
}

engine_up() {
	podman_conf
	image
}

# What the script may have left: podman takes a second here for each of these
clean() {
	[[ $1 != *pod\ * && $1 != *kube\ * ]] || P pod rm -fa -t 0
	[[ $1 != *P\ run* && $1 != *P\ create* ]] || P rm -fa -t 0
	[[ $1 != *-v\ * ]] || P volume prune -f
	[[ $1 != *default_storage* ]] || (default_storage; P system reset -f; rm /etc/containers/containers.conf.d/engines.conf)
}

engine_clean() {
	clean "$1"
} > /dev/null 2>&1

engine_down() {
	P system reset -f
}
