/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * hooks.c - hooks that run in the runtime's namespaces
 *
 * Standard input is a memfd with the state document, not a pipe: a hook that does not read it cannot
 * make anybody wait, and nobody gets a SIGPIPE.  Output is collected in another.
 */
#include "run/hooks.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

#include "plan/build.h"
#include "run/clone.h"
#include "run/process.h"
#include "run/protocol.h"

static int memfd_with(const char *name, const char *text, size_t len, struct err *err)
{
	fd_auto fd = memfd_create(name, MFD_CLOEXEC);
	int r;

	if (fd < 0)
		return err_sys(err, "make a memfd");
	r = fd_write_all(fd, text, len);
	if (r < 0)
		return err_code(err, r, "write a memfd");
	lseek(fd, 0, SEEK_SET);
	return fd_take(&fd);
}

static int state_document(const struct plan *p, const char *status, pid_t pid, struct err *err)
{
	buf_auto text = { 0 };

	buf_printf(&text, "%s%s\",\"pid\":%d%s", plan_str(p, p->state_head), status, (int)pid,
		   plan_str(p, p->state_tail));
	return text.failed ? err_nomem(err) : memfd_with("state", text.text, text.len, err);
}

/* A NULL-terminated array of a list's strings, which stay the plan's. */
static char **list_argv(const struct plan *p, uint32_t at)
{
	uint64_t n = plan_list_count(p, at);
	char **v = calloc(n + 1, sizeof(*v));

	for (uint64_t i = 0; v && i < n; i++)
		v[i] = (char *)plan_list_item(p, at, i);
	return v;
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Its wait status; -ETIME when it did not end in time and was killed. */
static int await(int pidfd, uint64_t timeout_s, struct err *err)
{
	struct pollfd pfd = { .fd = pidfd, .events = POLLIN };
	int64_t end = now_ms() + (int64_t)timeout_s * 1000;
	int r, status = 0;

	do {
		int64_t left = timeout_s ? end - now_ms() : -1;

		if (timeout_s && left < 0)
			left = 0;
		r = poll(&pfd, 1, left > INT32_MAX ? INT32_MAX : (int)left);
	} while ((r < 0 && errno == EINTR) || (r == 0 && timeout_s && now_ms() < end));
	if (r == 0) {
		process_kill(pidfd);
		return -ETIME;
	}
	r = process_wait(pidfd, &status, err);
	return r < 0 ? r : status;
}

/* The same words as for a hook that ran inside. */
static int failure(const struct plan *p, const struct plan_step *s, int status, int out,
		   struct err *err)
{
	struct plan_msg m = {
		.type = MSG_HOOK_FAILED, .step = (uint32_t)(s - plan_steps(p)), .error = status,
	};
	off_t size = lseek(out, 0, SEEK_END);
	off_t at = size > PLAN_MSG_TEXT - 1 ? size - (PLAN_MSG_TEXT - 1) : 0;
	ssize_t n = pread(out, m.text, PLAN_MSG_TEXT - 1, at);

	m.text_len = n > 0 ? (uint32_t)n : 0;
	return protocol_error(p, &m, err);
}

int hook_run_step(const struct plan *p, const struct plan_step *s, const char *bundle,
		  const char *status, pid_t pid, struct err *err)
{
	mem_auto char **argv = list_argv(p, s->s[1]);
	mem_auto char **envp = list_argv(p, s->s[2]);
	fd_auto in = state_document(p, status, pid, err);
	fd_auto out = in < 0 ? in : memfd_with("output", "", 0, err);
	fd_auto pidfd = -1;
	struct clone_request req = {
		.cgroup_fd = -1, .exec_fd = -1, .path = plan_str(p, s->s[0]),
		.argv = argv, .envp = envp, .stdio = { in, out, out }, .cwd = bundle,
	};
	pid_t hook;
	int r;

	if (!argv || !envp)
		return err_nomem(err);
	if (in < 0 || out < 0)
		return in < 0 ? in : out;
	r = clone_exec(&req, &hook, &pidfd, err);
	if (r < 0)
		return err_place(err, err_add(err, r, "run hook"), "%s",
				 s->place ? plan_str(p, s->place) : "hooks");
	r = await(pidfd, s->a[1], err);
	return r == 0 ? 0 : failure(p, s, r, out, err);
}

int hooks_run_stage(const struct plan *p, enum plan_stage stage, const char *bundle,
		    const char *status, pid_t pid, struct err *err)
{
	const struct plan_step *s = plan_steps(p);
	int r = 0;

	for (uint32_t i = 0; r == 0 && i < p->n_steps; i++, s++)
		if (s->stage == stage && s->op == OP_HOOK_OUT)
			r = hook_run_step(p, s, bundle, status, pid, err);
	return r;
}
