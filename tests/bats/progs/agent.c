/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * agent.c - agent SOCKET FILE [NR ERRNO]: decide over system calls for jails
 *
 * Takes the container process states and listeners of any number of processes.  Each state is
 * appended to FILE as a line "state: JSON", each notification as "call: NR".  System call NR gets
 * ERRNO, everything else goes on.  Ends when it is killed.
 */
#include <fcntl.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sys/ioctl.h>

#include "net.h"

#define MAX 64

static int answer(int fd, FILE *log, int nr, int error)
{
	struct seccomp_notif req = { 0 };
	struct seccomp_notif_resp resp = { 0 };

	if (ioctl(fd, SECCOMP_IOCTL_NOTIF_RECV, &req) < 0)
		return errno == ENOENT || errno == EINTR ? 0 : -1;
	fprintf(log, "call: %d\n", req.data.nr);
	fflush(log);
	resp.id = req.id;
	if (req.data.nr == nr)
		resp.error = -error;
	else
		resp.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
	ioctl(fd, SECCOMP_IOCTL_NOTIF_SEND, &resp);
	return 0;
}

int main(int argc, char **argv)
{
	static char text[65536];
	struct pollfd p[MAX];
	int n = 1, nr = -1, error = 0;
	FILE *log;

	if (argc < 3)
		return 2;
	if (argc == 5) {
		nr = atoi(argv[3]);
		error = atoi(argv[4]);
	}
	log = fopen(argv[2], "a");
	p[0] = (struct pollfd){ .fd = listen_at(argv[1]), .events = POLLIN };
	for (;;) {
		if (poll(p, (nfds_t)n, -1) < 0)
			die("poll");
		for (int i = 1; i < n; i++)
			if (p[i].revents && ((p[i].revents & POLLHUP) ||
					     answer(p[i].fd, log, nr, error) < 0)) {
				close(p[i].fd);
				p[i--] = p[--n];
			}
		if (p[0].revents && n < MAX) {
			int conn = accept(p[0].fd, NULL, NULL), fd;
			ssize_t len = take_fd(conn, text, sizeof(text) - 1, &fd);

			text[len] = '\0';
			fprintf(log, "state: %s\n", text);
			fflush(log);
			close(conn);
			if (fd >= 0)
				p[n++] = (struct pollfd){ .fd = fd, .events = POLLIN };
		}
	}
}
