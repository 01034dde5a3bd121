/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * connect.c - a jail joins its networks, and leaves them
 *
 * Joining: bridges, firewall, names, links, in this order, so that a link is never up without its rules.
 * All of it but the links is done under the table's lock.
 *
 * Leaving goes the other way, and needs nothing but the table: a runtime that was killed half-way leaves
 * lines there, and what they name may exist or not.
 */
#include "net/net.h"

#include <linux/netlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include "net/elements.h"
#include "net/hosts.h"
#include "net/links.h"
#include "net/shape.h"

/* ---- joining ---- */

static size_t list_networks(const struct net_claim *c, const struct spec_netdef **ret)
{
	for (size_t i = 0; i < c->n_defs; i++)
		ret[i] = &c->defs[i]->netdef;
	return c->n_defs;
}

static const struct bridge *bridge_of(const struct net_claim *c, const struct net_link *l,
				      const struct bridge *bridges)
{
	for (size_t i = 0; i < c->n_defs; i++)
		if (l->def == &c->defs[i]->netdef)
			return &bridges[i];
	return NULL;
}

static struct lease lease_of(const struct net_claim *c, const struct net_link *l, size_t k)
{
	return (struct lease){ .address = l->addresses[k], .network = l->def->name, .link = l->host,
			       .flags = l->flags, .names = c->names, .owner = c->owner };
}

static void list_elements(const struct net_claim *c, struct nl_batch *b)
{
	for (size_t i = 0; i < c->n_links; i++)
		for (size_t k = 0; c->links[i].def && k < c->links[i].n_addresses; k++) {
			struct lease l = lease_of(c, &c->links[i], k);

			elements_of_lease(&l, element_add, b);
		}
	for (size_t i = 0; i < c->n_ports; i++)
		elements_of_port(&c->ports[i], element_add, b);
}

static int add_names(int dir, const struct net_claim *c, struct err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < c->n_links; i++)
		for (size_t k = 0; r == 0 && c->links[i].def && k < c->links[i].n_addresses; k++)
			r = hosts_add(dir, c->links[i].def->name, &c->links[i].addresses[k], c->names, err);
	return r;
}

/*
 * The table on disk has this jail's lines already, so that a rebuilding of the rules brings its elements
 * as well; then they must not be added again.
 */
static int set_rules(int dir, const struct net_claim *c, const struct net_host *host, struct err *err)
{
	const struct spec_netdef *networks[NET_LINKS_MAX];
	nl_batch_auto elements = { 0 };

	list_elements(c, &elements);
	return rules_commit(dir, c->owner, networks, list_networks(c, networks), &elements, host, err);
}

/* A bridge that somebody had removed: others of its network are running, perhaps. */
static int repair_links(int fd, int dir, const struct spec_netdef *d, const struct bridge *b, struct err *err)
{
	table_auto t = { 0 };
	int r = table_read(dir, &t, err);

	return r < 0 ? r : net_reattach(fd, &t, d, b, err);
}

/* Under the lock: all that is shared with other jails. */
static int join_networks(int fd, const struct net_claim *c, const struct net_host *host,
			 struct bridge *ret_bridges, struct err *err)
{
	fd_auto dir = -1;
	int r = table_lock(&dir, err);

	for (size_t i = 0; r == 0 && i < c->n_defs; i++) {
		r = bridge_ensure(fd, &c->defs[i]->netdef, host, &ret_bridges[i], err);
		if (r == 0 && ret_bridges[i].made)
			r = repair_links(fd, dir, &c->defs[i]->netdef, &ret_bridges[i], err);
	}
	if (r == 0)
		r = set_rules(dir, c, host, err);
	return r < 0 ? r : add_names(dir, c, err);
}

/* What the jail receives; what it sends is held back inside, see inside.c. */
static int limit_rate(int fd, const struct net_link *l, struct err *err)
{
	nl_batch_auto b = { 0 };
	struct ifreq ifr;
	uint32_t bad;
	int r;

	if (!l->def || !l->spec->ingress)
		return 0;
	r = link_ask(fd, SIOCGIFINDEX, l->host, &ifr);
	if (r == 0) {
		shape_out(&b, ifr.ifr_ifindex, l->spec->ingress);
		nl_batch_ack(&b);
		r = nl_batch_send(fd, &b, &bad);
	}
	if (r == -ENOENT)
		return err_set(err, r, "this kernel has no token bucket filter (sch_tbf)");
	return r < 0 ? err_code(err, r, "limit the rate of %s", l->spec->name) : 0;
}

int net_connect(const struct net_claim *c, pid_t pid, const struct net_host *host, struct err *err)
{
	struct bridge bridges[NET_LINKS_MAX];
	fd_auto fd = -1;
	int r = nl_open(NETLINK_ROUTE, &fd, err);

	if (r == 0 && c->n_defs)
		r = join_networks(fd, c, host, bridges, err);
	if (r < 0)
		return err_place(err, r, "jail.network");
	for (size_t i = 0; r == 0 && i < c->n_links; i++) {
		const struct net_link *l = &c->links[i];

		r = l->def ? link_veth(fd, l, bridge_of(c, l, bridges), pid, err) :
			     link_macvlan(fd, l, pid, err);
		if (r == 0)
			r = limit_rate(fd, l, err);
		if (r < 0)
			err_place(err, r, "%s", l->place);
	}
	return r;
}

/* ---- leaving ---- */

struct leaving {
	int dir;
	const char *owner;
	struct nl_batch elements;
};

/* Names go at once, elements are collected, addresses wait for the kernel to remove the link. */
static int look_through(struct leaving *l, struct table *t, struct err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < t->n_leases; i++) {
		struct lease *lease = &t->leases[i];

		if (strcmp(lease->owner, l->owner) != 0 || lease->flags & LEASE_LEAVING)
			continue;
		elements_of_lease(lease, element_delete, &l->elements);
		hosts_forget(l->dir, lease->network, l->owner);
		r = hosts_remove(l->dir, lease->network, &lease->address, err);
		lease->flags |= LEASE_LEAVING;
		t->changed = true;
	}
	for (size_t i = 0; r == 0 && i < t->n_ports; i++)
		if (!strcmp(t->ports[i].owner, l->owner))
			elements_of_port(&t->ports[i], element_delete, &l->elements);
	return r;
}

/* What elements there are of this jail, when they cannot go together: one by one. */
static int delete_singly(struct leaving *l, struct err *err)
{
	const char *at = l->elements.data.text, *end = at + l->elements.data.len;
	int r = 0;

	while (r == 0 && at < end) {
		const struct nlmsghdr *h = (const struct nlmsghdr *)at;
		nl_batch_auto one = { 0 };

		buf_put(&one.data, h, NLMSG_ALIGN(h->nlmsg_len));
		one.n = 1;
		r = rules_delete(l->dir, &one, err);
		if (r == -ENOENT)
			r = 0;
		at += NLMSG_ALIGN(h->nlmsg_len);
	}
	return r;
}

static int delete_elements(struct leaving *l, struct err *err)
{
	int r;

	if (!l->elements.n)
		return 0;
	r = rules_delete(l->dir, &l->elements, err);
	return r == -ENOENT ? delete_singly(l, err) : r;
}

/* Links that were never made, or are gone already, keep no address. */
static int drop_gone(struct table *t, const char *owner, struct err *err)
{
	fd_auto fd = -1;
	int r = nl_open(NETLINK_ROUTE, &fd, err);

	for (size_t i = 0; r == 0 && i < t->n_leases;)
		if (!strcmp(t->leases[i].owner, owner) && !link_exists(fd, t->leases[i].link))
			table_drop_lease(t, i);
		else
			i++;
	return r;
}

int net_release(const char *owner, struct err *err)
{
	struct leaving l = { .dir = -1, .owner = owner };
	table_auto t = { 0 };
	int r = table_lock_existing(&l.dir, err);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	r = table_read(l.dir, &t, err);
	if (r == 0)
		r = look_through(&l, &t, err);
	if (r == 0)
		r = delete_elements(&l, err);
	if (r == 0)
		r = drop_gone(&t, owner, err);
	if (r == 0) {
		table_drop_ports(&t, owner);
		r = table_write(l.dir, &t, err);
	}
	nl_batch_done(&l.elements);
	fd_close(&l.dir);
	return r;
}
