/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * elements.c - what a jail has in the sets and maps of config/net/jail.nft
 *
 * The same element is needed as bytes, for the messages that a start and a delete send, and as text, for
 * the rebuilding of the whole table.  Both are made in one place so that they cannot differ.
 *
 * Parts of a concatenation are padded to four bytes each.
 */
#include "net/elements.h"

#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <stdio.h>
#include <string.h>

#include "net/mac.h"
#include "net/rules.h"

/* ---- an element's bytes and text ---- */

static void put_bytes(uint8_t *buf, size_t *len, const void *data, size_t n)
{
	memcpy(buf + *len, data, n);
	*len += (n + 3) & ~(size_t)3;
}

static void put_port(uint8_t *buf, size_t *len, uint16_t port)
{
	uint16_t net = htons(port);

	put_bytes(buf, len, &net, sizeof(net));
}

static int simple(const char *set4, const char *set6, const struct ip *ip, element_fn each, void *data)
{
	struct element e = { .family = NFPROTO_INET, .set = ip->family == AF_INET6 ? set6 : set4 };

	put_bytes(e.key, &e.key_len, ip->b, ip_bytes(ip->family));
	ip_text(ip, e.text);
	return each(&e, data);
}

/* nft(8) has no name for what is compared with IPv6 addresses in the bridge's table: they are numbers there. */
static char *number(const struct ip *ip, char out[IP_TEXT_MAX])
{
	size_t n = (size_t)snprintf(out, IP_TEXT_MAX, "0x");

	for (size_t i = 0; i < ip_bytes(ip->family); i++)
		n += (size_t)snprintf(out + n, IP_TEXT_MAX - n, "%02x", ip->b[i]);
	return out;
}

static void put_link(struct element *e, const struct lease *l)
{
	char link[IFNAMSIZ] = "";

	snprintf(link, sizeof(link), "%s", l->link);
	put_bytes(e->key, &e->key_len, link, sizeof(link));
}

static int inside(const struct lease *l, element_fn each, void *data)
{
	struct element e = { .family = NFPROTO_BRIDGE, .set = "inside" };

	put_link(&e, l);
	snprintf(e.text, sizeof(e.text), "\"%s\"", l->link);
	return each(&e, data);
}

/* Frames of the hardware address, and with @ip in them unless that is NULL. */
static int sender(const struct lease *l, const struct ip *ip, element_fn each, void *data)
{
	bool six = ip && ip->family == AF_INET6;
	struct element e = { .family = NFPROTO_BRIDGE, .set = !ip ? "ports" : six ? "ports6" : "ports4" };
	char mac[MAC_TEXT_MAX], text[IP_TEXT_MAX];

	put_link(&e, l);
	put_bytes(e.key, &e.key_len, l->mac, sizeof(l->mac));
	if (ip)
		put_bytes(e.key, &e.key_len, ip->b, ip_bytes(ip->family));
	snprintf(e.text, sizeof(e.text), "\"%s\" . %s%s%s", l->link, mac_text(l->mac, mac), ip ? " . " : "",
		 !ip ? "" : six ? number(ip, text) : ip_text(ip, text));
	return each(&e, data);
}

/* What belongs to the link, whichever addresses it has. */
static int whole_link(const struct lease *l, element_fn each, void *data)
{
	struct ip local = mac_link_local(l->mac);
	int r = sender(l, NULL, each, data);

	if (r == 0)
		r = sender(l, &local, each, data);
	return r == 0 && l->flags & LEASE_INTERNAL ? inside(l, each, data) : r;
}

int elements_of_link(const struct lease *l, element_fn each, void *data)
{
	int r = l->flags & LEASE_FIRST ? whole_link(l, each, data) : 0;

	return r == 0 ? sender(l, &l->address, each, data) : r;
}

int elements_of_lease(const struct lease *l, element_fn each, void *data)
{
	int r = 0;

	if (l->flags & LEASE_ISOLATED)
		r = simple("isolated4", "isolated6", &l->address, each, data);
	if (r == 0 && l->flags & LEASE_INTERNAL)
		r = simple("internal4", "internal6", &l->address, each, data);
	if (r == 0 && l->flags & LEASE_UNMANAGED)
		r = simple("guests4", "guests6", &l->address, each, data);
	return r;
}

/* A port on one address, or on all of them. */
static int single(const struct port *p, uint16_t host_port, uint16_t to_port, element_fn each, void *data)
{
	bool any = ip_is_any(&p->host), six = p->host.family == AF_INET6;
	char host[IP_TEXT_MAX], to[IP_TEXT_MAX];
	struct element e = {
		.family = NFPROTO_INET, .set = any ? (six ? "any6" : "any4") : (six ? "publish6" : "publish4"),
	};

	if (!any)
		put_bytes(e.key, &e.key_len, p->host.b, ip_bytes(p->host.family));
	put_bytes(e.key, &e.key_len, &p->protocol, 1);
	put_port(e.key, &e.key_len, host_port);
	put_bytes(e.data, &e.data_len, p->to.b, ip_bytes(p->to.family));
	put_port(e.data, &e.data_len, to_port);
	snprintf(e.text, sizeof(e.text), "%s%s%s . %u : %s . %u", any ? "" : ip_text(&p->host, host),
		 any ? "" : " . ", protocol_name(p->protocol), host_port, ip_text(&p->to, to), to_port);
	return each(&e, data);
}

/* A range that keeps its numbers is one element. */
static int range(const struct port *p, element_fn each, void *data)
{
	bool any = ip_is_any(&p->host), six = p->host.family == AF_INET6;
	struct ip first = p->host, last;
	char host[IP_TEXT_MAX], to[IP_TEXT_MAX];
	struct element e = { .family = NFPROTO_INET, .set = six ? "range6" : "range4" };

	first.prefix = any ? 0 : (uint8_t)ip_bits(first.family);
	last = ip_last(&first);
	put_bytes(e.key, &e.key_len, first.b, ip_bytes(first.family));
	put_bytes(e.key, &e.key_len, &p->protocol, 1);
	put_port(e.key, &e.key_len, p->first);
	put_bytes(e.end, &e.end_len, last.b, ip_bytes(last.family));
	put_bytes(e.end, &e.end_len, &p->protocol, 1);
	put_port(e.end, &e.end_len, p->last);
	put_bytes(e.data, &e.data_len, p->to.b, ip_bytes(p->to.family));
	snprintf(e.text, sizeof(e.text), "%s . %s . %u-%u : %s", ip_net_text(&first, host),
		 protocol_name(p->protocol), p->first, p->last, ip_text(&p->to, to));
	return each(&e, data);
}

int elements_of_port(const struct port *p, element_fn each, void *data)
{
	int r = 0;

	if (p->held)
		return 0;
	if (p->first != p->last && p->to_first == p->first)
		return range(p, each, data);
	for (uint32_t i = 0; r == 0 && p->first + i <= p->last; i++)
		r = single(p, (uint16_t)(p->first + i), (uint16_t)(p->to_first + i), each, data);
	return r;
}

int elements_of_table(const struct table *t, element_fn each, void *data)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < t->n_leases; i++) {
		const struct lease *l = &t->leases[i];
		bool leaving = l->flags & LEASE_LEAVING;

		if (!leaving || !(l->flags & LEASE_APART))
			r = elements_of_link(l, each, data);
		if (r == 0 && !leaving)
			r = elements_of_lease(l, each, data);
	}
	for (size_t i = 0; r == 0 && i < t->n_ports; i++)
		r = elements_of_port(&t->ports[i], each, data);
	return r;
}

/* ---- messages ---- */

static int put_value(struct nl_msg *m, int type, const void *bytes, size_t len)
{
	struct nlattr *nest = nla_nest_start(m, type);

	if (!nest || nla_put(m, NFTA_DATA_VALUE, (int)len, bytes) < 0)
		return -ENOMEM;
	nla_nest_end(m, nest);
	return 0;
}

static int put_element(struct nl_msg *m, const struct element *e, bool with_data)
{
	struct nlattr *list = nla_nest_start(m, NFTA_SET_ELEM_LIST_ELEMENTS);
	struct nlattr *one = list ? nla_nest_start(m, NFTA_LIST_ELEM) : NULL;

	if (!one || put_value(m, NFTA_SET_ELEM_KEY, e->key, e->key_len) < 0)
		return -ENOMEM;
	if (e->end_len && put_value(m, NFTA_SET_ELEM_KEY_END, e->end, e->end_len) < 0)
		return -ENOMEM;
	if (with_data && e->data_len && put_value(m, NFTA_SET_ELEM_DATA, e->data, e->data_len) < 0)
		return -ENOMEM;
	nla_nest_end(m, one);
	nla_nest_end(m, list);
	return 0;
}

static void put_message(struct nl_batch *b, const struct element *e, int type, int flags)
{
	struct nl_msg *m = rules_message(e->family, type, flags);

	if (m && (nla_put_string(m, NFTA_SET_ELEM_LIST_TABLE, RULES_TABLE) < 0 ||
		  nla_put_string(m, NFTA_SET_ELEM_LIST_SET, e->set) < 0 ||
		  put_element(m, e, type == NFT_MSG_NEWSETELEM) < 0)) {
		nlmsg_free(m);
		m = NULL;
	}
	nl_batch_add(b, m, false);
}

int element_add(const struct element *e, void *nl_batch)
{
	put_message(nl_batch, e, NFT_MSG_NEWSETELEM, NLM_F_CREATE | NLM_F_EXCL);
	return 0;
}

int element_delete(const struct element *e, void *nl_batch)
{
	put_message(nl_batch, e, NFT_MSG_DELSETELEM, 0);
	return 0;
}

static int ignore(const struct nlmsghdr *m, void *data)
{
	(void)m;
	(void)data;
	return 0;
}

int element_ask(const struct element *e, void *fd)
{
	nl_batch_auto b = { 0 };

	put_message(&b, e, NFT_MSG_GETSETELEM, 0);
	return nl_ask(*(int *)fd, &b, ignore, NULL);
}
