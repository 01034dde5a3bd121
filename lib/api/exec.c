/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * exec.c - jail_exec() and the processes it makes
 */
#include "api/api.h"

#include "run/exec.h"
#include "run/process.h"

static size_t count(const char *const *v)
{
	size_t n = 0;

	while (v && v[n])
		n++;
	return n;
}

static int add_caps(const char *const *caps, uint64_t *ret, struct err *err)
{
	for (size_t i = 0; caps && caps[i]; i++) {
		int cap = spec_cap_number(caps[i]);

		if (cap < 0)
			return err_set(err, -EINVAL, "unknown capability %s", caps[i]);
		*ret |= 1ULL << cap;
	}
	return 0;
}

static int check_env(const char *const *env, struct err *err)
{
	for (size_t i = 0; env && env[i]; i++)
		if (!strchr(env[i], '=') || env[i][0] == '=')
			return err_set(err, -EINVAL, "environment variable \"%s\" is not of the form "
				       "NAME=VALUE", env[i]);
	return 0;
}

static int fill(struct exec_request *req, const struct jail_exec_options *o, const struct spec *spec,
		struct err *err)
{
	struct plan_exec *p = &req->plan;
	int r;

	*req = (struct exec_request){
		.user = o->user, .sub_cgroup = o->cgroup,
		.stdio = o->use_stdio ? o->stdio : NULL, .console_socket = o->console_socket,
		.pid_file = o->pid_file, .pidfd_socket = o->pidfd_socket,
	};
	*p = (struct plan_exec){
		.process = spec ? &spec->process : NULL,
		.argv = (char *const *)o->argv, .n_argv = count(o->argv),
		.env = (char *const *)o->env, .n_env = count(o->env), .cwd = o->cwd,
		.groups = o->additional_gids, .n_groups = o->n_additional_gids,
		.has_groups = o->additional_gids != NULL,
		.no_new_privs = o->no_new_privs, .apparmor = o->apparmor, .selinux = o->process_label,
		.terminal = o->tty == 1, .height = o->console_height, .width = o->console_width,
		.newline = o->console_newline || o->console_socket,
		.preserve_fds = o->preserve_fds,
	};
	r = add_caps(o->caps, &p->caps, err);
	return r < 0 ? r : check_env(o->env, err);
}

static int ready(struct jail *jail, bool ignore_paused, struct err *err)
{
	enum jail_status status;
	int r = api_status(jail, &status, err);

	if (r < 0)
		return r;
	if (status == JAIL_STOPPED || status == JAIL_CREATING)
		return err_set(err, -ESRCH, "jail %s: container not running", jail->id);
	if (status == JAIL_PAUSED && !ignore_paused)
		return err_set(err, -EBUSY, "jail %s: cannot exec in a container that is paused", jail->id);
	return 0;
}

int jail_exec(struct jail *jail, const struct jail_exec_options *options, struct jail_process **ret,
	      struct jail_error **error)
{
	struct jail_process *process = calloc(1, sizeof(*process));
	struct jail_exec_options o = { 0 };
	struct exec_request req = { 0 };
	struct executed done = { 0 };
	struct spec *spec = NULL;
	struct err err = { 0 };
	int r = process ? API_OPTIONS(options, &o, &err) : err_nomem(&err);

	if (r == 0)
		r = ready(jail, o.ignore_paused, &err);
	if (r == 0 && o.process_json)
		r = spec_parse_process(o.process_json, o.process_json_len,
				       o.process_name ? o.process_name : "process", &spec, &err);
	if (r == 0)
		r = fill(&req, &o, spec, &err);
	if (r == 0 && (o.tty == 1 || (spec && spec->process.terminal)) && !o.console_socket &&
	    !o.want_console)
		r = err_set(&err, -EINVAL,
			    "a terminal needs a console socket, or somebody who keeps its other end");
	if (r == 0) {
		req.log = api_log(jail->rt);
		r = exec_jail(jail->dir_fd, &jail->state, jail->pidfd, &req, &done, &err);
	}
	spec_free(spec);
	if (r < 0 || !process) {
		free(process);
		return api_fail(&err, o.process_json && err.place[0] ? o.process_name : NULL, error);
	}
	*process = (struct jail_process){ done.pid, done.pidfd, done.console_fd };
	*ret = process;
	return 0;
}

pid_t jail_process_pid(const struct jail_process *p)
{
	return p->pid;
}

int jail_process_pidfd(const struct jail_process *p)
{
	return p->pidfd;
}

int jail_process_console_fd(struct jail_process *p)
{
	return fd_take(&p->console_fd);
}

int jail_process_wait(struct jail_process *p, int *ret_status, struct jail_error **error)
{
	struct err err = { 0 };
	int r = process_wait(p->pidfd, ret_status, &err);

	return r < 0 ? api_fail(&err, NULL, error) : 0;
}

void jail_process_free(struct jail_process *p)
{
	if (!p)
		return;
	fd_close(&p->pidfd);
	fd_close(&p->console_fd);
	free(p);
}
