/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * logfile.h - files of ours for the output of jails in the background
 *
 * DATA/logs/HASH/ID.log, where HASH is that of the state directory: on disk, as what a program writes has no limit, and
 * the state is in memory.  The note of such a file is "log:PATH", and by that it goes with its jail.
 */
#pragma once

#include "cli.h"

/* Open @path at its end, made if it is not there; @flags: more of open(2).  A descriptor, or -1 after a message. */
int logfile_append(const char *path, int flags);

/* That of a jail that is to be made; *ret_note is the caller's.  A descriptor, or -1 after a message. */
int logfile_open(struct jail_runtime *rt, const char *id, char **ret_note);

/* The jail could not be made: what was made for it goes.  @note: NULL, or of any output. */
void logfile_undo(const char *note, struct jail_runtime *rt, const char *id);

/* The jail has been deleted: what its note names goes, if it is ours.  @note: NULL, or of any output. */
void logfile_forget(const char *note);

/* Remove all of those that belong to no jail any more. */
void logfile_sweep(struct jail_runtime *rt);
