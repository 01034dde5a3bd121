/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * making.h - a jail being made: shared by the files that make it
 */
#pragma once

#include "cgroup/cgroup.h"
#include "net/net.h"
#include "run/create.h"
#include "run/scope.h"

/* All that is under way; undo() takes it back from any point. */
struct making {
	const struct create_request *req;
	struct plan *plan;
	struct init_process init;
	struct state state;
	struct cgroup_made cgroup;
	struct net_claim *net;          /* its own network; NULL: none */
	struct scope scope;             /* systemd's, when it makes the cgroup */
	char *cgroup_path;
	int root_fd, dir_fd, cgroup_root, gate, console, notify;
	const char *cgroup_mount;       /* what cgroup_root is */
	bool hooks_ran, recorded, pid_file;
	struct cgroup_oom_watch oom;
	char *upper;                    /* directory of its upper layer; NULL: not on disk */
	bool upper_made;
	bool moved;                     /* systemd moves the process into the scope */
};

/* request.c: can this be done at all? */
int making_check(const struct create_request *req, struct err *err);
/* ROOT/.cache, where compiled seccomp filters are; -1: they are compiled each time. */
int making_open_cache(int root_fd, const struct spec *spec);

/* upper.c: take the upper layer, if it is on disk. */
int making_upper(struct making *m, struct err *err);

/* cgroup.c: have systemd make the scope, if it is to. */
int making_scope(struct making *m, struct err *err);

/* Write down, in the record, what making_cgroup() is about to make; make it fit. */
int making_intend_cgroup(struct making *m, struct err *err);
int making_cgroup(struct making *m, struct err *err);

/* record.c: what is written down; the process is added to it when it exists. */
int making_fill_record(struct making *m, struct err *err);
int making_record_process(struct making *m, enum state_status status, struct err *err);

/* meet.c: jail-init has been started; listen until the jail is created or runs. */
int making_meet(struct making *m, struct err *err);
