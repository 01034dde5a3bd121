/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * manager.h - who makes the cgroup of an ordinary user's jail
 */
#pragma once

#include "run/create.h"

struct cgroup_choice {
	bool none, scope;       /* no cgroup; systemd's; neither: ours… */
	char *parent;           /* …below this one; NULL: where the spec says. The caller frees it */
};

/*
 * The user's systemd, where it can be reached and @scope_program can be run; else the cgroup we are in,
 * where it is the user's; else none, if the spec can do without.  Otherwise an error that says what to
 * do.
 */
int manager_choose(const struct spec *spec, const char *scope_program, struct cgroup_choice *ret,
		   struct err *err);
