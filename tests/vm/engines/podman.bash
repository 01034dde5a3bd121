# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# podman.bash - how the cases call podman: each runtime with a storage of its own, and the same image in both
#
# Sourced by run, and in each case's shell.

REFERENCE=/usr/bin/crun
IMAGE=localhost/box
MANAGER=${MANAGER:-systemd}

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
	mkdir -p /tmp/box/bin /tmp/box/etc /tmp/box/root /tmp/box/tmp /tmp/box/var
	cp /usr/bin/busybox /tmp/box/bin/
	/usr/bin/busybox --install -s /tmp/box/bin 2> /dev/null
	for applet in $(busybox --list); do
		[ -e /tmp/box/bin/$applet ] || ln -s busybox /tmp/box/bin/$applet
	done
	cp "$here/probe" /tmp/box/bin/probe
	printf 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534::/:/bin/false\nuser:x:1000:1000::/tmp:/bin/sh\n' > /tmp/box/etc/passwd
	printf 'root:x:0:\nnogroup:x:65534:\nuser:x:1000:\nmore:x:1234:user\n' > /tmp/box/etc/group
	tar -C /tmp/box -cf /tmp/box.tar .
	P import -q -c 'CMD ["/bin/sh"]' -c 'ENV PATH=/bin' /tmp/box.tar $IMAGE
}

engine_clean() {
	P pod rm -fa -t 0
	P rm -fa -t 0
	P volume prune -f
} > /dev/null 2>&1

engine_down() {
	P system reset -f
}
