/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * listeners.h - does a program of the host listen at a port that is to be published?
 */
#pragma once

#include "net/table.h"

/* Is @ip one of the host's addresses?  0; -EADDRNOTAVAIL: it is not; -errno */
int listeners_check_address(const struct ip *ip);

/* 1: at *ret_port of @p's range; 0: nowhere; -errno */
int listeners_find(const struct port *p, uint16_t *ret_port);
