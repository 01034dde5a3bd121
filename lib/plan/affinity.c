/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * affinity.c - a cpu list as a mask
 */
#include "plan/compile.h"

#include <string.h>

#define CPUS_MAX 8192U

/* "a-b" or "a"; moves *s behind it. */
static bool parse_range(const char **s, unsigned long *from, unsigned long *to)
{
	char *end;

	*from = *to = strtoul(*s, &end, 10);
	if (end == *s)
		return false;
	if (*end == '-') {
		*s = end + 1;
		*to = strtoul(*s, &end, 10);
		if (end == *s)
			return false;
	}
	*s = end;
	return *from <= *to && *to < CPUS_MAX;
}

/* The spec parser has checked the characters; what remains wrong sets nothing and the kernel refuses. */
void compile_affinity(struct plan_builder *b, const char *cpus, const char *place,
		      enum plan_stage stage, bool final)
{
	uint64_t mask[CPUS_MAX / 64] = { 0 };
	unsigned long from, to, top = 0;
	struct plan_step *s;
	uint32_t at;

	while (*cpus) {
		cpus += strspn(cpus, ", ");
		if (!*cpus)
			break;
		if (!parse_range(&cpus, &from, &to)) {
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
