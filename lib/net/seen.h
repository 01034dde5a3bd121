/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * seen.h - NET_DIR/rules: what our firewall tables were when we last touched them
 */
#pragma once

#include "base/util.h"
#include "spec/spec.h"

struct seen {
	uint32_t generation;            /* of the kernel's whole ruleset */
	uint64_t print;                 /* fingerprint of our tables; 0: they are to be laid down */
	uint32_t room;                  /* how many jails may start until then in any case */
	char *text;                     /* the whole file */
};

/* All below: the lock of @dir is held. */

/* A file that is missing or cannot be read is one that says nothing. */
void seen_read(int dir, struct seen *s);
void seen_done(struct seen *s);
#define seen_auto __attribute__((cleanup(seen_done))) struct seen

/* The networks that the tables know, a line each: "NAME HASH"; NULL: none. */
const char *seen_networks(const struct seen *s);
/* Is @d one of them, defined as it was then? */
bool seen_network(const struct seen *s, const struct spec_netdef *d);
/* The line after one; NULL: that was the last. */
const char *seen_next(const char *line);
/* What stands behind @name in such lines; NULL: it is not there. */
const char *seen_line(const char *lines, const char *name);
void seen_put_network(struct buf *lines, const struct spec_netdef *d);
/* The same for one that is not looked at: what @old says of it, or that nothing is known. */
void seen_keep_network(struct buf *lines, const char *name, const struct seen *old);

/* The head only, in place: the networks stay. */
int seen_update(int dir, const struct seen *s, struct err *err);
int seen_write(int dir, const struct seen *s, const struct buf *networks, struct err *err);
