/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * variant.c - GVariant's text form, as far as properties of units use it
 *
 * Source: GLib, "GVariant Text Format".  Numbers without a type are int32; strings in single or double
 * quotes; lists of strings.  A word that is none of these is taken as a string: 'mixed' needs no quotes.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scope.h"

static const char *skip(const char *s)
{
	return s + strspn(s, " \t");
}

/* A quoted string at *s into @out; *s moves behind it. */
static int quoted(const char **s, char *out, size_t size)
{
	char quote = **s;
	size_t n = 0;

	for ((*s)++; **s != quote; (*s)++) {
		if (**s == '\\' && (*s)[1])
			(*s)++;
		if (!**s || n + 1 >= size)
			return -EINVAL;
		out[n++] = **s;
	}
	out[n] = '\0';
	(*s)++;
	return 0;
}

static int append_strings(sd_bus_message *m, const char *s)
{
	char item[1024];
	int r = sd_bus_message_open_container(m, 'v', "as");

	if (r >= 0)
		r = sd_bus_message_open_container(m, 'a', "s");
	for (s = skip(s + 1); r >= 0 && *s != ']'; s = skip(s)) {
		if (*s != '\'' && *s != '"')
			return -EINVAL;
		r = quoted(&s, item, sizeof(item));
		if (r >= 0)
			r = sd_bus_message_append(m, "s", item);
		s = skip(s);
		if (*s == ',')
			s++;
		else if (*s != ']')
			return -EINVAL;
	}
	if (r >= 0 && *skip(s + 1))
		return -EINVAL;
	if (r >= 0)
		r = sd_bus_message_close_container(m);
	return r < 0 ? r : sd_bus_message_close_container(m);
}

static const struct { const char *name; char type; } number_types[] = {
	{ "byte", 'y' }, { "int16", 'n' }, { "uint16", 'q' }, { "int32", 'i' },
	{ "uint32", 'u' }, { "int64", 'x' }, { "uint64", 't' },
};

static int append_number(sd_bus_message *m, char type, const char *digits)
{
	char *end;
	long long v;
	unsigned long long u;
	const char signature[2] = { type, '\0' };

	errno = 0;
	v = strtoll(digits, &end, 0);
	if (type == 't') {
		errno = 0;
		u = strtoull(digits, &end, 0);
		return errno || end == digits || *skip(end) || *digits == '-' ?
			       -EINVAL : sd_bus_message_append(m, "v", signature, (uint64_t)u);
	}
	if (errno || end == digits || *skip(end))
		return -EINVAL;
	if (type == 'x')
		return sd_bus_message_append(m, "v", signature, (int64_t)v);
	/* Smaller ones are passed as int. */
	if (type == 'u' ? v < 0 || v > UINT32_MAX : v < INT32_MIN || v > INT32_MAX)
		return -EINVAL;
	return sd_bus_message_append(m, "v", signature, (int)v);
}

int variant_append(sd_bus_message *m, const char *text)
{
	const char *s = skip(text);
	char item[1024];

	if (*s == '[')
		return append_strings(m, s);
	if (*s == '\'' || *s == '"')
		return quoted(&s, item, sizeof(item)) < 0 || *skip(s) ?
			       -EINVAL : sd_bus_message_append(m, "v", "s", item);
	if (!strcmp(s, "true") || !strcmp(s, "false"))
		return sd_bus_message_append(m, "v", "b", *s == 't');
	for (size_t i = 0; i < sizeof(number_types) / sizeof(number_types[0]); i++) {
		size_t n = strlen(number_types[i].name);

		if (!strncmp(s, number_types[i].name, n) && s[n] == ' ')
			return append_number(m, number_types[i].type, skip(s + n));
	}
	if (isdigit((unsigned char)*s) || *s == '-')
		return append_number(m, 'i', s);
	return *s ? sd_bus_message_append(m, "v", "s", s) : -EINVAL;
}
