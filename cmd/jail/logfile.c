/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * logfile.c - files of ours for the output of jails in the background
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "logfile.h"

/* ---- where it is ---- */

/* Several state directories may have one data directory: FNV-1a, 64 bits. */
static char *default_dir(const struct jail_runtime *rt)
{
	uint64_t hash = 0xcbf29ce484222325;

	for (const char *c = jail_runtime_root(rt); *c; c++)
		hash = (hash ^ (unsigned char)*c) * 0x100000001b3;
	return x_printf("%s/logs/%016llx", jail_runtime_data(rt), (unsigned long long)hash);
}

/* The directories above @path that are missing: nobody else's business */
static int make_parents(const char *path)
{
	mem_auto char *part = x_strdup(path);

	for (char *slash = strchr(part + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(part, 0700) < 0 && errno != EEXIST) {
			msg_error("make directory %s: %s (--log-output says where output goes instead)", part,
				  strerror(errno));
			return -1;
		}
		*slash = '/';
	}
	return 0;
}

/* Nobody else may have put a link there. */
static int check_dir(const char *path)
{
	struct stat st;

	if (lstat(path, &st) == 0 && S_ISDIR(st.st_mode) && st.st_uid == geteuid() && !(st.st_mode & 022))
		return 0;
	msg_error("%s is not a directory that only we can write to", path);
	return -1;
}

/* "…/logs/HASH/ID.log", whose directories are there then; NULL after a message */
static char *default_path(const struct jail_runtime *rt, const char *id)
{
	mem_auto char *dir = default_dir(rt), *logs = x_printf("%s/logs", jail_runtime_data(rt));
	char *path = x_printf("%s/%s.log", dir, id);

	if (make_parents(path) == 0 && check_dir(logs) == 0 && check_dir(dir) == 0)
		return path;
	free(path);
	return NULL;
}

static bool has_jail(struct jail_runtime *rt, const char *id)
{
	struct jail *jail = NULL;
	bool found = jail_open(rt, id, &jail, NULL) == 0;

	jail_free(jail);
	return found;
}

/* ---- opening ---- */

int logfile_append(const char *path, int flags)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | flags, 0640);

	if (fd < 0)
		msg_error("open output file %s: %s", path, strerror(errno));
	return fd;
}

/*
 * Locked as long as we or the program have it, so that it is not swept before there is a jail; false: it was.  The
 * program of a jail of that name may hold any lock: nobody waits for it.
 */
static bool claim(int *fd)
{
	struct stat st;

	flock(*fd, LOCK_SH | LOCK_NB);
	if (fstat(*fd, &st) < 0 || st.st_nlink)
		return true;
	fd_close(fd);
	return false;
}

/* What is there already may be of a jail that went with a reboot. */
int logfile_open(struct jail_runtime *rt, const char *id, char **ret_note)
{
	mem_auto char *path = default_path(rt, id);
	int fd, flags;

	if (!path)
		return -1;
	do {
		flags = access(path, F_OK) == 0 && !has_jail(rt, id) ? O_TRUNC : 0;
		fd = logfile_append(path, flags | O_NOFOLLOW);
	} while (fd >= 0 && !claim(&fd));
	if (fd >= 0)
		*ret_note = x_printf("log:%s", path);
	return fd;
}

/* ---- the end ---- */

void logfile_forget(const char *note)
{
	const char *path = str_after(note, "log:");

	if (path)
		unlink(path);
}

void logfile_undo(const char *note, struct jail_runtime *rt, const char *id)
{
	/* Somebody else's may have been quicker. */
	if (note && !has_jail(rt, id))
		logfile_forget(note);
}

static bool in_list(char **ids, const char *name, size_t len)
{
	for (; *ids; ids++)
		if (strlen(*ids) == len && !memcmp(*ids, name, len))
			return true;
	return false;
}

static void sweep_file(int dir, const char *name)
{
	fd_auto fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
		unlinkat(dir, name, 0);
}

void logfile_sweep(struct jail_runtime *rt)
{
	mem_auto char *path = default_dir(rt);
	mem_auto char **ids = NULL;
	struct dirent *e;
	DIR *dir;

	dir = opendir(path);
	if (!dir)
		return;
	if (jail_list(rt, &ids, NULL) >= 0)
		while ((e = readdir(dir))) {
			size_t n = strlen(e->d_name);

			if (n > 4 && !strcmp(e->d_name + n - 4, ".log") &&
			    !in_list(ids, e->d_name, n - 4))
				sweep_file(dirfd(dir), e->d_name);
		}
	closedir(dir);
}
