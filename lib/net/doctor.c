/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * doctor.c - what keeps jails' networks from working, and what to do about it
 *
 * An accept in our table cannot override a drop in another one, and others' tables are not ours to
 * change: what is in the way is named, with the command that lets jails through.
 */
#include "net/look.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <string.h>

#include "net/defs.h"
#include "net/links.h"

struct doctor {
	const struct net_report *report;
	int problems;
	const char *bridge;             /* one of ours, for the examples */
};

__attribute__((format(printf, 3, 4)))
static void tell(struct doctor *d, bool problem, const char *fmt, ...)
{
	char text[768];
	size_t n = (size_t)snprintf(text, sizeof(text), problem ? "problem: " : "ok: ");
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text + n, sizeof(text) - n, fmt, ap);
	va_end(ap);
	d->problems += problem;
	if (d->report->tell)
		d->report->tell(d->report->data, text);
}

/* ---- sysctls ---- */

static bool is_on(const char *path)
{
	fd_auto fd = open(path, O_RDONLY | O_CLOEXEC);
	char c = '0';

	return fd < 0 || (read(fd, &c, 1) == 1 && c != '0');
}

static void look_at_forwarding(struct doctor *d, const struct spec_netdef *n)
{
	static const char *const paths[] = {
		"/proc/sys/net/ipv4/ip_forward", "/proc/sys/net/ipv6/conf/all/forwarding",
	};

	for (int slot = 0; slot < 2; slot++)
		if (n->subnet[slot].family && !n->internal && if_nametoindex(n->name) && !is_on(paths[slot]))
			tell(d, true, "%s is 0: nothing leaves network %s; jail net reload sets it", paths[slot],
			     n->name);
}

/* ---- bridges ---- */

static void look_at_network(struct doctor *d, const struct table *t, const char *name)
{
	struct err err = { 0 };
	size_t jails = 0;
	struct spec *s;

	for (size_t i = 0; i < t->n_leases; i++)
		jails += !strcmp(t->leases[i].network, name) && !(t->leases[i].flags & LEASE_LEAVING);
	if (netdef_load(name, &s, &err) < 0) {
		tell(d, true, "%s", err.text);
		return;
	}
	if (jails && !if_nametoindex(name))
		tell(d, true, "network %s: its bridge is gone; jail net reload makes it again", name);
	else if (jails)
		tell(d, false, "network %s: its bridge is there", name);
	look_at_forwarding(d, &s->netdef);
	spec_free(s);
}

static void look_at_links(struct doctor *d, int fd, const struct table *t)
{
	for (size_t i = 0; i < t->n_leases; i++)
		if (!(t->leases[i].flags & LEASE_LEAVING) && !link_exists(fd, t->leases[i].link) &&
		    access(t->leases[i].owner, F_OK) == 0)
			tell(d, true, "jail %s: its interface %s is gone; start it again", owner_id(t->leases[i].owner),
			     t->leases[i].link);
}

/* ---- firewalls ---- */

static const char *text_of(const struct nlmsghdr *m, int type)
{
	struct nlattr *a = nlmsg_find_attr((struct nlmsghdr *)m, sizeof(struct nfgenmsg), type);

	return a ? nla_get_string(a) : "";
}

static bool is_forward_hook(const struct nlmsghdr *m)
{
	struct nlattr *hook = nlmsg_find_attr((struct nlmsghdr *)m, sizeof(struct nfgenmsg), NFTA_CHAIN_HOOK);
	struct nlattr *number = hook ? nla_find(nla_data(hook), nla_len(hook), NFTA_HOOK_HOOKNUM) : NULL;

	return number && ntohl(nla_get_u32(number)) == NF_INET_FORWARD;
}

static const char *family_name(uint8_t family)
{
	return family == NFPROTO_IPV4 ? "ip" : family == NFPROTO_IPV6 ? "ip6" :
	       family == NFPROTO_INET ? "inet" : NULL;
}

static int look_at_chain(const struct nlmsghdr *m, void *data)
{
	const struct nfgenmsg *h = nlmsg_data((struct nlmsghdr *)m);
	const char *family = family_name(h->nfgen_family);
	const char *table = text_of(m, NFTA_CHAIN_TABLE), *chain = text_of(m, NFTA_CHAIN_NAME);
	struct nlattr *policy = nlmsg_find_attr((struct nlmsghdr *)m, sizeof(*h), NFTA_CHAIN_POLICY);
	struct doctor *d = data;

	if (!family || !is_forward_hook(m) || !strcmp(table, RULES_TABLE))
		return 0;
	if (!strcmp(table, "firewalld"))
		tell(d, true, "firewalld rejects what it does not know: firewall-cmd --permanent --zone=trusted "
		     "--add-interface=%s && firewall-cmd --reload", d->bridge);
	else if (policy && ntohl(nla_get_u32(policy)) == NF_DROP)
		tell(d, true, "table %s %s drops what its chain %s does not accept: nft insert rule %s %s %s iifname "
		     "%s accept; nft insert rule %s %s %s oifname %s accept", family, table, chain, family, table,
		     chain, d->bridge, family, table, chain, d->bridge);
	return 0;
}

static void look_at_firewalls(struct doctor *d)
{
	nl_batch_auto b = { 0 };
	struct nfgenmsg all = { .nfgen_family = NFPROTO_UNSPEC, .version = NFNETLINK_V0 };
	int before = d->problems, r;
	fd_auto fd = -1;
	struct err err;

	nl_batch_add(&b, nl_new(NFNL_SUBSYS_NFTABLES << 8 | NFT_MSG_GETCHAIN, NLM_F_DUMP, &all, sizeof(all)),
		     false);
	r = nl_open(NETLINK_NETFILTER, &fd, &err);
	if (r == 0)
		r = nl_ask(fd, &b, look_at_chain, d);
	if (r < 0)
		tell(d, true, "the firewall cannot be read: %s", err_text(-r));
	else if (d->problems == before)
		tell(d, false, "no other firewall drops what is forwarded");
}

static void look_at_rules(struct doctor *d, int dir, const struct table *t)
{
	int r = rules_intact(dir, t);

	if (r < 0)
		tell(d, true, "our firewall table cannot be looked at: %s", err_text(-r));
	else if (r > 0)
		tell(d, false, "the firewall (inet " RULES_TABLE " and bridge " RULES_TABLE ") is as it was left");
	else if (t->n_leases)
		tell(d, true, "the firewall (inet " RULES_TABLE " and bridge " RULES_TABLE ") was changed by somebody else, "
		     "or is gone; jail net reload lays it down again");
}

/* ---- all of it ---- */

int net_doctor(const struct net_report *report, struct err *err)
{
	struct doctor d = { .report = report, .bridge = NET_DEFAULT };
	char path[PROGRAM_PATH_MAX];
	struct strv names = { 0 };
	table_auto t = { 0 };
	fd_auto dir = -1, fd = -1;
	int r = table_lock_existing(&dir, err);

	if (r == 0)
		r = table_read(dir, &t, err);
	if (r < 0 && r != -ENOENT)
		return r;
	r = nl_open(NETLINK_ROUTE, &fd, err);
	if (r == 0)
		r = netdef_list(&names, err);
	if (r < 0)
		return r;
	if (t.n_leases)
		d.bridge = t.leases[0].network;
	if (!program_find("nft", path))
		tell(&d, true, "there is no nft(8): install the package nftables");
	for (size_t i = 0; i < names.n; i++)
		look_at_network(&d, &t, names.v[i]);
	free(names.v);
	look_at_links(&d, fd, &t);
	if (dir >= 0)
		look_at_rules(&d, dir, &t);
	look_at_firewalls(&d);
	return d.problems;
}
