/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ps_command.c - ps(1) called with the user's options, its output filtered by the PID column
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "cli.h"
#include "ps.h"

extern char **environ;

/* Start ps; returns its pid and the end of the pipe it writes to, or -1 after a message. */
static pid_t start_ps(char **args, int *ret_fd)
{
	posix_spawn_file_actions_t actions;
	mem_auto char **argv = NULL;
	size_t n = 0;
	int fds[2], r;
	pid_t pid;

	while (args[n])
		n++;
	argv = x_realloc(NULL, n + 2, sizeof(*argv));
	argv[0] = (char[]){ "ps" };
	memcpy(argv + 1, args, (n + 1) * sizeof(*argv));
	if (pipe2(fds, O_CLOEXEC) < 0) {
		msg_error("ps: pipe: %s", strerror(errno));
		return -1;
	}
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, fds[1], STDOUT_FILENO);
	r = posix_spawnp(&pid, "ps", &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	close(fds[1]);
	if (r) {
		close(fds[0]);
		msg_error("ps: run ps(1), of the package procps: %s", strerror(r));
		return -1;
	}
	*ret_fd = fds[0];
	return pid;
}

/* Which blank-separated word of the heading is PID; -1: none. */
static int find_column(const char *heading)
{
	mem_auto char *copy = x_strdup(heading);
	char *rest = copy, *word;

	for (int i = 0; (word = strtok_r(rest, " \t\n", &rest)); i++)
		if (!strcmp(word, "PID"))
			return i;
	return -1;
}

static bool is_ours(const char *line, int column, const pid_t *pids, int n)
{
	mem_auto char *copy = x_strdup(line);
	char *rest = copy, *word = NULL;
	uint32_t pid;

	for (int i = 0; i <= column; i++)
		word = strtok_r(rest, " \t\n", &rest);
	if (!word || !str_u32(word, &pid))
		return false;
	for (int i = 0; i < n; i++)
		if ((uint32_t)pids[i] == pid)
			return true;
	return false;
}

static int filter(FILE *f, const pid_t *pids, int n)
{
	mem_auto char *line = NULL;
	size_t size = 0;
	int column;

	if (getline(&line, &size, f) < 0)
		return 0;               /* ps has said what is wrong */
	column = find_column(line);
	if (column < 0) {
		msg_error("ps: the output of ps has no PID column");
		return 1;
	}
	fputs(line, stdout);
	while (getline(&line, &size, f) >= 0)
		if (is_ours(line, column, pids, n))
			fputs(line, stdout);
	return cli_print(x_strdup(""));
}

int ps_command(const pid_t *pids, int n, char **args)
{
	int fd = -1, code, status = 0;
	pid_t ps = start_ps(args, &fd);
	FILE *f;

	if (ps < 0)
		return 1;
	f = fdopen(fd, "re");
	code = f ? filter(f, pids, n) : 1;
	if (f)
		fclose(f);
	while (waitpid(ps, &status, 0) < 0 && errno == EINTR)
		;
	return code ? code : cli_exit_status(status);
}
