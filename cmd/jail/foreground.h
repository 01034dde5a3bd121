/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * foreground.h - stay with a program until it ends: the terminal, signals
 */
#pragma once

/*
 * @pidfd is the program, @console its pty's master (owned from here on; -1: it has our own
 * standard streams).  signals_block() has been called before the program was started.  Returns when
 * the program has ended and its output has been written, with the terminal as it was; negative,
 * after a message, when that could not be done.
 */
int foreground_stay(int pidfd, int console);

/* Set up the pty that foreground_stay() will relay; best before its program runs. */
void foreground_prepare(int console);
