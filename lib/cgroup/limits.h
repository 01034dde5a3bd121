/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * limits.h - put limits on a cgroup, and hand it to a user
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "plan/limits.h"

struct cgroup_place {
	int root_fd;            /* the cgroup2 mount, and where it is */
	const char *root;
	const char *path;       /* of the cgroup below it */
	int fd;                 /* the cgroup */
};

/*
 * Write @n limits, enabling the controllers that they need in the cgroups above.
 * @undo: when one is refused, write back what was there; without it the ones before stay.
 * The error has the limit's place, and says what is missing where the host does not offer it.
 */
int cgroup_limits_apply(const struct cgroup_place *at, const struct limit *v, size_t n, bool undo,
			struct err *err);

/*
 * Have what it uses counted, without any limit: the controllers that do so are enabled above, as far as that
 * can be had.  Two system calls where they are.
 */
void cgroup_count(const struct cgroup_place *at);

/* Let @uid manage its part of the hierarchy: cgroups(7), "Cgroups delegation". */
int cgroup_delegate(const struct cgroup_place *at, uid_t uid, gid_t gid, struct err *err);
