/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * check.h - is this buffer a plan that can be walked without leaving it?
 *
 * Used by the library on what it reads from the state directory and by jail-init on what it is
 * handed.  Freestanding, no allocation, one pass over the steps.
 */
#pragma once

#include <stddef.h>

#include "plan/plan.h"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Woverride-init"
#define PLAN_S(i, k, l) [i] = ARG_##k
#define PLAN_A(i, k, l) [3] = ARG_NONE
#define PLAN_X(op, text, ...) [OP_##op] = { [3] = ARG_NONE, ##__VA_ARGS__ },
/* Kinds of s[0], s[1], s[2]. */
static const uint8_t plan_kinds[OP_COUNT][4] = { PLAN_OPS(PLAN_X, PLAN_S, PLAN_A) };
#undef PLAN_S
#undef PLAN_A
#undef PLAN_X
#pragma GCC diagnostic pop

static inline int plan_check_str(const struct plan *p, uint32_t at)
{
	const char *c = (const char *)p;

	/* The last byte of a plan is NUL, so a string that starts inside ends inside. */
	return at < p->size && (!at || at >= sizeof(*p)) && c[p->size - 1] == '\0';
}

/* Room for a 64-bit length at @at; *ret_count gets it. */
static inline int plan_check_head(const struct plan *p, uint32_t at, uint64_t *ret_count)
{
	if (at % 8 || at < sizeof(*p) || at > p->size - 8)
		return 0;
	*ret_count = *(const uint64_t *)plan_at(p, at);
	return 1;
}

static inline int plan_check_list(const struct plan *p, uint32_t at)
{
	const uint64_t *v;
	uint64_t n;

	if (!at)
		return 1;
	if (!plan_check_head(p, at, &n) || n > (p->size - at - 8) / 8)
		return 0;
	if ((p->size - at - 8) / 8 < n + 1)
		return 0;
	v = (const uint64_t *)plan_at(p, at) + 1;
	for (uint64_t i = 0; i < n; i++)
		if (!v[i] || v[i] >= p->size || !plan_check_str(p, (uint32_t)v[i]))
			return 0;
	return v[n] == 0;
}

static inline int plan_check_blob(const struct plan *p, uint32_t at)
{
	uint64_t n;

	return !at || (plan_check_head(p, at, &n) && n <= p->size - at - 8);
}

static inline int plan_check_arg(const struct plan *p, uint8_t kind, uint32_t at)
{
	switch (kind) {
	case ARG_NONE:
		return at == 0;
	case ARG_OPT_STR:
		return plan_check_str(p, at);
	case ARG_OPT_LIST:
		return plan_check_list(p, at);
	case ARG_OPT_BLOB:
		return plan_check_blob(p, at);
	case ARG_STR:
		return at && plan_check_str(p, at);
	case ARG_LIST:
		return at && plan_check_list(p, at);
	case ARG_BLOB:
		return at && plan_check_blob(p, at);
	default:
		return 0;
	}
}

/* @len: bytes there are.  Returns 1 when @p is a sound plan.  @p must be 8-aligned. */
static inline int plan_check(const struct plan *p, size_t len)
{
	const struct plan_step *s;

	if (len < sizeof(*p) + 1 || p->magic != PLAN_MAGIC || p->version != PLAN_VERSION)
		return 0;
	if (p->size != len || p->size > PLAN_MAX || p->steps % 8 || p->steps < sizeof(*p) ||
	    p->steps > p->size || p->n_steps > (p->size - p->steps) / sizeof(*s))
		return 0;
	if (!plan_check_str(p, p->id) || !plan_check_str(p, p->state_head) ||
	    !plan_check_str(p, p->state_tail) || !plan_check_str(p, p->name))
		return 0;
	s = plan_steps(p);
	for (uint32_t i = 0; i < p->n_steps; i++, s++) {
		if (s->op == OP_INVALID || s->op >= OP_COUNT || s->stage >= STAGE_COUNT ||
		    !plan_check_str(p, s->place))
			return 0;
		for (int k = 0; k < 3; k++)
			if (!plan_check_arg(p, plan_kinds[s->op][k], s->s[k]))
				return 0;
	}
	return 1;
}
