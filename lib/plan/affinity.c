/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * affinity.c - a cpu list as a mask
 */
#include "plan/compile.h"

#include <string.h>

#include "base/ranges.h"

#define CPUS_MAX 8192U

/* The spec parser has checked the characters; what remains wrong sets nothing and the kernel refuses. */
void compile_affinity(struct plan_builder *b, const char *cpus, const char *place,
		      enum plan_stage stage, bool final)
{
	uint64_t mask[CPUS_MAX / 64] = { 0 };
	uint32_t from, to, top = 0;
	struct plan_step *s;
	uint32_t at;

	while (*cpus) {
		ranges_next(&cpus, CPUS_MAX - 1, &from, &to);
		if (!cpus) {
			memset(mask, 0, sizeof(mask));
			break;
		}
		for (; from <= to; from++)
			mask[from / 64] |= 1ULL << from % 64;
		top = MAX(top, to);
	}
	at = plan_put_blob(b, mask, (top / 64 + 1) * 8);
	s = plan_add(b, OP_AFFINITY, stage, "%s", place);
	s->s[0] = at;
	s->a[0] = final;
}
