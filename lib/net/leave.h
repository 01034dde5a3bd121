/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * leave.h - a jail leaves its networks
 */
#pragma once

#include "net/table.h"

/* All of it: the lock of @dir is held, and @t is what is on disk, which the caller writes. */

/* Names, elements and ports of @owner go, its addresses are leaving. */
int leave_networks(int dir, struct table *t, const char *owner, struct err *err);

/*
 * Take out the addresses that are leaving and whose link is gone.  @owner: who is coming back; its old link is
 * removed.
 */
int leave_settle(struct table *t, const char *owner, struct err *err);
