/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * clone.h - starting jail-init, or a helper, without copying the caller
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

/*
 * The child shares the caller's memory until it executes, as with vfork(2): nothing of a large daemon
 * is copied, and the calling thread waits meanwhile, its signals blocked.  The child runs only code
 * of clone.c, which makes system calls and touches nothing else.
 */
struct clone_request {
	uint64_t flags;                 /* CLONE_NEW* */
	int cgroup_fd;                  /* placed there; -1: the caller's own */
	bool keep_caps;                 /* new user namespace: keep capabilities across the exec */
	const int *inherit;             /* descriptors that stay open across the exec */
	size_t n_inherit;
	int stdio[3];                   /* become 0, 1, 2; -1: left as they are */
	const char *cwd;                /* NULL: the caller's */
	int exec_fd;                    /* executed with fexecve; -1: @path is */
	const char *path;
	char *const *argv, *const *envp;
};

/*
 * *ret_pidfd is the caller's.  The child's pid is returned; it is a child of the calling process and
 * has to be reaped.  When it could not execute, it has been reaped and -errno is returned.
 */
int clone_exec(const struct clone_request *req, pid_t *ret_pid, int *ret_pidfd, struct err *err);

/* An executable, sealed copy of jail-init: nothing in a jail can reach the host's own binary. */
int clone_init_fd(int *ret_fd, struct err *err);
