/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * limits.h - linux.resources as writes to files of a cgroup v2
 */
#pragma once

#include "base/util.h"
#include "spec/spec.h"

struct limit {
	const char *file, *value;       /* "memory.max", "1048576" */
	const char *place;              /* "linux.resources.memory.limit" */
	bool optional;                  /* left out where the kernel does not have the file */
	bool or_next;                   /* where the kernel does not have the file the next one is used,
					 * and where it has it the next one is left out */
};

/* In the order in which they are written. */
struct limits {
	struct limit *v;
	size_t n, cap;
	struct arena arena;             /* holds the strings */
	const char *prefix;             /* of the places */
	struct limit spare;             /* handed out after a failure */
	bool failed;
};

/*
 * All that @res asks for; @prefix is the place of @res in its document ("linux.resources.", or "").
 * On failure *ret is empty.
 */
int limits_compile(const struct spec_resources *res, const char *prefix, struct limits *ret,
		   struct err *err);
void limits_done(struct limits *l);

/* The cpu.weight that stands for cpu.shares. */
uint64_t limits_cpu_weight(uint64_t shares);
