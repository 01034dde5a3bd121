/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * supervise.h - a jail in the foreground, from its start to its end, and again after a reboot
 */
#pragma once

#include "passed.h"

struct supervisor {
	struct jail_runtime *rt;
	const char *id;
	const struct jail_spec *spec;
	struct jail_create_options options;  /* without what passed.h adds */
	const struct passed *passed;
	bool relayed;                /* the program has a terminal and we relay it */
	bool keep;                   /* do not delete the jail at the end */
	bool service;                /* we are the main process of a unit */
};

/* Returns the exit code. */
int supervise(struct supervisor *s);
