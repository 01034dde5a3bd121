/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * exec.h - one more process in a jail
 */
#pragma once

#include "plan/compile.h"
#include "run/create.h"

struct exec_request {
	struct plan_exec plan;          /* base, ns_flags and user are filled in here */
	const char *user;               /* "uid[:gid]" or names; NULL: as the jail's own */
	const char *sub_cgroup;         /* below the jail's; NULL: the jail's own */
	const int *stdio;
	const char *console_socket, *pid_file, *pidfd_socket;
	struct run_log log;
};

struct executed {
	pid_t pid;
	int pidfd, console_fd;
};

/* @dir_fd: ROOT/ID; @pidfd: the first process.  Returns once the program has been executed. */
int exec_jail(int dir_fd, const struct state *state, int pidfd, struct exec_request *req,
	      struct executed *ret, struct err *err);
