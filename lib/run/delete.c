/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * delete.c - removing all that was made for a jail
 */
#include "run/create.h"

#include <poll.h>
#include <string.h>

#include "cgroup/cgroup.h"
#include "run/hooks.h"
#include "run/process.h"

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
	if (r == -ENOENT)
		return 0;
	if (r < 0)
		return r;
	if (state->cgroup_made || state->pid)
		cgroup_kill_all(fd);
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
	if (r == 0 && state->poststop && plan_read(dir_fd, "plan", &p, &ignored) < 0)
		run_warn(log, "jail %s: poststop hooks are lost: %s", id, ignored.text);
	if (r == 0)
		r = state_remove(root_fd, name, dir_fd, err);
	if (r == 0 && p && state->bundle) {
		const struct plan_step *s = plan_steps(p);

		for (uint32_t i = 0; i < p->n_steps; i++, s++)
			if (s->stage == STAGE_DELETED && s->op == OP_HOOK_OUT &&
			    hook_run_step(p, s, state->bundle, "stopped", 0, &ignored) < 0)
				run_warn(log, "%s: %s", ignored.place, ignored.text);
	}
	return r;
}
