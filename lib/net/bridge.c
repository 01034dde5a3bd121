/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bridge.c - the bridge of a network
 *
 * Looking for it takes two ioctl(2)s on the netlink socket.  It is made by the first jail that needs it,
 * under the table's lock, and stays until `jail net gc`.
 *
 * Its hardware address is fixed: one without takes the lowest of its ports, and when that changes all
 * who had asked for it wait for their caches.
 */
#include "net/links.h"

#include <fcntl.h>
#include <linux/ethtool.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netlink/attr.h>
#include <stdio.h>
#include <string.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>

#include "net/mac.h"
#include "net/wire.h"

/* ---- sysctls ---- */

static int read_setting(const char *path, char value[16])
{
	fd_auto fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, value, 15);

	if (n < 0)
		return -errno;
	value[n] = '\0';
	value[strcspn(value, "\n")] = '\0';
	return 0;
}

/* Written only if it is not so; @say: it concerns the whole host, and is told. */
static int set_sysctl(const char *path, const char *value, const struct net_host *host, bool say,
		      struct err *err)
{
	char now[16], text[160];
	int r = read_setting(path, now);

	if (r == 0 && !strcmp(now, value))
		return 0;
	r = file_poke_at(AT_FDCWD, path, value);
	if (r < 0)
		return err_code(err, r, "a network needs %s in %s: set it", value, path);
	if (say && host->say) {
		snprintf(text, sizeof(text), "%s is now %s: jails' networks need forwarding", path, value);
		host->say(host->data, text);
	}
	return 0;
}

/* What the host must do for a network. */
static int set_forwarding(const struct spec_netdef *d, const struct net_host *host, struct err *err)
{
	char path[96];
	int r = 0;

	if (d->subnet[0].family) {
		snprintf(path, sizeof(path), "/proc/sys/net/ipv4/conf/%s/route_localnet", d->name);
		r = set_sysctl(path, "1", host, false, err);
		if (r == 0 && !d->internal)
			r = set_sysctl("/proc/sys/net/ipv4/ip_forward", "1", host, true, err);
	}
	if (r == 0 && d->subnet[1].family && !d->internal && net_has_ipv6())
		r = set_sysctl("/proc/sys/net/ipv6/conf/all/forwarding", "1", host, true, err);
	return r;
}

/* ---- does the host know another way to the subnet? ---- */

struct collision {
	const struct spec_netdef *d;
	int bridge;                     /* its own routes do not count */
	int link;                       /* 0: none */
	struct ip net;
};

static int look_at_route(const struct nlmsghdr *m, void *data)
{
	struct nlmsghdr *h = (struct nlmsghdr *)m;
	const struct rtmsg *rt = nlmsg_data(h);
	struct collision *c = data;
	const struct ip *ours = &c->d->subnet[ip_slot(rt->rtm_family)];
	struct nlattr *dst = nlmsg_find_attr(h, sizeof(*rt), RTA_DST);
	struct nlattr *oif = nlmsg_find_attr(h, sizeof(*rt), RTA_OIF);
	struct ip net = { .family = rt->rtm_family, .prefix = rt->rtm_dst_len };

	if (!dst || !rt->rtm_dst_len || rt->rtm_table != RT_TABLE_MAIN || ours->family != net.family ||
	    rt->rtm_type != RTN_UNICAST)
		return 0;
	memcpy(net.b, nla_data(dst), MIN((size_t)nla_len(dst), sizeof(net.b)));
	if (!oif || (int)nla_get_u32(oif) == c->bridge || !ip_overlap(&net, ours))
		return 0;
	c->link = (int)nla_get_u32(oif);
	c->net = net;
	return 0;
}

static int check_routes(int fd, const struct spec_netdef *d, int bridge, struct err *err)
{
	static const uint8_t families[] = { AF_INET, AF_INET6 };
	char name[IFNAMSIZ] = "?", ours[IP_TEXT_MAX], theirs[IP_TEXT_MAX];
	struct collision c = { .d = d, .bridge = bridge };

	for (int slot = 0; slot < 2; slot++) {
		struct rtmsg rt = { .rtm_family = families[slot] };
		nl_batch_auto b = { 0 };
		int r;

		if (!d->subnet[slot].family)
			continue;
		nl_batch_add(&b, nl_new(RTM_GETROUTE, NLM_F_DUMP, &rt, sizeof(rt)), false);
		r = nl_ask(fd, &b, look_at_route, &c);
		if (r < 0 && r != -EOPNOTSUPP)
			return err_code(err, r, "read the host's routes");
		if (!c.link)
			continue;
		if_indextoname((unsigned)c.link, name);
		return err_set(err, -EADDRINUSE, "network %s: the host reaches %s by %s, and %s would hide that; "
			       "give the network another subnet in /etc/jail/networks/%s.json", d->name,
			       ip_net_text(&c.net, theirs), name, ip_net_text(&d->subnet[slot], ours),
			       d->name);
	}
	return 0;
}

/* ---- making it ---- */

static void pinned_mac(const char *name, uint8_t mac[6])
{
	mac_from_hash(hash_bytes(name, strlen(name)), mac);
}

/* The MTU of the way out, 0: there is none. */
static int take_default(const struct nlmsghdr *m, void *data)
{
	struct nlmsghdr *h = (struct nlmsghdr *)m;
	const struct rtmsg *rt = nlmsg_data(h);
	struct nlattr *oif = nlmsg_find_attr(h, sizeof(*rt), RTA_OIF);

	if (!rt->rtm_dst_len && rt->rtm_table == RT_TABLE_MAIN && oif && !*(int *)data)
		*(int *)data = (int)nla_get_u32(oif);
	return 0;
}

static uint32_t default_mtu(int fd)
{
	struct rtmsg rt = { .rtm_family = AF_INET };
	nl_batch_auto b = { 0 };
	char name[IFNAMSIZ];
	struct ifreq ifr;
	int link = 0;

	nl_batch_add(&b, nl_new(RTM_GETROUTE, NLM_F_DUMP, &rt, sizeof(rt)), false);
	if (nl_ask(fd, &b, take_default, &link) < 0 || !link ||
	    !if_indextoname((unsigned)link, name) || link_ask(fd, SIOCGIFMTU, name, &ifr) < 0)
		return 0;
	return (uint32_t)ifr.ifr_mtu;
}

static int make_bridge(int fd, const struct spec_netdef *d, struct err *err)
{
	struct ifinfomsg info = { .ifi_flags = IFF_UP, .ifi_change = IFF_UP };
	struct nl_msg *m = nl_new(RTM_NEWLINK, NLM_F_CREATE | NLM_F_EXCL, &info, sizeof(info));
	uint32_t failed, mtu = d->mtu ? d->mtu : default_mtu(fd);
	nl_batch_auto b = { 0 };
	struct nlattr *nest;
	uint8_t mac[6];
	int r;

	pinned_mac(d->name, mac);
	if (m) {
		nla_put_string(m, IFLA_IFNAME, d->name);
		nla_put(m, IFLA_ADDRESS, sizeof(mac), mac);
		if (mtu)
			nla_put_u32(m, IFLA_MTU, mtu);
		nest = nla_nest_start(m, IFLA_LINKINFO);
		nla_put_string(m, IFLA_INFO_KIND, "bridge");
		nla_nest_end(m, nest);
	}
	nl_batch_add(&b, m, true);
	r = nl_batch_send(fd, &b, &failed);
	if (r == -EOPNOTSUPP)
		return err_set(err, r, "make bridge %s: this kernel has no bridges", d->name);
	return r < 0 ? err_code(err, r, "make bridge %s", d->name) : 0;
}

static int give_addresses(int fd, const struct spec_netdef *d, int index, struct err *err)
{
	char text[IP_TEXT_MAX];

	for (int slot = 0; slot < 2; slot++) {
		nl_batch_auto b = { 0 };
		uint32_t failed;
		int r;

		if (!d->gateway[slot].family || (slot && !net_has_ipv6()))
			continue;
		nl_batch_add(&b, wire_address(RTM_NEWADDR, NLM_F_CREATE | NLM_F_REPLACE, index,
						  &d->gateway[slot]), true);
		r = nl_batch_send(fd, &b, &failed);
		if (r < 0)
			return err_code(err, r, "give bridge %s the address %s", d->name,
					ip_net_text(&d->gateway[slot], text));
	}
	return 0;
}

/* Not by way of sysfs: that shows the network namespace that it was mounted in. */
static bool is_bridge(int fd, const char *name)
{
	struct ethtool_drvinfo info = { .cmd = ETHTOOL_GDRVINFO };
	struct ifreq ifr = { .ifr_data = (char *)&info };

	snprintf(ifr.ifr_name, IFNAMSIZ, "%s", name);
	return ioctl(fd, SIOCETHTOOL, &ifr) == 0 && !strcmp(info.driver, "bridge");
}

bool bridge_is_ours(int fd, const char *name)
{
	struct ifreq ifr;
	uint8_t mac[6];

	pinned_mac(name, mac);
	return is_bridge(fd, name) && link_ask(fd, SIOCGIFHWADDR, name, &ifr) == 0 &&
	       !memcmp(ifr.ifr_hwaddr.sa_data, mac, sizeof(mac));
}

static int look_at_link(const struct nlmsghdr *m, void *data)
{
	struct nlattr *master = nlmsg_find_attr((struct nlmsghdr *)m, sizeof(struct ifinfomsg), IFLA_MASTER);
	unsigned *index = data;

	if (master && nla_get_u32(master) == *index)
		*index = 0;
	return 0;
}

bool bridge_has_ports(int fd, const char *name)
{
	struct ifinfomsg any = { 0 };
	unsigned index = if_nametoindex(name);
	nl_batch_auto b = { 0 };

	if (!index)
		return false;
	nl_batch_add(&b, nl_new(RTM_GETLINK, NLM_F_DUMP, &any, sizeof(any)), false);
	return nl_ask(fd, &b, look_at_link, &index) < 0 || !index;
}

struct addresses {
	const struct spec_netdef *d;
	int index;
	struct nl_batch strange;        /* messages that remove */
};

static int look_at_address(const struct nlmsghdr *m, void *data)
{
	struct nlmsghdr *h = (struct nlmsghdr *)m;
	const struct ifaddrmsg *a = nlmsg_data(h);
	struct nlattr *local = nlmsg_find_attr(h, sizeof(*a), IFA_LOCAL);
	struct nlattr *address = local ? local : nlmsg_find_attr(h, sizeof(*a), IFA_ADDRESS);
	struct ip ip = { .family = a->ifa_family, .prefix = a->ifa_prefixlen };
	struct addresses *all = data;
	const struct ip *own = &all->d->gateway[ip_slot(ip.family)];

	if ((int)a->ifa_index != all->index || a->ifa_scope != RT_SCOPE_UNIVERSE || !address)
		return 0;
	memcpy(ip.b, nla_data(address), MIN((size_t)nla_len(address), sizeof(ip.b)));
	if (!ip_equal(&ip, own) || ip.prefix != own->prefix)
		nl_batch_add(&all->strange, wire_address(RTM_DELADDR, 0, all->index, &ip), false);
	return 0;
}

int bridge_tidy(int fd, const struct spec_netdef *d, const struct bridge *b, struct err *err)
{
	struct addresses all = { .d = d, .index = b->index };
	struct ifaddrmsg any = { .ifa_family = AF_UNSPEC };
	nl_batch_auto ask = { 0 };
	uint32_t failed;
	int r = 0;

	if (!d->unmanaged && bridge_is_ours(fd, d->name)) {
		nl_batch_add(&ask, nl_new(RTM_GETADDR, NLM_F_DUMP, &any, sizeof(any)), false);
		r = nl_ask(fd, &ask, look_at_address, &all);
	}
	if (r == 0 && all.strange.n) {
		nl_batch_ack(&all.strange);
		r = nl_batch_send(fd, &all.strange, &failed);
	}
	nl_batch_done(&all.strange);
	return r < 0 ? err_code(err, r, "take addresses off bridge %s", d->name) : 0;
}

static int bring_up(int fd, const char *name, short flags, struct err *err)
{
	struct ifreq ifr = { .ifr_flags = (short)(flags | IFF_UP) };

	snprintf(ifr.ifr_name, IFNAMSIZ, "%s", name);
	return ioctl(fd, SIOCSIFFLAGS, &ifr) < 0 ? err_sys(err, "set bridge %s up", name) : 0;
}

/* Without one in the definition it is that of the way out when the bridge was made. */
static int set_mtu(int fd, const struct spec_netdef *d, struct bridge *b, struct err *err)
{
	struct ifreq ifr = { .ifr_mtu = (int)d->mtu };

	if (!d->mtu || d->mtu == b->mtu)
		return 0;
	snprintf(ifr.ifr_name, IFNAMSIZ, "%s", d->name);
	if (ioctl(fd, SIOCSIFMTU, &ifr) < 0)
		return err_sys(err, "give bridge %s the MTU %u", d->name, d->mtu);
	b->mtu = d->mtu;
	return 0;
}

/* Everything that belongs to it. */
static int set_up(int fd, const struct spec_netdef *d, const struct net_host *host, struct bridge *b, short flags,
		  struct err *err)
{
	int r = give_addresses(fd, d, b->index, err);

	if (r == 0)
		r = set_mtu(fd, d, b, err);
	if (r == 0)
		r = set_forwarding(d, host, err);
	return r < 0 ? r : bring_up(fd, d->name, flags, err);
}

int bridge_ensure(int fd, const struct spec_netdef *d, bool known, const struct net_host *host,
		  struct bridge *ret, struct err *err)
{
	struct ifreq ifr;
	bool made = false;
	short flags;
	int r = link_ask(fd, SIOCGIFFLAGS, d->name, &ifr);

	if (r == -ENODEV && d->unmanaged)
		return err_set(err, r, "network %s: there is no bridge %s, and it is not ours to make", d->name,
			       d->name);
	if (r == -ENODEV) {
		r = check_routes(fd, d, 0, err);
		if (r == 0)
			r = make_bridge(fd, d, err);
		made = r == 0;
		if (r == 0 && (r = link_ask(fd, SIOCGIFFLAGS, d->name, &ifr)) < 0)
			err_code(err, r, "find bridge %s", d->name);
	} else if (r < 0) {
		err_code(err, r, "find bridge %s", d->name);
	}
	if (r < 0)
		return r;
	flags = ifr.ifr_flags;
	if (link_ask(fd, SIOCGIFINDEX, d->name, &ifr) < 0)
		return err_sys(err, "find bridge %s", d->name);
	ret->index = ifr.ifr_ifindex;
	ret->made = made;
	ret->mtu = link_ask(fd, SIOCGIFMTU, d->name, &ifr) < 0 ? 0 : (uint32_t)ifr.ifr_mtu;
	if (known && !made && (d->unmanaged || flags & IFF_UP))
		return 0;
	if (!made && !is_bridge(fd, d->name))
		return err_set(err, -EEXIST, "network %s: the interface %s is not a bridge", d->name, d->name);
	if (d->unmanaged)
		return 0;
	r = made ? 0 : check_routes(fd, d, ret->index, err);
	if (r == 0)
		r = set_up(fd, d, host, ret, flags, err);
	if (r < 0 && made)
		link_remove(fd, d->name, NULL);
	return r;
}
