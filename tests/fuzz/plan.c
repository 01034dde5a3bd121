/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* plan.c - fuzzing the check that stands between a plan and its interpreter, and what follows it */
#include <string.h>

#include "plan/build.h"
#include "plan/check.h"
#include "plan/compile.h"
#include "plan/print.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What passes the check must be readable to its last byte: printing and exec read all of it. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct plan *p = malloc(size ? size : 1);
	buf_auto out = { 0 };
	struct plan *again = NULL;
	struct err err;

	if (!p)
		return 0;
	memcpy(p, data, size);
	if (plan_check(p, size)) {
		struct plan_exec req = { .base = p };

		plan_print_text(p, &out);
		plan_print_json(p, &out);
		if (plan_compile_exec(&req, &again, &err) == 0 && !plan_check(again, again->size))
			__builtin_trap();
		free(again);
	}
	free(p);
	return 0;
}
