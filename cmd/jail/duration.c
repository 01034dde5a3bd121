/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * duration.c - lengths of time on the command line, as Go programs write them
 */
#include <string.h>

#include "duration.h"
#include "message.h"
#include "util.h"

#define DURATION_MAX_MS (10.0 * 24 * 60 * 60 * 1000)

static const struct {
	const char *name;            /* longer ones before those that they begin with */
	double ms;
} units[] = {
	{ "ms", 1 }, { "us", 1e-3 }, { "ns", 1e-6 }, { "s", 1e3 }, { "m", 60e3 }, { "h", 3600e3 },
};

/* "12", "1.5"; not strtod(3), which takes "nan", "0x1p3" and a sign. */
static const char *parse_number(const char *text, double *ret)
{
	double v = 0, place = 1;
	const char *p = text;

	for (; *p >= '0' && *p <= '9'; p++)
		v = v * 10 + (*p - '0');
	if (*p == '.')
		for (p++; *p >= '0' && *p <= '9'; p++)
			v += (*p - '0') * (place /= 10);
	*ret = v;
	return p == text || (p == text + 1 && *text == '.') ? NULL : p;
}

static const char *parse_unit(const char *text, double *ret)
{
	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		const char *rest = str_after(text, units[i].name);

		if (rest) {
			*ret = units[i].ms;
			return rest;
		}
	}
	return NULL;
}

bool duration_parse(const char *text, uint32_t *ret_ms)
{
	double total = 0, number, unit;
	bool first = true;

	do {
		text = parse_number(text, &number);
		if (!text)
			return false;
		if (first && !*text)
			unit = 1000;
		else if (!(text = parse_unit(text, &unit)))
			return false;
		total += number * unit;
		first = false;
	} while (*text);
	if (total > DURATION_MAX_MS)
		return false;
	*ret_ms = (uint32_t)(total + 0.5);
	return true;
}

int64_t duration_option(const char *verb, const char *option, const char *text, uint32_t min_ms,
			uint32_t fallback_ms)
{
	uint32_t ms;

	if (!text)
		return fallback_ms;
	if (!duration_parse(text, &ms)) {
		msg_error("%s: --%s: \"%s\" is not a duration such as 5s, 500ms or 1m30s", verb, option,
			  text);
		return -1;
	}
	if (ms < min_ms) {
		msg_error("%s: --%s: must be at least %u ms", verb, option, min_ms);
		return -1;
	}
	return ms;
}
