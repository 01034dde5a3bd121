/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * wire.c - addresses as the kernel takes them
 */
#include "net/wire.h"

#include <linux/if_addr.h>
#include <netlink/attr.h>

#include "net/netlink.h"

struct nl_msg *wire_address(int type, int flags, int index, const struct ip *ip)
{
	struct ifaddrmsg a = {
		.ifa_family = (uint8_t)ip->family, .ifa_prefixlen = ip->prefix, .ifa_index = (unsigned)index,
		/* Given away by us and to nobody else: no waiting for somebody to object. */
		.ifa_flags = ip->family == AF_INET6 ? IFA_F_NODAD : 0,
	};
	struct nl_msg *m = nl_new(type, flags, &a, sizeof(a));
	struct ip last = ip_last(ip);

	if (!m)
		return NULL;
	nla_put(m, IFA_LOCAL, (int)ip_bytes(ip->family), ip->b);
	nla_put(m, IFA_ADDRESS, (int)ip_bytes(ip->family), ip->b);
	if (ip->family == AF_INET && ip->prefix < 31)
		nla_put(m, IFA_BROADCAST, 4, last.b);
	return m;
}
