/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * flows.c - what the kernel remembers of datagrams to published ports
 *
 * The kernel takes out single flows only: they are listed, those of one family and, by its filter, of one
 * protocol (CTA_FILTER, Linux 5.8; an older kernel lists them all), and deleted one by one.
 */
#include "net/flows.h"

#include <arpa/inet.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <string.h>

#include "net/netlink.h"

#define FILTER_PROTOCOL (1U << 3)       /* the kernel's CTA_FILTER_F_CTA_PROTO_NUM, in no header */

struct search {
	const struct port *ports;
	size_t n;
	struct nl_batch found;          /* messages that delete */
};

/* ---- what a message says ---- */

static struct nlattr *within(struct nlattr *nest, int type)
{
	return nest ? nla_find(nla_data(nest), nla_len(nest), type) : NULL;
}

struct destination {
	uint8_t protocol;
	uint16_t port;
	struct ip ip;
};

static bool read_destination(struct nlattr *tuple, uint16_t family, struct destination *ret)
{
	struct nlattr *ip = within(within(tuple, CTA_TUPLE_IP), family == AF_INET6 ? CTA_IP_V6_DST : CTA_IP_V4_DST);
	struct nlattr *protocol = within(within(tuple, CTA_TUPLE_PROTO), CTA_PROTO_NUM);
	struct nlattr *port = within(within(tuple, CTA_TUPLE_PROTO), CTA_PROTO_DST_PORT);

	if (!ip || !protocol || !port || (size_t)nla_len(ip) != ip_bytes(family))
		return false;
	*ret = (struct destination){
		.protocol = nla_get_u8(protocol), .port = ntohs(nla_get_u16(port)), .ip.family = family,
	};
	memcpy(ret->ip.b, nla_data(ip), ip_bytes(family));
	return true;
}

static bool leads_to(const struct destination *d, const struct port *p)
{
	return d->protocol == p->protocol && d->ip.family == p->host.family && d->port >= p->first &&
	       d->port <= p->last && (ip_is_any(&p->host) || ip_equal(&d->ip, &p->host));
}

/* A flow of a jail's to the world, to whatever port, has its source translated and not its destination. */
static bool goes_out(struct nlattr *status)
{
	uint32_t v = status ? ntohl(nla_get_u32(status)) : 0;

	return v & IPS_SRC_NAT && !(v & IPS_DST_NAT);
}

/* ---- finding and deleting ---- */

static int look_at_flow(const struct nlmsghdr *m, void *data)
{
	struct nlmsghdr *h = (struct nlmsghdr *)m;
	const struct nfgenmsg *g = nlmsg_data(h);
	struct nlattr *tuple = nlmsg_find_attr(h, sizeof(*g), CTA_TUPLE_ORIG);
	struct nlattr *id = nlmsg_find_attr(h, sizeof(*g), CTA_ID);
	struct destination d;
	struct search *s = data;
	struct nl_msg *del;
	bool ours = false;

	if (!read_destination(tuple, g->nfgen_family, &d) || goes_out(nlmsg_find_attr(h, sizeof(*g), CTA_STATUS)))
		return 0;
	for (size_t i = 0; !ours && i < s->n; i++)
		ours = leads_to(&d, &s->ports[i]);
	if (!ours)
		return 0;
	del = nl_new(NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_DELETE, 0, g, sizeof(*g));
	if (del) {
		nla_put(del, CTA_TUPLE_ORIG | NLA_F_NESTED, nla_len(tuple), nla_data(tuple));
		if (id)
			nla_put(del, CTA_ID, nla_len(id), nla_data(id));
	}
	nl_batch_add(&s->found, del, false);
	return 0;
}

struct kind {
	uint8_t family, protocol;
};

static int find(int fd, const struct kind *kind, struct search *s)
{
	struct nfgenmsg h = { .nfgen_family = kind->family, .version = NFNETLINK_V0 };
	struct nl_msg *m = nl_new(NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET, NLM_F_DUMP, &h, sizeof(h));
	struct nlattr *tuple = m ? nla_nest_start(m, CTA_TUPLE_ORIG | NLA_F_NESTED) : NULL;
	struct nlattr *inner = tuple ? nla_nest_start(m, CTA_TUPLE_PROTO | NLA_F_NESTED) : NULL;
	nl_batch_auto b = { 0 };

	if (inner) {
		nla_put_u8(m, CTA_PROTO_NUM, kind->protocol);
		nla_nest_end(m, inner);
		nla_nest_end(m, tuple);
		tuple = nla_nest_start(m, CTA_FILTER | NLA_F_NESTED);
		nla_put_u32(m, CTA_FILTER_ORIG_FLAGS, FILTER_PROTOCOL);
		nla_nest_end(m, tuple);
	}
	nl_batch_add(&b, m, false);
	return nl_ask(fd, &b, look_at_flow, s);
}

static int delete_one(const struct nl_batch *one, void *fd)
{
	uint32_t failed;

	return nl_batch_send(*(int *)fd, one, &failed);
}

static bool any_of(const struct port *ports, size_t n, const struct kind *kind)
{
	for (size_t i = 0; i < n; i++)
		if (ports[i].protocol == kind->protocol && ports[i].host.family == kind->family)
			return true;
	return false;
}

int flows_forget(const struct port *ports, size_t n, struct err *err)
{
	static const struct kind kinds[] = {
		{ AF_INET, IPPROTO_UDP }, { AF_INET6, IPPROTO_UDP }, { AF_INET, IPPROTO_SCTP }, { AF_INET6, IPPROTO_SCTP },
	};
	struct search s = { .ports = ports, .n = n };
	fd_auto fd = -1;
	int r = 0;

	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(kinds); i++) {
		if (!any_of(ports, n, &kinds[i]))
			continue;
		if (fd < 0)
			r = nl_open(NETLINK_NETFILTER, &fd, err);
		if (r == 0)
			r = find(fd, &kinds[i], &s);
	}
	if (r == 0)
		r = nl_batch_singly(&s.found, delete_one, &fd);
	nl_batch_done(&s.found);
	if (r == -EINVAL || r == -EOPNOTSUPP)   /* there is no connection tracking by netlink in this kernel */
		return 0;
	return r < 0 ? err_code(err, r, "forget flows to published ports (conntrack)") : 0;
}
