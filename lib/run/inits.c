/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * inits.c - which init a program is, and so by which signal it is asked to shut down
 *
 * /sbin/init is one of many programs: what the name leads to inside the root tells which.  The answers
 * are those of systemd(1), busybox's init.c, openrc-init.c and init(8) of sysvinit, whose inittab
 * says what is done at SIGPWR.
 */
#include "run/inits.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

static int real_time_3(void)
{
	return SIGRTMIN + 3;
}

static const struct {
	const char *name;               /* of the file that is executed in the end */
	int signo;
	int (*fn)(void);                /* for a number that is not a constant */
} inits[] = {
	{ "systemd", 0, real_time_3 },          /* halt.target, and no more than that */
	{ "busybox", SIGUSR2, NULL },           /* poweroff; SIGUSR1 halts, SIGTERM reboots */
	{ "openrc-init", SIGTERM, NULL },       /* SIGINT reboots */
	{ "init", SIGPWR, NULL },               /* sysvinit: "power is failing" */
};

/* Where @program leads in @root, which is hostile: only the name of it is looked at. */
static int resolve(const char *root, const char *program, char *ret, size_t size)
{
	struct open_how how = { .flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT };
	fd_auto dir = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	fd_auto fd = -1;
	char path[40];
	ssize_t n;

	if (dir < 0)
		return -errno;
	fd = (int)syscall(SYS_openat2, dir, program, &how, sizeof(how));
	if (fd < 0)
		return -errno;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	n = readlink(path, ret, size - 1);
	if (n < 0)
		return -errno;
	ret[n] = '\0';
	return 0;
}

int init_stop_signal(const struct spec *s)
{
	const char *program = s->process.set && s->process.args.n ? s->process.args.v[0] : NULL, *base;
	char path[4096];

	if (s->stop_signal)
		return s->stop_signal;
	if (!s->system || !program || resolve(s->root_path, program, path, sizeof(path)) < 0)
		return SIGTERM;
	base = strrchr(path, '/');
	for (size_t i = 0; base && i < ARRAY_SIZE(inits); i++)
		if (!strcmp(base + 1, inits[i].name))
			return inits[i].fn ? inits[i].fn() : inits[i].signo;
	return SIGTERM;
}
