/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * console.c - console SOCKET [ROWS COLS]: be the engine that a jail sends its terminal to
 *
 * Prints "message: TEXT" once the master has come, then copies: standard input to the terminal, the
 * terminal to standard output, until nobody has the terminal any more.
 */
#include <poll.h>
#include <sys/ioctl.h>
#include <termios.h>

#include "net.h"

static void copy(int master)
{
	struct pollfd p[2] = { { .fd = 0, .events = POLLIN }, { .fd = master, .events = POLLIN } };
	char buf[4096];
	ssize_t n;

	for (;;) {
		if (poll(p, 2, -1) < 0)
			die("poll");
		if (p[0].revents) {
			n = read(0, buf, sizeof(buf));
			if (n <= 0)
				p[0].fd = -1;
			else if (write(master, buf, (size_t)n) < 0)
				return;
		}
		if (p[1].revents) {
			n = read(master, buf, sizeof(buf));
			if (n <= 0)
				return;
			if (write(1, buf, (size_t)n) < 0)
				return;
		}
	}
}

int main(int argc, char **argv)
{
	char text[4096];
	int s = listen_at(argv[1]), conn, fd;
	ssize_t n;

	conn = accept(s, NULL, NULL);
	n = take_fd(conn, text, sizeof(text) - 1, &fd);
	text[n] = '\0';
	printf("message: %s\n", text);
	fflush(stdout);
	if (fd < 0)
		return 1;
	if (argc == 4) {
		struct winsize w = {
			.ws_row = (unsigned short)atoi(argv[2]), .ws_col = (unsigned short)atoi(argv[3]),
		};

		ioctl(fd, TIOCSWINSZ, &w);
	}
	copy(fd);
	return 0;
}
