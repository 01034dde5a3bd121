/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * oom.h - did the kernel kill for want of memory, and by whose limit?
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define CGROUP_OOM_MAX 224

/*
 * Write "out of memory (memory.max 64 MiB, peak 64 MiB, 1 process killed)" for the cgroup @fd.  Returns how many
 * were killed in it and below; 0, with @ret untouched: none, or there is no memory controller to tell.
 */
int cgroup_oom_text(int fd, char ret[CGROUP_OOM_MAX]);

/*
 * The same where nobody needs to have been killed, because there was nobody to kill: "out of memory
 * (memory.max 4 KiB)".  false: nothing was refused for want of memory.
 */
bool cgroup_oom_refused(int fd, char ret[CGROUP_OOM_MAX]);
