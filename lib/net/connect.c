/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * connect.c - a jail joins its networks
 *
 * Bridges, firewall, names, links, in this order, so that a link is never up without its rules.  All of it
 * but the links is done under the table's lock.
 */
#include "net/net.h"

#include <linux/netlink.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include "net/elements.h"
#include "net/flows.h"
#include "net/hosts.h"
#include "net/links.h"
#include "net/past.h"
#include "net/shape.h"

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

static void list_elements(const struct net_claim *c, struct nl_batch *b)
{
	for (size_t i = 0; i < c->n_links; i++)
		for (size_t k = 0; c->links[i].def && k < c->links[i].n_addresses; k++) {
			struct lease l = net_lease(c, &c->links[i], k);

			elements_of_link(&l, element_add, b);
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
static int set_rules(int dir, struct seen *s, const struct net_claim *c, const struct net_host *host,
		     struct err *err)
{
	const struct spec_netdef *networks[NET_LINKS_MAX];
	nl_batch_auto elements = { 0 };

	list_elements(c, &elements);
	return rules_commit(dir, s, c->owner, networks, list_networks(c, networks), &elements, host, err);
}

/*
 * A bridge that is new or was defined anew.  If somebody had removed it others of its network are running, perhaps; if
 * they are, they go on with the gateway that it had.
 */
static int repair(int fd, int dir, const struct net_claim *c, const struct spec_netdef *d, const struct bridge *b,
		  struct err *err)
{
	table_auto t = { 0 };
	int r = table_read(dir, &t, err);

	if (r < 0)
		return r;
	if (b->made)
		return net_reattach(fd, &t, d, b, err);
	return table_in_use(&t, d->name, c->owner) ? 0 : bridge_tidy(fd, d, b, err);
}

/* What the kernel still knows of those who had our ports and addresses before. */
static int forget_others(int dir, const struct net_claim *c, struct err *err)
{
	int r = flows_forget_ports(c->ports, c->n_ports, err);

	for (size_t i = 0; r == 0 && i < c->n_links; i++)
		if (c->links[i].def)
			r = past_take(dir, c->links[i].addresses, c->links[i].n_addresses, c->owner, err);
	return r;
}

/* Under the lock: all that is shared with other jails. */
static int join_networks(int fd, const struct net_claim *c, const struct net_host *host,
			 struct bridge *ret_bridges, struct err *err)
{
	seen_auto seen = { 0 };
	fd_auto dir = -1;
	int r = table_lock(&dir, err);

	if (r == 0)
		seen_read(dir, &seen);
	for (size_t i = 0; r == 0 && i < c->n_defs; i++) {
		const struct spec_netdef *d = &c->defs[i]->netdef;
		bool known = seen_network(&seen, d);

		r = bridge_ensure(fd, d, known, host, &ret_bridges[i], err);
		if (r == 0 && (ret_bridges[i].made || !known))
			r = repair(fd, dir, c, d, &ret_bridges[i], err);
	}
	if (r == 0)
		r = set_rules(dir, &seen, c, host, err);
	if (r == 0)
		r = forget_others(dir, c, err);
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
