/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * resolv.h - /etc/resolv.conf of a jail
 */
#pragma once

#include "net/net.h"
#include "run/create.h"

/* Write the file resolv.conf in the jail's state directory; @claim: NULL: it is on no network of ours. */
int resolv_write(const struct create_request *req, const struct net_claim *claim, int dir_fd, struct err *err);
