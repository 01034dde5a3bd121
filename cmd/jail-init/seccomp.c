/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * seccomp.c - installing the filter, and handing its listener out
 *
 * Once a filter with SCMP_ACT_NOTIFY is in force, any system call of ours may be one that waits for
 * the agent, who has no descriptor yet: sending it would be a deadlock.  So a second thread, which
 * shares our descriptors and memory but not the filter, is started first; it waits in memory for the
 * listener's number, sends it, awaits the runtime's answer, and ends.  We only look at memory until
 * it is done: no system call of ours is needed in between, whatever the profile says.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/sched.h>
#include <linux/seccomp.h>

#include "init.h"

enum { IDLE = -1, QUIT = -2 };

struct courier {
	volatile int listener;          /* set by the filtered thread */
	volatile int done;              /* set by the courier: 1, or -errno */
	const struct plan_step *step;
};

static struct courier courier;
static char courier_stack[16384] __attribute__((aligned(16)));

static void pause_cpu(void)
{
#if defined(__x86_64__)
	__asm__ volatile("pause" ::: "memory");
#else
	__asm__ volatile("yield" ::: "memory");
#endif
}

/* Runs on the courier's stack, in its thread. */
__attribute__((noreturn, used)) static void courier_main(void)
{
	int r;

	while (courier.listener == IDLE)
		SYS(sched_yield);
	if (courier.listener >= 0) {
		r = tell(MSG_LISTENER, step_index(courier.step), 0, NULL, courier.listener);
		if (r == 0)
			r = await_word(MSG_LISTENER, NULL);
		courier.done = r < 0 ? r : 1;
	}
	for (;;)
		SYS(exit, 0);
}

/* clone(2) of a thread that starts in courier_main on its own stack. */
static long courier_start(void)
{
	long flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM;
	char *top = courier_stack + sizeof(courier_stack);
	long ret;

#if defined(__x86_64__)
	register long r10 __asm__("r10") = 0;
	register long r8 __asm__("r8") = 0;

	__asm__ volatile("syscall\n\t"
			 "test %%rax, %%rax\n\t"
			 "jnz 1f\n\t"
			 "xor %%ebp, %%ebp\n\t"
			 "call courier_main\n"
			 "1:"
			 : "=a"(ret)
			 : "a"(__NR_clone), "D"(flags), "S"(top), "d"(0), "r"(r10), "r"(r8)
			 : "rcx", "r11", "memory");
#else
	register long x8 __asm__("x8") = __NR_clone;
	register long x0 __asm__("x0") = flags;
	register char *x1 __asm__("x1") = top;
	register long x2 __asm__("x2") = 0;
	register long x3 __asm__("x3") = 0;
	register long x4 __asm__("x4") = 0;

	__asm__ volatile("svc 0\n\t"
			 "cbnz x0, 1f\n\t"
			 "bl courier_main\n"
			 "1:"
			 : "+r"(x0)
			 : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4)
			 : "memory", "x30");
	ret = x0;
#endif
	return ret;
}

static int install(const struct plan_step *s, uint64_t flags)
{
	const uint64_t *blob = plan_at(in.plan, s->s[0]);
	struct sock_fprog prog = {
		.len = (unsigned short)(blob[0] / sizeof(struct sock_filter)),
		.filter = (struct sock_filter *)(blob + 1),
	};

	if (blob[0] / sizeof(struct sock_filter) > BPF_MAXINSNS)
		return -EINVAL;         /* the length above would be cut off */
	return (int)SYS(seccomp, SECCOMP_SET_MODE_FILTER, flags, &prog);
}

/* Nobody listens to it: what it would ask the agent about fails with ENOSYS. */
int seccomp_ahead(const struct plan_step *s)
{
	const struct plan_step *end = plan_steps(in.plan) + in.plan->n_steps;
	uint64_t drop = SECCOMP_FILTER_FLAG_TSYNC | SECCOMP_FILTER_FLAG_NEW_LISTENER |
			SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;

	while (++s < end)
		if (s->op == OP_SECCOMP && s->stage == STAGE_INSIDE)
			return install(s, s->a[0] & ~drop);
	return 0;
}

int process_seccomp(const struct plan_step *s)
{
	long r;

	/* We are one thread: TSYNC would only reach the courier, who must stay free. */
	uint64_t flags = s->a[0] & ~(uint64_t)SECCOMP_FILTER_FLAG_TSYNC;

	if (!s->a[1])
		return install(s, flags);
	courier.listener = IDLE;
	courier.done = 0;
	courier.step = s;
	r = courier_start();
	if (r < 0)
		return (int)r;
	r = install(s, flags | SECCOMP_FILTER_FLAG_NEW_LISTENER);
	if (r < 0) {
		courier.listener = QUIT;
		return (int)r;
	}
	courier.listener = (int)r;
	while (!courier.done)
		pause_cpu();
	return courier.done < 0 ? courier.done : 0;
}
