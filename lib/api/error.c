/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * error.c - errors as objects
 */
#include "api/api.h"

#include <stdio.h>

/* When there is no memory left even for the error, this one is handed out. */
static struct jail_error no_memory = {
	.err = { .code = -ENOMEM, .text = "out of memory" }, .message = "out of memory",
};

int api_fail(const struct err *e, const char *name, struct jail_error **ret)
{
	struct jail_error *error;

	if (!ret)
		return e->code;
	error = calloc(1, sizeof(*error));
	if (!error) {
		*ret = &no_memory;
		return -ENOMEM;
	}
	error->err = *e;
	if (e->place[0] && name)
		snprintf(error->message, sizeof(error->message), "%s: %s: %s", name, e->place, e->text);
	else if (e->place[0] || name)
		snprintf(error->message, sizeof(error->message), "%s: %s",
			 e->place[0] ? e->place : name, e->text);
	else
		snprintf(error->message, sizeof(error->message), "%s", e->text);
	/* One line, whatever the names in it hold. */
	for (char *p = error->message; *p; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = '?';
	*ret = error;
	return e->code;
}

int api_options(const void *from, void *to, size_t size, struct err *err)
{
	size_t given;

	memset(to, 0, size);
	if (!from)
		return 0;
	memcpy(&given, from, sizeof(given));
	if (given < sizeof(given))
		return err_set(err, -EINVAL, "an option struct's size is not set");
	/* A newer caller's additions must be unused. */
	for (size_t i = size; i < given; i++)
		if (((const char *)from)[i])
			return err_set(err, -ENOTSUP, "an option is newer than this library");
	memcpy(to, from, MIN(given, size));
	return 0;
}

int jail_error_code(const struct jail_error *err)
{
	return err ? err->err.code : 0;
}

const char *jail_error_message(const struct jail_error *err)
{
	return err ? err->message : "";
}

const char *jail_error_place(const struct jail_error *err)
{
	return err ? err->err.place : "";
}

const char *jail_error_step(const struct jail_error *err)
{
	return err ? err->err.step : "";
}

void jail_error_free(struct jail_error *err)
{
	if (err != &no_memory)
		free(err);
}
