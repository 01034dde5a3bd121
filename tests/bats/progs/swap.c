/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * swap.c - swap A B: exchange two names as fast as possible, until killed
 */
#include <fcntl.h>
#include <stdio.h>

int main(int argc, char **argv)
{
	if (argc < 3)
		return 2;
	for (;;)
		if (renameat2(AT_FDCWD, argv[1], AT_FDCWD, argv[2], RENAME_EXCHANGE) < 0) {
			perror("exchange");
			return 1;
		}
}
