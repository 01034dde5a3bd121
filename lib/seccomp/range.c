/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * range.c - order comparisons as sets of masked comparisons
 *
 * libseccomp up to 2.5.4 at least merges the rules of a system call into one tree, and gets it wrong
 * when two order comparisons look at one argument: "below 0x100000000 or below 2" refuses 2,
 * "above 0x100000001 or below 2" lets 2 pass (tests/unit/seccomp_compile.c).  Its equality and
 * masked comparisons merge correctly.  So where a call has two order comparisons on an argument,
 * each is written as the at most 64 aligned blocks of numbers that it consists of:
 *
 *	x < v:  for each bit of v that is set: the bits above it as in v, this one clear
 *	x > v:  for each bit of v that is clear: the bits above it as in v, this one set
 */
#include "seccomp/range.h"

bool range_is(int op)
{
	return op == SCMP_CMP_LT || op == SCMP_CMP_LE || op == SCMP_CMP_GE || op == SCMP_CMP_GT;
}

static struct scmp_arg_cmp masked(unsigned int arg, uint64_t mask, uint64_t datum)
{
	return (struct scmp_arg_cmp){ .arg = arg, .op = SCMP_CMP_MASKED_EQ, .datum_a = mask,
				      .datum_b = datum };
}

size_t range_masks(unsigned int arg, int op, uint64_t value, struct scmp_arg_cmp ret[RANGE_MASKS_MAX])
{
	bool below = op == SCMP_CMP_LT || op == SCMP_CMP_LE;
	size_t n = 0;

	if (op == SCMP_CMP_LE || op == SCMP_CMP_GE)
		ret[n++] = masked(arg, UINT64_MAX, value);
	for (unsigned int bit = 0; bit < 64; bit++) {
		uint64_t one = 1ULL << bit, mask = ~(one - 1);

		if (!!(value & one) == below)
			ret[n++] = masked(arg, mask, (value ^ one) & mask);
	}
	return n;
}
