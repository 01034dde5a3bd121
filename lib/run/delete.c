/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * delete.c - removing all that was made for a jail
 */
#include "run/create.h"

#include <poll.h>
#include <string.h>

#include "cgroup/cgroup.h"
#include "net/net.h"
#include "run/hooks.h"
#include "run/pasta.h"
#include "run/process.h"
#include "run/scope.h"
#include "state/uppers.h"

#define KILL_TIMEOUT_MS 10000

/* Everything in the cgroup ends with the jail, also what the first process left behind. */
static int remove_cgroup(const struct state *state, struct err *err)
{
	fd_auto root = -1, fd = -1;
	const char *path;
	int r;

	if (!state->cgroup || !cgroup_path_ok(state->cgroup))
		return 0;
	r = cgroup_root_open(&root, &path, err);
	if (r < 0)
		return r;
	r = cgroup_open(root, state->cgroup, &fd, err);
	if (r < 0 && r != -ENOENT)
		return r;
	if (r == 0 && (state->cgroup_made || state->pid || state->scope))
		cgroup_kill_all(fd);
	if (state->scope)
		return scope_remove(state->scope, root, state->cgroup, err);
	/* When it is gone, directories above it may not be. */
	return cgroup_remove(root, state->cgroup, state->cgroup_made, KILL_TIMEOUT_MS, err);
}

/* After SIGKILL: until the kernel has let go of it. Another process may be the one that reaps it. */
static int await_end(int pidfd, const char *id, struct err *err)
{
	struct pollfd p = { .fd = pidfd, .events = POLLIN };
	int r;

	do
		r = poll(&p, 1, KILL_TIMEOUT_MS);
	while (r < 0 && errno == EINTR);
	return r > 0 ? 0 : err_set(err, -ETIMEDOUT, "jail %s: its first process does not die", id);
}

int delete_state(int root_fd, const char *name, int dir_fd, const struct plan *p, const char *bundle,
		 const struct run_log *log, struct err *err)
{
	const struct plan_step *s = p ? plan_steps(p) : NULL;
	char retired[STATE_RETIRED_MAX];
	struct err hook;
	int r = state_retire(root_fd, name, retired, err);

	if (r < 0)
		return r;
	for (uint32_t i = 0; p && i < p->n_steps; i++, s++)
		if (s->stage == STAGE_DELETED && s->op == OP_HOOK_OUT &&
		    hook_run_step(p, s, bundle, "stopped", 0, &hook) < 0)
			run_warn(log, "%s: %s", hook.place, hook.text);
	return state_remove(root_fd, retired, dir_fd, err);
}

int delete_jail(int root_fd, const char *name, const char *id, int dir_fd, struct state *state,
		int pidfd, const struct run_log *log, struct err *err)
{
	mem_auto struct plan *p = NULL;
	struct err ignored;
	int r = 0;

	if (pidfd >= 0) {
		process_kill(pidfd);
		r = await_end(pidfd, id, err);
	}
	if (r == 0)
		r = remove_cgroup(state, err);
	if (r == 0 && state->pasta)
		pasta_stop(dir_fd, state->pasta);
	if (r == 0 && state->network)
		r = net_release(state->network, err);
	if (r == 0 && state->upper)
		r = upper_remove(state->upper, err);
	/* Without a plan yet no hook has run, and with it half removed they all have. */
	if (r == 0 && state->poststop && plan_read(dir_fd, "plan", &p, &ignored) < 0 &&
	    ignored.code != -ENOENT)
		run_warn(log, "jail %s: poststop hooks are lost: %s", id, ignored.text);
	return r < 0 ? r : delete_state(root_fd, name, dir_fd, state->bundle ? p : NULL, state->bundle,
					log, err);
}
