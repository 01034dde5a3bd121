/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * update.c - changing the limits of a jail
 */
#include "run/update.h"

#include "api/api.h"
#include "cgroup/cgroup.h"
#include "plan/build.h"

static int apply(struct jail *jail, const struct update *up, struct err *err)
{
	fd_auto root = -1, fd = -1;
	struct cgroup_place at = { .path = jail->state.cgroup };
	int r = api_cgroup(jail, &fd, err);

	if (r == 0)
		r = cgroup_root_open(&root, &at.root, err);
	if (r < 0)
		return r;
	at.root_fd = root;
	at.fd = fd;
	return update_limits(&at, up, err);
}

/* One at a time, and not while the jail is made or removed. */
static int update(struct jail *jail, struct update *up, struct err *err)
{
	mem_auto struct plan *plan = NULL;
	enum jail_status status = JAIL_STOPPED;
	int r = api_begin(jail, &status, err);

	if (r < 0)
		return r;
	if (status == JAIL_STOPPED || status == JAIL_CREATING)
		r = err_set(err, -ESRCH, "jail %s: container not running", jail->id);
	if (r == 0)
		r = plan_read(jail->dir_fd, "plan", &plan, err);
	up->plan = plan;
	up->scope = jail->state.scope;
	if (r == 0)
		r = apply(jail, up, err);
	api_unlock(jail);
	return r;
}

int jail_update(struct jail *jail, const char *resources, size_t len, const char *name,
		struct jail_error **error)
{
	struct update up = { .prefix = "" };
	struct spec *spec = NULL;
	struct err err = { 0 };
	int r = spec_parse_resources(resources, len, name, &spec, &err);

	if (r < 0)
		return api_fail(&err, name, error);
	up.spec = spec;
	r = update(jail, &up, &err);
	spec_free(spec);
	return r < 0 ? api_fail(&err, err.place[0] ? name : NULL, error) : 0;
}

int jail_update_spec(struct jail *jail, const struct jail_spec *spec, struct jail_error **error)
{
	struct update up = { .spec = spec->spec, .prefix = "linux.resources.", .whole = true };
	struct err err = { 0 };
	int r = update(jail, &up, &err);

	return r < 0 ? api_fail(&err, err.place[0] ? spec->spec->name : NULL, error) : 0;
}
