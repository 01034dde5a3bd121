/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * true.c - the smallest program that succeeds; with -DPAUSE: one that stays
 *
 * Without a C library, because its start-up would be a third of what is measured.
 */
#include <sys/syscall.h>

static inline long call1(long nr, long a)
{
#if defined(__x86_64__)
	long r;

	__asm__ volatile("syscall" : "=a"(r) : "a"(nr), "D"(a) : "rcx", "r11", "memory");
	return r;
#elif defined(__aarch64__)
	register long x8 __asm__("x8") = nr, x0 __asm__("x0") = a;

	__asm__ volatile("svc 0" : "+r"(x0) : "r"(x8) : "memory");
	return x0;
#else
#error "write the system call of this architecture"
#endif
}

void _start(void)
{
#ifdef PAUSE
	/* no timeout, no descriptors: until a signal */
	for (;;) {
#if defined(__x86_64__)
		register long r10 __asm__("r10") = 0;
		long r;

		__asm__ volatile("syscall" : "=a"(r) : "a"(SYS_ppoll), "D"(0), "S"(0), "d"(0), "r"(r10)
				 : "rcx", "r11", "memory");
#else
		register long x8 __asm__("x8") = SYS_ppoll, x0 __asm__("x0") = 0, x1 __asm__("x1") = 0,
			      x2 __asm__("x2") = 0, x3 __asm__("x3") = 0;

		__asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3) : "memory");
#endif
	}
#endif
	for (;;)
		call1(SYS_exit_group, 0);
}
