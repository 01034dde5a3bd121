/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * protocol.h - how the runtime and jail-init meet
 *
 * One SOCK_SEQPACKET pair.  jail-init sends struct plan_msg, the runtime answers with a word: a
 * uint32 naming the point that is passed.  End of file means that the other side is gone, which for
 * jail-init is what success looks like: its end is close-on-exec.
 *
 *   runtime                                   jail-init
 *   -------                                   ---------
 *   record "creating", make the cgroup
 *   clone ─────────────────────────────────▶  guard: dies with the runtime from here on
 *                                             (staged: join, fork)
 *        ◀──────────────────────────── PID ─
 *   (a user's scope: move it there)
 *   write id maps ──────────── word MAPS ──▶  become root of the user namespace
 *        ◀─────────────── POINT namespaces ─  (only if the runtime has something to do there)
 *   hooks, devices ────── word NAMESPACES ─▶
 *   trees ─────────── word NAMESPACES + fd ▶  mounts, one word for each tree received
 *        ◀──────────────────────── CONSOLE ─  the pty's master
 *                                             createContainer hooks, pivot, process settings
 *   run:                                      exec
 *        ◀───────────────────── end of file   "running"
 *   create:
 *        ◀────────────────── POINT created ─  (run: only without a cgroup to be found by)
 *   record, pid file ────── word CREATED ──▶  no longer dies with the runtime
 *                                             waits at the gate, a listening socket ROOT/ID/gate
 *   start: connect, word CREATED ──────────▶  from here on this connection is the socket
 *        ◀─────────────────────── LISTENER ─  (seccomp notify) word LISTENER when it was delivered
 *        ◀───────────────────── end of file   "running"
 *
 *   at any time: FAILED (step, errno, on what), HOOK_FAILED, WARNING
 */
#pragma once

#include "base/util.h"
#include "plan/plan.h"

struct message {
	struct plan_msg m;              /* text is NUL-terminated */
	int fd;                         /* received with it, the caller's; -1: none */
	bool reset;                     /* the other side ended without reading what it was sent */
};

/* 1: a message, 0: end of file, or -errno. */
int protocol_receive(int sock, struct message *ret, struct err *err);
/* Give the word, with @fd unless it is -1. -EPIPE when jail-init is gone: then read what it said. */
int protocol_word(int sock, uint32_t word, int fd);

/* Send @len bytes and one descriptor over a connected stream socket. */
int protocol_send_fd(int sock, const void *data, size_t len, int fd);
/* Connect to a unix socket at @path (any length: through its directory). @type: SOCK_STREAM… */
int protocol_connect(const char *path, int type, int *ret_fd, struct err *err);

/* What a FAILED or HOOK_FAILED message says, in words: names the place, the step and the cause. */
int protocol_error(const struct plan *p, const struct plan_msg *m, struct err *err);
