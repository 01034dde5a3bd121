/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * net.h - a listening unix socket that takes one descriptor, for the helpers outside the jail
 */
#pragma once

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static void die(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	exit(99);
}

/* The name appears only when connections are taken. */
static inline int listen_at(const char *path)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	char temp[sizeof(a.sun_path)];
	int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(temp, sizeof(temp), "%s.new", path);
	snprintf(a.sun_path, sizeof(a.sun_path), "%s", temp);
	unlink(temp);
	unlink(path);
	if (s < 0 || bind(s, (struct sockaddr *)&a, sizeof(a)) < 0 || listen(s, 16) < 0 ||
	    rename(temp, path) < 0)
		die(path);
	return s;
}

/* One message of at most @max bytes and one descriptor, until end of file; returns the length. */
static inline ssize_t take_fd(int conn, char *text, size_t max, int *fd)
{
	size_t len = 0;

	*fd = -1;
	while (len < max) {
		char control[CMSG_SPACE(sizeof(int))];
		struct iovec iov = { text + len, max - len };
		struct msghdr m = {
			.msg_iov = &iov, .msg_iovlen = 1, .msg_control = control,
			.msg_controllen = sizeof(control),
		};
		ssize_t n = recvmsg(conn, &m, MSG_CMSG_CLOEXEC);
		struct cmsghdr *c = CMSG_FIRSTHDR(&m);

		if (n < 0)
			die("recvmsg");
		if (c && c->cmsg_type == SCM_RIGHTS)
			memcpy(fd, CMSG_DATA(c), sizeof(int));
		if (n == 0)
			break;
		len += (size_t)n;
	}
	return (ssize_t)len;
}
