/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * talk.h - listening to jail-init: what create, start and exec have in common
 */
#pragma once

#include "run/create.h"

struct talk {
	const struct plan *plan;
	struct init_process *init;      /* its socket is listened to; MSG_PID changes it */
	const char *status;             /* of the jail, for the agent that gets a seccomp listener */
	pid_t first;                    /* exec: the jail's first process; 0: it is @init */
	const char *console_socket;     /* where a pty's master goes; NULL: kept in @console */
	int console;
	bool reset;                     /* jail-init ended without reading what it was sent */
	const struct run_log *log;
	void *data;
	/* The forked process is known; NULL: nothing depends on that. */
	int (*known)(void *data, struct err *err);
	/* jail-init is at a point: 1 to go on listening, 0 to stop. NULL: there are no points. */
	int (*point)(void *data, uint32_t point, struct err *err);
};

/* Until end of file (the program runs), until @point says so, or until something fails. */
int talk_listen(struct talk *t, struct err *err);
