/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * controllers.h - the controllers of a cgroup, and enabling them on the way down to it
 */
#pragma once

#include "cgroup/limits.h"

#define CONTROLLER_MAX 16       /* in a set; Linux has nine */

struct controllers {
	char name[CONTROLLER_MAX][24];
	size_t n;
};

/* Add the controller that a file ("memory.max") belongs to; none for "cgroup.procs". */
void controllers_add_file(struct controllers *set, const char *file);

/*
 * Enable @want in every cgroup above the one at @at, so that it has their files.  Where nothing is
 * missing nothing is written: such a write walks every cgroup below, even when it changes nothing.
 * What cannot be enabled is left out; controllers_why() tells later.
 */
void controllers_enable(const struct cgroup_place *at, const struct controllers *want);

/* Why the cgroup at @at has no @file: into @err, returns its code. */
int controllers_why(const struct cgroup_place *at, const char *file, struct err *err);
