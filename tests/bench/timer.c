/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * timer.c - runs commands for bench.py and measures them
 *
 * A line on stdin, fields separated by tabs:
 *	run ARG0 ARG1 …		→ "NANOSECONDS STATUS MAXRSS_KB"
 *	reap PID		→ "0 STATUS 0": wait for a process that has become our child
 * Small and static, because a child's peak memory starts with that of who spawned it, and vfork,
 * because copying a page table is not what is measured.
 */
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static long long now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000000000LL + t.tv_nsec;
}

static void run(char **argv)
{
	posix_spawn_file_actions_t actions;
	struct rusage usage = { 0 };
	long long start;
	int status = -1, r;
	pid_t pid;

	posix_spawn_file_actions_init(&actions);
	for (int fd = 0; fd < 3; fd++)
		posix_spawn_file_actions_addopen(&actions, fd, "/dev/null", O_RDWR, 0);
	start = now_ns();
	r = posix_spawn(&pid, argv[0], &actions, NULL, argv, environ);
	if (r == 0)
		wait4(pid, &status, 0, &usage);
	printf("%lld %d %ld\n", now_ns() - start, r ? -1 : status, usage.ru_maxrss);
	posix_spawn_file_actions_destroy(&actions);
}

int main(void)
{
	static char line[65536];

	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	while (fgets(line, sizeof(line), stdin)) {
		char *argv[256], *save = NULL;
		int n = 0;

		line[strcspn(line, "\n")] = '\0';
		for (char *p = strtok_r(line, "\t", &save); p && n < 255; p = strtok_r(NULL, "\t", &save))
			argv[n++] = p;
		argv[n] = NULL;
		if (n < 2)
			return 2;
		if (strcmp(argv[0], "run") == 0) {
			run(argv + 1);
		} else {
			int status = -1;

			waitpid(atoi(argv[1]), &status, 0);
			printf("0 %d 0\n", status);
		}
		fflush(stdout);
	}
	return 0;
}
