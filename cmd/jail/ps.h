/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ps.h - the two ways of jail ps to show processes; each returns the exit code
 */
#pragma once

#include <sys/types.h>

/* The columns of ps -ef, read from /proc. */
int ps_table(const pid_t *pids, int n);

/* The lines of ps(1), called with @args, whose PID is one of @pids. */
int ps_command(const pid_t *pids, int n, char **args);
