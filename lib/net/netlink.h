/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * netlink.h - several netlink messages in one system call
 *
 * Messages are built with libnl's nlmsg_… and nla_…; a batch carries them.  The kernel works on them
 * in order while it is sent, so that all answers are there when the call returns.
 */
#pragma once

#include <netlink/msg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/util.h"

struct nl_batch {
	struct buf data;
	uint32_t n;                     /* messages in it */
	size_t last;                    /* where the last one starts */
};

static inline void nl_batch_done(struct nl_batch *b)
{
	buf_done(&b->data);
}

#define nl_batch_auto __attribute__((cleanup(nl_batch_done))) struct nl_batch

/* A message with its fixed header (struct ifinfomsg and so on) in it; NULL: no memory. */
struct nl_msg *nl_new(int type, int flags, const void *header, size_t len);

/* Append @m and free it; NULL is remembered as a lack of memory. @ack: errors come in any case. */
void nl_batch_add(struct nl_batch *b, struct nl_msg *m, bool ack);

/*
 * Call @each with every message of the batch as a batch of its own; -ENOENT is no failure: what is to be deleted is gone
 * already.  Its first other failure ends the walk, and is returned.
 */
int nl_batch_singly(const struct nl_batch *b, int (*each)(const struct nl_batch *one, void *data), void *data);

/* Have the last one acknowledged. */
void nl_batch_ack(struct nl_batch *b);

/* A socket for @protocol in the caller's network namespace. */
int nl_open(int protocol, int *ret_fd, struct err *err);

/*
 * Send the batch.  0, or -errno of the first message that failed, whose number is then in *ret_failed
 * (from 0; UINT32_MAX: it was not sent).  No text: the caller knows what the message meant.
 */
int nl_batch_send(int fd, const struct nl_batch *b, uint32_t *ret_failed);

/*
 * Ask (a batch of one message, a dump or not) and have @each look at every answer.  It returns 0 to
 * go on.  0, or -errno.
 */
int nl_ask(int fd, const struct nl_batch *b, int (*each)(const struct nlmsghdr *m, void *data), void *data);
