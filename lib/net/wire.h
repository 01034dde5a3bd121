/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * wire.h - addresses as the kernel takes them
 */
#pragma once

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>

#include "base/ip.h"

struct nl_msg;

/* RTM_NEWADDR or RTM_DELADDR (@type) of @ip, with its prefix, on link @index; NULL: no memory. */
struct nl_msg *wire_address(int type, int flags, int index, const struct ip *ip);

static inline socklen_t wire_sockaddr(const struct ip *ip, uint16_t port, struct sockaddr_storage *ret)
{
	struct sockaddr_in *four = (struct sockaddr_in *)ret;
	struct sockaddr_in6 *six = (struct sockaddr_in6 *)ret;

	memset(ret, 0, sizeof(*ret));
	if (ip->family == AF_INET6) {
		six->sin6_family = AF_INET6;
		six->sin6_port = htons(port);
		memcpy(&six->sin6_addr, ip->b, 16);
		return sizeof(*six);
	}
	four->sin_family = AF_INET;
	four->sin_port = htons(port);
	memcpy(&four->sin_addr, ip->b, 4);
	return sizeof(*four);
}
