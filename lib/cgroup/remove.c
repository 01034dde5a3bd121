/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * remove.c - remove a jail's cgroup with all that the jail made in it
 *
 * A jail with a writable cgroup may leave any number of cgroups, nested as deep as it likes.  So
 * nothing here recurses, keeps a list or builds a path: one descriptor walks down into whatever
 * rmdir refuses because it has children, and back up by "..", which is safe because cgroups
 * cannot be renamed or linked.  A directory is listed again after each climb; what was
 * removed is then gone from the list, so the walk ends.
 */
#include "cgroup/cgroup.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <time.h>

#include "cgroup/internal.h"
#include "cgroup/mark.h"

#define OPEN_LIST (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)

struct kernel_dirent {
	uint64_t ino;
	int64_t off;
	uint16_t reclen;
	uint8_t type;
	char name[];
};

int cgroup_next_child(int fd, char name[256])
{
	char block[4096] __attribute__((aligned(8)));

	for (;;) {
		long n = syscall(SYS_getdents64, fd, block, sizeof(block));

		if (n <= 0)
			return n < 0 && errno != ENOENT ? -errno : 0;
		for (long at = 0; at < n;) {
			const struct kernel_dirent *e = (const void *)(block + at);

			at += e->reclen;
			if (e->type != DT_DIR || strcmp(e->name, ".") == 0 || strcmp(e->name, "..") == 0)
				continue;
			snprintf(name, 256, "%s", e->name);
			return lseek(fd, e->off, SEEK_SET) < 0 ? -errno : 1;
		}
	}
}

/*
 * Remove the empty directories directly below @fd; 1: *name is one that would not go.
 * Busy means children, processes, or processes that have ended but are not buried yet.
 */
static int remove_children(int fd, char name[256], bool *progress)
{
	int r;

	if (lseek(fd, 0, SEEK_SET) < 0)
		return -errno;
	while ((r = cgroup_next_child(fd, name)) > 0) {
		if (unlinkat(fd, name, AT_REMOVEDIR) == 0 || errno == ENOENT) {
			*progress = true;
			continue;
		}
		return errno == EBUSY || errno == ENOTEMPTY ? 1 : -errno;
	}
	return r == -ENODEV ? 0 : r;
}

/* @fd has no children and would not go: wait for its processes. */
static int wait_empty(int fd, int64_t deadline_ms)
{
	struct timespec pause = { .tv_nsec = 200000 };
	int r = cgroup_event_wait(fd, "populated", 0, deadline_ms);

	if (r == 0 && cgroup_now_ms() > deadline_ms)
		return -ETIMEDOUT;
	nanosleep(&pause, NULL);
	return r;
}

static int move_to(int *fd, const char *name)
{
	int next = openat(*fd, name, OPEN_LIST);

	if (next < 0)
		return -errno;
	fd_close(fd);
	*fd = next;
	return 0;
}

/* Everything below *fd, which is left where the walk began. */
static int remove_below(int *fd, int64_t deadline_ms)
{
	bool progress = false;
	char name[256];
	size_t depth = 0;
	int r;

	for (;;) {
		r = remove_children(*fd, name, &progress);
		if (r < 0 || (r == 0 && depth == 0))
			return r;
		if (r == 1) {
			r = move_to(fd, name);
			if (r == -ENOENT)
				continue;
			if (r < 0)
				return r;
			depth++;
			if (remove_children(*fd, name, &progress) != 0)
				continue;
			/* Without children now: up, and try it again, or wait when that is no news. */
			r = progress ? 0 : wait_empty(*fd, deadline_ms);
			progress = false;
		}
		if (r == 0)
			r = move_to(fd, "..");
		if (r < 0)
			return r;
		depth--;
	}
}

/* 0: it is gone, 1: it is busy */
static int remove_one(int root_fd, const char *path)
{
	if (unlinkat(root_fd, path, AT_REMOVEDIR) == 0 || errno == ENOENT)
		return 0;
	return errno == EBUSY || errno == ENOTEMPTY ? 1 : -errno;
}

static int remove_tree(int root_fd, const char *path, int64_t deadline_ms)
{
	fd_auto fd = -1;
	int r;

	r = remove_one(root_fd, path);
	if (r <= 0)
		return r;
	fd = openat(root_fd, path, OPEN_LIST);
	if (fd < 0)
		return errno == ENOENT ? 0 : -errno;
	for (;;) {
		r = remove_below(&fd, deadline_ms);
		if (r == 0)
			r = remove_one(root_fd, path);
		if (r <= 0)
			return r;
		r = wait_empty(fd, deadline_ms);
		if (r < 0)
			return r;
	}
}

/* What its maker wrote down before it made it, or had no time to mark. */
static bool is_recorded(const char *path, const char *made_top)
{
	size_t n = strlen(made_top);

	return strncmp(path, made_top, n) == 0 && (path[n] == '\0' || path[n] == '/');
}

static bool is_marked(int root_fd, const char *path)
{
	fd_auto fd = openat(root_fd, path, OPEN_LIST);
	char value[8];

	return fd >= 0 && fgetxattr(fd, CGROUP_MARK, value, sizeof(value)) > 0;
}

int cgroup_remove(int root_fd, const char *path, const char *made_top, int timeout_ms,
		  struct err *err)
{
	mem_auto char *up = NULL;
	char *slash;
	int r;

	if (!made_top)
		return 0;
	if (!cgroup_path_ok(path))
		return err_set(err, -EINVAL, "not a cgroup path: %s", path);
	r = remove_tree(root_fd, path, cgroup_now_ms() + timeout_ms);
	if (r == -ETIMEDOUT)
		return err_set(err, -EBUSY, "remove cgroup %s: processes are left in it after %d ms",
			       path, timeout_ms);
	if (r < 0)
		return err_code(err, r, "remove cgroup %s", path);

	up = strdup(path);
	while (up && (slash = strrchr(up, '/'))) {
		*slash = '\0';
		if (!is_recorded(up, made_top) && !is_marked(root_fd, up))
			break;
		if (unlinkat(root_fd, up, AT_REMOVEDIR) < 0 && errno != ENOENT)
			break;
	}
	return 0;
}
