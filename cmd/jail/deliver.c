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

#include "deliver.h"
#include "util.h"

#define STATUS_MAX (64 << 10)

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

static char *read_status(int pidfd)
{
	mem_auto char *info_path = x_printf("/proc/self/fdinfo/%d", pidfd);
	mem_auto char *info = read_file(info_path, STATUS_MAX, NULL), *path = NULL;
	const char *line = info ? find_line(info, "Pid") : NULL;
	long pid = line ? strtol(line, NULL, 10) : 0;

	if (pid <= 0)
		return NULL;
	path = x_printf("/proc/%ld/status", pid);
	return read_file(path, STATUS_MAX, NULL);
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

static bool is_deaf(int pidfd, int signo)
{
	mem_auto char *status = read_status(pidfd);

	return status && is_first(status) && !in_mask(status, "SigBlk", signo) &&
	       !in_mask(status, "SigIgn", signo) && !in_mask(status, "SigCgt", signo);
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
	int r = send_signal(pidfd, signo);

	if (r == 0)
		deliver_default(pidfd, signo);
	return r;
}
