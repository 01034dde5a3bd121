/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * uppers.c - upper layers on disk: whose they are, and when they go
 */
#include "state/uppers.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "base/remove.h"
#include "base/util.h"

char *upper_path(const char *data, const char *name, const char *root, const char *id)
{
	char *path = NULL;
	int n;

	if (name)
		n = asprintf(&path, "%s/uppers/%s", data, name);
	else
		n = asprintf(&path, "%s/uppers/.%s-%08x", data, id, (unsigned)hash_bytes(root, strlen(root)));
	return n < 0 ? NULL : path;
}

/* Files of images and jails may be setuid: nobody but root gets near them. */
static int make_dir(const char *path)
{
	return mkdir(path, 0700) < 0 && errno != EEXIST ? -errno : 0;
}

/* The directories above, as far as they are missing. */
static int make_parents(const char *path, struct err *err)
{
	char part[PATH_MAX];
	int r = 0;

	for (const char *slash = strchr(path + 1, '/'); r == 0 && slash; slash = strchr(slash + 1, '/')) {
		if ((size_t)(slash - path) >= sizeof(part))
			return err_set(err, -ENAMETOOLONG, "the path of the data directory is too long");
		memcpy(part, path, (size_t)(slash - path));
		part[slash - path] = '\0';
		r = make_dir(part);
	}
	return r < 0 ? err_code(err, r, "make %s", part) : 0;
}

/* ---- who owns one ---- */

static int read_owner(int dir, char **ret)
{
	size_t len;

	return file_read_at(dir, "owner", PATH_MAX, ret, &len, NULL);
}

static bool is_owned(int dir, const char *path, const char *mine, struct err *err)
{
	mem_auto char *owner = NULL;
	const char *slash;

	if (read_owner(dir, &owner) < 0 || !strcmp(owner, mine) || access(owner, F_OK) < 0)
		return false;
	slash = strrchr(owner, '/');
	err_set(err, -EBUSY, "the upper layer %s is that of jail %s", path, slash ? slash + 1 : owner);
	return true;
}

/* Is @dir still what is found at @path?  It may have been removed, and made anew, while its lock was waited for. */
static bool is_at(int dir, const char *path)
{
	struct stat here, there;

	return fstat(dir, &here) == 0 && lstat(path, &there) == 0 && here.st_dev == there.st_dev &&
	       here.st_ino == there.st_ino;
}

/* The lock of a directory: whoever decides about it.  -ENOENT also when it has been removed meanwhile. */
static int open_locked(const char *path, bool wait, int *ret, struct err *err)
{
	fd_auto dir = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (dir < 0 || flock(dir, LOCK_EX | (wait ? 0 : LOCK_NB)) < 0)
		return err_sys(err, "open %s", path);
	if (!is_at(dir, path))
		return err_set(err, -ENOENT, "%s has been removed", path);
	*ret = fd_take(&dir);
	return 0;
}

static int own(int dir, const char *path, const char *owner, uid_t uid, gid_t gid, struct err *err)
{
	int r;

	if (is_owned(dir, path, owner, err))
		return -EBUSY;
	r = file_put_at(dir, "owner", owner, strlen(owner), 0600);
	if (r < 0)
		return err_code(err, r, "write %s/owner", path);
	if (mkdirat(dir, "data", 0700) < 0 && errno != EEXIST)
		return err_sys(err, "make %s/data", path);
	if (fchownat(dir, "data", uid, gid, AT_SYMLINK_NOFOLLOW) < 0)
		return err_sys(err, "give %s/data to the jail", path);
	return 0;
}

static int try_take(const char *path, const char *owner, uid_t uid, gid_t gid, bool *ret_new, struct err *err)
{
	fd_auto dir = -1;
	int r;

	*ret_new = mkdir(path, 0700) == 0;
	if (!*ret_new && errno != EEXIST)
		return err_sys(err, "make %s", path);
	r = open_locked(path, true, &dir, err);
	return r < 0 ? r : own(dir, path, owner, uid, gid, err);
}

int upper_take(const char *path, const char *owner, uid_t uid, gid_t gid, bool *ret_new, struct err *err)
{
	int r = make_parents(path, err), tries = 3;

	if (r < 0)
		return r;
	/* -ENOENT: removed by gc between the mkdir and the lock. */
	do
		r = try_take(path, owner, uid, gid, ret_new, err);
	while (r == -ENOENT && --tries);
	return r;
}

/* ---- the end ---- */

int upper_remove(const char *path, struct err *err)
{
	int r = dir_remove_at(AT_FDCWD, path);

	return r < 0 && r != -ENOENT ? err_code(err, r, "remove the upper layer %s", path) : 0;
}

/* Has it an owner who is gone?  One without is being made, by somebody who has the lock or was killed. */
static bool is_left(int dir)
{
	mem_auto char *owner = NULL;
	int r = read_owner(dir, &owner);

	return r == -ENOENT || (r == 0 && access(owner, F_OK) < 0 && errno == ENOENT);
}

int upper_gc(const char *data, void (*report)(void *userdata, const char *path), void *userdata, struct err *err)
{
	char path[PATH_MAX];
	struct dirent *e;
	int n = 0, r = 0;
	DIR *d;

	snprintf(path, sizeof(path), "%s/uppers", data);
	d = opendir(path);
	if (!d)
		return errno == ENOENT || errno == EACCES ? 0 : err_sys(err, "open %s", path);
	while (r == 0 && (e = dir_next(d))) {
		fd_auto dir = -1;

		if (e->d_name[0] != '.')
			continue;
		snprintf(path, sizeof(path), "%s/uppers/%.255s", data, e->d_name);
		if (open_locked(path, false, &dir, NULL) < 0 || !is_left(dir))
			continue;
		if (report)
			report(userdata, path);
		r = upper_remove(path, err);
		n++;
	}
	closedir(d);
	return r < 0 ? r : n;
}
