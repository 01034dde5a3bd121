# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# docker.bash - how the cases call docker: one daemon, which knows both runtimes
#
# Sourced by run, and in each case's shell.

REFERENCE=/usr/sbin/runc
IMAGE=box
ALONE=.

# docker with the runtime of the case
P() {
	local verb=$1 runtime=runc
	shift
	[ "$RUNTIME" = reference ] || runtime=jail
	case $verb in
	run | create) docker "$verb" --runtime $runtime "$@" ;;
	*) docker "$verb" "$@" ;;
	esac
}

R() {
	P run --rm "$@"
}

engine_up() {
	local here
	here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
	[ "$RUNTIME" = reference ] || return 0
	mkdir -p /etc/docker
	sed "s,@BINDIR@/jail,$JAIL," "$here/../../../config/engines/docker-daemon.json.in" > /etc/docker/daemon.json
	systemctl start docker.service && "$here/box" | docker import -c 'CMD ["/bin/sh"]' -c 'ENV PATH=/bin' - $IMAGE
}

engine_clean() {
	# shellcheck disable=SC2046 # a list of ids
	docker rm -f $(docker ps -aq)
	docker volume prune -af
	docker network prune -f
} > /dev/null 2>&1

engine_down() {
	[ "$RUNTIME" = reference ] || systemctl stop docker.service docker.socket containerd.service
}
