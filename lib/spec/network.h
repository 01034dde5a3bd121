/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * network.h - jail.network of a spec, and the definition of a network
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ip.h"
#include "base/util.h"
#include "spec/types.h"

enum spec_net_mode {
	SPEC_NET_UNSET,                 /* no jail.network: linux.namespaces says all there is */
	SPEC_NET_NONE,                  /* a namespace with nothing but lo */
	SPEC_NET_HOST,
	SPEC_NET_PATH,                  /* ->path */
	SPEC_NET_JAIL,                  /* that of jail ->jail */
	SPEC_NET_OWN,                   /* ->interfaces */
	SPEC_NET_PASTA,                 /* passt(1) carries it, for ordinary users */
};

enum spec_link { SPEC_LINK_BRIDGE, SPEC_LINK_MACVLAN };

enum spec_publish_when {
	SPEC_PUBLISH_START,
	SPEC_PUBLISH_READY,             /* when the program says so, or somebody does */
};

struct spec_route {
	struct ip to, via;              /* via.family AF_UNSPEC: it is on the link */
};

struct spec_interface {
	enum spec_link kind;
	char *network;                  /* the bridge's name and the network's; or the macvlan's parent */
	char *name;                     /* in the jail */
	struct ip *addresses;           /* what was asked for; a prefix only counts for a macvlan */
	size_t n_addresses;
	bool automatic;                 /* one of each family of the network that was not asked for */
	struct ip gateway[2];           /* by family, ip_slot(); AF_UNSPEC: the network's */
	bool no_gateway;
	bool has_mac;
	uint8_t mac[6];
	uint32_t mtu;                   /* 0: as the network */
	bool isolated, internal;
	uint64_t egress, ingress;       /* bytes a second, 0: no limit */
	struct spec_route *routes;
	size_t n_routes;
};

struct spec_publish {
	struct ip address;              /* on the host; AF_UNSPEC: all, of both families */
	uint8_t protocol;               /* IPPROTO_TCP, _UDP, _SCTP */
	uint16_t first, last;           /* ports on the host */
	uint16_t to;                    /* the jail's port that first goes to */
};

struct spec_network {
	enum spec_net_mode mode;
	char *path, *jail;
	struct spec_interface *interfaces;
	size_t n_interfaces;
	struct spec_publish *publish;
	size_t n_publish;
	uint32_t publish_when;          /* enum spec_publish_when */
	struct ip *dns;
	size_t n_dns;
	struct strv search, options;    /* of resolv.conf */
	struct spec_pairs hosts;        /* name and address, for /etc/hosts */
	bool no_files;                  /* leave /etc/hosts and its like as they are in the root */
};

/* A network: config/network.json, /etc/jail/networks/NAME.json. */
struct spec_netdef {
	char *name;                     /* its bridge's, too */
	struct ip subnet[2];            /* by family; AF_UNSPEC: none */
	struct ip gateway[2];           /* in the subnet; its first address unless given */
	bool routed;                    /* others know the way: no address translation */
	bool isolated, internal;        /* of all that are in it */
	bool unmanaged;                 /* the bridge is the administrator's: it is only joined */
	uint32_t mtu;                   /* 0: that of the way out */
	struct ip *dns;
	size_t n_dns;
	struct strv search;
};

static inline int ip_slot(uint16_t family)
{
	return family == AF_INET6;
}

/* The network of its first interface on a bridge, NULL: it has none. */
const char *spec_first_network(const struct spec_network *n);

/* "[ADDRESS:]PORT[-PORT][:PORT[-PORT]][/PROTOCOL]"; what is wrong with it, or NULL. */
const char *spec_publish_parse(const char *text, struct spec_publish *ret);
