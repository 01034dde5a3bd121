/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * snapshot.h - what a library must leave as it was in its process
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

struct snapshot;

/* Look at this process; NULL: out of memory.  Freed with free(). */
struct snapshot *snapshot_take(void);

/* Tell on standard output, as TAP comments, what differs; true: nothing. */
bool snapshot_same(const struct snapshot *before, const struct snapshot *after);

/* Directories below /sys/fs/cgroup that a jail could have left; -1: cannot be read. */
int snapshot_cgroups(void);

/* Names in a directory, "." and ".." not counted; -1: cannot be read. */
int count_names(const char *dir);
