/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ops.c - the table of opcodes
 */
#include "plan/ops.h"

#include <stddef.h>

#define PLAN_S(i, k, l) .s[i] = { ARG_##k, l }
#define PLAN_A(i, k, l) .a[i] = { ARG_##k, l }
#define PLAN_X(op, text, ...) [OP_##op] = { .name = text, __VA_ARGS__ },

const struct plan_op_info plan_ops[OP_COUNT] = {
	PLAN_OPS(PLAN_X, PLAN_S, PLAN_A)
};

const char *const plan_stage_names[STAGE_COUNT] = {
	[STAGE_BEFORE] = "before",
	[STAGE_CLONED] = "cloned",
	[STAGE_INSIDE] = "inside",
	[STAGE_NAMESPACES] = "namespaces",
	[STAGE_STARTED] = "started",
	[STAGE_DELETED] = "deleted",
	[STAGE_EXEC] = "exec",
};
