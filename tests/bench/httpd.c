/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * httpd.c - answers every request at PORT with the same page: what wrk(1) asks, see network.py
 *
 * One thread and epoll; a request is taken to come in one piece.
 */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static const char page[] =
	"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 14\r\n\r\nhello, network";

static void add(int epoll, int fd)
{
	struct epoll_event e = { .events = EPOLLIN, .data.fd = fd };

	if (fd >= 0)
		epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &e);
}

int main(int argc, char **argv)
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons((unsigned short)atoi(argc > 1 ? argv[1] : "0")) };
	int s = socket(AF_INET, SOCK_STREAM, 0), epoll = epoll_create1(0), one = 1;
	struct epoll_event e[64];
	static char request[4096];

	setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(s, (struct sockaddr *)&a, sizeof(a)) < 0 || listen(s, 128) < 0)
		return 1;
	add(epoll, s);
	for (;;) {
		int n = epoll_wait(epoll, e, 64, -1);

		for (int i = 0; i < n; i++) {
			int fd = e[i].data.fd;

			if (fd == s)
				add(epoll, accept(s, NULL, NULL));
			else if (read(fd, request, sizeof(request)) <= 0 ||
				 write(fd, page, sizeof(page) - 1) < 0)
				close(fd);
		}
	}
}
