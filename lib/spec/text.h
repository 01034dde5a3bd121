/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * text.h - JSON text to jansson values and back
 */
#pragma once

#include <jansson.h>

#include "base/util.h"

#define TEXT_MAX ((size_t)16 << 20)

static inline void json_done(json_t **v)
{
	json_decref(*v);
}

#define json_auto __attribute__((cleanup(json_done))) json_t

/* Parse one JSON object.  Faults are told as "line 3, column 7: ...". */
int text_parse(const char *text, size_t len, json_t **ret, struct err *err);

/* Indented JSON with a newline at its end, malloc'd. */
int text_print(const json_t *v, char **ret, struct err *err);

/* Make a message one printable line: what a spec says may be quoted in it. */
void text_clean_err(struct err *err);
