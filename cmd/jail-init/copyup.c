/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * copyup.c - tmpcopyup: fill a new tmpfs with what its target held
 *
 * The source is hostile.  It is opened below the root, entries are opened without following links,
 * and only descriptors are used; depth, and with it the number of descriptors, is bounded.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <linux/time_types.h>
#include <sys/stat.h>

#include "init.h"

#define DEPTH_MAX 64

struct entry {                          /* linux_dirent64 */
	uint64_t ino;
	int64_t off;
	unsigned short len;
	unsigned char type;
	char name[];
};

static int copy_dir(int from, int to, int depth);

static int same_owner(int dir, const char *name, const struct stat *st)
{
	struct __kernel_timespec t[2] = {
		{ .tv_sec = st->st_atim.tv_sec, .tv_nsec = st->st_atim.tv_nsec },
		{ .tv_sec = st->st_mtim.tv_sec, .tv_nsec = st->st_mtim.tv_nsec },
	};
	int r = (int)SYS(fchownat, dir, name, st->st_uid, st->st_gid, AT_SYMLINK_NOFOLLOW);

	if (r == 0 && !S_ISLNK(st->st_mode))
		r = (int)SYS(fchmodat, dir, name, st->st_mode & 07777);
	if (r == 0)
		r = (int)SYS(utimensat, dir, name, t, AT_SYMLINK_NOFOLLOW);
	return r;
}

static int copy_file(int from, int to, const char *name)
{
	int in_fd, out, r = 0;
	struct stat st;
	long n;

	in_fd = (int)SYS(openat, from, name,
			 O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (in_fd < 0)
		return in_fd;
	if (SYS(fstat, in_fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		SYS(close, in_fd);
		return -ESTALE;                 /* it was exchanged since it was looked at */
	}
	out = (int)SYS(openat, to, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (out < 0)
		r = out;
	while (r == 0 && (n = SYS(sendfile, out, in_fd, NULL, 1 << 24)) != 0)
		r = n < 0 ? (int)n : 0;
	if (out >= 0)
		SYS(close, out);
	SYS(close, in_fd);
	return r;
}

static int copy_link(int from, int to, const char *name)
{
	static char target[4096];
	long n = SYS(readlinkat, from, name, target, sizeof(target) - 1);

	if (n < 0)
		return (int)n;
	target[n] = '\0';
	return (int)SYS(symlinkat, target, to, name);
}

static int copy_subdir(int from, int to, const char *name, int depth)
{
	int a, b = -1, r;

	r = (int)SYS(mkdirat, to, name, 0700);
	if (r < 0)
		return r;
	a = (int)SYS(openat, from, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (a >= 0)
		b = (int)SYS(openat, to, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	r = a < 0 ? a : b < 0 ? b : copy_dir(a, b, depth + 1);
	if (a >= 0)
		SYS(close, a);
	if (b >= 0)
		SYS(close, b);
	return r;
}

static int copy_entry(int from, int to, const char *name, int depth)
{
	struct stat st;
	int r = (int)SYS(newfstatat, from, name, &st, AT_SYMLINK_NOFOLLOW);

	if (r < 0)
		return r;
	switch (st.st_mode & S_IFMT) {
	case S_IFDIR:
		r = copy_subdir(from, to, name, depth);
		break;
	case S_IFREG:
		r = copy_file(from, to, name);
		break;
	case S_IFLNK:
		r = copy_link(from, to, name);
		break;
	case S_IFCHR:
	case S_IFBLK:
	case S_IFIFO:
		r = (int)SYS(mknodat, to, name, st.st_mode, st.st_rdev);
		if (r == -EPERM)
			return 0;               /* user namespaces have no device nodes */
		break;
	default:
		return 0;                       /* a socket without its process is of no use */
	}
	if (r == 0)
		r = same_owner(to, name, &st);
	return r < 0 && !in.detail[0] ? failed_on(r, name) : r;
}

static int copy_dir(int from, int to, int depth)
{
	char buf[1024] __attribute__((aligned(8)));
	long n, r = 0;

	if (depth > DEPTH_MAX)
		return -ELOOP;
	while (r == 0 && (n = SYS(getdents64, from, buf, sizeof(buf))) != 0) {
		if (n < 0)
			return (int)n;
		for (long at = 0; at < n && r == 0;) {
			struct entry *e = (struct entry *)(buf + at);

			at += e->len;
			if (!str_eq(e->name, ".") && !str_eq(e->name, ".."))
				r = copy_entry(from, to, e->name, depth);
		}
	}
	return (int)r;
}

int copy_up(const struct plan_step *s)
{
	const char *path = plan_str(in.plan, s->s[0]);
	int from = path_open(path, O_RDONLY | O_DIRECTORY, 0), r;

	if (from == -ENOENT) {
		in.detail[0] = '\0';
		return 0;                       /* there was nothing */
	}
	if (from < 0)
		return from;
	/* The descriptor fsmount(2) gave is O_PATH: it cannot be read, but names can be made in it. */
	r = copy_dir(from, in.tree, 0);
	SYS(close, from);
	return r < 0 && !in.detail[0] ? failed_on(r, path) : r;
}
