/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * create.h - making a jail, running it, undoing it
 */
#pragma once

#include "cgroup/oom.h"
#include "plan/compile.h"
#include "run/init.h"
#include "state/state.h"

struct run_log {
	void (*log)(void *userdata, int level, const char *message);
	void *userdata;
};
void run_warn(const struct run_log *log, const char *fmt, ...) ERR_FORMAT(2, 3);

struct create_request {
	const struct spec *spec;
	const char *id, *bundle, *root_path;    /* root_path: of the state directory */
	const char *data_path;                  /* of the data directory */
	bool gated;                             /* create; not gated: run */
	bool use_cgroup;
	const char *scope_program;              /* jail-scope: systemd makes the cgroup; NULL: we do */
	bool no_pivot, no_new_keyring;
	const int *stdio;                       /* three, or NULL */
	const char *console_socket;             /* where the pty's master goes; NULL: kept */
	const char *pid_file, *pidfd_socket, *log_note;
	uint32_t preserve_fds;
	const char *cgroup_parent;              /* the cgroup is made below this one; NULL: jail/ */
	const char *const *env, *const *pid_env;        /* as in struct plan_request */
	const char *notify_socket;              /* of the caller's: bound to RUN_NOTIFY */
	bool want_notify;                       /* one of our own there: created.notify_fd */
	struct run_log log;
};

/* Where a program finds the socket for sd_notify(3), and the directory of ours that it is in. */
#define RUN_HOST   "/run/host"
#define RUN_NOTIFY RUN_HOST "/notify"

/* Does it ask for a limit that must not be left out, or for device rules? */
bool spec_needs_cgroup(const struct spec *spec);

struct created {
	int dir_fd;                             /* ROOT/ID */
	int pidfd;
	int console_fd;                         /* the pty's master, if it was kept; -1 */
	int notify_fd;                          /* what the program says; -1 */
	struct cgroup_oom_watch oom;            /* when systemd removes the cgroup */
	struct state state;
};

/*
 * Make the jail; when not gated its program has been executed on return.  On success the lock is
 * released and *ret is the caller's; on failure nothing is left.
 */
int create_jail(const struct create_request *req, struct created *ret, struct err *err);

/* Which cgroup it will be in; NULL in *ret: none.  @scope: that which systemd has made, if it is known */
int create_cgroup_path(const struct create_request *req, const char *scope, char **ret, struct err *err);

/* The directory of its upper layer, the caller's; NULL in *ret: it is not on disk. */
int create_upper(const struct create_request *req, char **ret, struct err *err);

/* The plan of an extended request, see extend.h; @network: its own network, or NULL. */
int create_plan(const struct create_request *req, const char *scope, int cache_fd,
		const struct plan_network *network, struct plan **ret, struct err *err);

/* The plan that create_jail() would carry out, as far as it is known without touching anything. */
int preview_plan(const struct create_request *req, struct plan **ret, struct err *err);

/* Let a created jail go on: @dir_fd is locked.  Updates *state. */
int start_jail(int dir_fd, const char *id, struct state *state, int pidfd,
	       const struct run_log *log, struct err *err);

/*
 * Remove all that was made for a jail; @dir_fd is locked, the first process has ended or is killed
 * here.  poststop hooks run last; their failures are warnings.
 */
int delete_jail(int root_fd, const char *name, const char *id, int dir_fd, struct state *state,
		int pidfd, const struct run_log *log, struct err *err);

/*
 * The end of every removal: the id becomes free, the poststop hooks of @p run (NULL: none), and the
 * files go.  Killed anywhere, it is found and ended by gc, which runs the hooks again.
 */
int delete_state(int root_fd, const char *name, int dir_fd, const struct plan *p, const char *bundle,
		 const struct run_log *log, struct err *err);

/* ---- shared with exec ---- */

/* Deliver process @pid's listener to the agent of the SECCOMP step @step. @first: the jail's pid */
int listener_send(const struct plan *p, uint32_t step, int listener, pid_t pid, pid_t first,
		  const char *status, struct err *err);
/* Write @pid to a file, atomically. */
int pid_file_write(const char *path, pid_t pid, struct err *err);
int fd_send_to(const char *socket_path, const char *what, int fd, struct err *err);
/* Descriptors 3 … 3+n-1 must be open, or one of ours could take their place. */
int preserved_fds_check(uint32_t n, struct err *err);
