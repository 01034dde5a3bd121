/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * look.c - look WHAT...: what a program can find out about itself only by asking the kernel
 */
#include <fcntl.h>
#include <linux/keyctl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

struct attr {
	unsigned size, policy;
	unsigned long long flags;
	int nice;
	unsigned priority;
	unsigned long long runtime, deadline, period;
};

static void look_sched(void)
{
	struct attr a = { .size = sizeof(a) };

	syscall(SYS_sched_getattr, 0, &a, sizeof(a), 0);
	printf("sched policy %u nice %d priority %u flags %llu runtime %llu deadline %llu period %llu\n",
	       a.policy, a.nice, a.priority, a.flags, a.runtime, a.deadline, a.period);
}

static void look_ioprio(void)
{
	long v = syscall(SYS_ioprio_get, 1, 0);

	printf("ioprio class %ld level %ld\n", v >> 13, v & 7);
}

static void look_personality(void)
{
	printf("personality %#x\n", (unsigned)personality(0xffffffff));
}

static void look_mempolicy(void)
{
	unsigned long nodes[16] = { 0 };
	int mode = -1;

	syscall(SYS_get_mempolicy, &mode, nodes, sizeof(nodes) * 8, NULL, 0);
	printf("mempolicy %d nodes %#lx\n", mode, nodes[0]);
}

static void look_affinity(void)
{
	cpu_set_t set;

	sched_getaffinity(0, sizeof(set), &set);
	printf("affinity");
	for (int i = 0; i < 64; i++)
		if (CPU_ISSET(i, &set))
			printf(" %d", i);
	printf("\n");
}

static void look_keyring(void)
{
	char text[300] = "none";
	long id = syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, -3 /* session */, 0);

	if (id >= 0)
		syscall(SYS_keyctl, KEYCTL_DESCRIBE, id, text, sizeof(text));
	printf("keyring %s\n", text);
}

static void look_signals(void)
{
	struct sigaction sa;
	sigset_t set;

	sigprocmask(SIG_BLOCK, NULL, &set);
	printf("signals");
	for (int i = 1; i < 65; i++) {
		if (sigismember(&set, i) == 1)
			printf(" blocked:%d", i);
		if (sigaction(i, NULL, &sa) == 0 && sa.sa_handler != SIG_DFL)
			printf(" handled:%d", i);
	}
	printf(" end\n");
}

static void look_winsize(void)
{
	struct winsize w = { 0 };

	ioctl(0, TIOCGWINSZ, &w);
	printf("winsize %u %u\n", w.ws_row, w.ws_col);
}

static void look_fds(void)
{
	printf("fds");
	for (int i = 0; i < 1024; i++)
		if (fcntl(i, F_GETFD) >= 0)
			printf(" %d", i);
	printf("\n");
}

static void look_clocks(void)
{
	struct timespec m, b;

	clock_gettime(CLOCK_MONOTONIC, &m);
	clock_gettime(CLOCK_BOOTTIME, &b);
	printf("clocks %lld %lld\n", (long long)m.tv_sec, (long long)b.tv_sec);
}

static void look_rlimits(void)
{
	for (int i = 0; i < 16; i++) {
		struct rlimit r;

		getrlimit(i, &r);
		printf("rlimit %d %llu %llu\n", i, (unsigned long long)r.rlim_cur,
		       (unsigned long long)r.rlim_max);
	}
}

static void look_umask(void)
{
	mode_t m = umask(0);

	umask(m);
	printf("umask %04o\n", m);
}

static void look_session(void)
{
	printf("session %d pid %d pgrp %d tty %s\n", getsid(0), getpid(), getpgrp(),
	       isatty(0) ? ttyname(0) : "none");
}

static void look_pdeath(void)
{
	int sig = -1;

	prctl(PR_GET_PDEATHSIG, &sig);
	printf("pdeathsig %d dumpable %d\n", sig, prctl(PR_GET_DUMPABLE));
}

static const struct { const char *name; void (*look)(void); } table[] = {
	{ "sched", look_sched }, { "ioprio", look_ioprio }, { "personality", look_personality },
	{ "mempolicy", look_mempolicy }, { "affinity", look_affinity }, { "keyring", look_keyring },
	{ "signals", look_signals }, { "winsize", look_winsize }, { "fds", look_fds },
	{ "clocks", look_clocks }, { "rlimits", look_rlimits }, { "umask", look_umask },
	{ "session", look_session }, { "pdeath", look_pdeath },
};

int main(int argc, char **argv)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	for (int i = 1; i < argc; i++)
		for (size_t t = 0; t < sizeof(table) / sizeof(table[0]); t++)
			if (!strcmp(argv[i], table[t].name))
				table[t].look();
	return 0;
}
