/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * defs.h - the networks that are defined on this machine
 */
#pragma once

#include "spec/spec.h"

#define NET_DEFS "/etc/jail/networks"
#define NET_DEFAULT "jail0"

/*
 * The definition of network @name: NET_DEFS/NAME.json, or the built-in one.  *ret is freed with
 * spec_free(), its ->netdef has ->name set.
 */
int netdef_load(const char *name, struct spec **ret, struct err *err);

/* The names of all that are defined, sorted: one malloc'd block. */
int netdef_list(struct strv *ret, struct err *err);
