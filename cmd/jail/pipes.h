/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pipes.h - pipes for a program in place of those standard streams that are our terminal
 *
 * A program that has no terminal of its own must not have ours: what it leaves behind would go on reading what is
 * typed into it, and writing, when the program has ended.
 */
#pragma once

#include <stdbool.h>

struct pipes {
	int in, out;                 /* our ends, -1: none; from standard input, … */
	int to;                      /* …and to this stream of ours */
	int theirs[2];               /* for input and output: the program's ends, until it has been started */
	int stdio[3];                /* what the program gets: use_stdio */
};

#define PIPES_NONE { .in = -1, .out = -1, .theirs = { -1, -1 } }

/* Returns whether there is a terminal among our streams; negative errno.  @alone: nobody stays, it gets /dev/null. */
int pipes_open(struct pipes *p, bool alone);

/* The program has been started, or could not be. */
void pipes_started(struct pipes *p);
void pipes_close(struct pipes *p);
