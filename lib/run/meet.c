/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * meet.c - the runtime's side of protocol.h
 */
#include "run/making.h"

#include <poll.h>
#include <sys/resource.h>

#include "run/hooks.h"
#include "net/netdev.h"
#include "run/idmap.h"
#include "run/network.h"
#include "run/pasta.h"
#include "run/process.h"
#include "run/talk.h"
#include "run/trees.h"

static int meet_namespaces(struct making *m, struct err *err)
{
	const struct plan_step *s = plan_steps(m->plan);
	int r = 0;

	for (uint32_t i = 0; r == 0 && i < m->plan->n_steps; i++, s++)
		if (s->op == OP_NETDEV)
			r = err_place(err, netdev_move(plan_str(m->plan, s->s[0]),
						       plan_str(m->plan, s->s[1]), m->init.pid, err),
				      "%s", plan_str(m->plan, s->place));
	if (r == 0)
		r = hooks_run_stage(m->plan, STAGE_NAMESPACES, m->req->bundle, "creating",
				    m->init.pid, err);
	if (r == 0 && protocol_word(m->init.socket, POINT_NAMESPACES, -1) < 0)
		r = 0;                          /* gone: what it said is read next */
	return r;
}

/* Trees follow the meeting if there is one. An error of the socket is explained by what is read next. */
static int send_trees(struct making *m, struct err *err)
{
	int r = trees_send(m->plan, &m->init, err);

	return r == -EPIPE || r == -ECONNRESET ? 0 : r;
}

static bool has_meeting(const struct plan *p)
{
	const struct plan_step *s = plan_steps(p);

	for (uint32_t i = 0; i < p->n_steps; i++, s++)
		if (s->op == OP_TELL && s->a[0] == POINT_NAMESPACES)
			return true;
	return false;
}

/*
 * Hard limits above ours: root of a new user namespace may not raise them.  Only as far as that; jail-init sets them
 * exactly when it has done its own work, and tells what could not be.
 */
static void raise_limits(const struct plan *p, pid_t pid)
{
	const struct plan_step *s = plan_steps(p);
	struct rlimit now;

	for (uint32_t i = 0; i < p->n_steps; i++, s++)
		if (s->op == OP_RLIMIT && prlimit(pid, (int)s->a[0], NULL, &now) == 0 && now.rlim_max < s->a[2]) {
			now.rlim_max = s->a[2];
			prlimit(pid, (int)s->a[0], &now, NULL);
		}
}

/* Into its cgroup before anything is mapped: systemd must see that the process is the user's. */
static int write_maps(struct making *m, struct err *err)
{
	const struct plan_step *s = plan_find_step(m->plan, OP_ID_MAPS);
	int r = m->moved ? scope_attach(&m->scope, m->init.pid, err) : 0;

	if (r < 0 || (!s && !m->moved))
		return r;
	if (s) {
		raise_limits(m->plan, m->init.pid);
		r = idmap_write(m->init.pid, plan_str(m->plan, s->s[0]), plan_str(m->plan, s->s[1]), err);
	}
	if (r < 0)
		return err_place(err, r, "linux.uidMappings");
	protocol_word(m->init.socket, POINT_MAPS, -1);
	return 0;
}

/* Who exits closes his socket, then loses his namespaces, and only then his pidfd tells. */
static bool has_gone(const struct init_process *init)
{
	struct pollfd p = { .fd = init->socket, .events = POLLRDHUP };

	return process_ended(init->pidfd) || (poll(&p, 1, 0) > 0 && p.revents & (POLLHUP | POLLRDHUP | POLLERR));
}

/* jail-init mounts meanwhile, and waits for the word when it has come that far. */
static int connect_network(struct making *m, struct err *err)
{
	bool pasta = m->req->spec->network.mode == SPEC_NET_PASTA;
	int r = 0;

	if (m->net)
		r = network_connect(m->req, m->net, m->init.pid, err);
	else if (pasta)
		r = pasta_start(m->req, m->init.pid, err);
	/* What jail-init has said is the cause: it is read next. */
	if (r == -ESRCH || (r < 0 && has_gone(&m->init)))
		return 0;
	if (r == 0 && (m->net || pasta))
		protocol_word(m->init.socket, POINT_NETWORK, -1);
	return r;
}

/* The first process exists and is known: what depends on that. */
static int process_known(void *data, struct err *err)
{
	struct making *m = data;
	int r = write_maps(m, err);

	if (r == 0)
		r = making_record_process(m, m->req->gated ? STATE_CREATED : STATE_RUNNING, err);
	if (r == 0 && network_early(m->req->spec))
		r = connect_network(m, err);
	if (r == 0 && !has_meeting(m->plan))
		r = send_trees(m, err);
	if (r == 0 && !network_early(m->req->spec))
		r = connect_network(m, err);
	return r;
}

static int take_point(void *data, uint32_t point, struct err *err)
{
	struct making *m = data;
	int r;

	if (point == POINT_NAMESPACES) {
		r = meet_namespaces(m, err);
		if (r == 0)
			r = send_trees(m, err);
		return r < 0 ? r : 1;
	}
	if (point != POINT_CREATED)
		return err_set(err, -EPROTO, "jail-init is at an unknown point");
	r = state_commit(m->dir_fd, err);
	m->recorded = r == 0;
	if (r == 0 && !m->req->gated)
		protocol_word(m->init.socket, POINT_CREATED, -1);
	return r < 0 ? r : !m->req->gated;
}

/* A staged jail-init is not the process yet: its MSG_PID says who is. */
int making_meet(struct making *m, struct err *err)
{
	struct talk talk = {
		.plan = m->plan, .init = &m->init, .status = "creating", .log = &m->req->log,
		.console_socket = m->req->console_socket, .console = -1,
		.data = m, .known = process_known, .point = take_point,
	};
	int r = plan_find_step(m->plan, OP_FORK) ? 0 : process_known(m, err);

	if (r == 0)
		r = talk_listen(&talk, err);
	m->console = talk.console;
	if (r == 0 && m->req->gated && !m->recorded)
		r = err_set(err, -ECHILD, "jail-init ended before the jail was created");
	return r;
}
