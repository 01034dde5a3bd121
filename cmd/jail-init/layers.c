/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * layers.c - a root that is an overlay
 *
 * overlayfs wants its layers by path, and (before Linux 6.15) mounted.  So they are put together below a
 * tmpfs that covers "/", where nobody sees it: paths from "/" start below what is mounted on it, but those
 * from the working directory do not.  The overlay keeps private copies of the mounts, and the tmpfs is taken
 * off again with all that is on it.  It must be: after pivot_root(2) it would lie on the old root, be what is then
 * unmounted in its place, and leave the host's root over the jail's for whoever enters the namespace.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <sys/stat.h>

#include "init.h"

#define MNT_DETACH 2

static int open_here(int dir, const char *path)
{
	return (int)SYS(openat, dir, path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* Attach @tree over "/"; @private: what is there may be shared with the host, and is cut off. */
static int cover_root(int tree, int private)
{
	int at = open_here(AT_FDCWD, "/"), r = at < 0 ? at : 0;

	if (r == 0 && private)
		r = private_parent(at);
	if (r == 0)
		r = mount_move(tree, at);
	if (at >= 0)
		SYS(close, at);
	return r;
}

int layers_open(const struct plan_step *s)
{
	int fs = fs_open("tmpfs", "layers", s->s[0]), r;

	if (fs < 0)
		return fs;
	r = in.layers = fs_mount(fs, "tmpfs", MOUNT_ATTR_NODEV);
	SYS(close, fs);
	return r < 0 ? r : cover_root(in.layers, s->a[0] != 0);
}

/* TREE becomes a layer. */
int layers_add(const struct plan_step *s)
{
	const char *name = plan_str(in.plan, s->s[0]);
	int at, r = (int)SYS(mkdirat, in.layers, name, 0700);

	if (r < 0)
		return failed_on(r, name);
	at = open_here(in.layers, name);
	r = at < 0 ? at : mount_move(in.tree, at);
	if (at >= 0)
		SYS(close, at);
	drop(&in.tree);
	return r;
}

/* A new upper layer says what "/" is like; it says what the lower one did. */
static int take_root_of(int data)
{
	int lower = open_here(in.layers, "0"), r;
	struct stat st;

	if (lower < 0)
		return lower;
	r = (int)SYS(fstat, lower, &st);
	SYS(close, lower);
	if (r == 0)
		r = (int)SYS(fchownat, data, "upper.new", st.st_uid, st.st_gid, AT_SYMLINK_NOFOLLOW);
	/* An owner who is nobody here cannot be set; then it is root. */
	if (r == -EINVAL)
		r = 0;
	return r < 0 ? r : (int)SYS(fchmodat, data, "upper.new", st.st_mode & 07777);
}

/* "data" is there for a layer on disk; in memory it is made. */
static int make_upper(void)
{
	int data, r = (int)SYS(mkdirat, in.layers, "data", 0700);

	if (r < 0 && r != -EEXIST)
		return r;
	data = open_here(in.layers, "data");
	if (data < 0)
		return data;
	r = (int)SYS(mkdirat, data, "work", 0700);
	if (r == 0 || r == -EEXIST)
		r = (int)SYS(faccessat, data, "upper", 0);
	/* As a whole, or not at all: it may be kept, and whoever finds it takes it as it is. */
	if (r == -ENOENT) {
		r = (int)SYS(mkdirat, data, "upper.new", 0700);
		if (r == 0 || r == -EEXIST)
			r = take_root_of(data);
		if (r == 0)
			r = (int)SYS(renameat2, data, "upper.new", data, "upper", 0);
	}
	SYS(close, data);
	return r;
}

/*
 * Before Linux 6.6 a tmpfs has no attributes of users, without which no directory can be removed and made
 * again.  overlayfs would go on without them, and only write a line into the kernel's log.
 */
static int check_attributes(void)
{
	static const char key[] = "user.overlay.try";
	long r = SYS(setxattr, "data/work", key, "y", 1, 0);

	if (r == -EOPNOTSUPP)
		return failed_on((int)r, "extended attributes of users on the upper layer (a tmpfs has them since Linux 6.6)");
	return r < 0 ? (int)r : (int)SYS(removexattr, "data/work", key);
}

static int set_layers(int fs, uint64_t lower, int upper)
{
	char list[256] = "", digits[24];
	int r = 0;

	for (uint64_t i = 0; r == 0 && i < lower; i++) {
		r = i ? str_append(list, sizeof(list), ":") : 0;
		if (r == 0)
			r = str_append(list, sizeof(list), str_dec(digits, i));
	}
	/* overlayfs does not take one layer alone. */
	if (r == 0 && lower == 1 && !upper) {
		r = (int)SYS(mkdirat, in.layers, "none", 0700);
		if (r == 0)
			r = str_append(list, sizeof(list), ":none");
	}
	if (r == 0)
		r = fs_string(fs, "lowerdir", list);
	if (r == 0 && upper)
		r = fs_string(fs, "upperdir", "data/upper");
	if (r == 0 && upper)
		r = fs_string(fs, "workdir", "data/work");
	return r;
}

/* The working directory is among the layers. */
static int mount_here(const struct plan_step *s)
{
	int fs, r = s->a[1] ? make_upper() : 0;

	if (r == 0 && s->a[1])
		r = check_attributes();
	if (r < 0)
		return r;
	fs = fs_open("overlay", "jail", s->s[0]);
	if (fs < 0)
		return fs;
	r = set_layers(fs, s->a[0], s->a[1] != 0);
	if (r == 0)
		r = in.root = fs_mount(fs, "overlay", 0);
	SYS(close, fs);
	if (r >= 0)
		r = (int)SYS(umount2, ".", MNT_DETACH);
	return r;
}

int layers_mount(const struct plan_step *s)
{
	int cwd = open_here(AT_FDCWD, "."), r = (int)SYS(fchdir, in.layers);

	if (r == 0)
		r = mount_here(s);
	drop(&in.layers);
	/* Hooks find themselves where they would without layers, unless that is closed to root of this namespace. */
	if (cwd < 0 || SYS(fchdir, cwd) < 0)
		SYS(chdir, "/");
	drop(&cwd);
	return r < 0 ? r : cover_root(in.root, 0);
}
