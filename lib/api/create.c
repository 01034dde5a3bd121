/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * create.c - jail_create(), jail_run(), jail_plan()
 */
#include "api/api.h"

#include "plan/print.h"
#include "run/manager.h"

static void fill(struct create_request *req, const struct jail_runtime *rt, const char *id,
		 const struct jail_spec *spec, const struct jail_create_options *o)
{
	*req = (struct create_request){
		.spec = spec->spec, .id = id, .bundle = spec->bundle, .root_path = rt->root,
		.data_path = rt->data,
		.use_cgroup = rt->cgroup_manager != JAIL_CGROUP_DISABLED,
		.scope_program = rt->cgroup_manager == JAIL_CGROUP_AUTO ? NULL : rt->scope_program,
		.no_pivot = o->flags & JAIL_CREATE_NO_PIVOT,
		.no_new_keyring = o->flags & JAIL_CREATE_NO_NEW_KEYRING,
		.stdio = o->use_stdio ? o->stdio : NULL,
		.console_socket = o->console_socket, .pid_file = o->pid_file,
		.pidfd_socket = o->pidfd_socket, .log_note = o->log_note,
		.preserve_fds = o->preserve_fds, .cgroup_parent = o->cgroup_parent,
		.env = o->env, .pid_env = o->pid_env, .notify_socket = o->notify_socket,
		.want_notify = o->want_notify, .log = api_log(rt),
	};
}

/* *parent is the caller's to free. */
static int choose_cgroup(const struct jail_runtime *rt, struct create_request *req, char **parent,
			 struct err *err)
{
	struct cgroup_choice choice;
	int r;

	if (rt->cgroup_manager != JAIL_CGROUP_AUTO || req->cgroup_parent)
		return 0;
	r = manager_choose(req->spec, rt->scope_program, &choice, err);
	req->use_cgroup = !choice.none;
	req->scope_program = choice.scope ? rt->scope_program : NULL;
	req->cgroup_parent = *parent = choice.parent;
	return r;
}

static int make_object(struct jail_runtime *rt, const char *id, struct created *c,
		       struct jail **ret, struct err *err)
{
	struct jail *jail = calloc(1, sizeof(*jail));

	if (jail)
		jail->id = strdup(id);
	if (!jail || !jail->id) {
		free(jail);
		fd_close(&c->dir_fd);
		fd_close(&c->pidfd);
		fd_close(&c->console_fd);
		fd_close(&c->notify_fd);
		fd_close(&c->oom.above);
		state_done(&c->state);
		return err_nomem(err);
	}
	jail->rt = rt;
	jail->dir_fd = c->dir_fd;
	jail->pidfd = c->pidfd;
	jail->console_fd = c->console_fd;
	jail->notify_fd = c->notify_fd;
	jail->state = c->state;
	jail->looked = true;
	jail->oom = c->oom;
	*ret = jail;
	return 0;
}

static int make(struct jail_runtime *rt, const char *id, const struct jail_spec *spec,
		const struct jail_create_options *options, bool gated, struct jail **ret,
		struct jail_error **error)
{
	struct jail_create_options o;
	mem_auto char *parent = NULL;
	struct create_request req;
	struct created created;
	struct err err = { 0 };
	int r = API_OPTIONS(options, &o, &err);

	if (r == 0 && spec->spec->process.terminal && !o.console_socket && !o.want_console)
		r = err_spec(&err, "process.terminal",
			     "a terminal needs a console socket, or somebody who keeps its other end");
	if (r == 0) {
		fill(&req, rt, id, spec, &o);
		req.gated = gated;
		r = choose_cgroup(rt, &req, &parent, &err);
	}
	if (r == 0)
		r = create_jail(&req, &created, &err);
	if (r == 0)
		r = make_object(rt, id, &created, ret, &err);
	return r < 0 ? api_fail(&err, err.place[0] ? spec->spec->name : NULL, error) : 0;
}

int jail_create(struct jail_runtime *rt, const char *id, const struct jail_spec *spec,
		const struct jail_create_options *options, struct jail **ret,
		struct jail_error **error)
{
	return make(rt, id, spec, options, true, ret, error);
}

int jail_run(struct jail_runtime *rt, const char *id, const struct jail_spec *spec,
	     const struct jail_create_options *options, struct jail **ret, struct jail_error **error)
{
	return make(rt, id, spec, options, false, ret, error);
}

int jail_plan(struct jail_runtime *rt, const struct jail_spec *spec, const char *id, bool json,
	      char **ret, struct jail_error **error)
{
	struct jail_create_options o = JAIL_INIT(struct jail_create_options);
	mem_auto char *parent = NULL;
	struct create_request req;
	mem_auto struct plan *p = NULL;
	struct buf out = { 0 };
	struct err err = { 0 };
	int r = state_check_id(id, &err);

	fill(&req, rt, id, spec, &o);
	req.gated = true;
	/* Limits that nobody could set are part of the plan all the same. */
	if (r == 0 && choose_cgroup(rt, &req, &parent, NULL) < 0)
		req.use_cgroup = true;
	if (r == 0)
		r = preview_plan(&req, &p, &err);
	if (r < 0)
		return api_fail(&err, err.place[0] ? spec->spec->name : NULL, error);
	if (json)
		plan_print_json(p, &out);
	else
		plan_print_text(p, &out);
	if (out.failed) {
		err_nomem(&err);
		return api_fail(&err, NULL, error);
	}
	*ret = out.text;
	return 0;
}
