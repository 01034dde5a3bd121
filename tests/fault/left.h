/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * left.h - what is left on the machine when nothing should be
 */
#pragma once

#include <stdbool.h>

struct places {
	const char *root;       /* the state directory */
	const char *work;       /* pid files, and marks that hooks make and unmake */
};

/* Reap those of our children that have ended; false: some have not. */
bool left_reap(void);

/* Wait until no child of ours lives but those in a jail's cgroup; false: it took too long. */
bool left_settle(void);

/* Wait for all of our children; false: some do not end. */
bool left_no_process(void);

/* Print, as TAP comments, what is left; returns how many things. */
int left_count(const struct places *at);

/* Remove it all, so that the next step starts clean. */
void left_remove(const struct places *at);
