/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * look.c - networks as JSON
 */
#include "net/look.h"

#include <string.h>

#include "base/json.h"
#include "net/defs.h"

static void put_ip(struct buf *out, const struct ip *ip, bool with_prefix)
{
	char text[IP_TEXT_MAX];

	buf_printf(out, "\"%s\"", with_prefix ? ip_net_text(ip, text) : ip_text(ip, text));
}

/* ---- ports ---- */

static void put_port(const struct port *p, struct buf *out)
{
	buf_printf(out, "{\"protocol\": \"%s\", \"host\": ", protocol_name(p->protocol));
	put_ip(out, &p->host, false);
	buf_printf(out, ", \"port\": %u, \"last\": %u, \"address\": ", p->first, p->last);
	put_ip(out, &p->to, false);
	buf_printf(out, ", \"jailPort\": %u, \"open\": %s}", p->to_first, p->held ? "false" : "true");
}

static void put_ports(const struct table *t, const char *owner, struct buf *out)
{
	const char *comma = "";

	buf_printf(out, "[");
	for (size_t i = 0; i < t->n_ports; i++)
		if (!strcmp(t->ports[i].owner, owner)) {
			buf_printf(out, "%s", comma);
			put_port(&t->ports[i], out);
			comma = ", ";
		}
	buf_printf(out, "]");
}

/* ---- a jail's interfaces: leases of one link belong together ---- */

static bool first_of_link(const struct table *t, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (!strcmp(t->leases[k].link, t->leases[i].link))
			return false;
	return true;
}

static void put_addresses(const struct table *t, const char *link, struct buf *out)
{
	const char *comma = "";

	buf_printf(out, "[");
	for (size_t i = 0; i < t->n_leases; i++)
		if (!strcmp(t->leases[i].link, link)) {
			buf_printf(out, "%s", comma);
			put_ip(out, &t->leases[i].address, true);
			comma = ", ";
		}
	buf_printf(out, "]");
}

static void put_interfaces(const struct table *t, const char *owner, struct buf *out)
{
	const char *comma = "";

	buf_printf(out, "[");
	for (size_t i = 0; i < t->n_leases; i++) {
		const struct lease *l = &t->leases[i];

		if (strcmp(l->owner, owner) != 0 || l->flags & LEASE_LEAVING || !first_of_link(t, i))
			continue;
		buf_printf(out, "%s{\"network\": \"%s\", \"link\": \"%s\", \"addresses\": ", comma, l->network,
			   l->link);
		put_addresses(t, l->link, out);
		buf_printf(out, ", \"isolated\": %s, \"internal\": %s}",
			   l->flags & LEASE_ISOLATED ? "true" : "false",
			   l->flags & LEASE_INTERNAL ? "true" : "false");
		comma = ", ";
	}
	buf_printf(out, "]");
}

static int read_table(struct table *t, struct err *err)
{
	fd_auto dir = -1;
	int r = table_lock_existing(&dir, err);

	*t = (struct table){ 0 };
	return r == -ENOENT ? 0 : r < 0 ? r : table_read(dir, t, err);
}

int net_jail_json(const char *owner, struct buf *out, struct err *err)
{
	table_auto t = { 0 };
	int r = read_table(&t, err);

	if (r < 0)
		return r;
	buf_printf(out, ",\n  \"interfaces\": ");
	put_interfaces(&t, owner, out);
	buf_printf(out, ",\n  \"ports\": ");
	put_ports(&t, owner, out);
	return 0;
}

/* ---- networks ---- */

static void put_pair(struct buf *out, const char *name, const struct ip pair[2], bool with_prefix)
{
	const char *comma = "";

	buf_printf(out, ", \"%s\": [", name);
	for (int i = 0; i < 2; i++)
		if (pair[i].family) {
			buf_printf(out, "%s", comma);
			put_ip(out, &pair[i], with_prefix);
			comma = ", ";
		}
	buf_printf(out, "]");
}

static void put_jails(const struct table *t, const char *network, struct buf *out)
{
	const char *comma = "";

	buf_printf(out, ", \"jails\": [");
	for (size_t i = 0; i < t->n_leases; i++) {
		const struct lease *l = &t->leases[i];

		if (strcmp(l->network, network) != 0 || l->flags & LEASE_LEAVING || !first_of_link(t, i))
			continue;
		buf_printf(out, "%s{\"id\": \"%s\", \"state\": ", comma, owner_id(l->owner));
		json_put_string(out, l->owner);
		buf_printf(out, ", \"link\": \"%s\", \"addresses\": ", l->link);
		put_addresses(t, l->link, out);
		buf_printf(out, ", \"ports\": ");
		put_ports(t, l->owner, out);
		buf_printf(out, "}");
		comma = ", ";
	}
	buf_printf(out, "]");
}

static int put_network(const struct table *t, const char *name, struct buf *out, struct err *err)
{
	struct spec *s;
	int r = netdef_load(name, &s, err);
	const struct spec_netdef *d = r < 0 ? NULL : &s->netdef;

	if (r < 0)
		return r;
	buf_printf(out, "{\"name\": \"%s\"", name);
	put_pair(out, "subnets", d->subnet, true);
	put_pair(out, "gateway", d->gateway, false);
	buf_printf(out, ", \"routed\": %s, \"isolated\": %s, \"internal\": %s, \"unmanaged\": %s, \"mtu\": %u, "
		   "\"bridge\": \"%s\"", d->routed ? "true" : "false", d->isolated ? "true" : "false",
		   d->internal ? "true" : "false", d->unmanaged ? "true" : "false", d->mtu,
		   if_nametoindex(name) ? "there" : "not made yet");
	put_jails(t, name, out);
	buf_printf(out, "}");
	spec_free(s);
	return 0;
}

int net_json(const char *name, struct buf *out, struct err *err)
{
	struct strv names = { 0 };
	table_auto t = { 0 };
	int r = read_table(&t, err);

	if (r < 0)
		return r;
	if (name) {
		r = put_network(&t, name, out, err);
		buf_printf(out, "\n");
		return r;
	}
	r = netdef_list(&names, err);
	buf_printf(out, "[");
	for (size_t i = 0; r == 0 && i < names.n; i++) {
		buf_printf(out, i ? ",\n " : "");
		r = put_network(&t, names.v[i], out, err);
	}
	buf_printf(out, "]\n");
	free(names.v);
	return r;
}
