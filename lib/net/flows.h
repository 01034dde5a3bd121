/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * flows.h - what the kernel remembers of datagrams to published ports
 */
#pragma once

#include "net/table.h"

/*
 * Forget the flows to those of @ports (n of them) that are not TCP's: a datagram goes where the one before it went
 * for as long as they keep coming, whatever has been published since.  A TCP connection ends with its jail.
 * Without connection tracking in the kernel there is nothing to forget: 0.
 */
int flows_forget(const struct port *ports, size_t n, struct err *err);
