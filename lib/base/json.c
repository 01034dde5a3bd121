/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * json.c - writing JSON into a buffer
 */
#include "base/json.h"

#include <string.h>

/* Length of the UTF-8 sequence at @s, 0 if it is none (overlong, surrogate, cut off). */
static size_t utf8_len(const unsigned char *s)
{
	static const struct { unsigned char mask, lead; uint32_t min; } forms[] = {
		{ 0x80, 0x00, 0 }, { 0xe0, 0xc0, 0x80 }, { 0xf0, 0xe0, 0x800 }, { 0xf8, 0xf0, 0x10000 },
	};

	for (size_t n = 0; n < ARRAY_SIZE(forms); n++) {
		uint32_t v = s[0] & (unsigned char)~forms[n].mask;

		if ((s[0] & forms[n].mask) != forms[n].lead)
			continue;
		for (size_t i = 1; i <= n; i++) {
			if ((s[i] & 0xc0) != 0x80)
				return 0;
			v = v << 6 | (s[i] & 0x3f);
		}
		if (v < forms[n].min || v > 0x10ffff || (v >= 0xd800 && v <= 0xdfff))
			return 0;
		return n + 1;
	}
	return 0;
}

void json_put_string(struct buf *b, const char *s)
{
	const unsigned char *p = (const unsigned char *)s;

	if (!s) {
		buf_put(b, "null", 4);
		return;
	}
	buf_put(b, "\"", 1);
	while (*p) {
		size_t n = utf8_len(p);

		if (*p == '"' || *p == '\\')
			buf_printf(b, "\\%c", *p);
		else if (*p == '\n')
			buf_put(b, "\\n", 2);
		else if (*p < 0x20 || *p == 0x7f)
			buf_printf(b, "\\u%04x", *p);
		else if (!n)
			buf_put(b, "\\ufffd", 6);
		else
			buf_put(b, p, n);
		p += n ? n : 1;
	}
	buf_put(b, "\"", 1);
}
