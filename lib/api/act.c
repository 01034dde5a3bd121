/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * act.c - what is done to a jail: starting, signals, freezing, waiting, deleting
 *
 * Each transition holds the lock of the jail's directory from the look at its state to the end.
 */
#include "api/api.h"

#include <sys/syscall.h>

#include "cgroup/cgroup.h"
#include "run/process.h"

#define FREEZE_TIMEOUT_MS 10000

static int fail(const struct err *e, struct jail_error **error)
{
	return api_fail(e, NULL, error);
}

static int lock(struct jail *jail, struct err *err)
{
	int r = state_lock(jail->dir_fd, jail->id, true, err);

	jail->locked = r == 0;
	return r;
}

void api_unlock(struct jail *jail)
{
	jail->locked = false;
	state_unlock(jail->dir_fd);
}

int api_begin(struct jail *jail, enum jail_status *ret, struct err *err)
{
	int r = lock(jail, err);

	if (r < 0)
		return r;
	r = api_refresh(jail, err);
	if (r == 0)
		r = api_status(jail, ret, err);
	if (r < 0)
		api_unlock(jail);
	return r;
}

int jail_start(struct jail *jail, struct jail_error **error)
{
	struct run_log log = api_log(jail->rt);
	enum jail_status status = JAIL_STOPPED;
	struct err err = { 0 };
	int r = api_begin(jail, &status, &err);

	if (r < 0)
		return fail(&err, error);
	if (status != JAIL_CREATED)
		r = err_set(&err, -EBUSY, "jail %s: cannot start a container that is %s", jail->id,
			    jail_status_name(status));
	if (r == 0)
		r = start_jail(jail->dir_fd, jail->id, &jail->state, jail->pidfd, &log, &err);
	api_unlock(jail);
	return r < 0 ? fail(&err, error) : 0;
}

/*
 * A stopped jail may have no cgroup any more: systemd takes a scope away when its last process has ended.
 * containerd's CRI plug-in signals all of a jail that has ended, and has it as running until that succeeds.
 */
static bool nobody_left(struct jail *jail)
{
	if (!state_is_current(jail->dir_fd, jail->id))
		return false;
	api_look(jail);
	return jail->pidfd < 0;
}

static int kill_all(struct jail *jail, int sig, struct err *err)
{
	fd_auto cgroup = -1;
	int r = api_cgroup(jail, &cgroup, err);

	if (r == 0) {
		r = sig == SIGKILL ? cgroup_kill_all(cgroup) : cgroup_signal_all(cgroup, sig);
		if (r < 0)
			err_code(err, r, "signal the processes of jail %s", jail->id);
	}
	if (r >= 0 || ((r == -ENOENT || r == -ENODEV) && nobody_left(jail)))
		return 0;
	return r;
}

int jail_kill(struct jail *jail, int sig, uint32_t flags, struct jail_error **error)
{
	struct err err = { 0 };
	int r;

	if (flags & JAIL_KILL_ALL && jail->state.cgroup) {
		r = kill_all(jail, sig, &err);
		return r < 0 ? fail(&err, error) : 0;
	}
	r = api_need_process(jail, &err);
	/* Without a pid namespace of its own the others would live on. */
	if (r == 0 && sig == SIGKILL && !jail->state.own_pid_ns && jail->state.cgroup)
		r = kill_all(jail, sig, &err);
	else if (r == 0 && syscall(SYS_pidfd_send_signal, jail->pidfd, sig, NULL, 0) < 0)
		r = errno == ESRCH ? err_set(&err, -ESRCH, "jail %s: container not running", jail->id) :
				     err_sys(&err, "send signal %d to jail %s", sig, jail->id);
	return r < 0 ? fail(&err, error) : 0;
}

static int freeze(struct jail *jail, bool on, struct jail_error **error)
{
	enum jail_status status = JAIL_STOPPED, wanted = on ? JAIL_RUNNING : JAIL_PAUSED;
	fd_auto cgroup = -1;
	struct err err = { 0 };
	int r = api_begin(jail, &status, &err);

	if (r < 0)
		return fail(&err, error);
	if (status != wanted && !(on && status == JAIL_CREATED))
		r = err_set(&err, -EBUSY, "jail %s: cannot %s a container that is %s", jail->id,
			    on ? "pause" : "resume", jail_status_name(status));
	if (r == 0)
		r = api_cgroup(jail, &cgroup, &err);
	if (r == 0)
		r = cgroup_freeze(cgroup, on, FREEZE_TIMEOUT_MS, &err);
	api_unlock(jail);
	return r < 0 ? fail(&err, error) : 0;
}

int jail_pause(struct jail *jail, struct jail_error **error)
{
	return freeze(jail, true, error);
}

int jail_resume(struct jail *jail, struct jail_error **error)
{
	return freeze(jail, false, error);
}

int jail_wait(struct jail *jail, int *ret_status, struct jail_error **error)
{
	struct err err = { 0 };
	int r;

	if (jail_pidfd(jail) < 0) {
		err_set(&err, -ESRCH, "jail %s: container not running", jail->id);
		return fail(&err, error);
	}
	r = process_wait(jail->pidfd, ret_status, &err);
	return r < 0 ? fail(&err, error) : 0;
}

/*
 * A jail that this object has seen running and that has ended can change no more; any other is read
 * again now that it is locked.
 */
static int refresh_for_delete(struct jail *jail, struct err *err)
{
	api_look(jail);
	if (jail->state.status == STATE_RUNNING && jail->pidfd < 0)
		return 0;
	return api_refresh(jail, err);
}

/*
 * Who makes or starts a jail may be waiting for something of the jail's own, a hook or a process that
 * was stopped, with the lock in hand.  He comes back when that is killed, as it is about to be anyway.
 */
static int lock_by_force(struct jail *jail, struct err *err)
{
	if (state_lock(jail->dir_fd, jail->id, false, err) == -EWOULDBLOCK &&
	    api_refresh(jail, err) == 0) {
		if (jail->pidfd >= 0)
			syscall(SYS_pidfd_send_signal, jail->pidfd, SIGKILL, NULL, 0);
		else if (jail->state.cgroup_made)
			kill_all(jail, SIGKILL, err);
	}
	return lock(jail, err);
}

int jail_delete(struct jail *jail, uint32_t flags, struct jail_error **error)
{
	struct run_log log = api_log(jail->rt);
	enum jail_status status = JAIL_STOPPED;
	struct err err = { 0 };
	fd_auto root = -1;
	int r = state_root_open(jail->rt->root, false, &root, &err);

	if (r == 0)
		r = flags & JAIL_DELETE_FORCE ? lock_by_force(jail, &err) : lock(jail, &err);
	if (r < 0)
		return fail(&err, error);
	r = refresh_for_delete(jail, &err);
	if (r < 0 && flags & JAIL_DELETE_FORCE)
		r = 0;                  /* a damaged record: what can be removed is */
	if (r == 0)
		r = api_status(jail, &status, &err);
	if (r == 0 && !(flags & JAIL_DELETE_FORCE) && status != JAIL_STOPPED && status != JAIL_CREATED)
		r = err_set(&err, -EBUSY, "jail %s: cannot delete a container that is %s (see --force)",
			    jail->id, jail_status_name(status));
	if (r == 0)
		r = delete_jail(root, jail->id, jail->id, jail->dir_fd, &jail->state, jail->pidfd, &log,
				&err);
	api_unlock(jail);
	return r < 0 ? fail(&err, error) : 0;
}
