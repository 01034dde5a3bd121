/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * scope.h - cgroups that systemd makes: a transient scope for each jail
 *
 * systemd is asked by a program of its own, jail-scope; cmd/jail-scope/scope.h has the protocol.  It is
 * the first process of the new scope and stays until the jail is in it.
 */
#pragma once

#include "base/util.h"
#include "plan/limits.h"

struct scope_names {
	char *unit, *slice;
	char *path;                     /* of the cgroup, where the manager is the root of all */
};

/*
 * From linux.cgroupsPath, "SLICE:PREFIX:NAME"; NULL or empty: jail.slice:jail:ID.  The strings belong to
 * @arena.
 */
int scope_names(const char *cgroups_path, const char *id, struct arena *arena,
		struct scope_names *ret, struct err *err);

/* Whose systemd: the system's, or the user's when we are not its root. */
bool scope_user(void);

struct scope {
	int socket, pidfd;              /* of jail-scope; -1: none is running */
	char *path;                     /* of the scope's cgroup, below the cgroup2 mount */
	char *record;                   /* for the state record: "BUS UNIT PROGRAM" */
};
#define SCOPE_NONE ((struct scope){ .socket = -1, .pidfd = -1 })

/*
 * Have the scope made; its properties are those of the spec: limits, and the annotations that start
 * with org.systemd.property.
 */
int scope_start(const char *program, const struct scope_names *names, const char *id,
		const struct spec *spec, struct scope *ret, struct err *err);

/*
 * Have systemd move process @pid into the scope, for who may not do it himself.  The first is for one
 * that has just been made, the second for one that is known by its record; @below: NULL, or a cgroup in
 * the scope's.
 */
int scope_attach(const struct scope *s, pid_t pid, struct err *err);
int scope_attach_to(const char *record, const char *below, pid_t pid, struct err *err);

/* The jail is in it: jail-scope may go. */
void scope_release(struct scope *s);
void scope_done(struct scope *s);

/* Tell systemd of new limits. */
int scope_set(const char *record, const struct limits *limits, struct err *err);

/* Nobody is in it any more: wait until systemd has removed it, and make it if it does not. */
int scope_remove(const char *record, int cgroup_root, const char *path, struct err *err);
