/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * resources.h - linux.resources as it was written, checked
 *
 * Numbers are those of the specification, which has its units from cgroup v1; lib/plan/limits.c turns
 * them into what cgroup v2 takes.  Of limits, -1 is none.  Elements of lists are in document order, so
 * that number i has the place [i].
 */
#pragma once

#include "spec/types.h"

struct spec_block_device {
	uint32_t major, minor;
	uint64_t value;                 /* weight; or bytes or operations a second, 0: no limit */
};

struct spec_block_devices {
	struct spec_block_device *v;
	size_t n;
};

/* By enum: the five lists of linux.resources.blockIO. */
enum spec_block_list {
	SPEC_BLOCK_WEIGHT, SPEC_BLOCK_READ_BPS, SPEC_BLOCK_WRITE_BPS, SPEC_BLOCK_READ_IOPS,
	SPEC_BLOCK_WRITE_IOPS, SPEC_BLOCK_COUNT
};
extern const char *const spec_block_names[SPEC_BLOCK_COUNT];   /* "weightDevice", … */

struct spec_hugepage {
	char *size;                     /* as the kernel writes it: "2MB" */
	uint64_t limit_bytes;
};

struct spec_rdma {
	char *device;
	struct spec_opt_uint handles, objects;
};

struct spec_resources {
	struct spec_opt_int memory, memory_low, memory_swap;      /* bytes; swap is of both */
	bool memory_check;              /* checkBeforeUpdate */
	uint64_t cpu_shares;            /* 0: not set */
	struct spec_opt_int cpu_quota;    /* microseconds a period */
	uint64_t cpu_period;            /* microseconds, 0: not set */
	struct spec_opt_int cpu_burst;    /* microseconds */
	struct spec_opt_int cpu_idle;     /* 0 or 1 */
	char *cpus, *mems;              /* lists: "0-3,7" */
	struct spec_opt_int pids;
	bool pids_default;              /* pids is our default: it goes where there is no controller */
	uint64_t block_weight;          /* 10 to 1000, 0: not set */
	struct spec_block_devices block[SPEC_BLOCK_COUNT];
	struct spec_hugepage *hugepages;
	size_t n_hugepages;
	struct spec_rdma *rdma;
	size_t n_rdma;
	struct spec_pairs unified;      /* file of cgroup v2, what is written to it */
};
