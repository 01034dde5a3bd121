/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * subids.h - the caller as an ordinary user: ids, and subordinate ids
 */
#pragma once

#include "spec/spec.h"

/* What newuidmap(1) and its sibling are called: by these paths, whatever PATH says. */
#define NEWUIDMAP "/usr/bin/newuidmap"
#define NEWGIDMAP "/usr/bin/newgidmap"

/*
 * The caller, for spec_parse_as(): @u filled in and returned, or NULL when that is root.  Ranges are
 * those of /etc/subuid and /etc/subgid, where the programs are installed that may map them.
 */
const struct spec_user *subids_caller(struct spec_user *u);

/* The ranges of user @name or @uid in the text of subuid(5): @text is changed. */
void subids_parse(char *text, const char *name, uint32_t uid, struct spec_subids *ret);

/* The name of @uid in the text of passwd(5); NULL: none.  @text is changed, and holds the name. */
const char *subids_name(char *text, uint32_t uid);
