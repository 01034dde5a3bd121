/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * nodes.c - device nodes, symlinks, and the pty
 *
 * Nodes are made with mknodat(2) below a directory descriptor, or, where the kernel forbids that
 * (user namespaces), as a bind of the host's node.  What already stands there must be the very same
 * device: anything else in a prepared /dev is refused.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <asm/ioctls.h>
#include <asm/termbits.h>
#include <sys/stat.h>

#include "init.h"

#define DEVPTS_SUPER_MAGIC_ 0x1cd1
#define PTMX_DEV            0x502       /* 5:2 */

int node_dir(const struct plan_step *s)
{
	int fd = path_make(plan_str(in.plan, s->s[0]), 1, 0);

	if (fd < 0)
		return fd;
	if (in.dir >= 0)
		SYS(close, in.dir);
	in.dir = fd;
	return 0;
}

/* The directory that a node's name is relative to: DIR, or its own parent for an absolute path. */
static int parent_of(const char *name, const char **ret_base, int *ret_own)
{
	static char path[4096];
	size_t n = str_len(name);

	*ret_own = 0;
	*ret_base = name;
	if (name[0] != '/')
		return in.dir;
	while (n && name[n - 1] != '/')
		n--;
	*ret_base = name + n;
	if (n >= sizeof(path))
		return failed_on(-ENAMETOOLONG, name);
	mem_copy(path, name, n);
	path[n] = '\0';
	*ret_own = 1;
	return path_make(path, 1, 0);
}

/* Is what stands there the device that is wanted? */
static int same_node(int dir, const char *name, uint64_t mode, uint64_t dev)
{
	struct stat st;
	int r = (int)SYS(newfstatat, dir, name, &st, AT_SYMLINK_NOFOLLOW);

	if (r < 0)
		return r;
	if ((st.st_mode & S_IFMT) != (mode & S_IFMT))
		return -EEXIST;
	if (!S_ISFIFO(mode) && st.st_rdev != dev)
		return -EEXIST;
	return 0;
}

int node_make(const struct plan_step *s)
{
	const char *base, *name = plan_str(in.plan, s->s[0]);
	uint32_t uid = (uint32_t)s->a[2], gid = (uint32_t)(s->a[2] >> 32);
	int own, dir, r;

	dir = parent_of(name, &base, &own);
	if (dir < 0)
		return dir;
	r = (int)SYS(mknodat, dir, base, s->a[0], s->a[1]);
	if (r == -EPERM && s->s[1]) {
		if (own)
			SYS(close, dir);
		return node_bind(s);
	}
	if (r == -EEXIST)
		r = same_node(dir, base, s->a[0], s->a[1]);
	else if (r == 0 && (uid || gid))
		r = (int)SYS(fchownat, dir, base, uid, gid, AT_SYMLINK_NOFOLLOW);
	if (own)
		SYS(close, dir);
	return r < 0 ? failed_on(r, name) : 0;
}

int node_bind(const struct plan_step *s)
{
	const char *base, *name = plan_str(in.plan, s->s[0]), *source = plan_str(in.plan, s->s[1]);
	int own, dir, target = -1, tree, r;
	struct stat st;

	tree = (int)SYS(open_tree, AT_FDCWD, source, OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC);
	if (tree < 0)
		return failed_on(tree, source);
	r = (int)SYS(fstat, tree, &st);
	if (r == 0 && ((st.st_mode & S_IFMT) != (s->a[0] & S_IFMT) || st.st_rdev != s->a[1]))
		r = -ENODEV;
	/* It is the host's inode: written to, but not changed. */
	if (r == 0)
		r = set_attr(tree, MOUNT_ATTR_RDONLY, 0, 0, 0);
	if (r < 0) {
		SYS(close, tree);
		return failed_on(r, source);
	}
	dir = parent_of(name, &base, &own);
	r = dir < 0 ? dir : same_node(dir, base, s->a[0], s->a[1]);
	if (r == -ENOENT) {
		r = (int)SYS(openat, dir, base, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0644);
		if (r >= 0) {
			SYS(close, r);
			r = 1;
		}
	} else if (r == -EEXIST) {
		r = 1;                  /* some file: it is covered, not followed */
	}
	if (r == 1) {
		target = (int)SYS(openat, dir, base, O_PATH | O_NOFOLLOW | O_CLOEXEC);
		r = target < 0 ? target : mount_move(tree, target);
	}
	if (target >= 0)
		SYS(close, target);
	if (dir >= 0 && own)
		SYS(close, dir);
	SYS(close, tree);
	return r < 0 ? failed_on(r, name) : 0;
}

int node_symlink(const struct plan_step *s)
{
	static char have[256];
	const char *name = plan_str(in.plan, s->s[0]), *to = plan_str(in.plan, s->s[1]);
	long r = SYS(symlinkat, to, in.dir, name);

	if (r != -EEXIST)
		return r < 0 ? failed_on((int)r, name) : 0;
	r = SYS(readlinkat, in.dir, name, have, sizeof(have) - 1);
	if (r >= 0) {
		have[r] = '\0';
		if (str_eq(have, to))
			return 0;
	}
	/* A file of the image's own in an unmounted /dev is left alone, as other runtimes do. */
	return 0;
}

/* ---- the pty ---- */

static int is_ptmx(int fd)
{
	struct { long type; long rest[32]; } fs;
	struct stat st;
	int r = (int)SYS(fstat, fd, &st);

	if (r == 0 && (!S_ISCHR(st.st_mode) || st.st_rdev != PTMX_DEV))
		r = -ENODEV;
	if (r == 0)
		r = (int)SYS(fstatfs, fd, &fs);
	if (r == 0 && fs.type != DEVPTS_SUPER_MAGIC_)
		r = -ENODEV;
	return r;
}

/*
 * The jail's own ptmx, and only if it is one: a real one, on a devpts.  Looked at before it is opened,
 * because opening other devices has effects, and again after, because exec has the jail's processes
 * for neighbours.
 */
static int open_ptmx(const char *path)
{
	int fd = path_open(path, O_PATH, 0), r;

	if (fd < 0)
		return fd;
	r = is_ptmx(fd);
	SYS(close, fd);
	if (r < 0)
		return failed_on(r, path);
	fd = path_open(path, O_RDWR | O_NOCTTY, 0);
	if (fd < 0)
		return fd;
	r = is_ptmx(fd);
	if (r < 0) {
		SYS(close, fd);
		return failed_on(r, path);
	}
	return fd;
}

/* /dev/console is the slave itself. */
static int bind_console(int slave, const char *path)
{
	int tree, target, r;

	tree = (int)SYS(open_tree, slave, "", OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_EMPTY_PATH);
	if (tree < 0)
		return failed_on(tree, "pty");
	target = path_make(path, 0, RESOLVE_NO_SYMLINKS);
	r = target < 0 ? target : mount_move(tree, target);
	if (target >= 0)
		SYS(close, target);
	SYS(close, tree);
	return r < 0 ? failed_on(r, path) : 0;
}

static int set_up_tty(int master, int slave, const struct plan_step *s)
{
	struct { unsigned short row, col, x, y; } size = {
		.row = (unsigned short)s->a[0], .col = (unsigned short)s->a[1],
	};
	struct termios t;
	int r = 0;

	if (size.row || size.col)
		r = (int)SYS(ioctl, master, TIOCSWINSZ, &size);
	/*
	 * The terminal in front of the user turns \n into \r\n, so this one must not; unless that
	 * one is raw, and a caller who knows has asked for it, or the master goes to an engine: those
	 * expect what the kernel makes, and docker's client is raw.
	 */
	if (r == 0)
		r = (int)SYS(ioctl, slave, TCGETS, &t);
	if (r == 0 && !s->a[3]) {
		t.c_oflag &= ~(unsigned)ONLCR;
		r = (int)SYS(ioctl, slave, TCSETS, &t);
	}
	if (r == 0 && s->a[2])
		r = (int)SYS(fchown, slave, s->a[2], -1);
	return r;
}

int node_pty(const struct plan_step *s)
{
	const char *console = plan_str(in.plan, s->s[1]);
	int master, slave, lock = 0, r;

	master = open_ptmx(plan_str(in.plan, s->s[0]));
	if (master < 0)
		return master;
	r = (int)SYS(ioctl, master, TIOCSPTLCK, &lock);
	slave = r < 0 ? r : (int)SYS(ioctl, master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	r = slave < 0 ? slave : set_up_tty(master, slave, s);
	if (r == 0 && console)
		r = bind_console(slave, console);
	if (r == 0)
		r = tell(MSG_CONSOLE, step_index(s), 0, NULL, master);
	SYS(close, master);
	in.tty = slave;
	return r;
}
