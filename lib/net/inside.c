/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * inside.c - what a jail's own end of a link gets: messages that jail-init sends in its namespace
 *
 * They are made before the clone and travel in the plan.  The number of the interface is fixed, so that
 * nobody has to look for it.
 *
 * The link-local IPv6 address is left to the kernel, which looks for duplicates first: the announcements of an
 * address that is there at once would be delivered to all on the bridge before the start goes on (with 500
 * jails 5 ms, measured).
 */
#include "net/net.h"

#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "net/netlink.h"
#include "net/shape.h"
#include "net/wire.h"

static struct nl_msg *up_message(uint32_t index)
{
	struct ifinfomsg info = {
		.ifi_index = (int)index, .ifi_flags = IFF_UP, .ifi_change = IFF_UP,
	};

	return nl_new(RTM_NEWLINK, 0, &info, sizeof(info));
}

static bool on_link(const struct net_link *l, const struct ip *via)
{
	for (size_t i = 0; i < l->n_addresses; i++)
		if (ip_in(via, &l->addresses[i]))
			return true;
	return false;
}

/* @to NULL: everywhere */
static struct nl_msg *route_message(const struct net_link *l, uint16_t family, const struct ip *to,
				    const struct ip *via)
{
	struct rtmsg rt = {
		.rtm_family = (uint8_t)family, .rtm_table = RT_TABLE_MAIN, .rtm_protocol = RTPROT_STATIC,
		.rtm_scope = via->family ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK, .rtm_type = RTN_UNICAST,
		.rtm_dst_len = to ? to->prefix : 0,
		/* An address of its own network is not needed to reach the gateway. */
		.rtm_flags = via->family && !on_link(l, via) ? RTNH_F_ONLINK : 0,
	};
	struct nl_msg *m = nl_new(RTM_NEWROUTE, NLM_F_CREATE, &rt, sizeof(rt));

	if (!m)
		return NULL;
	if (to && to->prefix)
		nla_put(m, RTA_DST, (int)ip_bytes(family), to->b);
	if (via->family)
		nla_put(m, RTA_GATEWAY, (int)ip_bytes(family), via->b);
	nla_put_u32(m, RTA_OIF, l->index);
	return m;
}

/* ---- what it says, for people ---- */

static void put_summary(const struct net_link *l, bool with_lo, struct buf *out)
{
	char text[IP_TEXT_MAX], via[IP_TEXT_MAX];

	buf_printf(out, "%s%s", with_lo ? "lo up, " : "", l->spec->name);
	for (size_t i = 0; i < l->n_addresses; i++)
		buf_printf(out, " %s", ip_net_text(&l->addresses[i], text));
	buf_printf(out, " up");
	for (int i = 0; i < 2; i++)
		if (l->gateway[i].family)
			buf_printf(out, ", default via %s", ip_text(&l->gateway[i], text));
	for (size_t i = 0; i < l->spec->n_routes; i++) {
		const struct spec_route *r = &l->spec->routes[i];

		buf_printf(out, ", %s%s%s", ip_net_text(&r->to, text), r->via.family ? " via " : "",
			   r->via.family ? ip_text(&r->via, via) : "");
	}
	if (l->spec->egress)
		buf_printf(out, ", at most %llu bytes/s out", (unsigned long long)l->spec->egress);
}

/* ---- all of it ---- */

int net_inside(const struct net_link *l, bool with_lo, struct buf *ret_messages, struct buf *ret_summary)
{
	struct nl_batch b = { 0 };

	if (with_lo)
		nl_batch_add(&b, up_message(1), false);
	for (size_t i = 0; l && i < l->n_addresses; i++)
		nl_batch_add(&b, wire_address(RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, (int)l->index, &l->addresses[i]),
			     false);
	if (l) {
		nl_batch_add(&b, up_message(l->index), false);
		for (int i = 0; i < 2; i++)
			if (l->gateway[i].family)
				nl_batch_add(&b, route_message(l, l->gateway[i].family, NULL,
								&l->gateway[i]), false);
		for (size_t i = 0; i < l->spec->n_routes; i++)
			nl_batch_add(&b, route_message(l, l->spec->routes[i].to.family, &l->spec->routes[i].to,
						       &l->spec->routes[i].via), false);
		if (l->spec->egress)
			shape_out(&b, (int)l->index, l->spec->egress);
		put_summary(l, with_lo, ret_summary);
	} else {
		buf_printf(ret_summary, "lo up");
	}
	if (b.data.failed || ret_summary->failed) {
		nl_batch_done(&b);
		return -ENOMEM;
	}
	nl_batch_ack(&b);
	*ret_messages = b.data;
	return 0;
}
