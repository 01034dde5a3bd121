/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * process.h - which process is meant, and how it ended
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "state/state.h"

/* Identity: start time of @pid in clock ticks since boot. */
int process_start_time(pid_t pid, uint64_t *ret, struct err *err);
int process_boot_id(char ret[40], struct err *err);

/*
 * A pidfd of the recorded process: opened first, then verified, so a recycled pid is never mistaken
 * for it.  1: it has ended (*ret_fd untouched); 0: it lives.
 */
int process_open(const struct state *s, int *ret_fd, struct err *err);
/* Has the process behind @pidfd ended? */
bool process_ended(int pidfd);
/* Does @pid still run jail-init, that is, wait at the gate? */
bool process_waits(pid_t pid);

/*
 * Wait for the end.  *ret_status as waitpid(2) gives it; when it is not our child, what the kernel
 * still tells of it (Linux 6.15), else -1.  Only this one process is reaped.
 */
int process_wait(int pidfd, int *ret_status, struct err *err);
/* SIGKILL and reap, if it is our child. */
void process_kill(int pidfd);
