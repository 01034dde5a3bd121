/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * hook.c - hooks that run inside: createContainer (host paths) and startContainer (the jail's)
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/memfd.h>
#include <linux/sched.h>
#include <linux/time_types.h>
#include <poll.h>

#include "init.h"

#define SIGCHLD_ 17
#define SIGKILL_ 9
#define KIND_START 3    /* SPEC_HOOK_START_CONTAINER */

static int write_all(int fd, const char *s)
{
	size_t n = str_len(s);

	while (n) {
		long r = SYS(write, fd, s, n);

		if (r < 0)
			return (int)r;
		s += r;
		n -= (size_t)r;
	}
	return 0;
}

/* The state document, from the hook's point of view, in a file to read from. */
static int state_file(int start)
{
	char buf[24], *pid = str_dec(buf, (uint64_t)SYS(getpid));
	int fd = (int)SYS(memfd_create, "state", MFD_CLOEXEC), r;

	if (fd < 0)
		return fd;
	r = write_all(fd, plan_str(in.plan, in.plan->state_head));
	if (r == 0)
		r = write_all(fd, start ? "created\",\"pid\":" : "creating\",\"pid\":");
	if (r == 0)
		r = write_all(fd, pid);
	if (r == 0)
		r = write_all(fd, plan_str(in.plan, in.plan->state_tail));
	if (r == 0)
		r = (int)SYS(lseek, fd, 0, 0);
	if (r < 0) {
		SYS(close, fd);
		return r;
	}
	return fd;
}

static char **to_argv(uint32_t list, const char **none)
{
	uint64_t *v;

	if (!list)
		return (char **)none;
	v = (uint64_t *)plan_at(in.plan, list);
	for (uint64_t i = 1; i <= v[0]; i++)
		v[i] += (uint64_t)(uintptr_t)in.plan;
	return (char **)(v + 1);
}

__attribute__((noreturn)) static void child(const struct plan_step *s, int state, int out)
{
	const char *path = plan_str(in.plan, s->s[0]), *none[] = { NULL };
	char **argv = to_argv(s->s[1], none), **envp = to_argv(s->s[2], none);
	long r = 0;

	SYS(dup3, state, 0, 0);
	SYS(dup3, out, 1, 0);
	SYS(dup3, out, 2, 0);
	/* The jail's own file, which may leave processes behind: no freer than the program. */
	if (s->a[0] == KIND_START)
		r = seccomp_ahead(s);
	if (r == 0)
		SYS(execve, path, argv, envp);
	write_all(2, r < 0 ? "cannot be filtered: " : "cannot be executed: ");
	write_all(2, path);
	leave(127);
}

/* Wait for the hook; returns its wait status, -ETIME, or another -errno. */
static int await_hook(int pid, int pidfd, uint64_t timeout_s)
{
	struct pollfd p = { .fd = pidfd, .events = POLLIN };
	struct __kernel_timespec t = { .tv_sec = (long)timeout_s };
	int status = 0, late;
	long r;

	do
		r = SYS(ppoll, &p, 1, timeout_s ? &t : NULL, NULL, 0);
	while (r == -EINTR);
	if (r < 0)
		return (int)r;
	late = r == 0;
	if (late)
		SYS(pidfd_send_signal, pidfd, SIGKILL_, NULL, 0);
	do
		r = SYS(wait4, pid, &status, 0, NULL);
	while (r == -EINTR);
	return r < 0 ? (int)r : late ? -ETIME : status;
}

/* A failed hook has its own message: status, and the end of what it said. */
static void report(const struct plan_step *s, int status, int out)
{
	long size = SYS(lseek, out, 0, 2);
	long at = size > PLAN_MSG_TEXT - 1 ? size - (PLAN_MSG_TEXT - 1) : 0;
	long n = SYS(pread64, out, in.detail, PLAN_MSG_TEXT - 1, at);

	in.detail[n > 0 ? n : 0] = '\0';
	tell(MSG_HOOK_FAILED, step_index(s), status, in.detail, -1);
	SYS(exit_group, 1);
}

int hook_run(const struct plan_step *s)
{
	int pidfd = -1, status;
	struct clone_args args = {
		.flags = CLONE_PIDFD,
		.pidfd = (uint64_t)(uintptr_t)&pidfd,
		.exit_signal = SIGCHLD_,
	};
	int state = state_file(s->a[0] == KIND_START);
	int out = (int)SYS(memfd_create, "output", MFD_CLOEXEC);
	long pid;

	if (state < 0 || out < 0)
		return state < 0 ? state : out;
	pid = SYS(clone3, &args, sizeof(args));
	if (pid < 0)
		return (int)pid;
	if (pid == 0)
		child(s, state, out);
	status = await_hook((int)pid, pidfd, s->a[1]);
	if (status)
		report(s, status, out);
	SYS(close, pidfd);
	SYS(close, state);
	SYS(close, out);
	return 0;
}
