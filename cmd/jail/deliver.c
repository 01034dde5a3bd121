/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * deliver.c - the default action of a signal, for those whom the kernel spares
 *
 * The first process of a pid namespace does not get signals that it neither catches, ignores nor
 * blocks (pid_namespaces(7)).  A program that never thought of being number 1 would so be deaf to
 * ^C and to the end of its terminal, and the command would wait for it for ever.  In the foreground
 * it is ended by SIGKILL then, as it would have been ended by the signal outside.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>

#include "deliver.h"
#include "util.h"

#define STATUS_MAX (64 << 10)
#define LOOKS      20

/* Numbers of a 32-bit program's calls */
#define I386_SIGTIMEDWAIT    177
#define I386_SIGTIMEDWAIT_64 421

static int send_signal(int pidfd, int signo)
{
	return syscall(SYS_pidfd_send_signal, pidfd, signo, NULL, 0) < 0 ? -errno : 0;
}

/* What follows "NAME:" and a tab in a file of lines, NULL when there is no such line. */
static const char *find_line(const char *text, const char *name)
{
	size_t n = strlen(name);

	for (; text; text = strchr(text, '\n')) {
		text += *text == '\n';
		if (!strncmp(text, name, n) && text[n] == ':')
			return text + n + 1;
	}
	return NULL;
}

static long pid_of(int pidfd)
{
	mem_auto char *path = x_printf("/proc/self/fdinfo/%d", pidfd);
	mem_auto char *info = read_file(path, STATUS_MAX, NULL);
	const char *line = info ? find_line(info, "Pid") : NULL;

	return line ? strtol(line, NULL, 10) : 0;
}

static char *read_proc(long pid, const char *name)
{
	mem_auto char *path = x_printf("/proc/%ld/%s", pid, name);

	return pid > 0 ? read_file(path, STATUS_MAX, NULL) : NULL;
}

static bool in_mask(const char *status, const char *name, int signo)
{
	const char *line = find_line(status, name);

	return line && strtoull(line, NULL, 16) >> (signo - 1) & 1;
}

/* "NSpid:	4711	1": the last is the number in its own namespace. */
static bool is_first(const char *status)
{
	const char *line = find_line(status, "NSpid");
	long number = 0;
	int levels = 0;
	char *end;

	for (; line && *line && *line != '\n'; line = end, levels++) {
		number = strtol(line, &end, 10);
		if (end == line)
			return false;
	}
	return levels > 1 && number == 1;
}

/* Do the masks say that it would not get the signal? */
static bool looks_deaf(long pid, int signo)
{
	mem_auto char *status = read_proc(pid, "status");

	return status && is_first(status) && !in_mask(status, "SigBlk", signo) &&
	       !in_mask(status, "SigIgn", signo) && !in_mask(status, "SigCgt", signo);
}

/*
 * What it is doing: waiting for signals in sigtimedwait(2), as busybox's init does, unblocks them in
 * the masks that we see, while the kernel goes by those from before.
 */
enum doing { IS_RUNNING, IS_SLEEPING, IS_AWAITING_SIGNALS };

static enum doing what_it_does(long pid)
{
	mem_auto char *text = read_proc(pid, "syscall");
	long number;
	char *end;

	if (!text)
		return IS_SLEEPING;
	number = strtol(text, &end, 10);
	if (end == text)
		return IS_RUNNING;
	return number == SYS_rt_sigtimedwait || number == I386_SIGTIMEDWAIT ||
	       number == I386_SIGTIMEDWAIT_64 ? IS_AWAITING_SIGNALS : IS_SLEEPING;
}

/* One that runs may be on its way between the two; one that never stops is taken as it looks. */
static bool is_deaf(int pidfd, int signo)
{
	static const struct timespec pause = { .tv_nsec = 2000000 };
	long pid = pid_of(pidfd);

	for (int i = 0; i < LOOKS; i++) {
		if (!looks_deaf(pid, signo))
			return false;
		switch (what_it_does(pid)) {
		case IS_AWAITING_SIGNALS:
			return false;
		case IS_SLEEPING:
			return looks_deaf(pid, signo);
		case IS_RUNNING:
			nanosleep(&pause, NULL);
		}
	}
	return true;
}

void deliver_default(int pidfd, int signo)
{
	if (is_deaf(pidfd, signo))
		send_signal(pidfd, SIGKILL);
}

void deliver_stop(int pidfd, bool stop)
{
	send_signal(pidfd, stop ? SIGSTOP : SIGCONT);
}

int deliver_signal(int pidfd, int signo)
{
	/* Before: what it does about the signal may look like anything. */
	bool deaf = is_deaf(pidfd, signo);
	int r = send_signal(pidfd, signo);

	if (r == 0 && deaf)
		deliver_default(pidfd, signo);
	return r;
}
