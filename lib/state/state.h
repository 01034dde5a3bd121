/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * state.h - what is remembered of a jail, on disk
 *
 * ROOT/ID/state.json   the record: identity of the first process, cgroup, bundle, status
 * ROOT/ID/plan         how it was made: exec, start and delete read it
 * ROOT/ID/gate         socket at which a created jail waits for start
 * ROOT/ID/console      socket at which a supervisor shares the program's terminal
 * ROOT/ID/host/notify  socket at which the program says that it is ready: /run/host inside
 * ROOT/.new-*          a claim being prepared; ROOT/.old-*: a jail being removed
 * ROOT/.cache          compiled seccomp filters
 *
 * A claim is prepared beside (directory made, locked, record written) and renamed into place, and
 * renamed away before it is emptied, so a jail's directory is never without its record.  The lock is flock(2) on the directory, held across
 * each transition.  The record is replaced by rename.  It is not synced: the directory belongs on a
 * tmpfs, a reboot ends what it describes, and the boot id in the record says so where it is not.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/util.h"

enum state_status { STATE_CREATING, STATE_CREATED, STATE_RUNNING };

struct state {
	enum state_status status;       /* as written; what the kernel says comes on top */
	pid_t pid;                      /* 0: not known yet */
	uint64_t start_time;            /* of pid, clock ticks since boot: /proc/PID/stat field 22 */
	uint64_t ns_flags;              /* CLONE_NEW* of the namespaces that are not the host's */
	uid_t owner;
	bool own_pid_ns, poststop;      /* poststop: the plan has hooks for delete */
	int stop_signal;                /* what asks the program to end */
	char boot_id[40];
	/* Strings below belong to the record's arena; NULL when absent. */
	const char *oci_version, *bundle, *rootfs, *created, *log_note;
	const char *cgroup;             /* path below the cgroup2 mount; NULL: none */
	const char *cgroup_made;        /* topmost component made for it */
	const char *scope;              /* systemd made it: "BUS UNIT PROGRAM", see run/scope.h */
	const char *network;            /* whose addresses it has, see lib/net/net.h; NULL: none of ours */
	const char *pasta;              /* the same directory, when pasta(1) carries its network; NULL */
	const char *upper;              /* the directory of an upper layer that goes with it; NULL: none */
	const char *annotations;        /* a JSON object, "{…}" */
	struct arena arena;
};

/* 0 if @id can name a jail, else -EINVAL with a message. */
int state_check_id(const char *id, struct err *err);

/* Open the state root; @create makes it (0700) if it is missing.  -ENOENT without a message otherwise. */
int state_root_open(const char *path, bool create, int *ret_fd, struct err *err);

/* Make ROOT/ID with @s in it, locked by *ret_dir_fd.  -EEXIST: the id is in use. */
int state_claim(int root_fd, const char *id, const struct state *s, int *ret_dir_fd, struct err *err);

/* Open ROOT/ID; @lock waits for whoever is in a transition.  -ENOENT: "… does not exist". */
int state_open(int root_fd, const char *id, bool lock, int *ret_dir_fd, struct err *err);
/* Lock an open one; -ENOENT when it was removed meanwhile.  @wait false: -EWOULDBLOCK when busy. */
int state_lock(int dir_fd, const char *id, bool wait, struct err *err);
void state_unlock(int dir_fd);
/* Is this still the directory of jail @id: not removed, nor another one's by now? */
bool state_is_current(int dir_fd, const char *id);

/* -EBADMSG: damaged; -EPROTONOSUPPORT: sound, but of another version. */
int state_read(int dir_fd, struct state *ret, struct err *err);
/* Prepare a new record beside the old one; it takes effect with state_commit(). */
int state_prepare(int dir_fd, const struct state *s, struct err *err);
int state_commit(int dir_fd, struct err *err);
void state_done(struct state *s);

/*
 * Take the name away from a jail whose lock is held, so that its id is free and what is left of it
 * can be removed in peace: *ret is the directory's name from now on.
 */
#define STATE_RETIRED_MAX 64
int state_retire(int root_fd, const char *name, char ret[STATE_RETIRED_MAX], struct err *err);
/* Remove the directory and all in it; the lock is held. */
int state_remove(int root_fd, const char *name, int dir_fd, struct err *err);

/* Names of the jails, sorted; with @half_made also those of unfinished claims and
 * removals.  One malloc'd block. */
int state_list(int root_fd, bool half_made, struct strv *ret, struct err *err);

/* For reading untrusted text (fuzzing): the record in @text. */
int state_parse(const char *text, size_t len, struct state *ret, struct err *err);
