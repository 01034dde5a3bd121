/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * string.c - the few string functions needed; and the four that compilers call on their own
 */
#include <errno.h>

#include "init.h"

void *memcpy(void *to, const void *from, size_t n);
void *memset(void *p, int c, size_t n);

void *memcpy(void *to, const void *from, size_t n)
{
	char *t = to;
	const char *f = from;

	while (n--)
		*t++ = *f++;
	return to;
}

void *memset(void *p, int c, size_t n)
{
	char *t = p;

	while (n--)
		*t++ = (char)c;
	return p;
}

void *mem_copy(void *to, const void *from, size_t n)
{
	return memcpy(to, from, n);
}

void mem_zero(void *p, size_t n)
{
	memset(p, 0, n);
}

size_t str_len(const char *s)
{
	size_t n = 0;

	while (s[n])
		n++;
	return n;
}

int str_eq(const char *a, const char *b)
{
	while (*a && *a == *b)
		a++, b++;
	return *a == *b;
}

int str_append(char *to, size_t size, const char *s)
{
	size_t at = str_len(to), n = str_len(s);

	if (n >= size - at)
		return -ENAMETOOLONG;
	mem_copy(to + at, s, n + 1);
	return 0;
}

char *str_dec(char buf[24], uint64_t v)
{
	char *p = buf + 23;

	*p = '\0';
	do
		*--p = (char)('0' + v % 10);
	while (v /= 10);
	return p;
}
