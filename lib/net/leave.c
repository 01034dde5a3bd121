/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * leave.c - a jail leaves its networks
 *
 * It needs nothing but the table: a runtime that was killed half-way leaves lines there, and what they name
 * may exist or not.  What the jail shares with others goes first; its links go with its network namespace,
 * some milliseconds after it has ended.
 */
#include "net/leave.h"

#include <linux/netlink.h>
#include <string.h>

#include "net/elements.h"
#include "net/flows.h"
#include "net/hosts.h"
#include "net/links.h"

/* ---- firewall, ports, names ---- */

struct leaving {
	int dir;
	const char *owner;
	struct nl_batch elements;
	struct port *ports;             /* those of the table that are the owner's */
	size_t n_ports;
};

/* Names go at once, elements are collected, addresses wait for the kernel to remove the link. */
static int look_at_leases(struct leaving *l, struct table *t, struct err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < t->n_leases; i++) {
		struct lease *lease = &t->leases[i];

		if (strcmp(lease->owner, l->owner) != 0 || lease->flags & LEASE_LEAVING)
			continue;
		elements_of_lease(lease, element_delete, &l->elements);
		/* Whoever has joined its network is kept apart no more, and so cut off. */
		if (lease->flags & LEASE_APART)
			elements_of_link(lease, element_delete, &l->elements);
		hosts_forget(l->dir, lease->network, l->owner);
		r = hosts_remove(l->dir, lease->network, &lease->address, lease->names, err);
		lease->flags |= LEASE_LEAVING;
		t->changed = true;
	}
	return r;
}

static int look_at_ports(struct leaving *l, struct table *t, struct err *err)
{
	l->ports = arena_alloc(&t->arena, (t->n_ports + 1) * sizeof(*l->ports));
	if (!l->ports)
		return err_nomem(err);
	for (size_t i = 0; i < t->n_ports; i++)
		if (!strcmp(t->ports[i].owner, l->owner)) {
			elements_of_port(&t->ports[i], element_delete, &l->elements);
			l->ports[l->n_ports++] = t->ports[i];
		}
	return 0;
}

struct deleting {
	int dir;
	struct err *err;
};

static int delete_one(const struct nl_batch *one, void *data)
{
	const struct deleting *d = data;

	return rules_delete(d->dir, one, d->err);
}

/* Together, or, when some of them are not there, one by one. */
static int delete_elements(struct leaving *l, struct err *err)
{
	struct deleting d = { l->dir, err };
	int r;

	if (!l->elements.n)
		return 0;
	r = rules_delete(l->dir, &l->elements, err);
	return r == -ENOENT ? nl_batch_singly(&l->elements, delete_one, &d) : r;
}

int leave_networks(int dir, struct table *t, const char *owner, struct err *err)
{
	struct leaving l = { .dir = dir, .owner = owner };
	int r = look_at_leases(&l, t, err);

	if (r == 0)
		r = look_at_ports(&l, t, err);
	if (r == 0)
		r = delete_elements(&l, err);
	if (r == 0)
		r = flows_forget_ports(l.ports, l.n_ports, err);
	if (r == 0)
		table_drop_ports(t, owner);
	nl_batch_done(&l.elements);
	return r;
}

/* ---- links and addresses ---- */

int leave_settle(struct table *t, const char *owner, struct err *err)
{
	fd_auto fd = -1;
	int r = 0;

	for (size_t i = 0; r == 0 && i < t->n_leases;) {
		const struct lease *l = &t->leases[i];

		if (!(l->flags & LEASE_LEAVING)) {
			i++;
			continue;
		}
		if (fd < 0)
			r = nl_open(NETLINK_ROUTE, &fd, err);
		if (r == 0 && !strcmp(l->owner, owner))
			r = link_remove(fd, l->link, err);
		if (r == 0 && link_exists(fd, l->link))
			i++;
		else
			table_drop_lease(t, i);
	}
	return r;
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
	table_auto t = { 0 };
	fd_auto dir = -1;
	int r = table_lock_existing(&dir, err);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	r = table_read(dir, &t, err);
	if (r == 0)
		r = leave_networks(dir, &t, owner, err);
	if (r == 0)
		r = drop_gone(&t, owner, err);
	return r < 0 ? r : table_write(dir, &t, err);
}
