/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * past.h - whose each address was last
 */
#pragma once

#include "base/err.h"
#include "base/ip.h"

/*
 * @owner takes @ips (n of them): what the kernel remembers of one that was another's is forgotten.  The lock of @dir
 * is held.
 */
int past_take(int dir, const struct ip *ips, size_t n, const char *owner, struct err *err);
