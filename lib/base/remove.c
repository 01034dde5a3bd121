/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * remove.c - removing a directory and whatever is in it
 *
 * A tree may be deeper than a stack or a limit of descriptors allows.  So it is never descended into:
 * what a directory holds that is a directory itself is moved to the top under a number, and emptied there
 * when its turn comes.
 */
#include "base/remove.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/util.h"

struct removal {
	int top;
	unsigned long long next;        /* number of the next directory that is moved to the top */
};

/* A name that nothing there has. */
static int move_up(struct removal *r, int dir, const char *name)
{
	char to[48];
	int tries = 1000;

	do {
		snprintf(to, sizeof(to), ".removing-%llu", r->next++);
		if (renameat2(dir, name, r->top, to, RENAME_NOREPLACE) == 0)
			return 0;
	} while (errno == EEXIST && --tries);
	return -errno;
}

/* What cannot be unlinked is a directory: removed if it is empty, otherwise moved to the top. */
static int remove_entry(struct removal *r, int dir, const char *name)
{
	if (unlinkat(dir, name, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno != EISDIR && errno != EPERM)
		return -errno;
	if (unlinkat(dir, name, AT_REMOVEDIR) == 0)
		return 0;
	if (errno != ENOTEMPTY && errno != EEXIST)
		return errno == ENOTDIR ? -EPERM : -errno;
	return dir == r->top ? 0 : move_up(r, dir, name);
}

/* One pass over what @fd holds; *ret_left: entries of it that are still there. */
static int empty_dir(struct removal *r, int fd, size_t *ret_left)
{
	DIR *d = dir_list(fd);
	struct dirent *e;
	int n = 0;

	*ret_left = 0;
	if (!d)
		return -errno;
	while (n == 0 && (e = dir_next(d))) {
		n = remove_entry(r, fd, e->d_name);
		*ret_left += faccessat(fd, e->d_name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
	}
	closedir(d);
	return n;
}

static int open_dir(int dir, const char *name, dev_t dev, int *ret)
{
	struct stat st;
	fd_auto fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	if (dev && (fstat(fd, &st) < 0 || st.st_dev != dev))
		return -EXDEV;
	*ret = fd_take(&fd);
	return 0;
}

/* Empty each directory at the top: a pass takes one level of each away. */
static int empty_subdirs(struct removal *r, dev_t dev)
{
	DIR *d = dir_list(r->top);
	struct dirent *e;
	size_t left;
	int n = 0;

	if (!d)
		return -errno;
	while (n == 0 && (e = dir_next(d))) {
		fd_auto fd = -1;

		n = open_dir(r->top, e->d_name, dev, &fd);
		if (n == -ENOENT || n == -ENOTDIR)
			n = 0;
		else if (n == 0)
			n = empty_dir(r, fd, &left);
	}
	closedir(d);
	return n;
}

int dir_remove_at(int dir_fd, const char *name)
{
	struct removal r = { 0 };
	fd_auto top = -1;
	struct stat st;
	size_t left = 1;
	int n = open_dir(dir_fd, name, 0, &top);

	if (n == 0 && fstat(top, &st) < 0)
		n = -errno;
	r.top = top;
	while (n == 0) {
		n = empty_dir(&r, top, &left);
		if (n < 0 || !left)
			break;
		n = empty_subdirs(&r, st.st_dev);
	}
	if (n == 0 && unlinkat(dir_fd, name, AT_REMOVEDIR) < 0)
		n = -errno;
	return n;
}
