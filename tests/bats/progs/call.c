/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * call.c - call NUMBER|NAME [ARG...]: one system call, and what came of it
 *
 * Prints "NAME: RESULT" or "NAME: errno N", so that a test sees what a seccomp filter decided.
 * "call32" is the same through the 32-bit entry of x86.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static const struct { const char *name; long nr; } names[] = {
	{ "getpid", SYS_getpid }, { "getppid", SYS_getppid }, { "getuid", SYS_getuid },
	{ "kcmp", SYS_kcmp }, { "personality", SYS_personality }, { "socket", SYS_socket },
	{ "mkdir", SYS_mkdirat }, { "sethostname", SYS_sethostname }, { "mount", SYS_mount },
	{ "unshare", SYS_unshare }, { "keyctl", SYS_keyctl }, { "bpf", SYS_bpf },
	{ "ptrace", SYS_ptrace }, { "lseek", SYS_lseek }, { "sched_yield", SYS_sched_yield },
	{ "setns", SYS_setns }, { "chroot", SYS_chroot }, { "umask", SYS_umask },
	{ "getrandom", SYS_getrandom }, { "io_uring_setup", SYS_io_uring_setup },
	{ "get_mempolicy", SYS_get_mempolicy }, { "clone3", SYS_clone3 },
};

static long number(const char *name)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (!strcmp(names[i].name, name))
			return names[i].nr;
	return strtol(name, NULL, 0);
}

static long call(int argc, char **argv)
{
	long a[6] = { 0 };

	for (int i = 2; i < argc && i < 8; i++)
		a[i - 2] = (long)strtoull(argv[i], NULL, 0);
#ifdef __x86_64__
	if (strstr(argv[0], "call32")) {
		long r;

		__asm__ volatile("int $0x80" : "=a"(r) : "a"(number(argv[1])), "b"(a[0]), "c"(a[1]),
				 "d"(a[2]) : "memory", "r8", "r9", "r10", "r11");
		r = (int)r;
		if (r < 0 && r > -4096) {
			errno = (int)-r;
			return -1;
		}
		return r;
	}
#endif
	return syscall(number(argv[1]), a[0], a[1], a[2], a[3], a[4], a[5]);
}

int main(int argc, char **argv)
{
	long r;

	if (argc < 2)
		return 2;
	errno = 0;
	r = call(argc, argv);
	if (r == -1 && errno)
		printf("%s: errno %d\n", argv[1], errno);
	else
		printf("%s: %ld\n", argv[1], r);
	return 0;
}
