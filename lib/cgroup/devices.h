/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * devices.h - linux.resources.devices as a BPF program on a cgroup
 */
#pragma once

#include <linux/bpf.h>
#include <stddef.h>

#include "base/err.h"
#include "spec/spec.h"

/* What cgroup_devices_program() needs at most for @n rules. */
size_t cgroup_devices_max(size_t n);

/*
 * Write the program for @rules to @ret, which has room for cgroup_devices_max(@n) instructions.
 * Returns their number; 0 for no rules: every device is allowed, and nothing is to be attached.
 */
size_t cgroup_devices_program(const struct spec_dev_rule *rules, size_t n, struct bpf_insn *ret);

/*
 * Load the program and attach it to the cgroup @cgroup_fd, beside the programs of the cgroups above:
 * an access has to be allowed by all of them.  It goes when the cgroup does.
 */
int cgroup_devices_attach(int cgroup_fd, const struct bpf_insn *insns, size_t n, struct err *err);
