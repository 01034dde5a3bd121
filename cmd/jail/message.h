/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * message.h - how errors and warnings reach people and engines
 */
#pragma once

#include <stdbool.h>
#include <stdio.h>

#include "jail.h"

/*
 * Where messages go from now on: always to standard error, and to the end of @file when that is
 * not NULL.  Returns -1 after saying why the file cannot be opened.
 */
int msg_setup(const char *file, bool json, bool debug);

/* While a terminal is in raw mode, a line needs its own carriage return. */
void msg_raw_terminal(bool raw);

void msg_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void msg_warning(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* The library's log callback. */
void msg_log(void *userdata, enum jail_log_level level, const char *message);

/* Say what the library reported and free it; returns 1, the exit code of a failure. */
int msg_fail(struct jail_error *err);
/* A line of text that strangers chose: control characters are escaped. */
void msg_put_line(FILE *f, const char *text);
