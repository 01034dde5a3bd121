/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * terminal.c - raw mode, window size, and giving the terminal back as it was
 *
 * Two line disciplines stand between a program and the person: the pty's inside the jail, and the
 * terminal's outside.  Only one of them may edit lines, echo and turn "\n" into "\r\n".
 *
 *   input and output are a terminal   the outer one is raw, the pty does all of it, so that a
 *                                     full-screen program inside controls it
 *   output is a pipe or a file        the pty does not add "\r": the reader wants lines
 *   …and others attach terminals      it does, and the relay takes it out for the reader
 */
#include <unistd.h>

#include "message.h"
#include "terminal.h"

void terminal_init(struct terminal *t)
{
	*t = (struct terminal){ .fd = -1 };
	if (tcgetattr(STDIN_FILENO, &t->saved) == 0)
		t->fd = STDIN_FILENO;
	t->output = isatty(STDOUT_FILENO);
}

bool terminal_attach(struct terminal *t)
{
	struct termios raw = t->saved;

	if (t->fd < 0 || tcgetpgrp(t->fd) != getpgrp())
		return false;
	cfmakeraw(&raw);
	if (!t->output)
		raw.c_oflag = t->saved.c_oflag;
	if (tcsetattr(t->fd, TCSADRAIN, &raw) < 0)
		return false;
	t->raw = true;
	msg_raw_terminal(t->output);
	return true;
}

void terminal_restore(struct terminal *t)
{
	if (!t->raw)
		return;
	t->raw = false;
	msg_raw_terminal(false);
	/* In the background by now: whoever has the terminal has set it as they want it. */
	if (tcgetpgrp(t->fd) == getpgrp())
		tcsetattr(t->fd, TCSADRAIN, &t->saved);
}

bool terminal_size(struct winsize *ret)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (ioctl(fd, TIOCGWINSZ, ret) == 0 && ret->ws_row && ret->ws_col)
			return true;
	return false;
}

void terminal_resize(int master)
{
	struct winsize size;

	if (terminal_size(&size))
		ioctl(master, TIOCSWINSZ, &size);
}

bool terminal_wants_returns(const struct terminal *t)
{
	return t->fd >= 0 && t->output;
}

void terminal_prepare(const struct terminal *t, int master, bool shared)
{
	struct termios inner;

	terminal_resize(master);
	if (tcgetattr(master, &inner) < 0)
		return;
	if (shared || terminal_wants_returns(t))
		inner.c_oflag |= ONLCR;
	else
		inner.c_oflag &= ~(tcflag_t)ONLCR;
	tcsetattr(master, TCSANOW, &inner);
}
