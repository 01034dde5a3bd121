/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * text.c - the whole firewall table as text for nft(8)
 */
#include "net/text.h"

#include <linux/netfilter.h>
#include <string.h>

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

static void put_subnet(const struct spec_netdef *d, int slot, struct buf *out)
{
	char net[IP_TEXT_MAX], set[16];
	int family = slot ? 6 : 4;

	if (!d->subnet[slot].family)
		return;
	ip_net_text(&d->subnet[slot], net);
	snprintf(set, sizeof(set), "subnets%d", family);
	put(out, set, net);
	if (!d->routed && !d->unmanaged) {
		snprintf(set, sizeof(set), "nat%d", family);
		put(out, set, net);
	}
}

static void put_network(const struct spec_netdef *d, struct buf *out)
{
	char name[24], both[64];

	snprintf(name, sizeof(name), "\"%s\"", d->name);
	snprintf(both, sizeof(both), "%s . %s", name, name);
	put(out, "bridges", name);
	put(out, "same", both);
	if (!d->unmanaged)
		put(out, "ours", name);
	if (d->routed)
		put(out, "routed", name);
	put_subnet(d, 0, out);
	put_subnet(d, 1, out);
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
static int put_used_network(const struct table *t, const char *name, const struct seen *old, struct buf *out,
			    struct buf *names)
{
	struct spec *s = NULL;
	struct spec_netdef d;
	int r = netdef_load(name, &s, NULL);

	if (r == -ENOMEM)
		return r;
	d = derive(t, name, s);
	put_network(&d, out);
	seen_keep_network(names, name, old);
	spec_free(s);
	return 0;
}

int rules_text(const struct table *t, const struct spec_netdef *const *networks, size_t n, const struct seen *old,
	       struct buf *ret, struct buf *ret_names)
{
	int r = 0;

	put_rules(ret);
	for (size_t i = 0; i < n; i++)
		if (!seen_line(ret_names->text, networks[i]->name)) {
			put_network(networks[i], ret);
			seen_put_network(ret_names, networks[i]);
		}
	for (size_t i = 0; r == 0 && i < t->n_leases; i++)
		if (!seen_line(ret_names->text, t->leases[i].network))
			r = put_used_network(t, t->leases[i].network, old, ret, ret_names);
	return r < 0 ? r : elements_of_table(t, put_element, ret);
}
