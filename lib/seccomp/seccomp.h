/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * seccomp.h - a seccomp profile as the BPF program that the kernel takes
 *
 * Compiling costs about 10 ms for a profile of usual size, so finished programs are kept in a
 * directory of the runtime; a hit costs an open, a read and a close.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "spec/spec.h"

struct seccomp_program {
	void *insns;            /* an array of struct sock_filter, malloc'd */
	size_t len_bytes;       /* a multiple of 8, at most BPF_MAXINSNS instructions */
};

static inline void seccomp_program_done(struct seccomp_program *p)
{
	free(p->insns);
	p->insns = NULL;
	p->len_bytes = 0;
}

/*
 * Compile @s, which must not be ->builtin.  The caller owns *ret.
 * Filter flags (s->flags) are not part of a program: whoever loads it passes them.
 * Threads: any number at once.
 */
int seccomp_compile(const struct spec_seccomp *s, struct seccomp_program *ret, struct err *err);

/*
 * The program of @s, ->builtin or not, out of the cache in @cache_dir_fd when it is there, or
 * compiled and put there.  -1: no cache.  A cache that cannot be read or written is not an error.
 */
int seccomp_get(int cache_dir_fd, const struct spec_seccomp *s, struct seccomp_program *ret,
		struct err *err);
