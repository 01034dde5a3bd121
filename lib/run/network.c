/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * network.c - a jail's own network while the jail is made: from a claim to the plan, and to the kernel
 */
#include "run/network.h"

#include <stdio.h>
#include <string.h>

int network_decide(const struct create_request *req, struct net_claim **ret, struct err *err)
{
	mem_auto char *owner = NULL;
	const char *name = req->spec->hostname;

	*ret = NULL;
	if (req->spec->network.mode != SPEC_NET_OWN)
		return 0;
	if (asprintf(&owner, "%s/%s", req->root_path, req->id) < 0) {
		owner = NULL;
		return err_nomem(err);
	}
	return net_decide(&req->spec->network, owner, name, ret, err);
}

/* ---- what the plan says ---- */

static int put_link(const struct net_link *l, bool with_lo, struct arena *arena, struct plan_link *ret)
{
	struct buf messages = { 0 };
	buf_auto summary = { 0 }, to = { 0 };
	char text[IP_TEXT_MAX];
	void *copy;

	if (net_inside(l, with_lo, &messages, &summary) < 0)
		return -ENOMEM;
	copy = arena_alloc(arena, messages.len);
	if (copy)
		memcpy(copy, messages.text, messages.len);
	*ret = (struct plan_link){
		.place = l ? l->place : "jail.network", .summary = arena_strdup(arena, summary.text),
		.messages = copy, .messages_len = messages.len,
	};
	buf_done(&messages);
	if (!l)
		return copy && ret->summary ? 0 : -ENOMEM;
	buf_printf(&to, "%s", l->spec->name);
	for (size_t i = 0; i < l->n_addresses; i++)
		buf_printf(&to, " %s", ip_text(&l->addresses[i], text));
	ret->network = l->spec->network;
	ret->host = l->def ? l->host : NULL;
	ret->to = to.failed ? NULL : arena_strdup(arena, to.text);
	return copy && ret->summary && ret->to ? 0 : -ENOMEM;
}

/*
 * Neighbours are not routers: no advertisement of theirs is heard.  Where the network has no IPv6 the
 * interface has none either.
 */
static int put_sysctl(const struct net_link *l, struct arena *arena, struct plan_link *ret)
{
	struct spec_pair *pair = arena_alloc(arena, sizeof(*pair));
	bool six = false;

	for (size_t i = 0; i < l->n_addresses; i++)
		six |= l->addresses[i].family == AF_INET6;
	if (!pair)
		return -ENOMEM;
	pair->key = arena_printf(arena, "net/ipv6/conf/%s/%s", l->spec->name, six ? "accept_ra" : "disable_ipv6");
	pair->value = (char *)(six ? "0" : "1");
	ret->sysctls = (struct spec_pairs){ pair, 1 };
	return pair->key ? 0 : -ENOMEM;
}

static int put_ports(const struct net_claim *c, struct arena *arena, struct plan_network *ret)
{
	struct plan_port *ports = arena_alloc(arena, (c->n_ports + 1) * sizeof(*ports));
	char text[PORT_TEXT_MAX];

	if (!ports)
		return -ENOMEM;
	for (size_t i = 0; i < c->n_ports; i++) {
		const struct port *p = &c->ports[i];

		ports[i].host = arena_strdup(arena, port_text(&p->host, p->first, p->last, p->protocol, text));
		ports[i].jail = arena_strdup(arena, port_text(&p->to, p->to_first, p->to_first + p->last - p->first, 0,
							      text));
		if (!ports[i].host || !ports[i].jail)
			return -ENOMEM;
	}
	ret->ports = ports;
	ret->n_ports = c->n_ports;
	return 0;
}

int network_view(const struct create_request *req, const struct net_claim *claim, struct network_view *ret,
		 struct err *err)
{
	size_t n = claim ? claim->n_links : 0;
	struct plan_link *links;
	int r = 0;

	*ret = (struct network_view){ .plan.outside = req->spec->network.mode == SPEC_NET_PASTA };
	if (!claim && req->spec->network.mode != SPEC_NET_NONE)
		return 0;
	links = arena_alloc(&ret->arena, (n + 1) * sizeof(*links));
	if (!links)
		return err_nomem(err);
	for (size_t i = 0; r == 0 && i < n; i++)
		r = put_link(&claim->links[i], i == 0, &ret->arena, &links[i]);
	ret->plan.sysctls = n && claim->ipv6;
	for (size_t i = 0; ret->plan.sysctls && r == 0 && i < n; i++)
		if (claim->links[i].def)
			r = put_sysctl(&claim->links[i], &ret->arena, &links[i]);
	if (r == 0 && !n)
		r = put_link(NULL, true, &ret->arena, &links[0]);
	ret->plan.links = links;
	ret->plan.n_links = n ? n : 1;
	ret->plan.outside = n > 0;      /* lo needs nobody */
	if (r == 0 && claim)
		r = put_ports(claim, &ret->arena, &ret->plan);
	if (r < 0)
		network_view_done(ret);
	return r < 0 ? err_nomem(err) : 0;
}

void network_view_done(struct network_view *v)
{
	arena_done(&v->arena);
	v->plan = (struct plan_network){ 0 };
}

/* ---- the kernel ---- */

static void say(void *data, const char *text)
{
	run_warn(data, "%s", text);
}

struct net_host network_host(const struct run_log *log)
{
	return (struct net_host){ .load = nft_load, .say = say, .data = (void *)log };
}

int network_connect(const struct create_request *req, const struct net_claim *claim, pid_t pid,
		    struct err *err)
{
	struct net_host host = network_host(&req->log);

	return net_connect(claim, pid, &host, err);
}
