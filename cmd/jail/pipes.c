/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pipes.c - pipes for a program in place of our terminal
 *
 * Standard output and error that are the terminal have one pipe together: so what is written to them comes in order.
 */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "pipes.h"
#include "util.h"

/* @ours: which end is */
static int open_pipe(int ours, int *ret_our, int *ret_their)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) < 0)
		return -errno;
	*ret_our = fds[ours];
	*ret_their = fds[!ours];
	/* The program's end is its own: only ours never waits. */
	return fcntl(fds[ours], F_SETFL, O_NONBLOCK) < 0 ? -errno : 0;
}

static int open_null(int *ret_their)
{
	*ret_their = open("/dev/null", O_RDWR | O_CLOEXEC);
	return *ret_their < 0 ? -errno : 0;
}

int pipes_open(struct pipes *p, bool alone)
{
	int r = 0;

	*p = (struct pipes)PIPES_NONE;
	for (int fd = STDIN_FILENO; r == 0 && fd <= STDERR_FILENO; fd++) {
		bool input = fd == STDIN_FILENO, terminal = isatty(fd);
		int *their = &p->theirs[!input];

		if (terminal && *their < 0) {
			r = alone ? open_null(their) : open_pipe(input, input ? &p->in : &p->out, their);
			p->to = fd;
		}
		p->stdio[fd] = terminal ? *their : fd;
	}
	if (r < 0)
		pipes_close(p);
	return r < 0 ? r : p->theirs[0] >= 0 || p->theirs[1] >= 0;
}

void pipes_started(struct pipes *p)
{
	fd_close(&p->theirs[0]);
	fd_close(&p->theirs[1]);
}

void pipes_close(struct pipes *p)
{
	pipes_started(p);
	fd_close(&p->in);
	fd_close(&p->out);
}
