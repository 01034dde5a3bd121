/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * shape.h - limits to the rate of an interface
 */
#pragma once

#include "net/netlink.h"

/* What leaves by interface number @index is held to @rate bytes a second: tc-tbf(8). */
void shape_out(struct nl_batch *b, int index, uint64_t rate);
