/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * table.h - which jail has which address and which port of the host's
 *
 * NET_DIR/table   one line an address or a published port; added to, or replaced as a whole
 * NET_DIR/rules   what our firewall table looked like when we last touched it, see rules.h
 * NET_DIR/hosts/NETWORK   names and addresses: /etc/hosts of the jails in it
 *
 * It is one directory for all state directories, as there is one bridge and one set of ports, and
 * its flock(2) is held across each change.  It belongs on a tmpfs: a reboot ends what it says.
 */
#pragma once

#include <net/if.h>

#include "base/port.h"
#include "base/util.h"
#include "spec/spec.h"

#define NET_DIR "/run/jail/.net"

enum lease_flag {
	LEASE_ISOLATED = 1, LEASE_INTERNAL = 2,
	LEASE_LEAVING = 4,              /* its jail is gone, the kernel may not have let go of the link yet */
	LEASE_FIRST = 8,                /* the first of its link */
	LEASE_UNMANAGED = 16,           /* the bridge is the administrator's */
};

#define LEASE_APART (LEASE_ISOLATED | LEASE_INTERNAL)

struct lease {
	struct ip address;              /* with the prefix of its network */
	const char *network;            /* the bridge */
	const char *link;               /* the veth's end on the host */
	uint8_t mac[6];                 /* of the jail's end */
	uint32_t flags;
	const char *names;              /* "web,web.example" */
	const char *owner;              /* the jail's state directory: "/run/jail/web" */
};

struct port {
	uint8_t protocol;
	struct ip host;                 /* all zeroes: any address of that family */
	uint16_t first, last;
	struct ip to;
	uint16_t to_first;
	bool held;                      /* taken, but not open yet */
	const char *owner;
};

struct table {
	struct arena arena;             /* all strings */
	struct lease *leases;
	size_t n_leases;
	struct port *ports;
	size_t n_ports;
	/* What is on disk: as long as lines are only added, only those are written. */
	size_t read_leases, read_ports, read_bytes;
	bool changed;
};

/* Open NET_DIR, made if it is missing, and take its lock. */
int table_lock(int *ret_dir_fd, struct err *err);
/* The same without making it: -ENOENT, without a message, when no jail ever had a network. */
int table_lock_existing(int *ret_dir_fd, struct err *err);

int table_read(int dir_fd, struct table *ret, struct err *err);
int table_write(int dir_fd, const struct table *t, struct err *err);
void table_done(struct table *t);
#define table_auto __attribute__((cleanup(table_done))) struct table

/* Strings are copied. */
int table_add_lease(struct table *t, const struct lease *l);
int table_add_port(struct table *t, const struct port *p);
/* Take out what @owner has. */
void table_drop(struct table *t, const char *owner);
void table_drop_ports(struct table *t, const char *owner);
/* Take out one lease; the last one comes in its place. */
void table_drop_lease(struct table *t, size_t i);

const struct lease *table_find(const struct table *t, const struct ip *address);
/*
 * Can a jail join network @d?  Not while others than @owner (NULL: nobody is left out) have addresses in it that are
 * not of its subnets: it has been defined anew.
 */
int table_check_def(const struct table *t, const struct spec_netdef *d, const char *owner, struct err *err);
/* Has anybody but @owner an address in @network? */
bool table_in_use(const struct table *t, const char *network, const char *owner);

/* A port that cannot be published beside @p, NULL: none. */
const struct port *table_conflict(const struct table *t, const struct port *p);

/* "web" of "/run/jail/web", for messages */
const char *owner_id(const char *owner);
bool ip_is_any(const struct ip *ip);
