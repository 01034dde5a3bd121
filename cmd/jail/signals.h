/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * signals.h - signals of a foreground run: noted first, then read from a descriptor
 */
#pragma once

#include <stdbool.h>

/* What a signal that reaches us means for the program in the foreground. */
enum signal_use {
	SIGNAL_LEAVE,        /* not touched */
	SIGNAL_FORWARD,      /* the program gets it */
	SIGNAL_NOTE,         /* must not end us, and is nobody's business */
	SIGNAL_RESIZE, SIGNAL_STOP, SIGNAL_CONTINUE,
};

enum signal_use signal_use(int signo);

/*
 * From now on no forwarded signal ends us; they are noted.  Handlers, not a blocked mask or
 * SIG_IGN: what starts now goes through exec, and that resets handlers, but inherits the others.
 */
void signals_note(void);

/* Block them and return a non-blocking signalfd that tells of them; -1: errno. */
int signals_open(void);

/* Call @forward for each one that was noted before signals_open(). */
void signals_noted(void (*forward)(void *userdata, int signo), void *userdata);

/* Back to noting. */
void signals_close(int fd);
