/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * notify.c - both ends of sd_notify(3)
 *
 *   notify listen PATH       print each datagram that comes, and a line "--" behind it
 *   notify TEXT…             send one datagram with TEXT…, a line each, to $NOTIFY_SOCKET
 *   notify fd TEXT…          the same, with a descriptor
 *   notify flood N TEXT      N times, without waiting: print how many the socket took
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int open_socket(const char *path, struct sockaddr_un *addr)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

	*addr = (struct sockaddr_un){ .sun_family = AF_UNIX };
	snprintf(addr->sun_path, sizeof(addr->sun_path), "%s", path);
	if (fd < 0)
		err(1, "socket");
	return fd;
}

static int do_listen(const char *path)
{
	struct sockaddr_un addr;
	int fd = open_socket(path, &addr);
	static char data[65536];
	ssize_t n;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0)
		err(1, "bind %s", path);
	while ((n = recv(fd, data, sizeof(data), 0)) >= 0)
		printf("%.*s--\n", (int)n, data);
	return 1;
}

static size_t join(char *text, size_t size, char **words)
{
	size_t n = 0;

	for (; *words; words++)
		n += (size_t)snprintf(text + n, size - n, "%s\n", *words);
	return n;
}

int main(int argc, char **argv)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un addr;
	static char text[65536];
	char control[CMSG_SPACE(sizeof(int))] = { 0 };
	struct iovec io = { .iov_base = text };
	struct msghdr msg = { .msg_name = &addr, .msg_namelen = sizeof(addr), .msg_iov = &io, .msg_iovlen = 1 };
	int fd, sent = 0;

	if (argc == 3 && !strcmp(argv[1], "listen"))
		return do_listen(argv[2]);
	if (!path)
		errx(1, "no NOTIFY_SOCKET");
	fd = open_socket(path, &addr);
	if (argc == 4 && !strcmp(argv[1], "flood")) {
		for (int i = atoi(argv[2]); i > 0; i--)
			sent += sendto(fd, argv[3], strlen(argv[3]), MSG_DONTWAIT, (void *)&addr, sizeof(addr)) > 0;
		printf("%d\n", sent);
		return 0;
	}
	if (argc > 2 && !strcmp(argv[1], "fd")) {
		struct cmsghdr *c;

		msg.msg_control = control;
		msg.msg_controllen = sizeof(control);
		c = CMSG_FIRSTHDR(&msg);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(c), &fd, sizeof(fd));
		argv++;
	}
	io.iov_len = join(text, sizeof(text), argv + 1);
	if (sendmsg(fd, &msg, 0) < 0)
		err(1, "send to %s", path);
	return 0;
}
