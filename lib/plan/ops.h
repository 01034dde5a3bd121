/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ops.h - the table of opcodes: names and kinds of arguments
 */
#pragma once

#include "plan/plan.h"

struct plan_arg_info {
	enum plan_arg kind;
	const char *label;
};

struct plan_op_info {
	const char *name;
	struct plan_arg_info s[3], a[4];
};

/* Indexed by enum plan_op; [OP_INVALID] is empty. */
extern const struct plan_op_info plan_ops[OP_COUNT];
extern const char *const plan_stage_names[STAGE_COUNT];
