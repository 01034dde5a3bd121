/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * exec.c - one more process in a jail
 */
#include "run/exec.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "cgroup/cgroup.h"
#include "run/process.h"
#include "run/scope.h"
#include "run/talk.h"
#include "run/users.h"

struct executing {
	struct exec_request *req;
	const struct state *state;
	struct plan *plan;
	struct init_process init;
	int console;
};

static int resolve_user(pid_t pid, struct exec_request *req, struct err *err)
{
	char path[32];
	fd_auto root = -1;
	int r;

	if (!req->user)
		return 0;
	snprintf(path, sizeof(path), "/proc/%d/root", (int)pid);
	root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return err_sys(err, "open the jail's root");
	r = users_parse(root, req->user, &req->plan.uid, &req->plan.gid, err);
	req->plan.has_user = r == 0;
	return r;
}

/*
 * A cgroup that hands out controllers takes no processes, and an init like systemd moves itself out
 * of the jail's own one so that it can.  So the new process goes where the first one is, if that is
 * below.
 */
static char *first_process_cgroup(const struct state *state)
{
	mem_auto char *text = NULL;
	size_t n = strlen(state->cgroup);
	char path[40], *line, *end;

	snprintf(path, sizeof(path), "/proc/%d/cgroup", (int)state->pid);
	if (file_read_at(AT_FDCWD, path, 65536, &text, NULL, NULL) < 0)
		return NULL;
	line = !strncmp(text, "0::/", 4) ? text : strstr(text, "\n0::/");
	if (!line)
		return NULL;
	line = strstr(line, "::/") + 3;
	end = strchr(line, '\n');
	if (end)
		*end = '\0';
	return !strncmp(line, state->cgroup, n) && line[n] == '/' && cgroup_path_ok(line) ?
		strdup(line) : NULL;
}

static int open_cgroup(const struct state *state, const char *sub, int *ret, struct err *err)
{
	mem_auto char *path = NULL, *first = NULL;
	fd_auto root = -1;
	const char *mount;
	int r;

	if (!state->cgroup)
		return sub ? err_set(err, -EINVAL, "the jail has no cgroup of its own") : 0;
	if (asprintf(&path, "%s%s%s", state->cgroup, sub ? "/" : "", sub ? sub + (*sub == '/') : "") < 0) {
		path = NULL;
		return err_nomem(err);
	}
	if (!cgroup_path_ok(path))
		return err_set(err, -EINVAL, "\"%s\" cannot be a cgroup below the jail's", sub);
	r = cgroup_root_open(&root, &mount, err);
	if (r < 0)
		return r;
	first = sub ? NULL : first_process_cgroup(state);
	if (first && cgroup_open(root, first, ret, NULL) == 0)
		return 0;
	return cgroup_open(root, path, ret, err);
}

/* A user's scope: only systemd may move a process there.  The process waits meanwhile. */
static int move_into_scope(void *data, struct err *err)
{
	struct executing *x = data;
	const char *sub = x->req->sub_cgroup;
	mem_auto char *first = NULL;
	int r;

	if (!x->req->plan.moved)
		return 0;
	first = sub ? NULL : first_process_cgroup(x->state);
	if (first)
		sub = first + strlen(x->state->cgroup);
	r = scope_attach_to(x->state->scope, sub, x->init.pid, err);
	if (r == 0)
		protocol_word(x->init.socket, POINT_MAPS, -1);
	return r;
}

static int converse(struct executing *x, const struct state *state, struct err *err)
{
	struct talk talk = {
		.plan = x->plan, .init = &x->init, .status = "running", .log = &x->req->log,
		.first = state->pid,
		.console_socket = x->req->console_socket, .console = -1,
		.data = x, .known = move_into_scope,
	};
	int r = talk_listen(&talk, err);

	x->console = talk.console;
	if (r == -EACCES && geteuid() && state->cgroup && err && !strcmp(err->step, "fork"))
		err_set(err, r, "exec: a process of yours may be brought to cgroup %s only from the "
			"cgroups that were delegated together with it: run jail exec there", state->cgroup);
	return r;
}

static int start(struct executing *x, const struct state *state, int pidfd, struct err *err)
{
	struct init_start s = {
		.plan = x->plan, .staged = true, .cgroup_fd = -1, .stdio = x->req->stdio, .gate = -1,
		.ns = { pidfd, -1, -1, -1, -1, -1, -1, -1 },
	};
	fd_auto cgroup = -1;
	int r = open_cgroup(state, x->req->sub_cgroup, &cgroup, err);

	if (r < 0)
		return r;
	s.cgroup_fd = x->req->plan.moved ? -1 : cgroup;
	return init_start(&s, &x->init, err);
}

static int deliver(struct executing *x, struct err *err)
{
	int r = 0;

	if (x->req->pid_file)
		r = pid_file_write(x->req->pid_file, x->init.pid, err);
	if (r == 0 && x->req->pidfd_socket)
		r = fd_send_to(x->req->pidfd_socket, "pidfd", x->init.pidfd, err);
	return r;
}

int exec_jail(int dir_fd, const struct state *state, int pidfd, struct exec_request *req,
	      struct executed *ret, struct err *err)
{
	struct executing x = { .req = req, .state = state, .init = INIT_NONE, .console = -1 };
	mem_auto struct plan *base = NULL;
	int r = preserved_fds_check(req->plan.preserve_fds, err);

	if (r == 0)
		r = plan_read(dir_fd, "plan", &base, err);
	if (r == 0)
		r = resolve_user(state->pid, req, err);
	if (r < 0)
		return r;
	req->plan.base = base;
	req->plan.ns_flags = state->ns_flags;
	req->plan.moved = state->scope && scope_user();
	r = plan_compile_exec(&req->plan, &x.plan, err);
	if (r == 0)
		r = start(&x, state, pidfd, err);
	if (r == 0)
		r = converse(&x, state, err);
	if (r == 0)
		r = deliver(&x, err);
	if (r < 0) {
		init_abort(&x.init);
		fd_close(&x.console);
	} else {
		*ret = (struct executed){ x.init.pid, fd_take(&x.init.pidfd), x.console };
		init_forget(&x.init);
	}
	free(x.plan);
	return r;
}
