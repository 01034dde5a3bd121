/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * look.c - documents about jails: state, inspect, lists of jails and processes
 */
#include "api/api.h"

#include "base/json.h"
#include "cgroup/cgroup.h"
#include "net/look.h"
#include "plan/print.h"

/* Hand out a buffer's text, or an error when memory ran out. */
static int finish(struct buf *b, char **ret, struct jail_error **error)
{
	struct err err;

	if (b->failed) {
		err_nomem(&err);
		return api_fail(&err, NULL, error);
	}
	*ret = b->text;
	return 0;
}

static void put_pair(struct buf *b, const char *key, const char *value)
{
	buf_printf(b, ",\n  \"%s\": ", key);
	json_put_string(b, value);
}

/* OCI runtime, State; rootfs, created and owner are what other runtimes add. */
static void put_state(struct buf *b, struct jail *jail, enum jail_status status)
{
	const struct state *s = &jail->state;

	buf_printf(b, "{\n  \"ociVersion\": ");
	json_put_string(b, str_empty(s->oci_version) ? "1.3.0" : s->oci_version);
	put_pair(b, "id", jail->id);
	buf_printf(b, ",\n  \"pid\": %d", (int)jail_pid(jail));
	put_pair(b, "status", jail_status_name(status));
	put_pair(b, "bundle", s->bundle ? s->bundle : "");
	put_pair(b, "rootfs", s->rootfs ? s->rootfs : "");
	put_pair(b, "created", s->created ? s->created : "");
	buf_printf(b, ",\n  \"owner\": \"%u\"", s->owner);
	if (s->annotations)
		buf_printf(b, ",\n  \"annotations\": %s", s->annotations);
}

int jail_state_json(struct jail *jail, char **ret, struct jail_error **error)
{
	enum jail_status status;
	struct buf b = { 0 };
	struct err err;

	if (api_status(jail, &status, &err) < 0)
		return api_fail(&err, NULL, error);
	put_state(&b, jail, status);
	buf_printf(&b, "\n}\n");
	return finish(&b, ret, error);
}

static void put_namespaces(struct buf *b, const struct state *s)
{
	const char *comma = "";

	buf_printf(b, ",\n  \"namespaces\": [");
	for (int i = 0; i < SPEC_NS_COUNT; i++)
		if (s->ns_flags & spec_ns_types[i].flag) {
			buf_printf(b, "%s\"%s\"", comma, spec_ns_types[i].name);
			comma = ", ";
		}
	buf_printf(b, "]");
}

static void put_pids(struct buf *b, struct jail *jail)
{
	mem_auto pid_t *pids = NULL;
	int n = jail_pids(jail, &pids, NULL);

	buf_printf(b, ",\n  \"processes\": [");
	for (int i = 0; pids && i < n; i++)
		buf_printf(b, i ? ", %d" : "%d", (int)pids[i]);
	buf_printf(b, "]");
}

int jail_inspect_json(struct jail *jail, char **ret, struct jail_error **error)
{
	mem_auto struct plan *p = NULL;
	enum jail_status status;
	struct buf b = { 0 };
	struct err err;

	if (api_status(jail, &status, &err) < 0)
		return api_fail(&err, NULL, error);
	put_state(&b, jail, status);
	put_pair(&b, "cgroup", jail->state.cgroup);
	put_pair(&b, "log", jail->state.log_note);
	put_namespaces(&b, &jail->state);
	put_pids(&b, jail);
	if (jail->state.network && net_jail_json(jail->state.network, &b, &err) < 0) {
		buf_done(&b);
		return api_fail(&err, NULL, error);
	}
	if (plan_read(jail->dir_fd, "plan", &p, &err) == 0) {
		buf_printf(&b, ",\n  \"plan\": ");
		plan_print_json(p, &b);
		while (b.len && b.text[b.len - 1] == '\n')
			b.len--;
	}
	buf_printf(&b, "\n}\n");
	return finish(&b, ret, error);
}

int jail_list(struct jail_runtime *rt, char ***ret, struct jail_error **error)
{
	struct strv v = { 0 };
	struct err err = { 0 };
	fd_auto root = -1;
	int r = state_root_open(rt->root, false, &root, &err);

	if (r == -ENOENT) {
		*ret = calloc(1, sizeof(**ret));
		r = *ret ? 0 : err_nomem(&err);
		return r < 0 ? api_fail(&err, NULL, error) : 0;
	}
	if (r == 0)
		r = state_list(root, false, &v, &err);
	if (r < 0)
		return api_fail(&err, NULL, error);
	*ret = v.v;
	return (int)v.n;
}

int jail_pids(struct jail *jail, pid_t **ret, struct jail_error **error)
{
	struct err err = { 0 };
	fd_auto cgroup = -1;
	int r = api_need_process(jail, &err);

	if (r < 0)
		return api_fail(&err, NULL, error);
	if (!jail->state.cgroup) {
		*ret = malloc(sizeof(**ret));
		if (!*ret) {
			err_nomem(&err);
			return api_fail(&err, NULL, error);
		}
		**ret = jail->state.pid;
		return 1;
	}
	r = api_cgroup(jail, &cgroup, &err);
	if (r == 0) {
		r = cgroup_pids(cgroup, ret);
		if (r < 0)
			err_code(&err, r, "list the processes of jail %s", jail->id);
	}
	return r < 0 ? api_fail(&err, NULL, error) : r;
}
