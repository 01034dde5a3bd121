/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * update.h - change the limits of a jail that exists
 */
#pragma once

#include "cgroup/limits.h"
#include "plan/plan.h"

struct update {
	const struct spec *spec;        /* its ->resources and device rules */
	const char *prefix;             /* of places: "linux.resources.", or "" */
	bool whole;                     /* what the spec does not limit has no limit afterwards */
	const struct plan *plan;        /* that the jail was made by: device rules must be its own */
	const char *scope;              /* of the record: systemd is told, too; NULL: it is not its */
};

/* All or, when the kernel refuses one value, nothing. */
int update_limits(const struct cgroup_place *at, const struct update *up, struct err *err);
