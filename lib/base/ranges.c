/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ranges.c - lists of numbers: "0-3,7"
 */
#include "base/ranges.h"

#include <stddef.h>
#include <string.h>

static const char *skip_blanks(const char *s)
{
	return s + strspn(s, " ");
}

static const char *list_number(const char *s, uint32_t max, uint32_t *ret)
{
	uint32_t v = 0;

	s = skip_blanks(s);
	if (*s < '0' || *s > '9')
		return NULL;
	for (; *s >= '0' && *s <= '9'; s++) {
		v = v * 10 + (uint32_t)(*s - '0');
		if (v > max)
			return NULL;
	}
	*ret = v;
	return skip_blanks(s);
}

void ranges_next(const char **s, uint32_t max, uint32_t *ret_first, uint32_t *ret_last)
{
	*s = list_number(*s, max, ret_first);
	*ret_last = *ret_first;
	if (*s && **s == '-')
		*s = list_number(*s + 1, max, ret_last);
	if (*s && (*ret_first > *ret_last || (**s && **s != ',')))
		*s = NULL;
	if (*s && **s == ',')
		*s = *s + 1 + (*skip_blanks(*s + 1) ? 0 : strlen(*s + 1));
}
