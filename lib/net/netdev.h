/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * netdev.h - giving a jail an interface of the host's
 */
#pragma once

#include <sys/types.h>

#include "base/err.h"

/*
 * Move interface @host_name into the network namespace of @pid as @name, set it up, and give it back
 * its permanent global addresses, which a move takes away (OCI config-linux, netDevices).  It is not
 * managed afterwards: when the namespace ends, the kernel moves it back.
 */
int netdev_move(const char *host_name, const char *name, pid_t pid, struct err *err);
