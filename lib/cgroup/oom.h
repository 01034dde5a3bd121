/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * oom.h - did the kernel kill for want of memory, and by whose limit?
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CGROUP_OOM_MAX 224

/*
 * Write "out of memory (memory.max 64 MiB, peak 64 MiB, 1 process killed)" for the cgroup @fd.  Returns how many
 * were killed in it and below; 0, with @ret untouched: none, or there is no memory controller to tell.
 */
int cgroup_oom_text(int fd, char ret[CGROUP_OOM_MAX]);

/*
 * For a cgroup that may be gone when the question is asked: systemd removes that of a scope as soon as
 * nobody is in it.  What the cgroup above counted meanwhile tells then.
 */
struct cgroup_oom_watch {
	int above;              /* the cgroup above; -1: nothing is watched */
	uint64_t killed, max;   /* there, at the beginning; the limit of the cgroup itself */
};
void cgroup_oom_watch(int fd, struct cgroup_oom_watch *ret);
/* As cgroup_oom_text(), of a cgroup that is gone. */
int cgroup_oom_text_above(const struct cgroup_oom_watch *w, char ret[CGROUP_OOM_MAX]);

/*
 * The same where nobody needs to have been killed, because there was nobody to kill: "out of memory
 * (memory.max 4 KiB)".  false: nothing was refused for want of memory.
 */
bool cgroup_oom_refused(int fd, char ret[CGROUP_OOM_MAX]);
