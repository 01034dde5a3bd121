/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * text.c - the whole firewall table as text for nft(8)
 */
#include "net/text.h"

#include <linux/netfilter.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/embed.h"
#include "net/defs.h"
#include "net/elements.h"

static void put(struct buf *out, const char *set, const char *element)
{
	buf_printf(out, "add element inet " RULES_TABLE " %s { %s }\n", set, element);
}

/* Made first, so that there is one to delete. */
static void put_rules(struct buf *out)
{
	static const char *const families[] = { "inet", "bridge" };

	for (size_t i = 0; i < ARRAY_SIZE(families); i++)
		buf_printf(out, "table %s " RULES_TABLE "\ndelete table %s " RULES_TABLE "\n", families[i],
			   families[i]);
	buf_printf(out, "%s\n", embed_rules);
}

/* An administrator's networks may be one in another: a set of intervals takes only the larger one. */
struct nets {
	struct ip *v;
	size_t n;
	bool failed;
};

static void nets_add(struct nets *nets, const struct ip *net)
{
	struct ip *v = net->family && !nets->failed ? reallocarray(nets->v, nets->n + 1, sizeof(*v)) : NULL;

	nets->failed |= net->family && !v;
	if (!v)
		return;
	nets->v = v;
	nets->v[nets->n++] = ip_network(net);
}

static bool is_covered(const struct nets *nets, size_t i)
{
	const struct ip *net = &nets->v[i];

	for (size_t k = 0; k < nets->n; k++) {
		const struct ip *other = &nets->v[k];

		if (k != i && ip_overlap(net, other) &&
		    (other->prefix < net->prefix || (other->prefix == net->prefix && k < i)))
			return true;
	}
	return false;
}

static void put_nets(const struct nets *nets, const char *set4, const char *set6, struct buf *out)
{
	char text[IP_TEXT_MAX];

	for (size_t i = 0; i < nets->n; i++)
		if (!is_covered(nets, i))
			put(out, nets->v[i].family == AF_INET6 ? set6 : set4, ip_net_text(&nets->v[i], text));
	out->failed |= nets->failed;
}

/* What is put when all networks are known. */
struct text {
	struct buf *out;
	struct nets all, nat;
};

static void put_network(const struct spec_netdef *d, struct text *t)
{
	struct buf *out = t->out;
	char name[24], both[64];

	snprintf(name, sizeof(name), "\"%s\"", d->name);
	snprintf(both, sizeof(both), "%s . %s", name, name);
	put(out, "bridges", name);
	put(out, "same", both);
	if (!d->unmanaged)
		put(out, "ours", name);
	if (d->routed)
		put(out, "routed", name);
	for (int slot = 0; slot < 2; slot++) {
		nets_add(&t->all, &d->subnet[slot]);
		if (!d->routed && !d->unmanaged)
			nets_add(&t->nat, &d->subnet[slot]);
	}
}

static int put_element(const struct element *e, void *out)
{
	buf_printf(out, "add element %s " RULES_TABLE " %s { %s }\n", e->family == NFPROTO_INET ? "inet" : "bridge",
		   e->set, e->text);
	return 0;
}

/* Its jails' addresses tell the subnets where the definition is of no use: it is gone, or says others now. */
static struct spec_netdef derive(const struct table *t, const char *name, const struct spec *s)
{
	struct spec_netdef d = s ? s->netdef : (struct spec_netdef){ .name = (char *)name };

	if (s && table_check_def(t, &d, NULL, NULL) == 0)
		return d;
	memset(d.subnet, 0, sizeof(d.subnet));
	for (size_t i = 0; i < t->n_leases; i++)
		if (!strcmp(t->leases[i].network, name)) {
			d.subnet[ip_slot(t->leases[i].address.family)] = ip_network(&t->leases[i].address);
			d.unmanaged |= !!(t->leases[i].flags & LEASE_UNMANAGED);
		}
	return d;
}

/* Nobody looks at its bridge now: it stays known, or unknown, as @old says. */
static int put_used_network(const struct table *t, const char *name, const struct seen *old,
			    struct text *text, struct buf *names)
{
	struct spec *s = NULL;
	struct spec_netdef d;
	int r = netdef_load(name, &s, NULL);

	if (r == -ENOMEM)
		return r;
	d = derive(t, name, s);
	put_network(&d, text);
	seen_keep_network(names, name, old);
	spec_free(s);
	return 0;
}

static int put_networks(const struct table *t, const struct spec_netdef *const *networks, size_t n,
			const struct seen *old, struct text *text, struct buf *names)
{
	int r = 0;

	for (size_t i = 0; i < n; i++)
		if (!seen_line(names->text, networks[i]->name)) {
			put_network(networks[i], text);
			seen_put_network(names, networks[i]);
		}
	for (size_t i = 0; r == 0 && i < t->n_leases; i++)
		if (!seen_line(names->text, t->leases[i].network))
			r = put_used_network(t, t->leases[i].network, old, text, names);
	put_nets(&text->all, "subnets4", "subnets6", text->out);
	put_nets(&text->nat, "nat4", "nat6", text->out);
	return r;
}

int rules_text(const struct table *t, const struct spec_netdef *const *networks, size_t n, const struct seen *old,
	       struct buf *ret, struct buf *ret_names)
{
	struct text text = { .out = ret };
	int r;

	put_rules(ret);
	r = put_networks(t, networks, n, old, &text, ret_names);
	free(text.all.v);
	free(text.nat.v);
	return r < 0 ? r : elements_of_table(t, put_element, ret);
}
