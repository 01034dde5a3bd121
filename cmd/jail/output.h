/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * output.h - where the output of a jail in the background goes
 */
#pragma once

#include "cli.h"

struct output {
	bool set;                    /* false: our own standard streams */
	int stdio[3];
	char *note;                  /* for jail logs: "file:/path", "journal:IDENTIFIER"; or NULL */
};

/* @how: the value of --log-output, NULL for the default. 0, or -1 after a message. */
int output_open(const char *how, const char *root, const char *id, struct output *ret);
void output_done(struct output *o);

/* Remove the default output file of a jail that has been deleted; ROOT/.logs/ID.log. */
void output_forget(const char *root, const char *id);

/* Remove all of those that belong to no jail any more. */
void output_sweep(struct jail_runtime *rt);
