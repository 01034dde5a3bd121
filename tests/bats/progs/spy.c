/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * spy.c - spy SECONDS: attack every process that appears, the way a hostile jail would
 *
 * Looks at all of /proc all the time.  A process that is not ours and not this program's file is
 * somebody who enters: its executable is opened for writing, its memory is opened, its descriptors
 * and its root are looked into, and it is attached to.  Each success is printed; "seen N" says how
 * many were there to be attacked.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static unsigned long seen, hits;

static void hit(const char *how, const char *pid, const char *exe)
{
	printf("HIT %s %s %s\n", how, pid, exe);
	fflush(stdout);
	hits++;
}

static int is_init(const char *pid, char *exe, size_t size)
{
	char path[64];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%s/exe", pid);
	n = readlink(path, exe, size - 1);
	if (n < 0) {
		snprintf(exe, size, "unreadable");
		return errno == EACCES || errno == EPERM;
	}
	exe[n] = '\0';
	return strstr(exe, "jail") != NULL || strstr(exe, "memfd") != NULL;
}

static void try_open(const char *pid, const char *file, int flags, const char *exe)
{
	char path[64], now[256];
	int fd;

	snprintf(path, sizeof(path), "/proc/%s/%s", pid, file);
	fd = open(path, flags | O_CLOEXEC);
	if (fd < 0)
		return;
	/* It may have executed its program in the meantime: then it is fair game. */
	if (is_init(pid, now, sizeof(now)))
		hit(file, pid, exe);
	close(fd);
}

static void try_write(const char *pid, const char *exe)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%s/exe", pid);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	if (write(fd, "x", 1) == 1 || ftruncate(fd, 0) == 0)
		hit("WRITTEN", pid, exe);
	close(fd);
}

static void attack(const char *pid)
{
	char exe[256];
	pid_t target = atoi(pid);

	if (!is_init(pid, exe, sizeof(exe)))
		return;
	seen++;
	try_write(pid, exe);
	try_open(pid, "exe", O_RDONLY, exe);
	try_open(pid, "mem", O_RDWR, exe);
	try_open(pid, "root", O_RDONLY | O_DIRECTORY, exe);
	try_open(pid, "cwd", O_RDONLY | O_DIRECTORY, exe);
	try_open(pid, "fd/0", O_RDONLY | O_NONBLOCK, exe);
	try_open(pid, "maps", O_RDONLY, exe);
	if (ptrace(PTRACE_ATTACH, target, 0, 0) == 0) {
		waitpid(target, NULL, __WALL);
		if (is_init(pid, exe, sizeof(exe)))
			hit("ptrace", pid, exe);
		ptrace(PTRACE_DETACH, target, 0, 0);
	}
}

int main(int argc, char **argv)
{
	time_t end = time(NULL) + (argc > 1 ? atoi(argv[1]) : 2);
	pid_t self = getpid();

	while (time(NULL) < end) {
		DIR *d = opendir("/proc");
		struct dirent *e;

		if (!d)
			return 1;
		while ((e = readdir(d)))
			if (e->d_name[0] >= '1' && e->d_name[0] <= '9' && atoi(e->d_name) != self)
				attack(e->d_name);
		closedir(d);
	}
	printf("seen %lu hits %lu\n", seen, hits);
	return 0;
}
