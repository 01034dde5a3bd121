/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * output.h - where the output of a jail in the background goes
 */
#pragma once

#include "cli.h"

struct output {
	bool set;                    /* false: our own standard streams */
	int stdio[3];
	char *note;                  /* for jail logs: "file:/path", "log:/path" for a default one, "journal:IDENTIFIER" */
};

/* @how: the value of --log-output, NULL for the default. 0, or -1 after a message. */
int output_open(const char *how, struct jail_runtime *rt, const char *id, struct output *ret);
void output_done(struct output *o);
