/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * net.h - a jail's own network: interfaces on bridges, addresses, published ports
 *
 *   net_decide()    what the spec asks for, against the networks that are defined: nothing is touched
 *   net_take()      addresses and ports become this jail's, in the table on disk
 *   net_connect()   bridges, firewall, links: once the jail's network namespace exists
 *   net_release()   all of it goes, found by the jail's name alone
 *
 * What is written in the table before net_connect() makes anything is enough to take it back.
 */
#pragma once

#include <sys/types.h>

#include "net/rules.h"
#include "net/table.h"
#include "spec/spec.h"

#define NET_LINKS_MAX 64

/* One interface, as decided. */
struct net_link {
	const struct spec_interface *spec;
	const struct spec_netdef *def;  /* of its network; NULL: a macvlan */
	char place[48];                 /* "jail.network" or "jail.network.interfaces[1]" */
	char host[IFNAMSIZ];            /* the veth's end on the host */
	uint32_t index;                 /* in the jail */
	uint8_t mac[6];                 /* once the addresses are known */
	struct ip *addresses;           /* with the prefix of the network */
	size_t n_addresses;
	struct ip gateway[2];           /* by family; AF_UNSPEC: none */
	uint32_t flags;                 /* enum lease_flag */
	bool ipv6;                      /* the host has it */
};

struct net_claim {
	const struct spec_network *spec;
	const char *owner;              /* the jail's state directory */
	char start[32];                 /* when it was made: tells this life of the jail from others */
	const char *names;              /* what others call it: "web,web.example" */
	struct net_link *links;
	size_t n_links;
	struct port *ports;
	size_t n_ports;
	struct spec **defs;             /* what links' ->def belongs to */
	size_t n_defs;
	bool taken, ipv6;               /* ipv6: net_has_ipv6(), asked once */
	struct arena arena;
};

/*
 * @owner: "/run/jail/web", @hostname: what else it is called, or NULL.  *ret is freed with
 * net_claim_free(); @spec must outlive it.
 */
int net_decide(const struct spec_network *spec, const char *owner, const char *hostname,
	       struct net_claim **ret, struct err *err);
/* Give it addresses as if nobody else had any: for a plan that is only looked at. */
int net_guess(struct net_claim *c, struct err *err);
int net_take(struct net_claim *c, struct err *err);
/* Into the network namespace of @pid. */
int net_connect(const struct net_claim *c, pid_t pid, const struct net_host *host, struct err *err);
void net_claim_free(struct net_claim *c);

/* Of an interface of @owner's, once its addresses are known. */
void net_choose_mac(struct net_link *l, const char *owner);
/* The line in the table of address @k of @l; its strings are the claim's. */
struct lease net_lease(const struct net_claim *c, const struct net_link *l, size_t k);

/*
 * Does this host have IPv6, and new interfaces it, too?  To be asked seldom: with many network namespaces
 * a look-up in /proc/sys/net takes the kernel long, because the names there are the same in all of them.
 */
bool net_has_ipv6(void);

/* Open the published ports of @owner, those that are held.  How many it has, or -errno */
int net_publish(const char *owner, const struct net_host *host, struct err *err);

/* 0 also when it has nothing. */
int net_release(const char *owner, struct err *err);

/* The messages by which jail-init configures @l in its own network namespace, and what they say. */
int net_inside(const struct net_link *l, bool with_lo, struct buf *ret_messages, struct buf *ret_summary);
