/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * deliver.h - signals for a program that may be the first process of a pid namespace
 */
#pragma once

#include <stdbool.h>

/*
 * Send a signal that ends a program unless the program has arranged for something else, and see
 * to it that it does.  Returns 0 or a negative errno.
 */
int deliver_signal(int pidfd, int signo);

/* Stop it, or let it go on. */
void deliver_stop(int pidfd, bool stop);

/* The second half of that, for a signal that the kernel sends. */
void deliver_default(int pidfd, int signo);
