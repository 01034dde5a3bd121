/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * elements.h - what a jail has in the sets and maps of config/net/jail.nft
 */
#pragma once

#include "net/netlink.h"
#include "net/table.h"

#define ELEMENT_KEY 40          /* an IPv6 address, a protocol, a port: padded to words */

/* One element: bytes as the kernel keeps them, and as nft(8) writes it. */
struct element {
	const char *set;
	uint8_t key[ELEMENT_KEY], end[ELEMENT_KEY], data[24];
	size_t key_len, end_len, data_len;      /* end_len 0: no range; data_len 0: a set */
	char text[200];                         /* "192.0.2.1 . tcp . 80 : 10.0.0.2 . 80" */
};

/* Call @each for every element of a lease, or of a published port; its return ends the walk unless 0. */
typedef int (*element_fn)(const struct element *e, void *data);
int elements_of_lease(const struct lease *l, element_fn each, void *data);
int elements_of_port(const struct port *p, element_fn each, void *data);

/*
 * Messages that add or delete it, for a batch of rules.h.  To add one that is there is no error: who laid the
 * rules down again meanwhile has taken it from the table on disk, which is where conflicts are found.
 */
int element_add(const struct element *e, void *nl_batch);
int element_delete(const struct element *e, void *nl_batch);
