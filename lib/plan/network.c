/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * network.c - the jail's own network in the plan
 *
 * The runtime makes the links while jail-init mounts; jail-init waits for them as late as it can: before
 * the first program of the jail's (a createContainer hook) runs.  Where somebody looks at the network
 * earlier, hooks of the runtime's or a sysctl, it waits before that.
 */
#include "plan/compile.h"

#include <string.h>

/* Is it about an interface: net.ipv4.conf.eth0.…, but not …conf.all.… or …conf.default.…? */
static bool names_interface(const char *key)
{
	static const char *const groups[] = { "conf", "neigh" };

	if (strncmp(key, "net", 3) != 0)
		return false;
	for (size_t i = 0; i < 2; i++) {
		const char *p = strstr(key, groups[i]);

		p = p ? p + strlen(groups[i]) + 1 : NULL;
		if (p && !str_starts(p, "all") && !str_starts(p, "default"))
			return true;
	}
	return false;
}

bool network_early(const struct spec *spec)
{
	for (size_t i = 0; i < spec->sysctl.n; i++)
		if (names_interface(spec->sysctl.v[i].key))
			return true;
	return plan_meets(spec) || !ns_new(spec, SPEC_NS_MOUNT);
}

void compile_network_outside(struct plan_builder *b, const struct plan_request *req)
{
	const struct plan_network *n = req->network;

	for (size_t i = 0; n && i < n->n_links; i++) {
		const struct plan_link *l = &n->links[i];
		uint32_t at[3] = { plan_put_str(b, l->network), plan_put_str(b, l->host),
				   plan_put_str(b, l->to) };

		if (l->network)
			memcpy(plan_add(b, OP_JOIN_NET, STAGE_CLONED, "%s", l->place)->s, at, sizeof(at));
	}
	for (size_t i = 0; n && i < n->n_ports; i++) {
		uint32_t host = plan_put_str(b, n->ports[i].host), jail = plan_put_str(b, n->ports[i].jail);
		struct plan_step *s = plan_add(b, OP_PUBLISH, STAGE_CLONED, "jail.network.publish");

		s->s[0] = host;
		s->s[1] = jail;
	}
}

void compile_network(struct plan_builder *b, const struct plan_request *req, bool early)
{
	const struct plan_network *n = req->network;

	if (!n || network_early(req->spec) != early)
		return;
	if (n->outside)
		plan_add(b, OP_WAIT, STAGE_INSIDE, "jail.network")->a[0] = POINT_NETWORK;
	for (size_t i = 0; i < n->n_links; i++) {
		const struct plan_link *l = &n->links[i];
		uint32_t what = plan_put_str(b, l->summary);
		uint32_t messages = plan_put_blob(b, l->messages, l->messages_len);
		struct plan_step *s;

		for (size_t k = 0; k < l->sysctls.n; k++)
			compile_sysctl(b, l->place, &l->sysctls.v[k]);
		if (!messages)
			continue;
		s = plan_add(b, OP_NETLINK, STAGE_INSIDE, "%s", l->place);
		s->s[0] = what;
		s->s[1] = messages;
	}
}
