/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * paths.c - finding and making paths below a hostile root
 *
 * The kernel resolves (openat2 with RESOLVE_IN_ROOT), so no symlink and no ".." leaves the root, and
 * RESOLVE_NO_MAGICLINKS keeps /proc/PID/root and the like out.  What does not exist is made one
 * component at a time; a symlink on the way is read and walked by us, below the root again, because
 * a dangling one must lead to where its target would be: /etc/resolv.conf often is one.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>

#include "init.h"

#define PATH_MAX_ 4096
#define LINKS_MAX 40

static int open2(int dir, const char *path, uint64_t flags, uint64_t mode, uint64_t resolve)
{
	struct open_how how = {
		.flags = flags | O_CLOEXEC,
		.mode = mode,
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS | resolve,
	};
	long r;
	int tries = 32;

	/* EAGAIN: something was renamed while ".." was resolved, see openat2(2). */
	do
		r = SYS(openat2, dir, path, &how, sizeof(how));
	while (r == -EAGAIN && --tries);
	return (int)r;
}

int path_open(const char *path, uint64_t flags, uint64_t resolve)
{
	int r = open2(in.root, path, flags, 0, resolve);

	return r < 0 ? failed_on(r, path) : r;
}

/* A walk: @done is resolved and free of symlinks, @left is still to be walked. */
struct walk {
	char done[PATH_MAX_], left[PATH_MAX_], name[256];
	int links;
};

/* Take the next component of w->left into w->name; 0 when there is none. */
static int walk_next(struct walk *w)
{
	char *l = w->left;
	size_t n = 0, at = 0;

	while (l[at] == '/')
		at++;
	while (l[at + n] && l[at + n] != '/')
		n++;
	if (n > 255)
		return -ENAMETOOLONG;
	mem_copy(w->name, l + at, n);
	w->name[n] = '\0';
	while (l[at + n] == '/')
		n++;
	mem_copy(l, l + at + n, str_len(l + at + n) + 1);
	return w->name[0] != '\0';
}

static void walk_up(struct walk *w)
{
	size_t n = str_len(w->done);

	while (n && w->done[--n] != '/')
		;
	w->done[n] = '\0';
}

/* Put the target of the symlink @fd in front of what is left. */
static int walk_link(struct walk *w, int fd)
{
	static char target[PATH_MAX_];
	long n;

	if (++w->links > LINKS_MAX)
		return -ELOOP;
	n = SYS(readlinkat, fd, "", target, sizeof(target) - 1);
	if (n < 0)
		return (int)n;
	target[n] = '\0';
	if (target[0] == '/')
		w->done[0] = '\0';
	if (w->left[0] && (str_append(target, sizeof(target), "/") < 0 ||
			   str_append(target, sizeof(target), w->left) < 0))
		return -ENAMETOOLONG;
	mem_copy(w->left, target, str_len(target) + 1);
	return 0;
}

/* Make w->name in w->done: a directory, or an empty file. */
static int walk_create(struct walk *w, int dir)
{
	int parent, r;

	parent = open2(in.root, w->done[0] ? w->done : ".", O_PATH | O_DIRECTORY, 0,
		       RESOLVE_NO_SYMLINKS);
	if (parent < 0)
		return parent;
	if (dir) {
		r = (int)SYS(mkdirat, parent, w->name, 0755);
	} else {
		r = (int)SYS(openat, parent, w->name,
			     O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC | O_WRONLY, 0644);
		if (r >= 0) {
			SYS(close, r);
			r = 0;
		}
	}
	SYS(close, parent);
	return r == -EEXIST ? 0 : r;
}

/* Open w->name in w->done without following it, making it if it is missing. */
static int walk_open(struct walk *w, int dir)
{
	int fd, r;

	if (str_append(w->done, sizeof(w->done), "/") < 0 ||
	    str_append(w->done, sizeof(w->done), w->name) < 0)
		return -ENAMETOOLONG;
	fd = open2(in.root, w->done, O_PATH | O_NOFOLLOW, 0, RESOLVE_NO_SYMLINKS);
	if (fd != -ENOENT)
		return fd;
	walk_up(w);
	r = walk_create(w, dir);
	if (r < 0)
		return r;
	if (str_append(w->done, sizeof(w->done), "/") < 0 ||
	    str_append(w->done, sizeof(w->done), w->name) < 0)
		return -ENAMETOOLONG;
	return open2(in.root, w->done, O_PATH | O_NOFOLLOW, 0, RESOLVE_NO_SYMLINKS);
}

static int is_symlink(int fd)
{
	struct stat st;
	long r = SYS(fstat, fd, &st);

	return r < 0 ? (int)r : S_ISLNK(st.st_mode);
}

static int walk_make(const char *path, int dir)
{
	static struct walk w;
	int fd = -1, r;

	w.done[0] = w.left[0] = '\0';
	w.links = 0;
	if (str_append(w.left, sizeof(w.left), path) < 0)
		return -ENAMETOOLONG;
	for (;;) {
		r = walk_next(&w);
		if (r <= 0)
			break;
		if (str_eq(w.name, "."))
			continue;
		if (fd >= 0)
			SYS(close, fd);
		fd = -1;
		if (str_eq(w.name, "..")) {
			walk_up(&w);
			continue;
		}
		fd = walk_open(&w, dir || w.left[0]);
		if (fd < 0)
			return fd;
		r = is_symlink(fd);
		if (r > 0) {
			walk_up(&w);
			r = walk_link(&w, fd);
			SYS(close, fd);
			fd = -1;
		}
		if (r < 0)
			break;
	}
	if (r < 0) {
		if (fd >= 0)
			SYS(close, fd);
		return r;
	}
	return fd >= 0 ? fd : open2(in.root, w.done[0] ? w.done : ".", O_PATH, 0, RESOLVE_NO_SYMLINKS);
}

int path_make(const char *path, int dir, uint64_t resolve)
{
	int fd = open2(in.root, path, O_PATH, 0, resolve);

	if (fd == -ENOENT) {
		fd = walk_make(path, dir);
		if (fd >= 0 && resolve) {       /* made; now found under the stricter rule */
			SYS(close, fd);
			fd = open2(in.root, path, O_PATH, 0, resolve);
		}
	}
	return fd < 0 ? failed_on(fd, path) : fd;
}
