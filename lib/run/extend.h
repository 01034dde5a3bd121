/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * extend.h - a spec with what the runtime adds to it for one jail
 */
#pragma once

#include "run/create.h"

struct extended {
	struct create_request req;      /* the caller's, with ->spec pointing to the next one */
	struct spec spec;               /* a copy; what it points to is the caller's or the arena's */
	struct arena arena;
	int ns_fd;                      /* another jail's network namespace; -1 */
};

/*
 * Mounts of the notify socket and of network files, behind all others; the network namespace of
 * another jail.  @real: it is going to be made, not only looked at.
 */
int extend(const struct create_request *req, bool real, struct extended *ret, struct err *err);
void extended_done(struct extended *x);

/* /etc/hosts and its like as this jail gets them: names of files in its state directory, or absolute paths. */
struct net_files {
	const char *hosts, *resolv, *hostname;          /* NULL: as it is in the root */
};
