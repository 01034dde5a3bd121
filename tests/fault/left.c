/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * left.c - what is left on the machine when nothing should be
 *
 * The caller is a subreaper: whatever loses its parent becomes its child.
 */
#include "left.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define CGROUPS "/sys/fs/cgroup"
#define PATIENCE_MS 5000

/* ---- processes ---- */

static void pause_us(long us)
{
	struct timespec t = { .tv_nsec = us * 1000 };

	nanosleep(&t, NULL);
}

static long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

bool left_reap(void)
{
	pid_t pid;

	do
		pid = waitpid(-1, NULL, WNOHANG | __WALL);
	while (pid > 0);
	return pid < 0 && errno == ECHILD;
}

static int read_text(const char *path, char *text, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, size - 1);

	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = '\0';
	return n < 0 ? -1 : 0;
}

/* The pids of our children, blank-separated. */
static void list_children(char *text, size_t size)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/task/%d/children", (int)getpid());
	read_text(path, text, size);
}

static bool in_jail(long pid)
{
	char path[64], text[512];

	snprintf(path, sizeof(path), "/proc/%ld/cgroup", pid);
	read_text(path, text, sizeof(text));
	return strstr(text, "::/jail/");
}

static bool only_jails_live(void)
{
	char text[4096], *end;

	if (left_reap())
		return true;
	list_children(text, sizeof(text));
	for (char *p = text; *p; p = end + (*end == ' ')) {
		long pid = strtol(p, &end, 10);

		if (end == p)
			break;
		if (!in_jail(pid))
			return false;
	}
	return true;
}

static bool wait_until(bool (*what)(void))
{
	long end = now_ms() + PATIENCE_MS;

	while (!what()) {
		if (now_ms() > end)
			return false;
		pause_us(100);
	}
	return true;
}

bool left_settle(void)
{
	return wait_until(only_jails_live);
}

bool left_no_process(void)
{
	return wait_until(left_reap);
}

static int count_processes(void)
{
	char text[4096], path[64], name[512], *end;
	int n = 0;

	if (left_no_process())
		return 0;
	list_children(text, sizeof(text));
	for (char *p = text; *p; p = end + (*end == ' ')) {
		long pid = strtol(p, &end, 10);

		if (end == p)
			break;
		snprintf(path, sizeof(path), "/proc/%ld/stat", pid);
		read_text(path, name, sizeof(name));
		name[strcspn(name, "\n")] = '\0';
		printf("# left: process %s\n", name);
		n++;
	}
	return n ? n : 1;
}

/* ---- files and cgroups ---- */

/* Count the entries of a directory that @wanted does not know; no such directory: none. */
static int count_entries(const char *dir, const char *what, bool dirs_only,
			 bool (*wanted)(const char *name))
{
	DIR *d = opendir(dir);
	struct dirent *e;
	int n = 0;

	while (d && (e = readdir(d))) {
		if (!strcmp(e->d_name, ".") || !strcmp(e->d_name, "..") ||
		    (dirs_only && e->d_type != DT_DIR) || wanted(e->d_name))
			continue;
		printf("# left: %s %s/%s\n", what, dir, e->d_name);
		n++;
	}
	if (d)
		closedir(d);
	return n;
}

static bool is_state_dir(const char *name)
{
	return !strcmp(name, ".cache") || !strcmp(name, ".logs") || !strcmp(name, ".net");
}

static bool is_filter(const char *name)
{
	return name[0] != '.' && strstr(name, ".bpf");
}

static bool is_pid_file(const char *name)
{
	return !strcmp(name, "pid");
}

static bool is_runner(const char *name)
{
	return !strcmp(name, "runner");
}

static bool is_nothing(const char *name)
{
	(void)name;
	return false;
}

static char *below(const char *dir, const char *name)
{
	char *path;

	return asprintf(&path, "%s/%s", dir, name) < 0 ? abort(), NULL : path;
}

static int count_below(const char *dir, const char *name, const char *what,
		       bool (*wanted)(const char *name))
{
	char *path = below(dir, name);
	int n = count_entries(path, what, false, wanted);

	free(path);
	return n;
}

/*
 * Addresses and ports.  Those of a jail that has ended wait for the kernel, marked as leaving (4), and are
 * nobody's.
 */
static int count_network(void)
{
	FILE *f = fopen("/run/jail/.net/table", "re");
	char line[1024];
	unsigned flags;
	int n = 0;

	while (f && fgets(line, sizeof(line), f)) {
		if (sscanf(line, "address %*s %*s %*s %*s %u", &flags) == 1 && flags & 4)
			continue;
		printf("# left: network: %s", line);
		n++;
	}
	if (f)
		fclose(f);
	return n;
}

int left_count(const struct places *at)
{
	return count_processes() +
	       count_entries(at->root, "state", false, is_state_dir) +
	       count_below(at->root, ".cache", "cache file", is_filter) +
	       count_below(at->root, ".logs", "log", is_nothing) +
	       count_entries(CGROUPS, "cgroup", true, is_runner) +
	       count_network() +
	       count_below(at->work, "pids", "file", is_pid_file) +
	       count_below(at->work, "marks", "mark of a hook", is_nothing);
}

/* ---- a clean table ---- */

static int remove_entry(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	if (at->level > 0)
		remove(path);
	return 0;
}

static int remove_cgroup(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	if (type == FTW_DP && at->level > 0)
		rmdir(path);
	return 0;
}

static void kill_cgroup(void)
{
	int fd = open(CGROUPS "/jail/cgroup.kill", O_WRONLY | O_CLOEXEC);

	if (fd >= 0) {
		if (write(fd, "1", 1) < 0)
			perror("cgroup.kill");
		close(fd);
	}
}

void left_remove(const struct places *at)
{
	char text[4096], *end;

	kill_cgroup();
	list_children(text, sizeof(text));
	for (char *p = text; *p; p = end + (*end == ' ')) {
		long pid = strtol(p, &end, 10);

		if (end == p)
			break;
		kill((pid_t)pid, SIGKILL);
	}
	left_no_process();
	nftw(at->root, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
	nftw(CGROUPS "/jail", remove_cgroup, 8, FTW_DEPTH | FTW_PHYS);
	rmdir(CGROUPS "/jail");
	for (int i = 0; i < 2; i++) {
		char *dir = below(at->work, i ? "marks" : "pids");

		nftw(dir, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
		free(dir);
	}
}
