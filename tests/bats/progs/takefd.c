/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * takefd.c - takefd SOCKET: take one descriptor, say what it is; a pidfd is waited for
 *
 * Prints "message: TEXT", then for a pidfd "pidfd of PID" and, when that has ended, "ended".
 */
#include <poll.h>

#include "net.h"

static void print_pid(int fd)
{
	char path[64], line[128];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	f = fopen(path, "r");
	while (f && fgets(line, sizeof(line), f))
		if (!strncmp(line, "Pid:", 4))
			printf("pidfd of %d\n", atoi(line + 4));
	fflush(stdout);
}

int main(int argc, char **argv)
{
	char text[4096];
	int s, conn, fd;
	ssize_t n;

	if (argc < 2)
		return 2;
	s = listen_at(argv[1]);
	conn = accept(s, NULL, NULL);
	n = take_fd(conn, text, sizeof(text) - 1, &fd);
	text[n] = '\0';
	printf("message: %s\n", text);
	if (fd < 0)
		return 1;
	print_pid(fd);
	poll(&(struct pollfd){ .fd = fd, .events = POLLIN }, 1, -1);
	printf("ended\n");
	return 0;
}
