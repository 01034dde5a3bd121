/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * netopts.h - the options of run that are about the network
 */
#pragma once

#include <jansson.h>

#include "cli.h"
#include "options.h"

struct net_opts {
	struct opt_list net, publish, ip, dns, search;
	const char *hostname;
};

#define NET_OPTIONS(type) \
	{ "net", 0, OPT_LIST, "NETWORK", offsetof(type, net.net), \
	  .help = "none, host, bridge, pasta, jail:ID, /a/namespace, or a network's name", \
	  .choices = "none host bridge pasta jail:", .open = true }, \
	{ "publish", 'p', OPT_LIST, "PORT", offsetof(type, net.publish), \
	  .help = "[ADDRESS:]PORT[:PORT][/PROTOCOL]: a port of the host's leads inside" }, \
	{ "ip", 0, OPT_LIST, "ADDRESS", offsetof(type, net.ip), \
	  .help = "the address that it has in its network (default: a free one)" }, \
	{ "dns", 0, OPT_LIST, "ADDRESS", offsetof(type, net.dns), \
	  .help = "a name server for it (default: those of the network, or the host's)" }, \
	{ "dns-search", 0, OPT_LIST, "DOMAIN", offsetof(type, net.search), \
	  .help = "a domain that it looks names up in" }, \
	{ "hostname", 0, OPT_TEXT, "NAME", offsetof(type, net.hostname), \
	  .help = "what it is called, for itself and for others in its network" }

/* Add what they say to @spec, which is to be laid over another one. */
void net_overlay(const struct net_opts *o, json_t *spec);
