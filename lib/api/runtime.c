/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * runtime.c - where state lives, how cgroups are made, who hears warnings
 */
#include "api/api.h"

#include <limits.h>
#include <stdio.h>

#include "run/scope.h"

const char *jail_version(void)
{
	return JAIL_VERSION;
}

/* Or root of a user namespace of his, where engines run what they start. */
static bool is_ordinary_user(void)
{
	return geteuid() != 0 || (!str_empty(getenv("XDG_RUNTIME_DIR")) && scope_user());
}

static char *default_root(bool ordinary)
{
	const char *dir = getenv("XDG_RUNTIME_DIR");
	char *path = NULL;

	if (!ordinary)
		return strdup("/run/jail");
	if (!str_empty(dir))
		return asprintf(&path, "%s/jail", dir) < 0 ? NULL : path;
	return asprintf(&path, "/tmp/jail-%u", geteuid()) < 0 ? NULL : path;
}

static char *default_data(bool ordinary)
{
	const char *dir = getenv("JAIL_DATA_DIR"), *home = getenv("HOME");
	char *path = NULL;

	if (!str_empty(dir) && *dir == '/')
		return strdup(dir);
	if (!ordinary)
		return strdup("/var/lib/jail");
	dir = getenv("XDG_DATA_HOME");
	if (!str_empty(dir) && *dir == '/')
		return asprintf(&path, "%s/jail", dir) < 0 ? NULL : path;
	if (!str_empty(home))
		return asprintf(&path, "%s/.local/share/jail", home) < 0 ? NULL : path;
	/* In the state directory, which must be ours: no jail has a name with a dot before it. */
	return asprintf(&path, "/tmp/jail-%u/.data", geteuid()) < 0 ? NULL : path;
}

static char *absolute(const char *path)
{
	char *full = NULL, cwd[PATH_MAX];

	if (path[0] == '/')
		return strdup(path);
	if (!getcwd(cwd, sizeof(cwd)))
		return NULL;
	return asprintf(&full, "%s/%s", cwd, path) < 0 ? NULL : full;
}

int jail_runtime_new(const struct jail_runtime_options *options, struct jail_runtime **ret,
		     struct jail_error **error)
{
	struct jail_runtime_options o;
	bool ordinary = is_ordinary_user();
	struct jail_runtime *rt;
	struct err err;
	int r = API_OPTIONS(options, &o, &err);

	if (r < 0)
		return api_fail(&err, NULL, error);
	rt = calloc(1, sizeof(*rt));
	if (rt) {
		rt->root = str_empty(o.root) ? default_root(ordinary) : absolute(o.root);
		rt->data = str_empty(o.data) ? default_data(ordinary) : absolute(o.data);
		rt->cgroup_manager = o.cgroup_manager == JAIL_CGROUP_AUTO && !ordinary ?
					     JAIL_CGROUP_FS : o.cgroup_manager;
		rt->log = o.log;
		rt->log_userdata = o.log_userdata;
	}
	if (rt && (rt->cgroup_manager == JAIL_CGROUP_SYSTEMD || rt->cgroup_manager == JAIL_CGROUP_AUTO) &&
	    asprintf(&rt->scope_program, "%s/jail-scope", o.helpers ? o.helpers : JAIL_HELPERS) < 0)
		jail_runtime_free(mem_take(&rt));
	if (!rt || !rt->root || !rt->data) {
		jail_runtime_free(rt);
		err_nomem(&err);
		return api_fail(&err, NULL, error);
	}
	*ret = rt;
	return 0;
}

void jail_runtime_free(struct jail_runtime *rt)
{
	if (!rt)
		return;
	free(rt->root);
	free(rt->data);
	free(rt->scope_program);
	free(rt);
}

const char *jail_runtime_root(const struct jail_runtime *rt)
{
	return rt->root;
}

const char *jail_runtime_data(const struct jail_runtime *rt)
{
	return rt->data;
}

static void forward(void *userdata, int level, const char *message)
{
	const struct jail_runtime *rt = userdata;

	rt->log(rt->log_userdata, (enum jail_log_level)level, message);
}

struct run_log api_log(const struct jail_runtime *rt)
{
	return (struct run_log){ rt->log ? forward : NULL, (void *)rt };
}
