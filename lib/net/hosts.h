/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * hosts.h - how jails of one network find each other by name
 */
#pragma once

#include "net/net.h"

/*
 * What becomes the /etc/hosts of a jail with such a network: the arena's, an absolute path.  NULL: it is
 * on no bridge, or there is no memory.
 */
const char *hosts_source(const struct spec_network *n, const char *owner, struct arena *arena);

/* That of the jail @owner, which has a network: the arena's; NULL: it has none of ours. */
const char *hosts_of(const char *owner, struct arena *arena);

/* What every such file begins with. */
#define HOSTS_LOCALHOST "127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n"

/* All below: the lock of @dir is held. */

/* Make sure that hosts_source() is there. */
int hosts_make(int dir, const struct net_claim *c, struct err *err);
/* Remove what hosts_make() made for @owner alone. */
void hosts_forget(int dir, const char *network, const char *owner);

/* Remove all files of a network that nobody is in. */
void hosts_drop(int dir, const char *network);

/* Add and remove the line of @ip and @names ("web,web.example"), in all files that those in @network see. */
int hosts_add(int dir, const char *network, const struct ip *ip, const char *names, struct err *err);
int hosts_remove(int dir, const char *network, const struct ip *ip, const char *names, struct err *err);
