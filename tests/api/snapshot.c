/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * snapshot.c - what a library must leave as it was in its process
 */
#include "snapshot.h"

#include <dirent.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define SIGNALS 65
#define LIMITS  16

struct snapshot {
	int fds, threads, subreaper, dumpable, no_new_privs;
	char children[1024];
	mode_t umask;
	char cwd[PATH_MAX];
	struct sigaction actions[SIGNALS];
	sigset_t mask;
	struct rlimit limits[LIMITS];
	char environment[8192];
};

extern char **environ;

int count_names(const char *dir)
{
	DIR *d = opendir(dir);
	struct dirent *e;
	int n = 0;

	if (!d)
		return -1;
	while ((e = readdir(d)))
		n += strcmp(e->d_name, ".") && strcmp(e->d_name, "..");
	closedir(d);
	return n;
}

int snapshot_cgroups(void)
{
	DIR *d = opendir("/sys/fs/cgroup");
	struct dirent *e;
	int n = 0;

	if (!d)
		return -1;
	while ((e = readdir(d)))
		n += e->d_type == DT_DIR && e->d_name[0] != '.' && strcmp(e->d_name, "runner");
	closedir(d);
	return n;
}

static void read_children(char *text, size_t size)
{
	char path[64];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/self/task/%d/children", (int)getpid());
	f = fopen(path, "re");
	text[f ? fread(text, 1, size - 1, f) : 0] = '\0';
	if (f)
		fclose(f);
}

struct snapshot *snapshot_take(void)
{
	struct snapshot *s = calloc(1, sizeof(*s));
	size_t at = 0;

	if (!s)
		return NULL;
	s->fds = count_names("/proc/self/fd");
	s->threads = count_names("/proc/self/task");
	prctl(PR_GET_CHILD_SUBREAPER, &s->subreaper, 0, 0, 0);
	s->dumpable = prctl(PR_GET_DUMPABLE, 0, 0, 0, 0);
	s->no_new_privs = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0);
	read_children(s->children, sizeof(s->children));
	s->umask = umask(0);
	umask(s->umask);
	if (!getcwd(s->cwd, sizeof(s->cwd)))
		s->cwd[0] = '\0';
	for (int i = 1; i < SIGNALS; i++)
		sigaction(i, NULL, &s->actions[i]);
	sigprocmask(SIG_SETMASK, NULL, &s->mask);
	for (int i = 0; i < LIMITS; i++)
		getrlimit((__rlimit_resource_t)i, &s->limits[i]);
	for (char **e = environ; *e && at < sizeof(s->environment); e++)
		at += (size_t)snprintf(s->environment + at, sizeof(s->environment) - at, "%s\n", *e);
	return s;
}

static bool same_int(const char *what, int a, int b)
{
	if (a != b)
		printf("# %s: %d before, %d after\n", what, a, b);
	return a == b;
}

static bool same_text(const char *what, const char *a, const char *b)
{
	if (strcmp(a, b) == 0)
		return true;
	printf("# %s: before \"%s\", after \"%s\"\n", what, a, b);
	return false;
}

static bool same_actions(const struct snapshot *a, const struct snapshot *b)
{
	bool same = true;

	for (int i = 1; i < SIGNALS; i++)
		if (a->actions[i].sa_handler != b->actions[i].sa_handler ||
		    a->actions[i].sa_flags != b->actions[i].sa_flags) {
			printf("# the handler of signal %d was changed\n", i);
			same = false;
		}
	return same;
}

bool snapshot_same(const struct snapshot *a, const struct snapshot *b)
{
	bool same = same_int("descriptors", a->fds, b->fds);

	same &= same_int("threads", a->threads, b->threads);
	same &= same_int("subreaper", a->subreaper, b->subreaper);
	same &= same_int("dumpable", a->dumpable, b->dumpable);
	same &= same_int("no_new_privs", a->no_new_privs, b->no_new_privs);
	same &= same_int("umask", (int)a->umask, (int)b->umask);
	same &= same_text("children", a->children, b->children);
	same &= same_text("directory", a->cwd, b->cwd);
	same &= same_text("environment", a->environment, b->environment);
	same &= same_actions(a, b);
	same &= same_int("signal mask differs", memcmp(&a->mask, &b->mask, sizeof(a->mask)) != 0, 0);
	same &= same_int("limits differ", memcmp(a->limits, b->limits, sizeof(a->limits)) != 0, 0);
	return same;
}
