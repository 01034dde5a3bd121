/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ids.h - the jails that a verb is to work on
 */
#pragma once

#include "cli.h"

/*
 * All ids that match the extended regular expression @pattern from the first letter to the last,
 * as one block that ends with NULL; NULL after a message.  None matching is no error.
 */
char **ids_matching(struct cli *cli, const char *pattern);

/* Do @act to each id; returns 1 if one of them failed. */
int ids_each(struct cli *cli, char **ids,
	     int (*act)(struct cli *cli, const char *id, const void *opts), const void *opts);
