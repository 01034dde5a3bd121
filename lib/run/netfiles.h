/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * netfiles.h - /etc/hosts, /etc/resolv.conf and /etc/hostname of a jail
 */
#pragma once

#include "net/net.h"
#include "run/extend.h"

/* Which files a jail gets; strings are static or the arena's. */
struct net_files netfiles_choose(const struct create_request *req, struct arena *arena);

/* Write those that are in the state directory @dir_fd. @claim: of a network of its own, or NULL */
int netfiles_write(const struct create_request *req, const struct net_claim *claim, int dir_fd,
		   struct err *err);
