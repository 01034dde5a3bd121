/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * place.c - where a value stands in the document, and errors that say so
 */
#include "spec/field.h"

#include <stdio.h>
#include <string.h>

static const json_t *not_null(const json_t *v)
{
	return json_is_null(v) ? NULL : v;
}

struct at at_member(const struct at *at, const char *key)
{
	return (struct at){ .p = at->p, .up = at, .key = key,
			    .v = not_null(json_object_get(at->v, key)) };
}

struct at at_element(const struct at *at, size_t i)
{
	return (struct at){ .p = at->p, .up = at, .index = i, .v = json_array_get(at->v, i) };
}

static bool key_plain(const char *key)
{
	for (const char *c = key; *c; c++)
		if (!(*c >= 'a' && *c <= 'z') && !(*c >= 'A' && *c <= 'Z') &&
		    !(*c >= '0' && *c <= '9') && *c != '_' && *c != '-')
			return false;
	return *key;
}

static void place_put(const struct at *at, char *text, size_t size)
{
	size_t n;

	if (!at->up)
		return;
	place_put(at->up, text, size);
	n = strlen(text);
	if (!at->key)
		snprintf(text + n, size - n, "[%zu]", at->index);
	else if (key_plain(at->key))
		snprintf(text + n, size - n, "%s%s", n ? "." : "", at->key);
	else
		snprintf(text + n, size - n, "[\"%s\"]", at->key);
}

int at_fail(const struct at *at, const char *fmt, ...)
{
	char place[ERR_PLACE_MAX] = "", text[ERR_TEXT_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	place_put(at, place, sizeof(place));
	return err_spec(at->p->err, place, "%s", text);
}

int at_nomem(const struct at *at)
{
	return err_nomem(at->p->err);
}

static const char *type_name(const json_t *v)
{
	static const char *const names[] = {
		[JSON_OBJECT] = "an object",   [JSON_ARRAY] = "an array",
		[JSON_STRING] = "a string",    [JSON_INTEGER] = "a number",
		[JSON_REAL] = "a fraction",    [JSON_TRUE] = "true",
		[JSON_FALSE] = "false",        [JSON_NULL] = "null",
	};

	/* An integer beyond 64 signed bits travels as a string that begins with NUL: see text.c. */
	if (json_is_string(v) && json_string_length(v) > 0 && !json_string_value(v)[0])
		return "a number";
	return names[json_typeof(v)];
}

int at_expect(const struct at *at, json_type type)
{
	static const char *const wanted[] = {
		[JSON_OBJECT] = "an object", [JSON_ARRAY] = "an array", [JSON_STRING] = "a string",
		[JSON_INTEGER] = "an integer", [JSON_REAL] = "a number", [JSON_TRUE] = "true or false",
		[JSON_FALSE] = "true or false", [JSON_NULL] = "null",
	};
	const char *have;

	if (!at->v)
		return at_fail(at, "is required");
	have = type_name(at->v);
	if (json_typeof(at->v) == type && !(type == JSON_STRING && !strcmp(have, "a number")))
		return 0;
	return at_fail(at, "must be %s, not %s", wanted[type], have);
}

int at_unknown_word(const struct at *at, const struct word *words)
{
	buf_auto list = { 0 };
	size_t n = 0;

	while (words[n].name)
		n++;
	for (size_t i = 0; i < n && n <= 24; i++)
		buf_printf(&list, "%s%s", !i ? "" : i + 1 < n ? ", " : " or ", words[i].name);
	if (!list.text)
		return at_fail(at, "unknown word \"%.80s\"", json_string_value(at->v));
	return at_fail(at, "must be %s, not \"%.80s\"", list.text, json_string_value(at->v));
}
