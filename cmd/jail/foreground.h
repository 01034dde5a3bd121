/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * foreground.h - stay with a program until it ends: the terminal, signals
 */
#pragma once

#include <stdbool.h>

struct hub;
struct notify;
struct pipes;

/* What a supervisor does besides; all zero: nothing. */
struct foreground_more {
	struct hub *hub;             /* others see and use the program's terminal; NULL: nobody */
	struct notify *notify;       /* what it says to the service manager; NULL: it cannot */
	struct pipes *pipes;         /* what it has in place of our terminal, without one of its own; NULL: nothing */
	int stop_signal;             /* SIGTERM and SIGINT for us are this for the program; 0: themselves */
	bool system;                 /* so is a hang-up: to an init it means something else */
	bool unattended;             /* no input, and nobody has to read the output */
	bool stopped;                /* set: the program was asked to end */
};

/*
 * @pidfd is the program, @console its pty's master (owned from here on; -1: it has our own
 * standard streams, or @more->pipes).  signals_block() has been called before the program was started.  Returns when
 * the program has ended and its output has been written, with the terminal as it was; negative,
 * after a message, when that could not be done.  @more may be NULL.
 */
int foreground_stay(int pidfd, int console, struct foreground_more *more);

/* Set up the pty that foreground_stay() will relay; best before its program runs.  @shared: by a hub */
void foreground_prepare(int console, bool shared);
