/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * err.h - what went wrong, on what, and where in the spec
 *
 * A struct err lives on the caller's stack.  The function that finds a failure
 * fills it; callers on the way up add what they were trying to do in front.
 * Nothing here allocates, so an error can be told when memory is what is missing.
 */
#pragma once

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>

#define ERR_PLACE_MAX 192
#define ERR_TEXT_MAX  1024
#define ERR_STEP_MAX  48

struct err {
	int code;                    /* negative errno; 0: no error */
	char place[ERR_PLACE_MAX];   /* "mounts[3].source", or empty */
	char step[ERR_STEP_MAX];     /* name of the plan step that failed, or empty */
	char text[ERR_TEXT_MAX];     /* "find mount target: open /x: No such file or directory" */
};

#define ERR_FORMAT(f, a) __attribute__((format(printf, f, a)))

/* Describe a failure with an explicit code; returns @code. All functions here accept NULL @err. */
int err_set(struct err *err, int code, const char *fmt, ...) ERR_FORMAT(3, 4);

/* Describe a failed system call: appends ": strerror(errno)"; returns -errno. */
int err_sys(struct err *err, const char *fmt, ...) ERR_FORMAT(2, 3);

/* The same, for a call that returned -errno. */
int err_code(struct err *err, int code, const char *fmt, ...) ERR_FORMAT(3, 4);

/* Put "what was being done: " in front; returns @code unchanged. */
int err_add(struct err *err, int code, const char *fmt, ...) ERR_FORMAT(3, 4);

/* A fault in the spec at @place; returns -EINVAL. */
int err_spec(struct err *err, const char *place, const char *fmt, ...) ERR_FORMAT(3, 4);

/* Name the place of an error that has none yet; returns @code. */
int err_place(struct err *err, int code, const char *fmt, ...) ERR_FORMAT(3, 4);

int err_nomem(struct err *err);

/* The text of an errno, without locale or static buffers: thread-safe. */
const char *err_text(int code);
