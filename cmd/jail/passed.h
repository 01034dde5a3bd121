/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * passed.h - what a service manager handed us for the program: sockets, a watchdog, who to tell
 */
#pragma once

#include <stdbool.h>

#include "cli.h"

struct passed {
	uint32_t n_fds;              /* descriptors 3 … 2+n_fds: LISTEN_FDS */
	const char *notify;          /* NOTIFY_SOCKET; NULL: none */
	char *env[6];                /* for the program: "K=V", up to a NULL */
	const char *pid_env[3];      /* for the program: set to its pid, up to a NULL */
	size_t n_env, n_pid_env;
};

/*
 * Read our environment.  @speaks: the program itself says when it is ready, and so it gets a
 * NOTIFY_SOCKET and the watchdog, if there is a manager, or @heard: we listen on our own behalf.
 */
void passed_read(struct passed *p, bool speaks, bool heard);
void passed_done(struct passed *p);

/* The socket of the service manager that we are to tell; NULL: there is none. */
const char *passed_manager(void);

/* Put it into @options; @p must outlive them. */
void passed_options(const struct passed *p, struct jail_create_options *options);
