/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * helper.h - running another program and hearing what it has to say
 */
#pragma once

#include <stddef.h>

#include "base/err.h"

#define HELPER_SAID 2048

/*
 * Run argv[0] with @len bytes of @input on its standard input and wait for its end.  Returns its wait status
 * (0 also when nobody can tell it, because the caller ignores SIGCHLD), or -errno with @err.  *ret_said gets
 * what it printed.
 */
int helper_run(char *const *argv, const char *input, size_t len, char ret_said[HELPER_SAID], struct err *err);
