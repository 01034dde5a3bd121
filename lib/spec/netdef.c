/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * netdef.c - the definition of a network: config/network.json, /etc/jail/networks/NAME.json
 *
 * Such files are ours alone and few: every member must be known.
 */
#include "spec/parse.h"

#include <string.h>

#include "spec/netparse.h"

static int parse_subnets(const struct at *at, void *out)
{
	struct spec_netdef *d = out;
	int r = at_expect(at, JSON_ARRAY);

	for (size_t i = 0; r == 0 && i < json_array_size(at->v); i++) {
		struct at e = at_element(at, i);
		struct ip net;

		r = netparse_net(&e, &net);
		if (r < 0)
			break;
		if (d->subnet[ip_slot(net.family)].family)
			r = at_fail(&e, "a second one of its family");
		else if (ip_count(&net) < 4)
			r = at_fail(&e, "is too small for a network: a gateway and a jail need /30 (IPv6: /126)");
		d->subnet[ip_slot(net.family)] = net;
	}
	return r;
}

static int parse_gateways(const struct at *at, void *out)
{
	struct spec_netdef *d = out;

	return netparse_pair(at, d->gateway, NULL, NULL);
}

static const struct field netdef_fields[] = {
	{ "bridge", F_CALL, FIELD_SIZE(struct spec_netdef, name), .fn = netparse_link_name },
	{ "subnets", F_CALL, .fn = parse_subnets },
	{ "gateway", F_CALL, .fn = parse_gateways },
	{ "routed", F_BOOL, FIELD_SIZE(struct spec_netdef, routed) },
	{ "isolated", F_BOOL, FIELD_SIZE(struct spec_netdef, isolated) },
	{ "internal", F_BOOL, FIELD_SIZE(struct spec_netdef, internal) },
	{ "unmanaged", F_BOOL, FIELD_SIZE(struct spec_netdef, unmanaged) },
	{ "mtu", F_UINT, FIELD_SIZE(struct spec_netdef, mtu), .min = 68, .max = 65535 },
	{ "dns", F_LIST, FIELD_LIST(struct spec_netdef, dns), .fn = netparse_host },
	{ "search", F_STRINGS, FIELD_SIZE(struct spec_netdef, search) },
	{ 0 },
};

/* The first address of a subnet is the bridge's, if nothing else was said. */
static int settle_gateway(const struct at *at, struct spec_netdef *d, int slot)
{
	struct at gateway = at_member(at, "gateway");
	const struct ip *net = &d->subnet[slot];
	struct ip *gw = &d->gateway[slot];

	if (!net->family)
		return gw->family ? at_fail(&gateway, "there is no subnet of its family") : 0;
	if (!gw->family)
		*gw = ip_nth(net, 1);
	gw->prefix = net->prefix;
	return ip_in(gw, net) ? 0 : at_fail(&gateway, "is not in the subnet");
}

static int parse_netdef(const struct at *at, void *out)
{
	struct spec_netdef *d = &((struct spec *)out)->netdef;
	struct at subnets = at_member(at, "subnets");
	int r = object_parse(at, netdef_fields, d);

	if (r < 0)
		return r;
	if (!d->subnet[0].family && !d->subnet[1].family)
		return at_fail(&subnets, "is required: at least one IPv4 or IPv6 network");
	r = settle_gateway(at, d, 0);
	return r < 0 ? r : settle_gateway(at, d, 1);
}

int spec_parse_netdef(const char *text, size_t len, const char *name, struct spec **ret, struct err *err)
{
	return spec_parse_part(text, len, name, true, parse_netdef, ret, err);
}
