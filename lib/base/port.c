/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * port.c - ports, and the protocols that have them
 */
#include "base/port.h"

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"

static const struct { uint8_t number; const char *name; } protocols[] = {
	{ IPPROTO_TCP, "tcp" }, { IPPROTO_UDP, "udp" }, { IPPROTO_SCTP, "sctp" },
};

const char *protocol_name(uint8_t protocol)
{
	for (size_t i = 0; i < ARRAY_SIZE(protocols); i++)
		if (protocols[i].number == protocol)
			return protocols[i].name;
	return "?";
}

bool protocol_number(const char *name, uint8_t *ret)
{
	for (size_t i = 0; i < ARRAY_SIZE(protocols); i++)
		if (!strcmp(protocols[i].name, name)) {
			*ret = protocols[i].number;
			return true;
		}
	return false;
}

char *port_text(const struct ip *ip, uint32_t first, uint32_t last, uint8_t protocol, char out[PORT_TEXT_MAX])
{
	char text[IP_TEXT_MAX], range[12] = "";

	if (last != first)
		snprintf(range, sizeof(range), "-%u", last);
	snprintf(out, PORT_TEXT_MAX, ip->family == AF_INET6 ? "[%s]:%u%s%s%s" : "%s:%u%s%s%s", ip_text(ip, text), first,
		 range, protocol ? "/" : "", protocol ? protocol_name(protocol) : "");
	return out;
}
