/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cgroup.h - the cgroup v2 of a jail: make, watch, freeze, kill, remove
 *
 * A cgroup is named by a path relative to the cgroup2 mount ("jail/web"), which cgroup_path_for()
 * has checked, and held by a descriptor.  The descriptors are O_PATH: good for the calls below, for
 * clone3(CLONE_INTO_CGROUP) and for attaching BPF programs.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/util.h"

/* ---- where ---- */

/*
 * The cgroup2 mount: /sys/fs/cgroup, or /sys/fs/cgroup/unified beside cgroup v1.  *ret_path is
 * static.  -ENOTSUP: there is none.
 */
int cgroup_root_open(int *ret_fd, const char **ret_path, struct err *err);

/*
 * The path of a jail's cgroup from the spec's linux.cgroupsPath: absolute is below the mount,
 * relative below "jail/", NULL is "jail/ID".  The caller frees it; NULL: @err says why.
 */
char *cgroup_path_for(const char *cgroups_path, const char *id, struct err *err);

/* The same below cgroup @parent (with or without "/" in front), for a runtime that has been given one. */
char *cgroup_path_below(const char *parent, const char *cgroups_path, const char *id, struct err *err);

/* Whether @path is one that cgroup_path_for() could have returned. */
bool cgroup_path_ok(const char *path);

/* ---- making and removing ---- */

struct cgroup_made {
	int fd;                 /* the jail's cgroup, O_PATH */
	char *top;              /* the topmost directory that was made; NULL: all existed */
};

static inline void cgroup_made_done(struct cgroup_made *m)
{
	fd_close(&m->fd);
	free(m->top);
	m->top = NULL;
}

/*
 * Make what is missing of @path.  An existing cgroup is taken when nothing runs in it.
 * -EBUSY: it holds processes, or it is frozen and whatever is put there would not run.
 * On failure nothing that was made stays.
 */
int cgroup_make(int root_fd, const char *path, struct cgroup_made *ret, struct err *err);

/* -ENOENT: there is none. */
int cgroup_open(int root_fd, const char *path, int *ret_fd, struct err *err);

/*
 * Remove what cgroup_make() made, or was about to make: @made_top is the topmost directory of it;
 * NULL: @path was there before and stays.  All cgroups nested in @path go too; directories above
 * it while they are ours (at or below @made_top, or marked) and empty.  Waits for the
 * last processes to leave, at most @timeout_ms; kill them first.  Nothing there is success.
 */
int cgroup_remove(int root_fd, const char *path, const char *made_top, int timeout_ms,
		  struct err *err);

/* ---- the processes in it; @fd: from cgroup_make() or cgroup_open() ---- */

/* 1: a process lives in it or below, 0: none (also when the cgroup is gone). */
int cgroup_populated(int fd);

/* 1: all of it is frozen, by itself or by an ancestor. */
int cgroup_frozen(int fd);

/* Freeze or thaw, and wait until the kernel says so. -ETIMEDOUT: not within @timeout_ms */
int cgroup_freeze(int fd, bool freeze, int timeout_ms, struct err *err);

/* Signal every process in it and below, but none that has left or taken a left pid: their number. */
int cgroup_signal_all(int fd, int sig);

/* SIGKILL to everything in it and below, without leaving a moment to fork in. */
int cgroup_kill_all(int fd);

/* Move a process here. */
int cgroup_attach(int fd, pid_t pid, struct err *err);

/*
 * Process ids in it and below, as the caller's pid namespace numbers them: each once, sorted.
 * *ret is malloc'd, NULL when there are none.  Returns their number.
 */
int cgroup_pids(int fd, pid_t **ret);
