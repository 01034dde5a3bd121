# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# containerd.bash - how the cases call containerd: by ctr, each runtime in a namespace of its own, and by cri, where
# the runtimes are two handlers
#
# Sourced by run, and in each case's shell.

REFERENCE=/usr/sbin/runc
IMAGE=localhost/box:latest
ALONE='systemctl (kill|start)'
CASE_SECONDS=${CASE_SECONDS:-300}
engines=/work/tests/vm/engines

# ctr in the namespace of the case
P() {
	local verb=$1 binary=$REFERENCE
	shift
	[ "$RUNTIME" = reference ] || binary=$JAIL
	case $verb in
	run) ctr -n "case.$RUNTIME" run --runc-binary "$binary" "$@" ;;
	*) ctr -n "case.$RUNTIME" "$verb" "$@" ;;
	esac
}

# What most cases ask for: one container that is removed
R() {
	P run --rm "$@"
}

# X NAME COMMAND…: by exec, after the options of it
X() {
	P tasks exec --exec-id "x$RANDOM" "$@"
}

# pid NAME: that of its first process
pid() {
	P tasks ls | awk -v name="$1" '$1 == name { print $2 }'
}

# shim NAME: the process that looks after it
shim() {
	cut -d' ' -f4 "/proc/$(pid "$1")/stat"
}

# gone NAME: until it has ended
gone() {
	until P tasks ls | grep -q "^$1 .*STOPPED"; do sleep 0.2; done
}

# cri with the handler of the case: systemd makes the cgroups, or, with FLAVOUR=cgroupfs, the runtime
cri() {
	local handler=runc-systemd
	[ "$RUNTIME" = reference ] || handler=jail
	case $handler.${FLAVOUR-} in
	runc-systemd.cgroupfs) handler=runc ;;
	jail.cgroupfs) handler=jail-cgroupfs ;;
	esac
	HANDLER=$handler "$engines/cri" "$@"
}

# log NAME FIELD: what it said, from that field on (2: the stream); first the one stream, then the other: those have no order
log() {
	sort -s -k 2,2 "logs/$1.log" | cut -d' ' -f "$2-"
}

# Debian's configuration, a sandbox image, what is shipped, and the handlers that are missing for a comparison
configuration() {
	local shipped=$engines/../../../config/engines/containerd.toml.in
	sed '/^  \[plugins\."io.containerd.grpc.v1.cri"\]/a sandbox_image = "localhost/pause:latest"' \
		/etc/containerd/config.toml.debian
	sed -e '/^version/d' -e "s,@BINDIR@,$(dirname "$JAIL")," "$shipped"
	sed -n '/runtimes\.jail\]/,$p' "$shipped" | sed -e 's/runtimes\.jail/runtimes.runc-systemd/' -e "s,@BINDIR@/jail,$REFERENCE,"
	sed -n '/runtimes\.jail\]/,$p' "$shipped" | sed -e 's/runtimes\.jail/runtimes.jail-cgroupfs/' -e "s,@BINDIR@/jail,$JAIL," \
		-e '/SystemdCgroup/d'
}

engine_up() {
	[ "$RUNTIME" != reference ] || {
		cp -n /etc/containerd/config.toml /etc/containerd/config.toml.debian
		configuration > /etc/containerd/config.toml
		"$engines/archive" > /tmp/archive.tar
		systemctl restart containerd.service && ctr -n k8s.io images import /tmp/archive.tar
		cri image "$IMAGE"
		cri image localhost/pause:latest
	}
	P images import /tmp/archive.tar
}

engine_clean() {
	local name
	for name in $(P containers ls -q); do
		P tasks delete -f "$name"
		P containers delete "$name"
	done
	[[ $1 != *cri\ * ]] || cri clean
} > /dev/null 2>&1

# What the runtimes and their shims leave
engine_left() {
	for _ in {1..50}; do
		pgrep -f containerd-shim-runc > /dev/null || break
		sleep 0.2
	done
	pgrep -fa containerd-shim-runc
	find /run/containerd/runc /run/containerd/io.containerd.runtime.v2.task -mindepth 2 -maxdepth 2 ! -name '.*' \
		-printf "%p\n" 2> /dev/null
	find /sys/fs/cgroup -mindepth 1 -maxdepth 4 -type d \( -path '*/case.*/*' -o -name '*cri-containerd*' -o -path '*/kube/*' \) \
		-printf "%p\n" 2> /dev/null
}

engine_down() {
	P images rm "$IMAGE" localhost/pause:latest
	[ "$RUNTIME" = reference ] || {
		ctr -n k8s.io images rm "$IMAGE" localhost/pause:latest
		mv /etc/containerd/config.toml.debian /etc/containerd/config.toml
		systemctl stop containerd.service
	}
}
