/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * links.h - bridges, veth pairs and macvlans
 */
#pragma once

#include "net/net.h"
#include "net/rules.h"

struct bridge {
	int index;
	uint32_t mtu;
	bool made;                      /* just now: links that were on one before are on none */
};

/*
 * The bridge of @d, found or made: with its addresses, its own fixed hardware address, up; forwarding is
 * on.  @fd: a rtnetlink socket.  @known: one that is up has been looked at since @d was defined.  A subnet that
 * the host reaches otherwise is an error.
 */
int bridge_ensure(int fd, const struct spec_netdef *d, bool known, const struct net_host *host,
		  struct bridge *ret, struct err *err);

/* Take the addresses off it that are not (or no more) @d's, if it is a bridge of ours. */
int bridge_tidy(int fd, const struct spec_netdef *d, const struct bridge *b, struct err *err);

/* Did we make bridge @name: does it have the hardware address that we give it? */
bool bridge_is_ours(int fd, const char *name);
/* Is a link in it?  When in doubt it has one. */
bool bridge_has_ports(int fd, const char *name);

/* keep.c: the links of its jails get on a bridge that was made again. */
int net_reattach(int fd, const struct table *t, const struct spec_netdef *d, const struct bridge *b,
		 struct err *err);

/* The pair of @l, one end on @b and up, the other in the network namespace of @pid. */
int link_veth(int fd, const struct net_link *l, const struct bridge *b, pid_t pid, struct err *err);
int link_macvlan(int fd, const struct net_link *l, pid_t pid, struct err *err);

/* The host's end of @l's link on the bridge again, as it was; 0 also when it is gone. */
int link_attach(int fd, const struct lease *l, const struct bridge *b, struct err *err);

/* One SIOCGIF… request about link @name on a rtnetlink socket: 0 or -errno. */
int link_ask(int fd, unsigned long what, const char *name, struct ifreq *ret);
/* Remove a link by its name; 0 also when there is none. */
int link_remove(int fd, const char *name, struct err *err);
/* Is there one of that name? */
bool link_exists(int fd, const char *name);
