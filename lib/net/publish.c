/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * publish.c - the ports of a jail that were taken when it started, and open when it is ready
 */
#include "net/net.h"

#include <string.h>

#include "net/elements.h"
#include "net/flows.h"
#include "net/rules.h"

struct opening {
	size_t n;                       /* ports that the jail has */
	struct port *held;              /* those that were not open yet; their texts are the table's */
	size_t n_held;
	struct nl_batch elements;       /* of these */
};

static int open_ports(struct table *t, const char *owner, struct opening *o)
{
	o->held = calloc(t->n_ports + 1, sizeof(*o->held));
	if (!o->held)
		return -ENOMEM;
	for (size_t i = 0; i < t->n_ports; i++) {
		struct port *p = &t->ports[i];

		if (strcmp(p->owner, owner) != 0)
			continue;
		o->n++;
		if (!p->held)
			continue;
		p->held = false;
		elements_of_port(p, element_add, &o->elements);
		o->held[o->n_held++] = *p;
	}
	t->changed |= o->n_held > 0;
	return 0;
}

/* Also if the table has them open already: whoever wrote that may have failed with the rules. */
static int set_rules(int dir, const struct opening *o, const struct net_host *host, struct err *err)
{
	if (!o->n)
		return 0;
	return o->n_held ? rules_add(dir, &o->elements, host, err) : rules_reload(dir, host, err);
}

/* A datagram that came too early was for the host: those after it would follow. */
static int publish(int dir, const char *owner, const struct net_host *host, struct opening *o, struct err *err)
{
	table_auto t = { 0 };
	int r = table_read(dir, &t, err);

	if (r == 0 && open_ports(&t, owner, o) < 0)
		r = err_nomem(err);
	if (r == 0)
		r = table_write(dir, &t, err);
	if (r == 0)
		r = set_rules(dir, o, host, err);
	return r < 0 ? r : flows_forget_early(o->held, o->n_held, err);
}

int net_publish(const char *owner, const struct net_host *host, struct err *err)
{
	struct opening o = { 0 };
	fd_auto dir = -1;
	int r = table_lock_existing(&dir, err);

	if (r < 0)
		return r == -ENOENT ? 0 : r;
	r = publish(dir, owner, host, &o, err);
	nl_batch_done(&o.elements);
	free(o.held);
	return r < 0 ? r : (int)o.n;
}
