/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * api.h - what stands behind the opaque types of jail.h
 */
#pragma once

#include <string.h>

#include "jail.h"
#include "cgroup/oom.h"
#include "run/create.h"
#include "spec/spec.h"
#include "state/state.h"

struct jail_error {
	struct err err;
	char message[ERR_PLACE_MAX + ERR_TEXT_MAX + 300];
};

struct jail_runtime {
	char *root, *data;
	enum jail_cgroup_manager cgroup_manager;
	char *scope_program;            /* NULL: systemd makes no cgroups */
	void (*log)(void *userdata, enum jail_log_level level, const char *message);
	void *log_userdata;
};

struct jail_spec {
	struct spec *spec;
	char *bundle;                   /* absolute */
};

struct jail {
	struct jail_runtime *rt;
	char *id;
	int dir_fd, pidfd, console_fd, notify_fd;  /* pidfd: -1 when stopped */
	struct cgroup_oom_watch oom;    /* a scope's, from the start on */
	bool looked;                    /* pidfd has been looked for */
	bool locked;                    /* by us: dir_fd's lock is held across a transition */
	struct state state;
};

struct jail_process {
	pid_t pid;
	int pidfd, console_fd;
};

/* Turn an internal error into a public one; returns its code. @name: the spec's, or NULL. */
int api_fail(const struct err *e, const char *name, struct jail_error **ret);

/* A caller's option struct, of whatever size it knew, as one of ours: the rest is zero. */
int api_options(const void *from, void *to, size_t size, struct err *err);
#define API_OPTIONS(from, to, err) api_options(from, to, sizeof(*(to)), err)

struct run_log api_log(const struct jail_runtime *rt);

/* Read the record again and look for the process. */
int api_refresh(struct jail *jail, struct err *err);
/* Find the first process, once; later calls notice that it has ended. */
void api_look(struct jail *jail);
/* A live first process, or "container not running". */
int api_need_process(struct jail *jail, struct err *err);
/* The jail's cgroup; -ENOENT with a message when it has none. */
int api_cgroup(const struct jail *jail, int *ret_fd, struct err *err);
int api_status(struct jail *jail, enum jail_status *ret, struct err *err);
/* The same for a caller who has its cgroup open already; -1: it has none. */
int api_status_in(struct jail *jail, int cgroup_fd, enum jail_status *ret, struct err *err);

/* act.c: lock it and look at it as it is now; it stays locked on success. */
int api_begin(struct jail *jail, enum jail_status *ret, struct err *err);
void api_unlock(struct jail *jail);
