/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * create.c - making a jail
 *
 * The order is what makes it safe to be killed anywhere: the record that names an outside object is
 * written before the object is made, and jail-init dies with us until it has been recorded or can be
 * found through its cgroup.
 */
#include "run/making.h"

#include <fcntl.h>
#include <linux/nsfs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "cgroup/oom.h"
#include "run/hooks.h"
#include "run/extend.h"
#include "run/netfiles.h"
#include "run/network.h"
#include "run/pasta.h"
#include "run/restrict.h"
#include "state/uppers.h"

#define KILL_TIMEOUT_MS 10000

/* ---- what is decided once the id is ours ---- */

/* Addresses and ports, which the plan names. */
static int take_network(struct making *m, struct err *err)
{
	int r = m->net ? net_take(m->net, err) : 0;

	return r < 0 ? r : netfiles_write(m->req, m->net, m->dir_fd, err);
}

static int make_plan(struct making *m, struct err *err)
{
	fd_auto cache = making_open_cache(m->root_fd, m->req->spec);
	struct network_view view;
	int r = network_view(m->req, m->net, &view, err);

	if (r == 0)
		r = create_plan(m->req, m->scope.path, cache, &view.plan, &m->plan, err);
	network_view_done(&view);
	return r;
}

static int save_plan(int dir_fd, const struct plan *p, struct err *err)
{
	fd_auto fd = openat(dir_fd, "plan", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	int r = fd < 0 ? -errno : fd_write_all(fd, p, p->size);

	return r < 0 ? err_code(err, r, "save the plan") : 0;
}

/* ---- outside objects ---- */

/* The listening socket at which a created jail waits; found through the state directory only. */
static int make_gate(struct making *m, struct err *err)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };

	if (!m->req->gated)
		return 0;
	m->gate = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (m->gate < 0)
		return err_sys(err, "make a socket");
	snprintf(addr.sun_path, sizeof(addr.sun_path), "/proc/self/fd/%d/gate", m->dir_fd);
	if (bind(m->gate, (struct sockaddr *)&addr, sizeof(addr)) < 0)
		return err_sys(err, "make the gate");
	if (listen(m->gate, 8) < 0)
		return err_sys(err, "listen at the gate");
	return 0;
}

/* Where the program tells of its readiness: below the state directory, shown at RUN_HOST. */
static int make_notify(struct making *m, struct err *err)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };

	if (!m->req->want_notify)
		return 0;
	if (mkdirat(m->dir_fd, "host", 0755) < 0 || fchmodat(m->dir_fd, "host", 0755, 0) < 0)
		return err_sys(err, "make the directory of the notify socket");
	m->notify = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (m->notify < 0)
		return err_sys(err, "make a socket");
	snprintf(addr.sun_path, sizeof(addr.sun_path), "/proc/self/fd/%d/host/notify", m->dir_fd);
	/* Root of a user namespace is nobody in particular here; who else gets this far is root. */
	if (bind(m->notify, (struct sockaddr *)&addr, sizeof(addr)) < 0 ||
	    fchmodat(m->dir_fd, "host/notify", 0666, 0) < 0)
		return err_sys(err, "make the notify socket");
	return 0;
}

/* A path that is given as a namespace must be one, of the type that is meant. */
static int open_namespace(const struct spec *spec, int type, int *ret, struct err *err)
{
	const struct spec_ns_type *t = &spec_ns_types[type];
	const char *path = spec->ns[type].path;
	fd_auto fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	int is;

	if (fd < 0)
		return err_place(err, err_sys(err, "open namespace %s", path),
				 "linux.namespaces (%s)", t->name);
	is = ioctl(fd, NS_GET_NSTYPE);
	if (is < 0 || (uint64_t)(unsigned)is != t->flag)
		return err_place(err, err_set(err, -EINVAL, "%s is not a %s namespace", path, t->name),
				 "linux.namespaces (%s)", t->name);
	*ret = fd_take(&fd);
	return 0;
}

static int clone_init(struct making *m, struct err *err)
{
	const struct spec *spec = m->req->spec;
	const struct plan_step *clone = plan_find_step(m->plan, OP_CLONE);
	struct init_start start = {
		.plan = m->plan, .flags = clone->a[0], .staged = clone->a[1] != 0,
		.cgroup_fd = m->moved ? -1 : m->cgroup.fd, .stdio = m->req->stdio, .gate = m->gate,
		.ns = { -1, -1, -1, -1, -1, -1, -1, -1 },
	};
	int r = 0;

	for (int i = 0; r == 0 && i < SPEC_NS_COUNT; i++)
		if (spec->ns[i].path)
			r = open_namespace(spec, i, &start.ns[i], err);
	if (r == 0)
		r = init_start(&start, &m->init, err);
	for (int i = 0; i < SPEC_NS_COUNT; i++)
		fd_close(&start.ns[i]);
	return r;
}

/* ---- the whole ---- */

static void undo(struct making *m)
{
	struct err ignored;

	init_abort(&m->init);
	fd_close(&m->console);
	if (m->cgroup.fd >= 0) {
		cgroup_kill_all(m->cgroup.fd);
		cgroup_remove(m->cgroup_root, m->cgroup_path, m->cgroup.top, KILL_TIMEOUT_MS, &ignored);
	}
	if (m->scope.record && m->cgroup_path)
		scope_remove(m->scope.record, m->cgroup_root, m->cgroup_path, &ignored);
	if (m->pid_file)
		unlink(m->req->pid_file);
	if (m->net && m->net->taken)
		net_release(m->net->owner, &ignored);
	if (m->state.pasta && m->dir_fd >= 0)
		pasta_stop(m->dir_fd, m->state.pasta);
	if (m->upper && (m->state.upper || m->upper_made))
		upper_remove(m->upper, &ignored);
	if (m->dir_fd >= 0)
		delete_state(m->root_fd, m->req->id, m->dir_fd, m->hooks_ran ? m->plan : NULL,
			     m->req->bundle, &m->req->log, &ignored);
}

static int finish(struct making *m, struct err *err)
{
	int r = 0;

	if (!m->recorded)
		r = state_commit(m->dir_fd, err);
	m->recorded = true;
	if (r == 0 && m->req->pid_file) {
		r = pid_file_write(m->req->pid_file, m->init.pid, err);
		m->pid_file = r == 0;
	}
	if (r == 0 && m->req->pidfd_socket)
		r = fd_send_to(m->req->pidfd_socket, "pidfd", m->init.pidfd, err);
	if (r == 0 && m->req->gated)            /* the last that it needs us for */
		protocol_word(m->init.socket, POINT_CREATED, -1);
	if (r == 0 && !m->req->gated)
		r = hooks_run_stage(m->plan, STAGE_STARTED, m->req->bundle, "running", m->init.pid, err);
	return r;
}

/* What ran in the cgroup may have failed for want of memory there: asked before the cgroup goes. */
static int explain(const struct making *m, int r, struct err *err)
{
	char text[CGROUP_OOM_MAX];

	restrict_explain(err, r);
	if (m->cgroup.fd < 0)
		return r;
	if (cgroup_oom_text(m->cgroup.fd, text))
		err_set(err, -ENOMEM, "killed while it was being started: %s; the limit is too low", text);
	else if (r == -ENOMEM && cgroup_oom_refused(m->cgroup.fd, text))
		err_set(err, -ENOMEM, "cannot be started: %s; the limit is too low", text);
	else
		return r;
	return err_place(err, -ENOMEM, "linux.resources.memory.limit");
}

static int make(struct making *m, struct err *err)
{
	int r = making_fill_record(m, err);

	if (r == 0)
		r = making_intend_cgroup(m, err);
	if (r == 0)
		r = state_claim(m->root_fd, m->req->id, &m->state, &m->dir_fd, err);
	if (r == 0)
		r = making_upper(m, err);
	if (r == 0)
		r = take_network(m, err);
	if (r == 0)
		r = make_plan(m, err);
	if (r == 0)
		r = making_cgroup(m, err);
	if (r == 0 && m->scope.record)
		cgroup_oom_watch(m->cgroup.fd, &m->oom);
	if (r == 0)
		r = save_plan(m->dir_fd, m->plan, err);
	if (r == 0)
		r = make_gate(m, err);
	if (r == 0)
		r = make_notify(m, err);
	if (r == 0)
		r = clone_init(m, err);
	m->hooks_ran = r == 0;                  /* from here on some may have, outside or inside */
	if (r == 0)
		r = making_meet(m, err);
	scope_release(&m->scope);
	if (r == 0)
		r = finish(m, err);
	return r;
}

static void hand_over(struct making *m, struct created *ret)
{
	ret->dir_fd = m->dir_fd;
	ret->pidfd = m->init.pidfd;
	ret->console_fd = m->console;
	ret->notify_fd = fd_take(&m->notify);
	ret->oom = m->oom;
	m->oom.above = -1;
	m->init.pidfd = -1;
	ret->state = m->state;
	m->state = (struct state){ 0 };
	state_unlock(m->dir_fd);
	m->dir_fd = -1;
	init_forget(&m->init);
}

static int prepare(struct making *m, struct err *err)
{
	int r = making_check(m->req, err);

	if (r == 0)
		r = network_decide(m->req, &m->net, err);
	if (r == 0)
		r = state_root_open(m->req->root_path, true, &m->root_fd, err);
	if (r == 0)
		r = making_scope(m, err);
	if (r == 0)
		r = create_upper(m->req, &m->upper, err);
	return r < 0 ? r : create_cgroup_path(m->req, m->scope.path, &m->cgroup_path, err);
}

int create_jail(const struct create_request *req, struct created *ret, struct err *err)
{
	struct extended x;
	struct making m = {
		.req = &x.req, .init = INIT_NONE, .cgroup = { .fd = -1 }, .root_fd = -1, .dir_fd = -1,
		.scope = SCOPE_NONE, .cgroup_root = -1, .gate = -1, .console = -1, .notify = -1,
		.oom = { .above = -1 },
	};
	int r = extend(req, true, &x, err);

	if (r == 0)
		r = prepare(&m, err);
	if (r == 0) {
		r = make(&m, err);
		if (r < 0)
			r = explain(&m, r, err);
		if (r < 0)
			undo(&m);
		else
			hand_over(&m, ret);
	}
	fd_close(&m.dir_fd);
	cgroup_made_done(&m.cgroup);
	scope_done(&m.scope);
	state_done(&m.state);
	fd_close(&m.gate);
	fd_close(&m.notify);
	fd_close(&m.oom.above);
	fd_close(&m.cgroup_root);
	fd_close(&m.root_fd);
	net_claim_free(m.net);
	free(m.cgroup_path);
	free(m.upper);
	free(m.plan);
	extended_done(&x);
	return r;
}

int preview_plan(const struct create_request *req, struct plan **ret, struct err *err)
{
	struct network_view view = { 0 };
	struct net_claim *net = NULL;
	struct extended x;
	int r = extend(req, false, &x, err);

	if (r == 0)
		r = network_decide(&x.req, &net, err);
	if (r == 0 && net)
		r = net_guess(net, err);
	if (r == 0)
		r = network_view(&x.req, net, &view, err);
	if (r == 0)
		r = create_plan(&x.req, NULL, -1, &view.plan, ret, err);
	network_view_done(&view);
	net_claim_free(net);
	extended_done(&x);
	return r;
}
