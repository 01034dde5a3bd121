/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * keep.c - networks as they should be: rebuilding them, and removing what belongs to nobody
 */
#include "net/look.h"

#include <linux/netlink.h>
#include <stdio.h>
#include <string.h>

#include "net/defs.h"
#include "net/hosts.h"
#include "net/links.h"
#include "net/net.h"

/* ---- rebuilding ---- */

/* The links of @d's jails, which lost their bridge, get back on it. */
int net_reattach(int fd, const struct table *t, const struct spec_netdef *d, const struct bridge *b,
		 struct err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < t->n_leases; i++) {
		const struct lease *l = &t->leases[i];

		if (!strcmp(l->network, d->name) && !(l->flags & LEASE_LEAVING) && link_exists(fd, l->link))
			r = link_attach(fd, l, b, err);
	}
	return r;
}

static bool seen_before(const struct table *t, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (!strcmp(t->leases[k].network, t->leases[i].network))
			return true;
	return false;
}

static int rebuild_network(int fd, const struct table *t, const char *name, const struct net_host *host,
			   struct err *err)
{
	struct bridge b;
	struct spec *s;
	int r = netdef_load(name, &s, err);

	if (r < 0)
		return r == -ENOENT ? 0 : r;    /* its definition is gone: nobody knows what it should be */
	r = table_check_def(t, &s->netdef, NULL, err);
	if (r == 0)
		r = bridge_ensure(fd, &s->netdef, false, host, &b, err);
	if (r == 0)
		r = net_reattach(fd, t, &s->netdef, &b, err);
	spec_free(s);
	return r;
}

/* One that cannot be does not keep the others down: the first failure is told. */
static int rebuild_all(int fd, int dir, const struct table *t, const struct net_host *host, struct err *err)
{
	int first = 0, r;

	for (size_t i = 0; i < t->n_leases; i++) {
		if (seen_before(t, i))
			continue;
		r = rebuild_network(fd, t, t->leases[i].network, host, first ? NULL : err);
		first = first ? first : r;
	}
	r = rules_reload(dir, host, first ? NULL : err);
	return first ? first : r;
}

int net_reload(const struct net_host *host, struct err *err)
{
	table_auto t = { 0 };
	fd_auto dir = -1, fd = -1;
	int r = table_lock_existing(&dir, err);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	r = table_read(dir, &t, err);
	if (r == 0)
		r = nl_open(NETLINK_ROUTE, &fd, err);
	return r < 0 ? r : rebuild_all(fd, dir, &t, host, err);
}

/* ---- removing ---- */

struct gc {
	int dir, fd, n;
	struct table t;
	const struct net_report *report;
	bool changed;                   /* rules must be laid down again */
};

static void tell(struct gc *gc, const char *what, const char *name)
{
	char text[512];

	gc->n++;
	if (!gc->report->tell)
		return;
	snprintf(text, sizeof(text), "network: %s %s", what, name);
	gc->report->tell(gc->report->data, text);
}

/* What cannot be looked at now may be running. */
static bool is_gone(const char *owner)
{
	return access(owner, F_OK) < 0 && (errno == ENOENT || errno == ENOTDIR);
}

/* Its jail is gone: names at once, elements when the rules are laid down again. */
static int collect_leases(struct gc *gc, struct err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < gc->t.n_leases;) {
		const struct lease *l = &gc->t.leases[i];
		bool leaving = l->flags & LEASE_LEAVING;

		if (!leaving && !is_gone(l->owner)) {
			i++;
			continue;
		}
		if (!leaving) {
			hosts_forget(gc->dir, l->network, l->owner);
			r = hosts_remove(gc->dir, l->network, &l->address, l->names, err);
			gc->changed = true;
		}
		if (r == 0 && link_exists(gc->fd, l->link)) {
			tell(gc, "interface", l->link);
			r = link_remove(gc->fd, l->link, err);
		} else if (!leaving) {
			tell(gc, "addresses of jail", owner_id(l->owner));
		}
		table_drop_lease(&gc->t, i);
	}
	return r;
}

static void collect_ports(struct gc *gc)
{
	for (size_t i = 0; i < gc->t.n_ports;) {
		if (!is_gone(gc->t.ports[i].owner)) {
			i++;
			continue;
		}
		tell(gc, "ports of jail", owner_id(gc->t.ports[i].owner));
		table_drop_ports(&gc->t, gc->t.ports[i].owner);
		gc->changed = true;
	}
}

/* Bridges that we made, of networks that nobody is in: those that our rules know. */
static int collect_bridge(struct gc *gc, const char *name, struct err *err)
{
	int r = 0;

	if (table_in_use(&gc->t, name, NULL))
		return 0;
	/* Somebody may have put a port of his own in. */
	if (bridge_is_ours(gc->fd, name) && !bridge_has_ports(gc->fd, name)) {
		tell(gc, "bridge", name);
		r = link_remove(gc->fd, name, err);
	}
	gc->changed = true;
	hosts_drop(gc->dir, name);
	return r;
}

static int collect_known(struct gc *gc, struct err *err)
{
	seen_auto s = { 0 };
	const char *line;
	char name[IFNAMSIZ];
	int r = 0;

	seen_read(gc->dir, &s);
	for (line = seen_networks(&s); r == 0 && line && *line; line = seen_next(line)) {
		snprintf(name, sizeof(name), "%.*s", (int)strcspn(line, " "), line);
		r = collect_bridge(gc, name, err);
	}
	return r;
}

static int collect(struct gc *gc, const struct net_host *host, struct err *err)
{
	struct strv defined = { 0 };
	int r = collect_leases(gc, err);

	if (r == 0)
		collect_ports(gc);
	if (r == 0)
		r = collect_known(gc, err);
	if (r == 0)
		r = netdef_list(&defined, err);
	for (size_t i = 0; r == 0 && i < defined.n; i++)
		if (bridge_is_ours(gc->fd, defined.v[i]))
			r = collect_bridge(gc, defined.v[i], err);
	free(defined.v);
	if (r == 0)
		r = table_write(gc->dir, &gc->t, err);
	if (r < 0 || !gc->changed)
		return r;
	if (gc->t.n_leases)
		return rules_reload(gc->dir, host, err);
	r = rules_remove(gc->dir, err);
	if (r == 1)
		tell(gc, "firewall tables", RULES_TABLE);
	return MIN(r, 0);
}

int net_gc(const struct net_host *host, const struct net_report *report, struct err *err)
{
	struct gc gc = { .dir = -1, .fd = -1, .report = report };
	int r = table_lock_existing(&gc.dir, err);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	r = table_read(gc.dir, &gc.t, err);
	if (r == 0)
		r = nl_open(NETLINK_ROUTE, &gc.fd, err);
	if (r == 0)
		r = collect(&gc, host, err);
	table_done(&gc.t);
	fd_close(&gc.fd);
	fd_close(&gc.dir);
	return r < 0 ? r : gc.n;
}
