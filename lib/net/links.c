/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * links.c - veth pairs and macvlans
 *
 * One RTM_NEWLINK makes a pair, names both ends, puts one on the bridge and the other into the jail's network
 * namespace; those behind it in the same batch set what can be set on a port only once it is one, and it up.
 * The jail's end is set up from inside, see inside.c.
 */
#include "net/links.h"

#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <netlink/attr.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#define INDEX_TRIES 64

/* ---- what all have ---- */

static void put_place(struct nl_msg *m, const struct net_link *l, uint32_t mtu, pid_t pid)
{
	nla_put_string(m, IFLA_IFNAME, l->spec->name);
	nla_put(m, IFLA_ADDRESS, sizeof(l->mac), l->mac);
	if (mtu)
		nla_put_u32(m, IFLA_MTU, mtu);
	nla_put_u32(m, IFLA_NET_NS_PID, (uint32_t)pid);
}

static int failed(int r, const struct net_link *l, const char *what, struct err *err)
{
	if (r == -EOPNOTSUPP)
		return err_set(err, r, "make %s for %s: this kernel has none", what, l->spec->name);
	if (r == -EPERM)
		return err_set(err, r, "make %s for %s: this needs CAP_NET_ADMIN", what, l->spec->name);
	return err_code(err, r, "make %s for %s", what, l->spec->name);
}

/* ---- veth ---- */

/*
 * The number of the end here, try number @try.  The kernel gives the peer the number that we want only if
 * this end has got one as well (veth_newlink()).  Out of the way of those that it counts up itself.
 */
static int host_index(const struct net_link *l, unsigned try)
{
	return (int)(0x01000000 | ((hash_bytes(l->host, strlen(l->host)) + try) & 0x00ffffff));
}

static struct nl_msg *pair_message(const struct net_link *l, const struct bridge *b, pid_t pid, unsigned try)
{
	struct ifinfomsg own = { .ifi_index = host_index(l, try) };
	struct ifinfomsg peer = { .ifi_index = (int)l->index };
	struct nl_msg *m = nl_new(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &own, sizeof(own));
	uint32_t mtu = l->spec->mtu ? l->spec->mtu : b->mtu;
	struct nlattr *info, *data, *other;

	if (!m)
		return NULL;
	nla_put_string(m, IFLA_IFNAME, l->host);
	nla_put_u32(m, IFLA_MASTER, (uint32_t)b->index);
	if (mtu)
		nla_put_u32(m, IFLA_MTU, mtu);
	info = nla_nest_start(m, IFLA_LINKINFO);
	nla_put_string(m, IFLA_INFO_KIND, "veth");
	data = nla_nest_start(m, IFLA_INFO_DATA);
	other = nla_nest_start(m, VETH_INFO_PEER);
	nlmsg_append(m, &peer, sizeof(peer), NLMSG_ALIGNTO);
	put_place(m, l, mtu, pid);
	nla_nest_end(m, other);
	nla_nest_end(m, data);
	nla_nest_end(m, info);
	return m;
}

static void put_no_autoconf(struct nl_msg *m)
{
	struct nlattr *families = nla_nest_start(m, IFLA_AF_SPEC);
	struct nlattr *six = families ? nla_nest_start(m, AF_INET6) : NULL;

	if (!six)
		return;
	nla_put_u8(m, IFLA_INET6_ADDR_GEN_MODE, IN6_ADDR_GEN_MODE_NONE);
	nla_nest_end(m, six);
	nla_nest_end(m, families);
}

/* No link-local address on a port: the bridge has one, and every route makes every other change slower. */
static struct nl_msg *quiet_message(const char *name)
{
	struct ifinfomsg none = { 0 };
	struct nl_msg *m = nl_new(RTM_NEWLINK, 0, &none, sizeof(none));

	if (m) {
		nla_put_string(m, IFLA_IFNAME, name);
		put_no_autoconf(m);
	}
	return m;
}

/*
 * A port, up, on which a frame may leave by which it came (hairpin), and which may be isolated from others.  The bridge
 * learns nothing from it, some frames (LLDP's) go around every hook, and floods nothing to it: where the jail is
 * stands in fdb_message().
 */
static struct nl_msg *port_message(const char *name, bool isolated)
{
	struct ifinfomsg up = { .ifi_flags = IFF_UP, .ifi_change = IFF_UP };
	struct nl_msg *m = nl_new(RTM_NEWLINK, 0, &up, sizeof(up));
	struct nlattr *info, *data;

	if (!m)
		return NULL;
	nla_put_string(m, IFLA_IFNAME, name);
	info = nla_nest_start(m, IFLA_LINKINFO);
	nla_put_string(m, IFLA_INFO_SLAVE_KIND, "bridge");
	data = nla_nest_start(m, IFLA_INFO_SLAVE_DATA);
	nla_put_u8(m, IFLA_BRPORT_MODE, 1);
	nla_put_u8(m, IFLA_BRPORT_LEARNING, 0);
	nla_put_u8(m, IFLA_BRPORT_UNICAST_FLOOD, 0);
	if (isolated)
		nla_put_u8(m, IFLA_BRPORT_ISOLATED, 1);
	nla_nest_end(m, data);
	nla_nest_end(m, info);
	return m;
}

/* The hardware address is that of port @index, for as long as there is the port. */
static struct nl_msg *fdb_message(int index, const uint8_t mac[6])
{
	struct ndmsg nd = {
		.ndm_family = AF_BRIDGE, .ndm_ifindex = index, .ndm_state = NUD_NOARP, .ndm_flags = NTF_MASTER,
	};
	struct nl_msg *m = nl_new(RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, &nd, sizeof(nd));

	if (m)
		nla_put(m, NDA_LLADDR, 6, mac);
	return m;
}

/* The host may remember another one that had the address before. */
static struct nl_msg *neighbour_message(const struct net_link *l, const struct ip *ip, const struct bridge *b)
{
	struct ndmsg nd = {
		.ndm_family = (uint8_t)ip->family, .ndm_ifindex = b->index, .ndm_state = NUD_STALE,
	};
	struct nl_msg *m = nl_new(RTM_NEWNEIGH, NLM_F_CREATE | NLM_F_REPLACE, &nd, sizeof(nd));

	if (m) {
		nla_put(m, NDA_DST, (int)ip_bytes(ip->family), ip->b);
		nla_put(m, NDA_LLADDR, sizeof(l->mac), l->mac);
	}
	return m;
}

/* How many messages are about the pair and its port; those behind them tell the host of neighbours. */
static uint32_t pair_messages(const struct net_link *l)
{
	return l->ipv6 ? 4 : 3;
}

static int try_pair(int fd, const struct net_link *l, const struct bridge *b, pid_t pid, unsigned try,
		    uint32_t *bad)
{
	nl_batch_auto batch = { 0 };

	nl_batch_add(&batch, pair_message(l, b, pid, try), false);
	if (l->ipv6)
		nl_batch_add(&batch, quiet_message(l->host), false);
	nl_batch_add(&batch, port_message(l->host, l->flags & LEASE_ISOLATED), false);
	nl_batch_add(&batch, fdb_message(host_index(l, try), l->mac), l->n_addresses == 0);
	for (size_t i = 0; i < l->n_addresses; i++)
		nl_batch_add(&batch, neighbour_message(l, &l->addresses[i], b), i + 1 == l->n_addresses);
	return nl_batch_send(fd, &batch, bad);
}

static int make_pair(int fd, const struct net_link *l, const struct bridge *b, pid_t pid, uint32_t *bad)
{
	int r = -EBUSY;

	for (unsigned try = 0; try < INDEX_TRIES && r == -EBUSY; try++)
		r = try_pair(fd, l, b, pid, try, bad);
	return r;
}

int link_veth(int fd, const struct net_link *l, const struct bridge *b, pid_t pid, struct err *err)
{
	uint32_t bad;
	int r = make_pair(fd, l, b, pid, &bad);

	/* An address that the host does not take as a neighbour (a bridge that is not ours) does not matter. */
	if (r < 0 && bad >= pair_messages(l) && bad != UINT32_MAX)
		r = 0;
	return r < 0 ? failed(r, l, bad == 0 || bad == UINT32_MAX ? "a veth pair" : "the bridge port", err) : 0;
}

/* ---- macvlan ---- */

int link_macvlan(int fd, const struct net_link *l, pid_t pid, struct err *err)
{
	struct ifinfomsg info = { .ifi_index = (int)l->index };
	struct nl_msg *m = nl_new(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &info, sizeof(info));
	nl_batch_auto b = { 0 };
	struct ifreq ifr;
	struct nlattr *nest, *data;
	uint32_t bad;
	int r = link_ask(fd, SIOCGIFINDEX, l->spec->network, &ifr);

	if (r < 0) {
		nlmsg_free(m);
		return err_code(err, r, "find interface %s", l->spec->network);
	}
	if (m) {
		put_place(m, l, l->spec->mtu, pid);
		nla_put_u32(m, IFLA_LINK, (uint32_t)ifr.ifr_ifindex);
		nest = nla_nest_start(m, IFLA_LINKINFO);
		nla_put_string(m, IFLA_INFO_KIND, "macvlan");
		data = nla_nest_start(m, IFLA_INFO_DATA);
		nla_put_u32(m, IFLA_MACVLAN_MODE, MACVLAN_MODE_BRIDGE);
		nla_nest_end(m, data);
		nla_nest_end(m, nest);
	}
	nl_batch_add(&b, m, true);
	r = nl_batch_send(fd, &b, &bad);
	return r < 0 ? failed(r, l, "a macvlan", err) : 0;
}

/* ---- by name ---- */

int link_ask(int fd, unsigned long what, const char *name, struct ifreq *ret)
{
	*ret = (struct ifreq){ 0 };
	snprintf(ret->ifr_name, IFNAMSIZ, "%s", name);
	return ioctl(fd, what, ret) < 0 ? -errno : 0;
}

int link_attach(int fd, const struct lease *l, const struct bridge *b, struct err *err)
{
	struct ifinfomsg none = { 0 };
	nl_batch_auto batch = { 0 };
	struct nl_msg *m;
	struct ifreq ifr;
	uint32_t bad;
	int r = link_ask(fd, SIOCGIFINDEX, l->link, &ifr);

	if (r < 0)
		return r == -ENODEV ? 0 : err_code(err, r, "find interface %s", l->link);
	m = nl_new(RTM_NEWLINK, 0, &none, sizeof(none));
	if (m) {
		nla_put_string(m, IFLA_IFNAME, l->link);
		nla_put_u32(m, IFLA_MASTER, (uint32_t)b->index);
	}
	nl_batch_add(&batch, m, false);
	nl_batch_add(&batch, port_message(l->link, l->flags & LEASE_ISOLATED), false);
	nl_batch_add(&batch, fdb_message(ifr.ifr_ifindex, l->mac), true);
	r = nl_batch_send(fd, &batch, &bad);
	return r < 0 && r != -ENODEV ? err_code(err, r, "put interface %s on its bridge", l->link) : 0;
}

int link_remove(int fd, const char *name, struct err *err)
{
	struct ifinfomsg info = { 0 };
	struct nl_msg *m = nl_new(RTM_DELLINK, 0, &info, sizeof(info));
	nl_batch_auto b = { 0 };
	uint32_t bad;
	int r;

	if (m)
		nla_put_string(m, IFLA_IFNAME, name);
	nl_batch_add(&b, m, true);
	r = nl_batch_send(fd, &b, &bad);
	return r < 0 && r != -ENODEV ? err_code(err, r, "remove interface %s", name) : 0;
}

bool link_exists(int fd, const char *name)
{
	struct ifreq ifr;

	return link_ask(fd, SIOCGIFINDEX, name, &ifr) == 0;
}
