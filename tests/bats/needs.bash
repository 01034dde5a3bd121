# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# needs.bash - what a test asks of its machine
#
# `needs memory controller` skips the test where there is none, with that as the reason.  In the
# virtual machine of make check-vm, which has it all, the test fails instead.

# shellcheck disable=SC2016 # expanded when it is asked
declare -gA NEEDS=(
	["systemd"]='[ -d /run/systemd/system ]'
	["user systemd"]='[ -S /run/user/1000/systemd/private ]'
	["user namespaces"]='unshare --user true'
	["binfmt_misc in a user namespace"]='unshare -rm mount -t binfmt_misc none /mnt'
	["subordinate ids"]='grep -qs "^user:" /etc/subuid && command -v newuidmap'
	["unprivileged user"]='getent passwd user'
	["huge pages"]='grep -qs "^HugePages_Free: *[1-9]" /proc/meminfo'
	["pressure"]='cat /proc/pressure/memory'
	["swap"]='[ "$(wc -l < /proc/swaps)" -gt 1 ]'
	["lxcfs"]='command -v lxcfs'
	["fuse"]='[ -c /dev/fuse ]'
	["debian with systemd"]='[ -x "${JAIL_TEST_SYSTEM:-/var/lib/jail-test/debian}/sbin/init" ]'
	["static jail"]='! ldd "$JAIL" | grep -q "=>"'
	["a kernel that tells exit codes"]='printf "6.15\n%s\n" "$(uname -r)" | sort -CV'
	["veth"]='ip link add needs0 type veth peer name needs1 && ip link del needs0'
	["cap_sys_resource"]='capsh --has-p=cap_sys_resource'
)

# has_need WHAT...: a row of the table, "NAME controller", "N cpus", or programs
has_need() {
	local program
	if [ -n "${NEEDS[$*]-}" ]; then
		eval "${NEEDS[$*]}"
	elif (($# == 2)) && [ "$2" = controller ]; then
		grep -qsw -e "$1" "$CGROUP/cgroup.controllers"
	elif (($# == 2)) && [ "$2" = cpus ]; then
		[ "$(nproc)" -ge "$1" ]
	else
		for program; do
			command -v "$program" || return
		done
	fi
} > /dev/null 2>&1

needs() {
	has_need "$@" && return
	if [ -z "${JAIL_VM-}" ] || [[ $* == "a kernel "* ]]; then
		skip "needs $*"
	fi
	echo "needs $*, and the virtual machine should have it"
	return 1
}
