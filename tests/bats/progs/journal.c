/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * journal.c - journal SOCKET FILE: a stand-in for journald's stream socket
 *
 * What each connection sends is appended to FILE; runs until it is killed.
 */
#include <fcntl.h>

#include "net.h"

int main(int argc, char **argv)
{
	char buf[4096];
	int s, out;

	if (argc < 3)
		return 2;
	s = listen_at(argv[1]);
	out = open(argv[2], O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	for (;;) {
		int conn = accept(s, NULL, NULL);
		ssize_t n;

		if (fork())
			continue;
		while ((n = read(conn, buf, sizeof(buf))) > 0)
			if (write(out, buf, (size_t)n) < 0)
				die(argv[2]);
		return 0;
	}
}
