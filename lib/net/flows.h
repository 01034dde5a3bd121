/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * flows.h - what the kernel remembers of addresses and ports that have changed hands
 *
 * Without connection tracking in the kernel there is nothing to forget: 0.
 */
#pragma once

#include "net/table.h"

/*
 * Forget the flows to those of @ports (n of them) that are not TCP's: a datagram goes where the one before it went
 * for as long as they keep coming, whatever has been published since.  A TCP connection ends with its jail.
 */
int flows_forget_ports(const struct port *ports, size_t n, struct err *err);

/* Of those only what came before they were open, which stays with this machine itself; what leads to the jail goes on. */
int flows_forget_early(const struct port *ports, size_t n, struct err *err);

/* Forget the flows that @ip is an end of: those of the jail that had it before let others in, by their replies. */
int flows_forget_address(const struct ip *ip, struct err *err);
