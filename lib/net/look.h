/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * look.h - networks for people: what is there, what is wrong, what can go
 */
#pragma once

#include "net/rules.h"

/* Called with each line of a report. */
struct net_report {
	void (*tell)(void *data, const char *text);
	void *data;
};

/* All networks that are defined or used, or only @name: a JSON array, or an object. */
int net_json(const char *name, struct buf *out, struct err *err);
/* The interfaces and ports of the jail @owner as members of an object: ', "interfaces": [...], "ports": [...]'. */
int net_jail_json(const char *owner, struct buf *out, struct err *err);

/* Bridges, links and the firewall as the table on disk says they are. */
int net_reload(const struct net_host *host, struct err *err);

/*
 * Remove what belongs to nobody: lines of jails that are no more, links that the kernel did not remove,
 * bridges of networks that nobody is in, the firewall table when there is no jail left.  Returns how many
 * things that were.
 */
int net_gc(const struct net_host *host, const struct net_report *report, struct err *err);

/* Look for what keeps networks from working; returns the number of problems. */
int net_doctor(const struct net_report *report, struct err *err);
