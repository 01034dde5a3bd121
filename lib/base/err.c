/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * err.c - what went wrong, on what, and where in the spec
 */
#include "base/err.h"

#include <stdio.h>
#include <string.h>

const char *err_text(int code)
{
	const char *s = strerrordesc_np(code < 0 ? -code : code);

	return s ? s : "unknown error";
}

static void err_begin(struct err *err, int code)
{
	err->code = code;
	err->place[0] = err->step[0] = err->text[0] = '\0';
}

int err_set(struct err *err, int code, const char *fmt, ...)
{
	va_list ap;

	if (!err)
		return code;
	err_begin(err, code);
	va_start(ap, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	return code;
}

ERR_FORMAT(3, 0)
static int err_vcode(struct err *err, int code, const char *fmt, va_list ap)
{
	size_t n;

	if (!err)
		return code;
	err_begin(err, code);
	vsnprintf(err->text, sizeof(err->text), fmt, ap);
	n = strlen(err->text);
	snprintf(err->text + n, sizeof(err->text) - n, ": %s", err_text(code));
	return code;
}

int err_sys(struct err *err, const char *fmt, ...)
{
	int code = errno ? -errno : -EIO;
	va_list ap;

	va_start(ap, fmt);
	err_vcode(err, code, fmt, ap);
	va_end(ap);
	return code;
}

int err_code(struct err *err, int code, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	err_vcode(err, code, fmt, ap);
	va_end(ap);
	return code;
}

int err_add(struct err *err, int code, const char *fmt, ...)
{
	char old[ERR_TEXT_MAX];
	va_list ap;
	size_t n;

	if (!err)
		return code;
	memcpy(old, err->text, sizeof(old));
	va_start(ap, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	n = strlen(err->text);
	snprintf(err->text + n, sizeof(err->text) - n, ": %s", old);
	return code;
}

int err_spec(struct err *err, const char *place, const char *fmt, ...)
{
	va_list ap;

	if (!err)
		return -EINVAL;
	err_begin(err, -EINVAL);
	snprintf(err->place, sizeof(err->place), "%s", place);
	va_start(ap, fmt);
	vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	return -EINVAL;
}

int err_place(struct err *err, int code, const char *fmt, ...)
{
	va_list ap;

	if (!err || err->place[0])
		return code;
	va_start(ap, fmt);
	vsnprintf(err->place, sizeof(err->place), fmt, ap);
	va_end(ap);
	return code;
}

int err_nomem(struct err *err)
{
	return err_set(err, -ENOMEM, "out of memory");
}
