/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * take.c - addresses and ports become a jail's
 *
 * An automatic address is looked for from a place on that the jail's name tells: a jail that comes
 * back finds the one that it had, as long as nobody else took it, and nothing has to be remembered.
 */
#include "net/net.h"

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/capability.h>

#include "net/hosts.h"
#include "net/leave.h"
#include "net/listeners.h"

#define TRIES 65536ULL

/* ---- addresses ---- */

static int check_free(const struct table *t, const struct net_link *l, struct err *err)
{
	char text[IP_TEXT_MAX];

	for (size_t i = 0; i < l->n_addresses; i++) {
		const struct lease *other = l->def ? table_find(t, &l->addresses[i]) : NULL;

		if (other)
			return err_place(err, err_set(err, -EADDRINUSE, other->flags & LEASE_LEAVING ?
						      "%s is still that of jail %s, which has just ended" :
						      "%s is that of jail %s",
						      ip_text(&l->addresses[i], text),
						      owner_id(other->owner)), "%s.address", l->place);
	}
	return 0;
}

static bool taken_here(const struct net_claim *c, const struct ip *ip)
{
	for (size_t i = 0; i < c->n_links; i++)
		for (size_t k = 0; k < c->links[i].n_addresses; k++)
			if (ip_equal(&c->links[i].addresses[k], ip))
				return true;
	return false;
}

/* Numbers 1 to count-2 of an IPv4 network, of an IPv6 one as far as we go */
static int find_free(const struct net_claim *c, const struct table *t, const struct net_link *l, int slot,
		     struct ip *ret, struct err *err)
{
	const struct ip *net = &l->def->subnet[slot];
	uint64_t n = MIN(ip_count(net) - 2, TRIES - 2);
	uint64_t start = hash_bytes(c->owner, strlen(c->owner));
	char text[IP_TEXT_MAX];

	for (uint64_t i = 0; i < n; i++) {
		struct ip ip = ip_nth(net, 1 + (start + i) % n);

		if (ip_equal(&ip, &l->def->gateway[slot]) || table_find(t, &ip) || taken_here(c, &ip))
			continue;
		*ret = ip;
		return 0;
	}
	return err_place(err, err_set(err, -EADDRNOTAVAIL, "network %s is full: no address of %s is free",
				      l->def->name, ip_net_text(net, text)), "%s.address", l->place);
}

static bool wants(const struct net_link *l, int slot)
{
	if (!l->spec->automatic || !l->def->subnet[slot].family)
		return false;
	for (size_t i = 0; i < l->spec->n_addresses; i++)
		if (ip_slot(l->spec->addresses[i].family) == slot)
			return false;
	return slot == 0 || l->ipv6;
}

static int take_addresses(struct net_claim *c, const struct table *t, struct err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < c->n_defs; i++)
		r = err_place(err, table_check_def(t, &c->defs[i]->netdef, c->owner, err), "jail.network");
	for (size_t i = 0; r == 0 && i < c->n_links; i++) {
		struct net_link *l = &c->links[i];

		r = check_free(t, l, err);
		for (int slot = 0; r == 0 && l->def && slot < 2; slot++) {
			struct ip ip;

			if (!wants(l, slot))
				continue;
			r = find_free(c, t, l, slot, &ip, err);
			if (r == 0)
				l->addresses[l->n_addresses++] = ip;
		}
		net_choose_mac(l, c->owner);
	}
	return r;
}

/* ---- published ports ---- */

/* The jail's address that a port leads to: on its first bridge that has one of the family. */
static const struct ip *target(const struct net_claim *c, uint16_t family)
{
	for (size_t i = 0; i < c->n_links; i++)
		for (size_t k = 0; c->links[i].def && k < c->links[i].n_addresses; k++)
			if (c->links[i].addresses[k].family == family)
				return &c->links[i].addresses[k];
	return NULL;
}

static int add_port(struct net_claim *c, const struct spec_publish *p, uint16_t family)
{
	const struct ip *to = target(c, family);

	if (!to)
		return 0;
	c->ports[c->n_ports++] = (struct port){
		.protocol = p->protocol, .first = p->first, .last = p->last, .to = *to, .to_first = p->to,
		.held = c->spec->publish_when == SPEC_PUBLISH_READY,
		.host = p->address.family ? p->address :
			(struct ip){ .family = family, .prefix = (uint8_t)ip_bits(family) },
		.owner = c->owner,
	};
	return 1;
}

static bool is_loopback6(const struct ip *ip)
{
	static const uint8_t loopback[16] = { [15] = 1 };

	return ip->family == AF_INET6 && !memcmp(ip->b, loopback, sizeof(loopback));
}

static int list_ports(struct net_claim *c, struct err *err)
{
	const struct spec_network *s = c->spec;

	c->ports = arena_alloc(&c->arena, (2 * s->n_publish + 1) * sizeof(*c->ports));
	if (!c->ports)
		return err_nomem(err);
	for (size_t i = 0; i < s->n_publish; i++) {
		const struct spec_publish *p = &s->publish[i];
		int n = 0;

		if (is_loopback6(&p->address))
			return err_place(err, err_set(err, -EADDRNOTAVAIL, "the kernel forwards nothing from [::1]; "
						      "127.0.0.1 works"), "jail.network.publish[%zu]", i);

		if (p->address.family != AF_INET6)
			n += add_port(c, p, AF_INET);
		if (p->address.family != AF_INET)
			n += add_port(c, p, AF_INET6);
		if (!n)
			return err_place(err, err_set(err, -EINVAL, "the jail has no address of that family"),
					 "jail.network.publish[%zu]", i);
	}
	return 0;
}

static char *describe(const struct port *p, char out[PORT_TEXT_MAX])
{
	return port_text(&p->host, p->first, p->last, p->protocol, out);
}

/* Others in the table, and those of the same spec: they are checked as they are added. */
static int check_ports(const struct net_claim *c, struct table *t, struct err *err)
{
	char text[2][PORT_TEXT_MAX];

	for (size_t i = 0; i < c->n_ports; i++) {
		const struct port *p = &c->ports[i], *other = table_conflict(t, p);

		if (other)
			return err_place(err, err_set(err, -EADDRINUSE, strcmp(other->owner, c->owner) ?
						      "%s: jail %s has published %s" :
						      "%s: jail %s publishes %s, too", describe(p, text[0]),
						      owner_id(other->owner), describe(other, text[1])),
					 "jail.network.publish");
		if (table_add_port(t, p) < 0)
			return err_nomem(err);
	}
	return 0;
}

/* The host's own address on one of the jail's bridges, which may not be there yet. */
static bool is_gateway(const struct net_claim *c, const struct ip *ip)
{
	for (size_t i = 0; i < c->n_defs; i++)
		for (int slot = 0; slot < 2; slot++)
			if (ip_equal(&c->defs[i]->netdef.gateway[slot], ip))
				return true;
	return false;
}

static int check_host(const struct net_claim *c, struct err *err)
{
	char text[PORT_TEXT_MAX];

	for (size_t i = 0; i < c->n_ports; i++) {
		struct port p = c->ports[i];
		bool exists = ip_is_any(&p.host) || is_gateway(c, &p.host);
		int r = exists ? 0 : listeners_check_address(&p.host);
		uint16_t number = 0;

		if (r == 0)
			r = listeners_find(&p, &number);
		if (r == 0)
			continue;
		if (r > 0)
			p.first = p.last = number;
		describe(&p, text);
		if (r > 0)
			r = err_set(err, -EADDRINUSE, "%s: a program of the host listens there", text);
		else if (r == -EADDRNOTAVAIL)
			err_set(err, r, "%s is not an address of this host", text);
		else
			err_code(err, r, "%s: look for programs that listen there", text);
		return err_place(err, r, "jail.network.publish");
	}
	return 0;
}

/* ---- all of it ---- */

static int add_leases(const struct net_claim *c, struct table *t)
{
	int r = 0;

	for (size_t i = 0; i < c->n_links; i++) {
		const struct net_link *l = &c->links[i];

		for (size_t k = 0; l->def && r == 0 && k < l->n_addresses; k++) {
			struct lease lease = net_lease(c, l, k);

			r = table_add_lease(t, &lease);
		}
	}
	return r;
}

int net_guess(struct net_claim *c, struct err *err)
{
	struct table none = { 0 };
	int r = take_addresses(c, &none, err);

	return r < 0 ? r : list_ports(c, err);
}

/* Asked first: who may make nothing could not take anything back either. */
static bool may_administer(void)
{
	cap_flag_value_t has = CAP_CLEAR;
	cap_t caps = cap_get_proc();

	if (caps)
		cap_get_flag(caps, CAP_NET_ADMIN, CAP_EFFECTIVE, &has);
	cap_free(caps);
	return has == CAP_SET;
}

int net_take(struct net_claim *c, struct err *err)
{
	table_auto t = { 0 };
	fd_auto dir = -1;
	int r;

	if (!may_administer())
		return err_place(err, err_set(err, -EPERM, "needs CAP_NET_ADMIN"), "jail.network");
	if (!c->n_defs)                 /* on no bridge */
		return take_addresses(c, &t, err);
	r = table_lock(&dir, err);
	if (r == 0)
		r = table_read(dir, &t, err);
	if (r < 0)
		return r;
	r = leave_networks(dir, &t, c->owner, err);     /* one of this name that ended without us */
	if (r == 0)
		r = leave_settle(&t, c->owner, err);
	if (r < 0)
		return r;
	r = take_addresses(c, &t, err);
	if (r == 0)
		r = list_ports(c, err);
	if (r == 0)
		r = check_ports(c, &t, err);
	if (r == 0)
		r = check_host(c, err);
	if (r == 0 && add_leases(c, &t) < 0)
		r = err_nomem(err);
	if (r == 0)
		r = table_write(dir, &t, err);
	c->taken = r == 0;
	if (r == 0)
		r = hosts_make(dir, c, err);
	return r;
}
