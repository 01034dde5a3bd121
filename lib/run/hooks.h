/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * hooks.h - hooks that run in the runtime's namespaces
 */
#pragma once

#include <sys/types.h>

#include "base/err.h"
#include "plan/plan.h"

/*
 * Run the hook of step @s and wait for it; @pid and @status (“creating”, …) go into the state document
 * on its standard input.  What it prints is part of the error when it fails.
 */
int hook_run_step(const struct plan *p, const struct plan_step *s, const char *bundle,
		  const char *status, pid_t pid, struct err *err);

/* All HOOK_OUT steps of @stage, in order, up to the first that fails. */
int hooks_run_stage(const struct plan *p, enum plan_stage stage, const char *bundle,
		    const char *status, pid_t pid, struct err *err);
