/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * jail.c - one jail: finding it, and what is known of it
 */
#include "api/api.h"

#include <sys/wait.h>

#include "cgroup/cgroup.h"
#include "run/process.h"

static int fail(const struct err *e, struct jail_error **error)
{
	return api_fail(e, NULL, error);
}

/* ---- finding ---- */

int api_refresh(struct jail *jail, struct err *err)
{
	struct state s;
	int r = state_read(jail->dir_fd, &s, err);

	if (r < 0)
		return err_add(err, r, "jail %s", jail->id);
	state_done(&jail->state);
	jail->state = s;
	fd_close(&jail->pidfd);
	r = process_open(&jail->state, &jail->pidfd, err);
	jail->looked = true;
	return r < 0 ? r : 0;
}

int jail_open(struct jail_runtime *rt, const char *id, struct jail **ret, struct jail_error **error)
{
	struct jail *jail;
	struct err err = { 0 };
	fd_auto root = -1;
	int r = state_check_id(id, &err);

	if (r < 0)
		return fail(&err, error);
	r = state_root_open(rt->root, false, &root, &err);
	if (r == -ENOENT)
		err_set(&err, r, "jail %s: container does not exist", id);
	if (r < 0)
		return fail(&err, error);
	jail = calloc(1, sizeof(*jail));
	if (jail)
		jail->id = strdup(id);
	if (!jail || !jail->id) {
		free(jail);
		err_nomem(&err);
		return fail(&err, error);
	}
	jail->rt = rt;
	jail->dir_fd = jail->pidfd = jail->console_fd = jail->notify_fd = jail->oom.above = -1;
	r = state_open(root, id, false, &jail->dir_fd, &err);
	if (r == 0)
		r = state_read(jail->dir_fd, &jail->state, &err);
	if (r < 0) {
		jail_free(jail);
		return fail(&err, error);
	}
	*ret = jail;
	return 0;
}

void jail_free(struct jail *jail)
{
	if (!jail)
		return;
	fd_close(&jail->dir_fd);
	fd_close(&jail->pidfd);
	fd_close(&jail->console_fd);
	fd_close(&jail->notify_fd);
	fd_close(&jail->oom.above);
	state_done(&jail->state);
	free(jail->id);
	free(jail);
}

void api_look(struct jail *jail)
{
	if (jail->looked) {
		if (jail->pidfd >= 0 && process_ended(jail->pidfd))
			fd_close(&jail->pidfd);
		return;
	}
	process_open(&jail->state, &jail->pidfd, NULL);
	jail->looked = true;
}

int api_need_process(struct jail *jail, struct err *err)
{
	api_look(jail);
	if (jail->pidfd < 0)
		return err_set(err, -ESRCH, "jail %s: container not running", jail->id);
	return 0;
}

int api_cgroup(const struct jail *jail, int *ret_fd, struct err *err)
{
	fd_auto root = -1, fd = -1;
	const char *mount;
	int r;

	if (!jail->state.cgroup || !cgroup_path_ok(jail->state.cgroup))
		return err_set(err, -ENOENT, "jail %s has no cgroup", jail->id);
	r = cgroup_root_open(&root, &mount, err);
	if (r == 0)
		r = cgroup_open(root, jail->state.cgroup, &fd, err);
	if (r < 0)
		return r;
	/* The path may have become another jail's: not before this one's directory lost its name. */
	if (!state_is_current(jail->dir_fd, jail->id))
		return err_set(err, -ENOENT, "jail %s: container does not exist", jail->id);
	*ret_fd = fd_take(&fd);
	return 0;
}

/* ---- looking ---- */

static const char *const status_names[] = {
	[JAIL_CREATING] = "creating", [JAIL_CREATED] = "created", [JAIL_RUNNING] = "running",
	[JAIL_PAUSED] = "paused", [JAIL_STOPPED] = "stopped",
};

const char *jail_status_name(enum jail_status status)
{
	return (size_t)status < ARRAY_SIZE(status_names) ? status_names[status] : "unknown";
}

/*
 * A jail is under way as long as its maker holds the lock: 1.  Then it is what a killed one left, or
 * it has been finished since we read its record: 0.
 */
static int look_again(struct jail *jail, struct err *err)
{
	int r;

	if (jail->locked)
		return 0;
	r = state_lock(jail->dir_fd, jail->id, false, err);
	if (r < 0)
		return r == -EWOULDBLOCK ? 1 : r == -ENOENT ? 0 : r;
	r = api_refresh(jail, err);
	state_unlock(jail->dir_fd);
	return r;
}

int api_status_in(struct jail *jail, int cgroup_fd, enum jail_status *ret, struct err *err)
{
	int r = jail->state.status == STATE_CREATING ? look_again(jail, err) : 0;

	if (r < 0)
		return r;
	if (jail->state.status == STATE_CREATING) {
		*ret = r ? JAIL_CREATING : JAIL_STOPPED;
		return 0;
	}
	api_look(jail);
	if (jail->pidfd < 0)
		*ret = JAIL_STOPPED;
	else if (cgroup_fd >= 0 && cgroup_frozen(cgroup_fd) == 1)
		*ret = JAIL_PAUSED;
	else if (jail->state.status == STATE_CREATED && process_waits(jail->state.pid))
		*ret = JAIL_CREATED;
	else
		*ret = JAIL_RUNNING;
	return 0;
}

int api_status(struct jail *jail, enum jail_status *ret, struct err *err)
{
	fd_auto cgroup = -1;

	if (jail->state.cgroup)
		api_cgroup(jail, &cgroup, NULL);
	return api_status_in(jail, cgroup, ret, err);
}

int jail_get_status(struct jail *jail, enum jail_status *ret, struct jail_error **error)
{
	struct err err;
	int r = api_status(jail, ret, &err);

	return r < 0 ? fail(&err, error) : 0;
}

const char *jail_id(const struct jail *jail)
{
	return jail->id;
}

pid_t jail_pid(const struct jail *jail)
{
	api_look((struct jail *)jail);
	return jail->pidfd >= 0 ? jail->state.pid : 0;
}

int jail_pidfd(const struct jail *jail)
{
	if (!jail->looked)
		api_look((struct jail *)jail);
	return jail->pidfd;
}

const char *jail_bundle(const struct jail *jail)
{
	return jail->state.bundle;
}

const char *jail_rootfs(const struct jail *jail)
{
	return jail->state.rootfs;
}

const char *jail_created(const struct jail *jail)
{
	return jail->state.created;
}

uid_t jail_owner_uid(const struct jail *jail)
{
	return jail->state.owner;
}

const char *jail_log_note(const struct jail *jail)
{
	return jail->state.log_note;
}

int jail_console_fd(struct jail *jail)
{
	return fd_take(&jail->console_fd);
}

int jail_notify_fd(struct jail *jail)
{
	return fd_take(&jail->notify_fd);
}

int jail_stop_signal(const struct jail *jail)
{
	return jail->state.stop_signal;
}

/*
 * reboot(2) in a pid namespace that is not the first ends it, and lets its first process look killed
 * by a signal that it could not have been killed by in another way.
 */
enum jail_ending jail_ending(const struct jail *jail, int status)
{
	int signo = WIFSIGNALED(status) ? WTERMSIG(status) : 0;

	if (!jail->state.own_pid_ns || status == -1)
		return JAIL_ENDING_OTHER;
	return signo == SIGHUP ? JAIL_ENDING_REBOOT : signo == SIGINT ? JAIL_ENDING_HALT :
								       JAIL_ENDING_OTHER;
}
