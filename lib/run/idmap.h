/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * idmap.h - user and group id mappings, of jails and of mounts
 */
#pragma once

#include "base/err.h"
#include "run/init.h"

/* Write the maps of a process in a new user namespace; lines as /proc/PID/uid_map takes them. */
int idmap_write(pid_t pid, const char *uid_map, const char *gid_map, struct err *err);

/* A user namespace that exists only for its mappings: an id-mapped mount's.  The caller's fd. */
int idmap_namespace(const char *uid_map, const char *gid_map, int *ret_fd, struct err *err);
