/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * init.c - a jail-init at work, seen from outside
 */
#include "run/init.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "run/clone.h"
#include "run/process.h"

static int plan_memfd(const struct plan *p, struct err *err)
{
	fd_auto fd = memfd_create("plan", MFD_CLOEXEC);
	int r;

	if (fd < 0)
		return err_sys(err, "make a memfd");
	r = fd_write_all(fd, p, p->size);
	return r < 0 ? err_code(err, r, "write the plan") : fd_take(&fd);
}

/* Which descriptors the child keeps, and what the plan calls them. */
static size_t fill_table(const struct init_start *start, int theirs, int *inherit)
{
	struct plan *p = start->plan;
	size_t n = 0;

	p->fd[FD_SOCKET] = inherit[n++] = theirs;
	p->fd[FD_GATE] = start->gate;
	if (start->gate >= 0)
		inherit[n++] = start->gate;
	for (int i = 0; i < 3; i++) {
		int fd = start->stdio ? start->stdio[i] : -1;

		p->fd[FD_STDIN + i] = fd;
		if (fd >= 0)
			inherit[n++] = fd;
	}
	for (int i = 0; i < 8; i++) {
		p->fd[FD_NS + i] = start->ns[i];
		if (start->ns[i] >= 0)
			inherit[n++] = start->ns[i];
	}
	p->cgroup_fd = start->staged ? start->cgroup_fd : -1;
	if (p->cgroup_fd >= 0)
		inherit[n++] = p->cgroup_fd;
	return n;
}

int init_start(const struct init_start *start, struct init_process *ret, struct err *err)
{
	char number[12], *argv[] = { (char *)"jail-init", number, NULL }, *envp[] = { NULL };
	fd_auto ours = -1, theirs = -1, plan = -1, init = -1;
	int inherit[FD_COUNT + 2], pair[2], r;
	struct clone_request req = {
		.flags = start->flags, .keep_caps = start->flags & CLONE_NEWUSER,
		.cgroup_fd = start->staged ? -1 : start->cgroup_fd,
		.inherit = inherit, .stdio = { -1, -1, -1 }, .argv = argv, .envp = envp,
	};

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return err_sys(err, "make a socket pair");
	ours = pair[0];
	theirs = pair[1];
	if (ours < 3 || theirs < 3)     /* what lies there would be the program's input or output */
		return err_set(err, -EBADF, "standard input, output and error must be open");
	req.n_inherit = fill_table(start, theirs, inherit);
	plan = plan_memfd(start->plan, err);
	if (plan < 0)
		return plan;
	inherit[req.n_inherit++] = plan;
	snprintf(number, sizeof(number), "%d", plan);
	r = clone_init_fd(&init, err);
	if (r < 0)
		return r;
	req.exec_fd = init;
	r = clone_exec(&req, &ret->pid, &ret->pidfd, err);
	if (r < 0)
		return r;
	ret->socket = fd_take(&ours);
	return 0;
}

void init_forget(struct init_process *p)
{
	fd_close(&p->socket);
	fd_close(&p->pidfd);
}

void init_abort(struct init_process *p)
{
	if (p->pidfd >= 0)
		process_kill(p->pidfd);
	init_forget(p);
}

int init_replace(struct init_process *p, const struct message *m, struct err *err)
{
	int status;

	if (m->fd < 0)
		return err_set(err, -EPROTO, "jail-init sent no pidfd");
	process_wait(p->pidfd, &status, NULL);
	close(p->pidfd);
	p->pidfd = m->fd;
	p->pid = (pid_t)m->m.step;
	return 0;
}
