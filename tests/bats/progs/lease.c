/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * lease FILE - take a lease of FILE, for writing if nobody else has it open, say so, and keep it
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int fd = argc == 2 ? open(argv[1], O_RDONLY) : -1;

	signal(SIGIO, SIG_IGN);
	if (fd < 0 || (fcntl(fd, F_SETLEASE, F_WRLCK) < 0 && fcntl(fd, F_SETLEASE, F_RDLCK) < 0)) {
		perror("lease");
		return 1;
	}
	puts("leased");
	fflush(stdout);
	for (;;)
		pause();
}
