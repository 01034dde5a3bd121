/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * init.h - a jail-init at work, seen from outside
 */
#pragma once

#include "plan/build.h"
#include "run/protocol.h"

struct init_process {
	int socket;                     /* our end */
	int pidfd;
	pid_t pid;
};

#define INIT_NONE { -1, -1, 0 }

struct init_start {
	struct plan *plan;              /* its descriptor table is filled in here */
	uint64_t flags;                 /* CLONE_NEW* of the clone itself */
	int cgroup_fd;                  /* -1: none */
	bool staged;                    /* the cgroup is entered by the fork, not by the clone */
	const int *stdio;               /* three descriptors, or NULL: the caller's own 0, 1, 2 */
	int gate;                       /* listening socket, or -1 */
	int ns[8];                      /* descriptors of joined namespaces by enum spec_ns, or -1 */
};

/* Clone and execute jail-init with a plan.  On success it runs and *ret is the caller's. */
int init_start(const struct init_start *start, struct init_process *ret, struct err *err);
/* Close our end and the pidfd; the process goes on. */
void init_forget(struct init_process *p);
/* Kill, reap, forget. */
void init_abort(struct init_process *p);
/* A MSG_PID came: the process that was started has forked the real one and ends. */
int init_replace(struct init_process *p, const struct message *m, struct err *err);
