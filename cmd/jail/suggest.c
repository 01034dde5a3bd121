/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * suggest.c - find the word that was meant
 *
 * Optimal string alignment distance, three rows of the matrix at a time.  A word is near when at
 * most a third of its letters (at least one, at most three) are wrong, or when it was cut short.
 */
#include <string.h>

#include "suggest.h"
#include "util.h"

#define WORD_MAX 32

static size_t min3(size_t a, size_t b, size_t c)
{
	size_t m = a < b ? a : b;

	return m < c ? m : c;
}

size_t suggest_distance(const char *a, const char *b)
{
	size_t rows[3][WORD_MAX + 1], n = strlen(a), m = strlen(b);

	if (n > WORD_MAX || m > WORD_MAX)
		return n > m ? n : m;
	for (size_t j = 0; j <= m; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= n; i++) {
		size_t *row = rows[i % 3], *above = rows[(i + 2) % 3], *two_above = rows[(i + 1) % 3];

		row[0] = i;
		for (size_t j = 1; j <= m; j++) {
			row[j] = min3(above[j] + 1, row[j - 1] + 1,
				      above[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    two_above[j - 2] + 1 < row[j])
				row[j] = two_above[j - 2] + 1;
		}
	}
	return rows[n % 3][m];
}

bool suggest_better(const char *word, const char *candidate, size_t *best)
{
	size_t len = strlen(word), far = len / 3, d;

	far = far < 1 ? 1 : far > 3 ? 3 : far;
	d = suggest_distance(word, candidate);
	if (len >= 2 && !strncmp(word, candidate, len))
		d = 1;
	if (d > far || d >= *best)
		return false;
	*best = d;
	return true;
}

const char *suggest_option(const struct opt *opts, const char *word)
{
	const char *found = NULL;
	size_t best = SIZE_MAX;

	for (; opts && opts->name; opts++)
		if (suggest_better(word, opts->name, &best))
			found = opts->name;
	return found;
}
