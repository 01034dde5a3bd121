# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
#
# podman-cgroupfs.bash - podman that makes cgroups itself
#
# Sourced by run, and in each case's shell.

MANAGER=cgroupfs
# shellcheck source=tests/vm/engines/podman.bash
source "$(dirname "$(realpath "${BASH_SOURCE[0]}")")/podman.bash"
CASES=podman
NAMES="run exec-probe kill pause limits oom update restart pod rm-running cgroup-modes frozen-by-others"
