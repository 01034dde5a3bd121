/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * tiny.c - a program of one page, without libc: it exits with 0
 */
void _start(void);

void _start(void)
{
	__asm__ volatile("syscall" : : "a"(60), "D"(0) : "rcx", "r11", "memory");
	__builtin_unreachable();
}
