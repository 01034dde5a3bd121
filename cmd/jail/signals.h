/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * signals.h - signals of a foreground run: blocked first, then read from a descriptor
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

/* Did our caller ignore it?  Then it is not forwarded either. */
bool signal_is_ignored(int signo);

/* From now on none of them ends or stops us; they wait for signals_open(). */
void signals_block(void);

/* A non-blocking signalfd that tells of them; -1: errno. */
int signals_open(void);
