/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * listener.c - a service that was given its socket: says READY=1, and tells each client the socket's
 * name and for which process it was meant
 */
#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static void ready(void)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	const char *path = getenv("NOTIFY_SOCKET");
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);

	if (!path)
		return;
	snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
	if (sendto(fd, "READY=1", 7, 0, (struct sockaddr *)&addr, sizeof(addr)) < 0)
		err(1, "notify");
	close(fd);
}

int main(void)
{
	const char *fds = getenv("LISTEN_FDS"), *pid = getenv("LISTEN_PID"), *names = getenv("LISTEN_FDNAMES");

	if (!fds || strcmp(fds, "1") != 0 || !pid || atoi(pid) != getpid())
		errx(1, "no socket");
	ready();
	for (;;) {
		int client = accept(3, NULL, NULL);

		if (client < 0)
			err(1, "accept");
		dprintf(client, "%s %s\n", names ? names : "", pid);
		close(client);
	}
}
