/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * users.h - "uid[:gid]" or "name[:group]", names being those of the jail
 */
#pragma once

#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

/*
 * @root_fd: the jail's root directory; its /etc/passwd and /etc/group are read without trust, and
 * only when @user holds a name.  Without a group: the user's own, or 0.
 */
int users_parse(int root_fd, const char *user, uint32_t *ret_uid, uint32_t *ret_gid, struct err *err);
