/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * port.h - ports, and the protocols that have them
 */
#pragma once

#include "base/ip.h"

/* "tcp" of 6; "?" */
const char *protocol_name(uint8_t protocol);
/* The other way round: false: there is none of that name. */
bool protocol_number(const char *name, uint8_t *ret);

#define PORT_TEXT_MAX (IP_TEXT_MAX + 24)

/* "192.0.2.1:80", "[2001:db8::1]:8000-8999/udp"; @protocol 0: without; returns @out. */
char *port_text(const struct ip *ip, uint32_t first, uint32_t last, uint8_t protocol, char out[PORT_TEXT_MAX]);
