/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * suggest.h - "did you mean …"
 */
#pragma once

#include <stddef.h>

#include "options.h"

/* How many letters must be inserted, dropped, exchanged or swapped to get from @a to @b. */
size_t suggest_distance(const char *a, const char *b);

/* Is @candidate near enough to @word, and nearer than *best?  Updates *best. */
bool suggest_better(const char *word, const char *candidate, size_t *best);

/* The option name that was probably meant, or NULL. */
const char *suggest_option(const struct opt *opts, const char *word);
