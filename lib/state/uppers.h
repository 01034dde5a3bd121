/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * uppers.h - upper layers on disk
 *
 * DATA/uppers/NAME/        one that is kept
 * DATA/uppers/.ID-HASH/    one that goes with jail ID; the hash is that of its state directory
 *	owner               "STATE-ROOT/ID", the jail that has it, or had it
 *	data/               what jail-init puts upper/ and work/ into
 *
 * Two overlays with one upper layer destroy it, so who uses it has to own it.  Whoever has no state
 * directory any more owns nothing: a killed runtime and a reboot leave nothing that must be taken back.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "base/err.h"

/* The directory for jail @id of the state directory @root; @name NULL: it goes with the jail.  malloc'd; NULL: no
 * memory */
char *upper_path(const char *data, const char *name, const char *root, const char *id);

/*
 * Make it if need be, and take it for @owner ("STATE-ROOT/ID").  -EBUSY: another jail has it.  @uid, @gid: who
 * root of the jail is on disk.  *ret_new: it was not there before.
 */
int upper_take(const char *path, const char *owner, uid_t uid, gid_t gid, bool *ret_new, struct err *err);

/* Remove it with all that is in it; that there is none is no error. */
int upper_remove(const char *path, struct err *err);

/* Remove those that went with jails which are gone; @report is called with each path.  How many, or -errno */
int upper_gc(const char *data, void (*report)(void *userdata, const char *path), void *userdata, struct err *err);
