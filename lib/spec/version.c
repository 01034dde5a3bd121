/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * version.c - ociVersion: SemVer 2.0.0
 *
 * Versions 1.x are compatible in both directions, so every one of them is taken, with or without
 * a pre-release ("1.0.2-dev") and build part.
 */
#include "spec/parse.h"

#include <string.h>

/* A number without leading zeros; returns what follows it, or NULL. */
static const char *skip_number(const char *s)
{
	size_t n = strspn(s, "0123456789");

	return n == 0 || (n > 1 && *s == '0') ? NULL : s + n;
}

/* Dot-separated identifiers; those of a pre-release have no leading zeros when they are numbers. */
static const char *skip_identifiers(const char *s, bool prerelease)
{
	static const char chars[] = "0123456789-abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

	for (;; s++) {
		size_t n = strspn(s, chars), digits = strspn(s, "0123456789");

		if (!n || (prerelease && n == digits && n > 1 && *s == '0'))
			return NULL;
		s += n;
		if (*s != '.')
			return s;
	}
}

int version_check(const char *text)
{
	const char *s = text;

	for (int i = 0; i < 3; i++) {
		s = skip_number(s);
		if (!s || (i < 2 && *s++ != '.'))
			return -EINVAL;
	}
	if (*s == '-')
		s = skip_identifiers(s + 1, true);
	if (s && *s == '+')
		s = skip_identifiers(s + 1, false);
	if (!s || *s)
		return -EINVAL;
	return str_starts(text, "1.") ? 0 : -ENOTSUP;
}
