# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# docker.bash - how the cases call docker: each runtime is the default of a daemon of its own, so that what docker
# starts by itself (builds, services, health checks) runs with it, too
#
# Sourced by run, and in each case's shell.

REFERENCE=/usr/sbin/runc
IMAGE=box
# What there is one of: a swarm's ports, published ports, rules that a daemon which starts lays down anew, and the
# options of the cgroup mount, addresses of networks
ALONE='daemon_|containerd.service|swarm|compose|-p |cgroupns host|network create'
CASE_SECONDS=${CASE_SECONDS:-900}             # a swarm takes half of that
# shellcheck source=tests/vm/engines/common.bash
source /work/tests/vm/engines/common.bash

# The runtime's name, and what the other one is called
runtime_name() {
	if [ "$RUNTIME" = "${1:-reference}" ]; then echo runc; else echo jail; fi
}

# docker with the daemon of the case.  A network takes a second here: where a case does not ask for one there is none.
P() {
	local verb=$1 network=()
	shift
	[[ $verb != run && $verb != create && $verb != build || " $*" == *" --network"* || " $*" == *" -p "* ]] ||
		network=(--network none)
	docker -H "unix:///run/engines/$RUNTIME.sock" "$verb" "${network[@]}" "$@"
}

R() {
	P run --rm "$@"
}

# A request to the daemon: METHOD PATH
api() {
	printf '%s /v1.45%s HTTP/1.0\r\nContent-Length: 0\r\n\r\n' "$1" "$2" | nc -U "/run/engines/$RUNTIME.sock" |
		sed '1,/^\r*$/d'
}

# state NAME FORMAT WANTED
state() {
	[ "$(P inspect --format "$2" "$1")" = "$3" ]
}

# logged NAME TEXT [OPTION…]
logged() {
	P logs "${@:3}" "$1" 2>&1 | grep -q "$2"
}

gone() {
	! P inspect "$1"
}

# running COUNT
running() {
	[ "$(P ps -q --filter status=running | wc -l)" = "$1" ]
}

# sleeping NAME COUNT: so many processes sleep
sleeping() {
	[ "$(P top "$1" -o pid,args | grep -c ' sleep')" = "$2" ]
}

# cgroup NAME: its directory, for what the kernel or an administrator does
cgroup() {
	echo "/sys/fs/cgroup/system.slice/docker-$(P inspect --format '{{.Id}}' "$1").scope"
}

# shim NAME: the process that looks after it
shim() {
	cut -d' ' -f4 "/proc/$(P inspect --format '{{.State.Pid}}' "$1")/stat"
}

# docker compose with the project of the case, whose name is that of no directory
C() {
	docker -H "unix:///run/engines/$RUNTIME.sock" compose -p case "$@"
}

# ---- the daemon ----

# daemon_config [FILTER]: what it is told in a file, changed by a filter of jq(1)
daemon_config() {
	sed "s,@BINDIR@/jail,$JAIL," /work/config/engines/docker-daemon.json.in |
		jq --arg name "$(runtime_name)" --arg other "$(runtime_name jail)" \
			'."default-runtime" = $name | '"${1:-.}" > "/run/engines/$RUNTIME.json"
}

daemon_start() {
	local dir=/run/engines/$RUNTIME
	systemd-run -q --unit "docker-$RUNTIME" -p Type=notify -p Delegate=yes -p KillMode=process -p Restart=always \
		-p RestartSec=3 -p StartLimitIntervalSec=0 -p LimitNOFILE=524288 \
		dockerd --config-file "$dir.json" -H "unix://$dir.sock" --pidfile "$dir.pid" --bridge "d-$(runtime_name)" \
		--data-root "/var/lib/engines/$RUNTIME" --exec-root "$dir" --containerd /run/containerd/containerd.sock \
		--containerd-namespace "moby-$RUNTIME" --containerd-plugins-namespace "plugins-$RUNTIME"
}

daemon_stop() {
	systemctl stop "docker-$RUNTIME"
}

# daemon_reload FILTER FORMAT WANTED: until docker info says so
daemon_reload() {
	daemon_config "$1"
	systemctl kill -s HUP --kill-whom=main "docker-$RUNTIME"
	soon info_says "$2" "$3"
}

info_says() {
	[ "$(P info --format "$1")" = "$2" ]
}

# Killed, with a word for what happens until systemd starts it again
daemon_kill() {
	systemctl kill -s KILL --kill-whom=main "docker-$RUNTIME"
	"$@"
	sleep 1
	soon P version
}

import_box() {
	/work/tests/vm/engines/box | P import -c 'CMD ["/bin/sh"]' -c 'ENV PATH=/bin' - $IMAGE
}

engine_up() {
	local name address=10.88.0.1/16
	name=$(runtime_name)
	[ "$RUNTIME" = reference ] || address=10.89.0.1/16
	mkdir -p /run/engines /var/lib/engines
	systemctl start containerd.service
	ip link add "d-$name" type bridge && ip address add $address dev "d-$name" && ip link set "d-$name" up
	daemon_config && daemon_start && import_box
}

# What the script may have left: docker takes a second here for each of these
engine_clean() {
	[[ $1 != *swarm* ]] || P swarm leave --force
	# shellcheck disable=SC2046 # a list of ids
	[[ ! $1 =~ P\ (run|create|build)|compose ]] || P rm -fv $(P ps -aq)
	[[ ! $1 =~ -v\ [a-z]|compose ]] || P volume prune -af
	[[ ! $1 =~ network\ create|swarm|compose ]] || P network prune -f
	# Without a cgroup namespace runc mounts the hierarchy without options, and so changes the host's
	[[ $1 != *cgroupns\ host* ]] || mount -o remount,nsdelegate,memory_recursiveprot /sys/fs/cgroup
	[[ $1 != *daemon_* ]] || { daemon_stop; daemon_config; daemon_start; }
} > /dev/null 2>&1

# What a container of either may leave behind
engine_left() {
	find /run/engines/*/runtime-*/moby-* -mindepth 1 -maxdepth 1 ! -name '.*' 2> /dev/null
	find /sys/fs/cgroup -name 'docker-*.scope'
}

engine_down() {
	daemon_stop
	[ "$RUNTIME" = reference ] || systemctl stop containerd.service
	ip link del "d-$(runtime_name)"
}
