# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# helpers.bash - for suites that run on the virtual machine itself, beside its systemd
#
# Everything of tests/bats/helpers.bash, without the sandbox: other cgroups and processes than those of
# jails are nobody's leftovers here.

# shellcheck source=tests/bats/helpers.bash
source "${BASH_SOURCE[0]%/*}/../bats/helpers.bash"

[ -n "${JAIL_VM-}" ] || {
	echo "tests/vm/*.bats run in the virtual machine: tests/vm/run FILE" >&2
	exit 1
}
export JAIL_BATS=1

# The cgroups that jails make, wherever they are: directly below the root, or asked of systemd
jail_cgroups() {
	find $CGROUP -mindepth 1 -type d \( -path '*/jail/*' -o -name 'jail-*.scope' \) "$@"
}

processes() {
	find /proc/[0-9]*/exe -maxdepth 0 \( -lname "$JAIL" -o -lname '*memfd:jail*' \) \
		-printf 'process %p %l\n' 2>/dev/null
}

cgroups() {
	jail_cgroups -printf 'cgroup %p\n'
}

clean_up() {
	local f
	"$JAIL" list -q 2>/dev/null | xargs -r -n 1 "$JAIL" delete --force
	for f in $(jail_cgroups); do
		echo 1 > "$f/cgroup.kill"
	done
	sleep 0.5
	jail_cgroups -depth -exec rmdir {} +
	rm -rf $ROOT
} 2>/dev/null

# as_user NAME COMMAND...: an ordinary login's environment, without root's rights
as_user() {
	local name=$1 uid session=()
	shift
	uid=$(id -u "$name")
	[ ! -d "/run/user/$uid" ] || session=(XDG_RUNTIME_DIR="/run/user/$uid"
		DBUS_SESSION_BUS_ADDRESS="unix:path=/run/user/$uid/bus")
	(cd "/home/$name" && setpriv --reuid "$uid" --regid "$uid" --init-groups --inh-caps=-all \
		env -i HOME="/home/$name" USER="$name" PATH="$PATH" LANG=C.UTF-8 "${session[@]}" "$@")
}
