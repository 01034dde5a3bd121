/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * flows.c - what the kernel remembers of addresses and ports that have changed hands
 *
 * The kernel takes out single flows only: those that its filter lets through (CTA_FILTER, Linux 5.8; an older
 * kernel lists them all) are listed, and deleted one by one.  A listing walks the whole table of the machine, 262,144
 * places where it has memory: 10 ms.  So it is asked for only when there is a reason.
 */
#include "net/flows.h"

#include <arpa/inet.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <string.h>

#include "net/listeners.h"
#include "net/netlink.h"

/* The kernel's CTA_FILTER_F_CTA_IP_SRC and CTA_FILTER_F_CTA_PROTO_NUM, in no header. */
#define FILTER_SOURCE   (1U << 0)
#define FILTER_PROTOCOL (1U << 3)

/* ---- what a message says ---- */

static struct nlattr *within(struct nlattr *nest, int type)
{
	return nest ? nla_find(nla_data(nest), nla_len(nest), type) : NULL;
}

/* One direction of a flow. */
struct way {
	struct ip from, to;
	uint8_t protocol;
	uint16_t port;                  /* where to; 0: it has none */
};

static bool read_ip(struct nlattr *ips, int type, uint16_t family, struct ip *ret)
{
	struct nlattr *a = within(ips, type);

	if (!a || (size_t)nla_len(a) != ip_bytes(family))
		return false;
	*ret = (struct ip){ .family = family, .prefix = (uint8_t)ip_bits(family) };
	memcpy(ret->b, nla_data(a), ip_bytes(family));
	return true;
}

static bool read_way(struct nlattr *tuple, uint16_t family, struct way *ret)
{
	struct nlattr *ips = within(tuple, CTA_TUPLE_IP), *proto = within(tuple, CTA_TUPLE_PROTO);
	struct nlattr *protocol = within(proto, CTA_PROTO_NUM), *port = within(proto, CTA_PROTO_DST_PORT);
	bool six = family == AF_INET6;

	ret->protocol = protocol ? nla_get_u8(protocol) : 0;
	ret->port = port ? ntohs(nla_get_u16(port)) : 0;
	return read_ip(ips, six ? CTA_IP_V6_SRC : CTA_IP_V4_SRC, family, &ret->from) &&
	       read_ip(ips, six ? CTA_IP_V6_DST : CTA_IP_V4_DST, family, &ret->to);
}

struct flow {
	struct way original, reply;
};

/* ---- finding and deleting ---- */

struct search {
	bool (*wanted)(const struct flow *f, const struct search *s);
	const struct port *ports;
	size_t n;
	const struct ip *address;
	struct nl_batch found;          /* messages that delete */
};

static int look_at_flow(const struct nlmsghdr *m, void *data)
{
	struct nlmsghdr *h = (struct nlmsghdr *)m;
	const struct nfgenmsg *g = nlmsg_data(h);
	struct nlattr *original = nlmsg_find_attr(h, sizeof(*g), CTA_TUPLE_ORIG);
	struct nlattr *reply = nlmsg_find_attr(h, sizeof(*g), CTA_TUPLE_REPLY);
	struct nlattr *id = nlmsg_find_attr(h, sizeof(*g), CTA_ID);
	struct search *s = data;
	struct nl_msg *del;
	struct flow f;

	if (!read_way(original, g->nfgen_family, &f.original) || !read_way(reply, g->nfgen_family, &f.reply) ||
	    !s->wanted(&f, s))
		return 0;
	del = nl_new(NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_DELETE, 0, g, sizeof(*g));
	if (del) {
		nla_put(del, CTA_TUPLE_ORIG | NLA_F_NESTED, nla_len(original), nla_data(original));
		if (id)
			nla_put(del, CTA_ID, nla_len(id), nla_data(id));
	}
	nl_batch_add(&s->found, del, false);
	return 0;
}

/* What the kernel is to leave out: all but a protocol (0: any), and but those that come from an address (NULL: any). */
struct filter {
	uint16_t family;
	uint8_t protocol;
	const struct ip *from;
	bool reply;                     /* the address is that of the other direction */
};

static void put_filter(struct nl_msg *m, const struct filter *f)
{
	struct nlattr *tuple = nla_nest_start(m, (f->reply ? CTA_TUPLE_REPLY : CTA_TUPLE_ORIG) | NLA_F_NESTED);
	struct nlattr *nest;

	if (f->from) {
		nest = nla_nest_start(m, CTA_TUPLE_IP | NLA_F_NESTED);
		nla_put(m, f->family == AF_INET6 ? CTA_IP_V6_SRC : CTA_IP_V4_SRC, (int)ip_bytes(f->family), f->from->b);
		nla_nest_end(m, nest);
	}
	if (f->protocol) {
		nest = nla_nest_start(m, CTA_TUPLE_PROTO | NLA_F_NESTED);
		nla_put_u8(m, CTA_PROTO_NUM, f->protocol);
		nla_nest_end(m, nest);
	}
	nla_nest_end(m, tuple);
	nest = nla_nest_start(m, CTA_FILTER | NLA_F_NESTED);
	nla_put_u32(m, f->reply ? CTA_FILTER_REPLY_FLAGS : CTA_FILTER_ORIG_FLAGS,
		    (f->from ? FILTER_SOURCE : 0) | (f->protocol ? FILTER_PROTOCOL : 0));
	nla_nest_end(m, nest);
}

static int find(int fd, const struct filter *f, struct search *s)
{
	struct nfgenmsg h = { .nfgen_family = (uint8_t)f->family, .version = NFNETLINK_V0 };
	struct nl_msg *m = nl_new(NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET, NLM_F_DUMP, &h, sizeof(h));
	nl_batch_auto b = { 0 };

	if (m)
		put_filter(m, f);
	nl_batch_add(&b, m, false);
	return nl_ask(fd, &b, look_at_flow, s);
}

static int delete_one(const struct nl_batch *one, void *fd)
{
	uint32_t failed;

	return nl_batch_send(*(int *)fd, one, &failed);
}

static int forget(struct search *s, const struct filter *filters, size_t n, const char *what, struct err *err)
{
	fd_auto fd = -1;
	int r = n ? nl_open(NETLINK_NETFILTER, &fd, err) : 0;

	for (size_t i = 0; r == 0 && i < n; i++)
		r = find(fd, &filters[i], s);
	if (r == 0)
		r = nl_batch_singly(&s->found, delete_one, &fd);
	nl_batch_done(&s->found);
	if (r == -EINVAL || r == -EOPNOTSUPP)   /* there is no connection tracking by netlink in this kernel */
		return 0;
	return r < 0 ? err_code(err, r, "forget flows of %s (conntrack)", what) : 0;
}

/* ---- those of published ports ---- */

static bool leads_to(const struct way *w, const struct port *p)
{
	return w->protocol == p->protocol && w->to.family == p->host.family && w->port >= p->first &&
	       w->port <= p->last && (ip_is_any(&p->host) || ip_equal(&w->to, &p->host));
}

/* To this machine itself; not what only passes through to a port of that number */
static bool is_here(const struct flow *f)
{
	return listeners_check_address(&f->original.to) != -EADDRNOTAVAIL;
}

static const struct port *port_of(const struct flow *f, const struct search *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (leads_to(&f->original, &s->ports[i]))
			return &s->ports[i];
	return NULL;
}

/* To a jail, or from before that */
static bool of_a_port(const struct flow *f, const struct search *s)
{
	const struct port *p = port_of(f, s);

	return p && (ip_equal(&f->reply.from, &p->to) || is_here(f));
}

/* One that has begun behind the opening has its jail at the other end. */
static bool too_early(const struct flow *f, const struct search *s)
{
	const struct port *p = port_of(f, s);

	return p && !ip_equal(&f->reply.from, &p->to) && is_here(f);
}

static bool any_of(const struct port *ports, size_t n, const struct filter *f)
{
	for (size_t i = 0; i < n; i++)
		if (ports[i].protocol == f->protocol && ports[i].host.family == f->family)
			return true;
	return false;
}

static int forget_ports(struct search *s, struct err *err)
{
	static const struct filter all[] = {
		{ AF_INET, IPPROTO_UDP, NULL, false }, { AF_INET6, IPPROTO_UDP, NULL, false },
		{ AF_INET, IPPROTO_SCTP, NULL, false }, { AF_INET6, IPPROTO_SCTP, NULL, false },
	};
	struct filter used[ARRAY_SIZE(all)];
	size_t n_used = 0;

	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		if (any_of(s->ports, s->n, &all[i]))
			used[n_used++] = all[i];
	return forget(s, used, n_used, "published ports", err);
}

int flows_forget_ports(const struct port *ports, size_t n, struct err *err)
{
	struct search s = { .wanted = of_a_port, .ports = ports, .n = n };

	return forget_ports(&s, err);
}

int flows_forget_early(const struct port *ports, size_t n, struct err *err)
{
	struct search s = { .wanted = too_early, .ports = ports, .n = n };

	return forget_ports(&s, err);
}

/* ---- those of an address ---- */

static bool of_an_address(const struct flow *f, const struct search *s)
{
	return ip_equal(&f->original.from, s->address) || ip_equal(&f->reply.from, s->address);
}

int flows_forget_address(const struct ip *ip, struct err *err)
{
	const struct filter both[] = { { ip->family, 0, ip, false }, { ip->family, 0, ip, true } };
	struct search s = { .wanted = of_an_address, .address = ip };
	char text[IP_TEXT_MAX];

	return forget(&s, both, ARRAY_SIZE(both), ip_text(ip, text), err);
}
