/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * internal.h - shared between the files of lib/cgroup
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

/* Milliseconds of CLOCK_MONOTONIC. */
int64_t cgroup_now_ms(void);

/* The value of "@key N" in cgroup.events; -errno. */
int cgroup_event(int fd, const char *key);

/* Wait until cgroup.events says "@key @value"; -ETIMEDOUT at @deadline_ms. A cgroup that vanishes
 * is empty: 0. */
int cgroup_event_wait(int fd, const char *key, int value, int64_t deadline_ms);

/*
 * Find a directory in the open directory @fd, from its current position on.  1: *name is set and the
 * position is behind it; 0: none is left.
 */
int cgroup_next_child(int fd, char name[256]);
