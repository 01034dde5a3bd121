/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * passed.c - what a service manager handed us for the program
 *
 * sd_listen_fds(3), sd_notify(3) and sd_watchdog_enabled(3) say what stands in the environment.
 * Sockets and watchdog are meant for one process, whose pid is given: when that is not ours they are
 * somebody else's, and stay where they are.  Inside, the pid is the program's own.
 */
#include <stdlib.h>
#include <string.h>

#include "passed.h"

#define LISTEN_MAX 4096

static void add(struct passed *p, const char *name, const char *value)
{
	p->env[p->n_env++] = x_printf("%s=%s", name, value);
}

static bool is_for_us(const char *name)
{
	const char *value = getenv(name);
	uint32_t pid;

	return value && str_u32(value, &pid) && pid == (uint32_t)getpid();
}

static void read_sockets(struct passed *p)
{
	const char *fds = getenv("LISTEN_FDS"), *names = getenv("LISTEN_FDNAMES");
	uint32_t n;

	if (!is_for_us("LISTEN_PID") || !fds || !str_u32(fds, &n) || !n || n > LISTEN_MAX)
		return;
	p->n_fds = n;
	add(p, "LISTEN_FDS", fds);
	if (names)
		add(p, "LISTEN_FDNAMES", names);
	p->pid_env[p->n_pid_env++] = "LISTEN_PID";
}

static void read_watchdog(struct passed *p)
{
	const char *usec = getenv("WATCHDOG_USEC");

	if (!usec || (getenv("WATCHDOG_PID") && !is_for_us("WATCHDOG_PID")))
		return;
	add(p, "WATCHDOG_USEC", usec);
	p->pid_env[p->n_pid_env++] = "WATCHDOG_PID";
}

const char *passed_manager(void)
{
	const char *socket = getenv("NOTIFY_SOCKET");

	return socket && (*socket == '/' || *socket == '@') ? socket : NULL;
}

void passed_read(struct passed *p, bool speaks, bool heard)
{
	*p = (struct passed){ 0 };
	read_sockets(p);
	p->notify = passed_manager();
	if (!speaks || (!p->notify && !heard))
		return;
	add(p, "NOTIFY_SOCKET", "/run/host/notify");
	read_watchdog(p);
}

void passed_done(struct passed *p)
{
	for (size_t i = 0; i < p->n_env; i++)
		free(p->env[i]);
	*p = (struct passed){ 0 };
}

void passed_options(const struct passed *p, struct jail_create_options *options)
{
	options->preserve_fds += p->n_fds;
	options->env = p->n_env ? (const char *const *)p->env : NULL;
	options->pid_env = p->n_pid_env ? p->pid_env : NULL;
}
