/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * elements.h - what a jail has in the sets and maps of config/net/jail.nft
 */
#pragma once

#include "net/netlink.h"
#include "net/table.h"

#define ELEMENT_KEY 40          /* an interface's name, a hardware address, an IPv6 address: padded to words */

/* One element: bytes as the kernel keeps them, and as nft(8) writes it. */
struct element {
	uint8_t family;                 /* of its table: NFPROTO_INET or NFPROTO_BRIDGE */
	const char *set;
	uint8_t key[ELEMENT_KEY], end[ELEMENT_KEY], data[24];
	size_t key_len, end_len, data_len;      /* end_len 0: no range; data_len 0: a set */
	char text[200];                         /* "192.0.2.1 . tcp . 80 : 10.0.0.2 . 80" */
};

/*
 * Call @each for every element of a lease, or of a published port; its return ends the walk unless 0.
 *
 * elements_of_link() is what may be sent by a lease's link; the first one of a link brings what belongs to all.  They
 * name the link, so that they mean nothing once it is gone, and are deleted only of who was kept apart: rules.h lays
 * the tables down anew before there are many of them.  Closing the socket behind a deletion waits for a grace period of RCU.
 */
typedef int (*element_fn)(const struct element *e, void *data);
int elements_of_link(const struct lease *l, element_fn each, void *data);
int elements_of_lease(const struct lease *l, element_fn each, void *data);
int elements_of_port(const struct port *p, element_fn each, void *data);
/* All that there should be; of a jail that is leaving what belongs to its link, unless it was kept apart. */
int elements_of_table(const struct table *t, element_fn each, void *data);

/* Messages that add or delete it, for a batch of rules.h.  To add one that is there is an error. */
int element_add(const struct element *e, void *nl_batch);
int element_delete(const struct element *e, void *nl_batch);

/* Ask the kernel by the socket *@fd (an int): 0, or -ENOENT if it is not there. */
int element_ask(const struct element *e, void *fd);
