/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * keyring.c - keyring NAME CMD [ARG...]: CMD with a session keyring called NAME, open to everybody
 */
#include <linux/keyctl.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SESSION (-3)

int main(int argc, char **argv)
{
	if (argc < 3)
		return 2;
	if (syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, argv[1]) < 0 ||
	    syscall(SYS_keyctl, KEYCTL_SETPERM, SESSION, 0x3f3f3f3f) < 0 ||
	    syscall(SYS_add_key, "user", "squatter", "evil", 4, SESSION) < 0) {
		perror("keyring");
		return 1;
	}
	execvp(argv[2], argv + 2);
	perror(argv[2]);
	return 127;
}
