/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rules.h - the firewall tables of jail's networks
 *
 * A start and a delete change elements, by one netlink transaction each.  The rules themselves, and the
 * elements of networks, are laid down by nft(8), as one text and one transaction: at the first start, when
 * a network is used for the first time, and when somebody has taken them away.
 */
#pragma once

#include "net/netlink.h"
#include "net/seen.h"
#include "net/table.h"
#include "spec/spec.h"

#define RULES_TABLE "jail"      /* of the families inet and bridge */

/* How the caller runs nft(8) with @text on its standard input. */
struct net_host {
	int (*load)(void *data, const char *text, size_t len, struct err *err);
	void (*say)(void *data, const char *text);
	void *data;
};

/* An nf_tables message of @family; NULL: no memory. */
struct nl_msg *rules_message(uint8_t family, int type, int flags);

/*
 * Make sure that the tables are as we left them (@s, of seen_read()) and that they know @networks (n of them), else
 * lay them down again from what is on disk, but for what @owner has there; then commit the messages of @elements,
 * which are @owner's.  The lock of @dir is held.
 */
int rules_commit(int dir, struct seen *s, const char *owner, const struct spec_netdef *const *networks, size_t n,
		 const struct nl_batch *elements, const struct net_host *host, struct err *err);

/* Commit @elements, which are on disk already, if the tables are as we left them; else lay them down again. */
int rules_add(int dir, const struct nl_batch *elements, const struct net_host *host, struct err *err);

/* Lay it down again, whatever is there. */
int rules_reload(int dir, const struct net_host *host, struct err *err);

/* Elements only, of a table that is there: -ENOENT: it is not, or one of them is not. */
int rules_delete(int dir, const struct nl_batch *elements, struct err *err);

/* Remove the tables.  1: one was there, 0: none was. */
int rules_remove(int dir, struct err *err);

/* 1: the tables are as we left them, with all elements of @t; 0: they are not, or are gone. */
int rules_intact(int dir, const struct table *t);
