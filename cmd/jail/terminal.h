/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * terminal.h - the terminal we were started on, while a program inside a jail uses it
 */
#pragma once

#include <stdbool.h>
#include <sys/ioctl.h>
#include <termios.h>

struct terminal {
	int fd;                      /* standard input if it is a terminal, else -1 */
	bool output;                 /* standard output is one, too */
	bool raw;
	struct termios saved;
};

void terminal_init(struct terminal *t);

/*
 * Raw mode, when the terminal is ours (our process group is in the foreground).  Returns whether
 * it is, that is, whether we may read from it.
 */
bool terminal_attach(struct terminal *t);

/* As it was found. */
void terminal_restore(struct terminal *t);

/* Give the pty behind @master the size of our terminal. */
void terminal_resize(int master);

/* The size of our terminal; false when there is none or it does not know. */
bool terminal_size(struct winsize *ret);

/* Is the pty, not our terminal, to end lines with "\r\n"? */
bool terminal_wants_returns(const struct terminal *t);

/* Prepare the pty behind @master for a relay to and from @t.  @shared: terminals in raw mode see it, too. */
void terminal_prepare(const struct terminal *t, int master, bool shared);
