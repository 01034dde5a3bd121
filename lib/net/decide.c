/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * decide.c - what a spec asks for, against the networks that are defined
 *
 * Hardware addresses are hashes of the interface's address: a jail that gets its address again has the same one,
 * on this machine, without anything being remembered, and whoever else gets the address is found by neighbours
 * that knew the one before.  The names of links on the host are different each time: the kernel takes a while to
 * remove those of a jail that has ended, and nobody should wait for that.
 */
#include "net/net.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "net/defs.h"
#include "net/mac.h"

#define FIRST_INDEX 16          /* some kernels put tunnels of their own into a new namespace */

/* ---- names and hardware addresses ---- */

static uint64_t hash_text(const char *a, const char *b, const char *c)
{
	char text[1024];
	int n = snprintf(text, sizeof(text), "%s\n%s\n%s", a, b, c);

	return hash_bytes(text, MIN((size_t)n, sizeof(text) - 1));
}

/* Unlike other machines', where there is something to tell them apart. */
static void machine_id(char ret[64])
{
	fd_auto fd = open("/etc/machine-id", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, ret, 63);

	ret[n > 0 ? n : 0] = '\0';
}

void net_choose_mac(struct net_link *l, const char *owner)
{
	char machine[64], address[IP_TEXT_MAX];

	if (l->spec->has_mac) {
		memcpy(l->mac, l->spec->mac, sizeof(l->mac));
		return;
	}
	machine_id(machine);
	mac_from_hash(l->n_addresses ? hash_text(machine, l->spec->network, ip_text(&l->addresses[0], address)) :
				       hash_text(machine, owner, l->spec->name), l->mac);
}

/* ---- definitions ---- */

static int find_def(struct net_claim *c, const char *name, const struct spec_netdef **ret, struct err *err)
{
	int r;

	for (size_t i = 0; i < c->n_defs; i++)
		if (!strcmp(c->defs[i]->netdef.name, name)) {
			*ret = &c->defs[i]->netdef;
			return 0;
		}
	r = netdef_load(name, &c->defs[c->n_defs], err);
	if (r == 0)
		*ret = &c->defs[c->n_defs++]->netdef;
	return r;
}

/* ---- one interface ---- */

bool net_has_ipv6(void)
{
	fd_auto fd = open("/proc/sys/net/ipv6/conf/default/disable_ipv6", O_RDONLY | O_CLOEXEC);
	char c;

	return fd >= 0 && read(fd, &c, 1) == 1 && c == '0';
}

static int place_address(struct net_link *l, struct ip ip, struct err *err)
{
	const struct spec_netdef *d = l->def;
	char text[IP_TEXT_MAX], net[IP_TEXT_MAX];
	const struct ip *subnet;
	struct ip last;

	if (ip.family == AF_INET6 && !l->ipv6)
		return err_set(err, -EAFNOSUPPORT, "%s: this host has no IPv6", ip_text(&ip, text));
	if (d) {
		subnet = &d->subnet[ip_slot(ip.family)];
		if (!subnet->family)
			return err_set(err, -EINVAL, "%s: network %s has no %s", ip_text(&ip, text), d->name,
				       ip.family == AF_INET6 ? "IPv6" : "IPv4");
		last = ip_last(subnet);
		if (!ip_in(&ip, subnet))
			return err_set(err, -EINVAL, "%s is not in %s, the subnet of network %s",
				       ip_text(&ip, text), ip_net_text(subnet, net), d->name);
		if (ip_equal(&ip, subnet) || (ip.family == AF_INET && ip_equal(&ip, &last)))
			return err_set(err, -EINVAL, "%s is no host's address in %s", ip_text(&ip, text),
				       ip_net_text(subnet, net));
		if (ip_equal(&ip, &d->gateway[ip_slot(ip.family)]))
			return err_set(err, -EINVAL, "%s is the gateway of network %s",
				       ip_text(&ip, text), d->name);
		ip.prefix = subnet->prefix;
	}
	l->addresses[l->n_addresses++] = ip;
	return 0;
}

static bool has_family(const struct net_link *l, uint16_t family)
{
	for (size_t i = 0; i < l->n_addresses; i++)
		if (l->addresses[i].family == family)
			return true;
	return false;
}

/* Only for a family that the interface has; on a network only to an address in it. */
static int choose_gateways(struct net_link *l, bool first, struct err *err)
{
	const struct spec_interface *s = l->spec;
	static const uint16_t families[] = { AF_INET, AF_INET6 };
	char text[IP_TEXT_MAX];

	for (int k = 0; k < 2; k++) {
		const struct ip *asked = &s->gateway[k];

		if (asked->family && l->def && !ip_in(asked, &l->def->subnet[k]))
			return err_place(err, err_set(err, -EINVAL, "%s is not in network %s",
						      ip_text(asked, text), l->def->name),
					 "%s.gateway", l->place);
		if (asked->family)
			l->gateway[k] = *asked;
		else if (first && l->def && !s->no_gateway && !(l->flags & LEASE_INTERNAL) &&
			 !l->def->unmanaged && (has_family(l, families[k]) || s->automatic))
			l->gateway[k] = l->def->gateway[k];
	}
	return 0;
}

static int decide_link(struct net_claim *c, size_t i, struct err *err)
{
	const struct spec_interface *s = &c->spec->interfaces[i];
	struct net_link *l = &c->links[i];
	int r = 0;

	l->spec = s;
	l->ipv6 = c->ipv6;
	if (c->n_links > 1)
		snprintf(l->place, sizeof(l->place), "jail.network.interfaces[%zu]", i);
	else
		snprintf(l->place, sizeof(l->place), "jail.network");
	l->index = FIRST_INDEX + (uint32_t)i;
	snprintf(l->host, sizeof(l->host), "jv%012llx",
		 (unsigned long long)hash_text(c->owner, s->name, c->start) & 0xffffffffffffULL);
	l->addresses = arena_alloc(&c->arena, (s->n_addresses + 2) * sizeof(*l->addresses));
	if (!l->addresses)
		return err_nomem(err);
	if (s->kind == SPEC_LINK_BRIDGE)
		r = err_place(err, find_def(c, s->network, &l->def, err), "%s.bridge", l->place);
	if (r < 0)
		return r;
	if (s->isolated || (l->def && l->def->isolated))
		l->flags |= LEASE_ISOLATED;
	if (s->internal || (l->def && l->def->internal))
		l->flags |= LEASE_INTERNAL;
	if (l->def && l->def->unmanaged)
		l->flags |= LEASE_UNMANAGED;
	for (size_t k = 0; r == 0 && k < s->n_addresses; k++)
		r = err_place(err, place_address(l, s->addresses[k], err), "%s.address", l->place);
	/* The first interface is the way out, others only if they say so. */
	return r < 0 ? r : choose_gateways(l, i == 0, err);
}

struct lease net_lease(const struct net_claim *c, const struct net_link *l, size_t k)
{
	struct lease lease = { .address = l->addresses[k], .network = l->def->name, .link = l->host,
			       .flags = l->flags | (k ? 0 : LEASE_FIRST), .names = c->names, .owner = c->owner };

	memcpy(lease.mac, l->mac, sizeof(lease.mac));
	return lease;
}

/* ---- the jail ---- */

/* One name: it becomes a word of a line of hosts(5). */
static bool is_name(const char *s)
{
	for (const char *p = s; *p; p++)
		if ((unsigned char)*p <= ' ' || strchr(",#\177", *p))
			return false;
	return *s != '\0';
}

static int decide_names(struct net_claim *c, const char *hostname)
{
	const char *id = owner_id(c->owner);

	c->names = hostname && is_name(hostname) && strcmp(hostname, id) != 0 ?
		   arena_printf(&c->arena, "%s,%s", id, hostname) : arena_strdup(&c->arena, id);
	return c->names ? 0 : -ENOMEM;
}

static int decide(struct net_claim *c, const char *owner, const char *hostname, struct err *err)
{
	int r = 0;

	if (c->spec->n_interfaces > NET_LINKS_MAX)
		return err_set(err, -E2BIG, "a jail has at most %d interfaces", NET_LINKS_MAX);
	if (strchr(owner, '\n'))
		return err_set(err, -EINVAL, "the path of the state directory has a line break in it");
	c->owner = arena_strdup(&c->arena, owner);
	c->n_links = c->spec->n_interfaces;
	c->ipv6 = net_has_ipv6();
	c->links = arena_alloc(&c->arena, (c->n_links + 1) * sizeof(*c->links));
	c->defs = arena_alloc(&c->arena, (c->n_links + 1) * sizeof(struct spec *));
	if (!c->owner || !c->links || !c->defs || decide_names(c, hostname) < 0)
		return err_nomem(err);
	for (size_t i = 0; r == 0 && i < c->n_links; i++)
		r = decide_link(c, i, err);
	return r;
}

int net_decide(const struct spec_network *spec, const char *owner, const char *hostname,
	       struct net_claim **ret, struct err *err)
{
	struct net_claim *c = calloc(1, sizeof(*c));
	struct timespec now;
	int r;

	if (!c)
		return err_nomem(err);
	c->spec = spec;
	clock_gettime(CLOCK_MONOTONIC, &now);
	snprintf(c->start, sizeof(c->start), "%lld.%09ld", (long long)now.tv_sec, now.tv_nsec);
	r = decide(c, owner, hostname, err);
	if (r < 0)
		net_claim_free(c);
	else
		*ret = c;
	return r;
}

void net_claim_free(struct net_claim *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->n_defs; i++)
		spec_free(c->defs[i]);
	arena_done(&c->arena);
	free(c);
}
