/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * netparse.h - values of networks, shared by jail.network and the definitions of networks
 */
#pragma once

#include "spec/field.h"

/* What dev_valid_name() of the kernel takes. */
bool netdev_name_ok(const char *name);
#define NETDEV_NAME_RULE \
	"must be an interface name (1 to 15 bytes, no \"/\", \":\" or blanks), not \"%.80s\""

/* field_fn: a name into a char *, an address without a prefix into a struct ip. */
int netparse_link_name(const struct at *at, void *text);
int netparse_host(const struct at *at, void *ip);
/* A network with its prefix; bits behind it are cleared. */
int netparse_net(const struct at *at, struct ip *ret);
/* One address, or an array with one of each family, by ip_slot(); or @word, if it is not NULL. */
int netparse_pair(const struct at *at, struct ip pair[2], const char *word, bool *ret_word);
