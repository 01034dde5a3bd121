/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * completion.h - the generators of completion scripts, one a shell
 */
#pragma once

#include "cli.h"

/*
 * Words, separated by blanks, that an option's value or an argument can have; NULL when the shell
 * has to find them.  The caller frees them.
 */
char *completion_words(enum opt_complete kind, const char *choices);

/* Each prints its script to standard output. */
void completion_bash(void);
void completion_zsh(void);
void completion_fish(void);
