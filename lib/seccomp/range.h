/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * range.h - order comparisons as sets of masked comparisons
 */
#pragma once

#include <seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RANGE_MASKS_MAX 65

/* SCMP_CMP_LT, LE, GE or GT. */
bool range_is(int op);

/* Write to @ret the alternatives that together are "argument @arg @op @value"; returns their number. */
size_t range_masks(unsigned int arg, int op, uint64_t value,
		   struct scmp_arg_cmp ret[RANGE_MASKS_MAX]);
