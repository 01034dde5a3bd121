/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * relay.c - one direction of a relay: a buffer, a read, a write
 *
 * Standard input and output are shared with whoever started us, so O_NONBLOCK must not be set on
 * them.  A read after POLLIN does not block.  A write after POLLOUT blocks when it is longer than
 * what fits: a pipe then takes PIPE_BUF bytes at least, a socket can be asked not to wait, and a
 * terminal is opened a second time.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "relay.h"

short stream_wants_in(const struct stream *s)
{
	return s->from >= 0 && s->len < STREAM_MAX ? POLLIN : 0;
}

short stream_wants_out(const struct stream *s)
{
	return s->to >= 0 && s->len ? POLLOUT : 0;
}

static void make_room(struct stream *s)
{
	if (s->start)
		memmove(s->data, s->data + s->start, s->len);
	s->start = 0;
}

bool stream_put(struct stream *s, const char *data, size_t len)
{
	if (STREAM_MAX - s->len < len)
		return false;
	make_room(s);
	memcpy(s->data + s->len, data, len);
	s->len += len;
	return true;
}

ssize_t stream_fill(struct stream *s)
{
	ssize_t n;

	make_room(s);
	n = read(s->from, s->data + s->len, STREAM_MAX - s->len);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return -EAGAIN;
	if (n <= 0) {           /* the end, or EIO: the other side of the terminal is closed */
		s->from = -1;
		return 0;
	}
	s->len += (size_t)n;
	s->last = s->data[s->len - 1];
	return n;
}

static ssize_t write_some(int fd, const char *data, size_t len)
{
	ssize_t n = send(fd, data, len, MSG_DONTWAIT | MSG_NOSIGNAL);

	if (n >= 0 || errno != ENOTSOCK)
		return n;
	return write(fd, data, len < PIPE_BUF ? len : PIPE_BUF);
}

int stream_flush(struct stream *s)
{
	ssize_t n = write_some(s->to, s->data + s->start, s->len);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n < 0) {
		s->to = -1;
		s->len = 0;
		return -errno;
	}
	s->start += (size_t)n;
	s->len -= (size_t)n;
	return 0;
}

int stream_open_out(int fd)
{
	char path[32];
	int own;

	if (!isatty(fd))
		return fd;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	own = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	return own < 0 ? fd : own;
}
