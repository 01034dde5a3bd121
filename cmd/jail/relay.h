/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * relay.h - bytes on their way from one descriptor to another, without ever blocking on either
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define STREAM_MAX 32768

struct stream {
	int from, to;                /* not owned; -1: closed */
	size_t start, len;           /* of what waits in data */
	char last;                   /* the last byte read */
	char data[STREAM_MAX];
};

/* Events to poll(2) for; 0: none. */
short stream_wants_in(const struct stream *s);
short stream_wants_out(const struct stream *s);

/* Room to add a byte or two of our own (an end-of-file character). */
bool stream_put(struct stream *s, const char *data, size_t len);

/* One read. Returns its length, 0 at the end (from is -1 then), -EAGAIN when nothing came. */
ssize_t stream_fill(struct stream *s);

/* One write. Returns 0, or a negative errno when nobody will read any more (to is -1 then). */
int stream_flush(struct stream *s);

/*
 * A descriptor for writing to @fd that does not block.  A terminal is opened anew, so that its
 * O_NONBLOCK is not shared with the shell we came from.  The caller closes it when it is not @fd.
 */
int stream_open_out(int fd);
