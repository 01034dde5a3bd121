/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * newer.h - system calls that the linked libseccomp does not know yet
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/util.h"

#define SECCOMP_NEWER_MAX 32

struct seccomp_newer {
	struct {
		uint32_t nr, action;
	} rules[SECCOMP_NEWER_MAX];
	size_t n;
	uint32_t newest;        /* highest number that the profile names, 0: none of these */
};

/*
 * Note that the profile names @name; @action applies when @unconditional, and as in libseccomp the
 * first one wins.  A name that is not in the table is skipped.
 */
void seccomp_newer_add(struct seccomp_newer *newer, const char *name, uint32_t action,
		       bool unconditional);

/*
 * Append to @out (struct sock_filter) the instructions to run before libseccomp's: rules of @newer,
 * and with @enosys ENOSYS for the numbers above all known ones, on the @n_archs architectures
 * of @archs.  Appends nothing when there is nothing to do.
 */
void seccomp_newer_emit(const struct seccomp_newer *newer, bool enosys, const uint32_t *archs,
			size_t n_archs, struct buf *out);
