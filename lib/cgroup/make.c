/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * make.c - make a jail's cgroup and open it
 *
 * Several jails may share the directories above their cgroups ("jail/").  Each one made here
 * carries the attribute MARK, so that whoever empties it last may remove it, and one that
 * an administrator made stays.  A shared directory can vanish between finding it and making the
 * next one in it: then everything starts over.
 */
#include "cgroup/cgroup.h"

#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "cgroup/internal.h"
#include "cgroup/mark.h"

#define OPEN_DIR (O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
#define ATTEMPTS 64

/* cgroup2 has user attributes since Linux 5.7.  Without the mark the directory just stays. */
static void mark(int dir_fd)
{
	fd_auto fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0)
		fsetxattr(fd, CGROUP_MARK, "1", 1, 0);
}

/* One component; *ret_made when it was not there. */
static int step(int parent, const char *name, bool leaf, int *ret_fd, bool *ret_made)
{
	bool made = mkdirat(parent, name, 0755) == 0;
	fd_auto fd = -1;

	if (!made && errno != EEXIST)
		return -errno;
	fd = openat(parent, name, OPEN_DIR);
	if (fd < 0)
		return -errno;
	if (made && !leaf)
		mark(fd);
	*ret_fd = fd_take(&fd);
	*ret_made = made;
	return 0;
}

/* @len bytes of @path have been made or found when this fails; ret->top tells which were made. */
static int walk(int root_fd, const char *path, struct cgroup_made *ret, bool *ret_leaf_made,
		struct err *err)
{
	bool made = false;
	size_t end = 0;

	for (const char *p = path; ; p = path + end + 1) {
		char name[256];
		int fd = -1, r;

		end = (size_t)(strchrnul(p, '/') - path);
		snprintf(name, sizeof(name), "%.*s", (int)(path + end - p), p);
		r = step(ret->fd < 0 ? root_fd : ret->fd, name, !path[end], &fd, &made);
		if (r < 0)
			return err_code(err, r, "make cgroup %.*s", (int)end, path);
		fd_close(&ret->fd);
		ret->fd = fd;
		if (made && !ret->top) {
			ret->top = strndup(path, end);
			if (!ret->top)
				return err_nomem(err);
		}
		if (!path[end])
			break;
	}
	*ret_leaf_made = made;
	return 0;
}

/*
 * Where all were killed at once (cgroup.kill) some kernels kill whoever is made there from then on: seen with Linux 6.18,
 * which compares how often that was done with the number of the maker's own cgroup.
 */
static bool kills_newcomers(int fd)
{
	struct clone_args args = {
		.flags = CLONE_INTO_CGROUP, .cgroup = (uint64_t)fd,
	};
	pid_t pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));
	int status = 0;

	if (pid == 0)
		_exit(0);
	while (pid > 0 && waitpid(pid, &status, __WALL) < 0 && errno == EINTR)
		;
	return pid > 0 && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

/* A cgroup made below a frozen one is frozen from the start. */
static int check_fit(int fd, const char *path, bool leaf_made, struct err *err)
{
	int r = leaf_made ? 0 : cgroup_populated(fd);

	if (r > 0)
		return err_set(err, -EBUSY, "cgroup %s already holds processes", path);
	if (r == 0)
		r = cgroup_frozen(fd);
	if (r > 0)
		return err_set(err, -EBUSY, "cgroup %s is frozen", path);
	if (r == 0 && !leaf_made && kills_newcomers(fd))
		return err_set(err, -EBUSY, "cgroup %s: all in it was killed once (cgroup.kill), and this kernel kills "
			       "what is started there since; remove it", path);
	return r < 0 ? err_code(err, r, "read the state of cgroup %s", path) : 0;
}

int cgroup_make(int root_fd, const char *path, struct cgroup_made *ret, struct err *err)
{
	struct cgroup_made m = { .fd = -1 };
	bool leaf_made = false;
	int r = -EINVAL;

	if (!cgroup_path_ok(path))
		return err_set(err, r, "not a cgroup path: %s", path);
	for (int i = 0; i < ATTEMPTS; i++) {
		r = walk(root_fd, path, &m, &leaf_made, err);
		if (r == 0)
			r = check_fit(m.fd, path, leaf_made, err);
		if (r == 0) {
			*ret = m;
			return 0;
		}
		cgroup_remove(root_fd, path, m.top, 0, NULL);
		cgroup_made_done(&m);
		if (r != -ENOENT && r != -ENODEV)
			break;
	}
	return r;
}

int cgroup_open(int root_fd, const char *path, int *ret_fd, struct err *err)
{
	int fd;

	if (!cgroup_path_ok(path))
		return err_set(err, -EINVAL, "not a cgroup path: %s", path);
	fd = openat(root_fd, path, OPEN_DIR);
	if (fd < 0)
		return err_sys(err, "open cgroup %s", path);
	*ret_fd = fd;
	return 0;
}
