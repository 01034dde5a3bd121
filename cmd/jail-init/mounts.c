/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mounts.c - trees are made detached and attached to descriptors
 *
 * Slot TREE holds a detached mount: a clone of a host path, one received from the runtime, or a new
 * file system.  Its attributes are set while nobody can see it; then it is moved onto a descriptor
 * that was found below the root.  No path of the jail is ever given to mount(2).
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <sys/stat.h>

#include "init.h"

#define MNT_DETACH 2
#define DEPTH_MAX  2048         /* a path has no more components */

int mount_move(int tree, int target)
{
	return (int)SYS(move_mount, tree, "", target, "",
			MOVE_MOUNT_F_EMPTY_PATH | MOVE_MOUNT_T_EMPTY_PATH);
}

int set_attr(int fd, uint64_t set, uint64_t clr, uint64_t propagation, int recursive)
{
	struct mount_attr attr = {
		.attr_set = set, .attr_clr = clr, .propagation = propagation,
	};

	return (int)SYS(mount_setattr, fd, "", AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0), &attr,
			sizeof(attr));
}

int clone_tree(int fd, const char *path, int recursive)
{
	unsigned flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | (recursive ? AT_RECURSIVE : 0);

	return (int)SYS(open_tree, fd, path, flags | (*path ? 0 : AT_EMPTY_PATH));
}

/* ---- the root ---- */

/* Make the mount that holds @fd private, so that the root does not propagate to the host. */
int private_parent(int fd)
{
	int r = (int)SYS(openat, fd, ".", O_PATH | O_DIRECTORY | O_CLOEXEC), left = DEPTH_MAX;

	while (r >= 0) {
		int up, done = set_attr(r, 0, 0, MS_PRIVATE, 0);

		/* EINVAL: not the root of its mount.  In a chroot there may be none above. */
		if (done != -EINVAL || !--left) {
			SYS(close, r);
			return done;
		}
		up = (int)SYS(openat, r, "..", O_PATH | O_DIRECTORY | O_CLOEXEC);
		SYS(close, r);
		r = up;
	}
	return r;
}

/*
 * The root is its own bind mount: pivot_root(2) wants a mount point.  One that was received may lie
 * below directories that root of this user namespace cannot enter, so it is attached over "/", which
 * nobody sees: paths from "/" start below what is mounted on it.
 */
int mount_root(const struct plan_step *s, int received)
{
	const char *path = plan_str(in.plan, s->s[0]);
	int at, r;

	at = (int)SYS(openat, AT_FDCWD, received ? "/" : path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (at < 0)
		return failed_on(at, path);
	in.root = received ? in.tree : clone_tree(at, "", 1);
	in.tree = -1;
	r = in.root < 0 ? in.root : 0;
	if (r == 0 && s->a[0])
		r = private_parent(at);
	if (r == 0 && s->a[1])
		r = set_attr(in.root, 0, 0, MS_PRIVATE, 1);
	if (r == 0)
		r = mount_move(in.root, at);
	SYS(close, at);
	return r < 0 ? failed_on(r, path) : r;
}

int mount_root_attr(const struct plan_step *s)
{
	return set_attr(in.root, s->a[0], 0, s->a[1], s->a[2] != 0);
}

/*
 * pivot_root(".", ".") stacks the old root on the new one, where it is taken off again; see
 * pivot_root(2).  Where the kernel refuses (the host runs from an initramfs) the root is moved over
 * "/" instead, which leaves the old one below: only on request.
 *
 * Mounts that are shared with the host's are cut off first: or the host's own would be taken off together with
 * them, all of them.  Only the old ones: what a volume of the jail's shares with the host stays shared.
 */
static int pivot(int old)
{
	int r = (int)SYS(pivot_root, ".", ".");

	if (r == 0 && old >= 0)
		r = set_attr(old, 0, 0, MS_SLAVE, 1);
	return r < 0 ? r : (int)SYS(umount2, ".", MNT_DETACH);
}

/* What was received, or made of layers, lies there already: over itself it cannot be moved. */
static int move_over(int old)
{
	int r = old < 0 ? 0 : set_attr(old, 0, 0, MS_SLAVE, 0);

	if (r == 0)
		r = (int)SYS(move_mount, in.root, "", AT_FDCWD, "/", MOVE_MOUNT_F_EMPTY_PATH);
	if (r == -ELOOP)
		r = 0;
	return r < 0 ? r : (int)SYS(chroot, ".");
}

int mount_pivot(const struct plan_step *s)
{
	int r = (int)SYS(fchdir, in.root), old = -1;

	if (r == 0 && s->a[1])
		r = old = (int)SYS(openat, AT_FDCWD, "/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (r >= 0)
		r = s->a[0] ? move_over(old) : pivot(old);
	if (old >= 0)
		SYS(close, old);
	return r < 0 ? r : (int)SYS(chdir, "/");
}

/* ---- trees ---- */

int mount_tree_clone(const struct plan_step *s)
{
	const char *path = plan_str(in.plan, s->s[0]);

	drop(&in.tree);
	in.tree_is_dir = 0;
	in.tree = clone_tree(AT_FDCWD, path, s->a[0] != 0);
	return in.tree < 0 ? failed_on(in.tree, path) : 0;
}

/* Hand one option to the file system being made; in.detail gets the kernel's own words. */
static int fs_option(int fs, char *option)
{
	char *value = option;
	int r;

	while (*value && *value != '=')
		value++;
	if (!*value)
		return (int)SYS(fsconfig, fs, FSCONFIG_SET_FLAG, option, NULL, 0);
	*value = '\0';
	r = (int)SYS(fsconfig, fs, FSCONFIG_SET_STRING, option, value + 1, 0);
	*value = '=';
	return r;
}

/* The kernel's message, "e tmpfs: Bad value for 'size'", says more than an errno. */
static int fs_failed(int fs, int r, const char *what)
{
	long n = SYS(read, fs, in.detail, sizeof(in.detail) - 1);

	if (n <= 2)
		return failed_on(r, what);
	in.detail[n] = '\0';
	while (n && in.detail[n - 1] == '\n')
		in.detail[--n] = '\0';
	mem_copy(in.detail, in.detail + 2, (size_t)n - 1);
	return r;
}

static int fs_options(int fs, uint32_t list)
{
	const uint64_t *v = list ? plan_at(in.plan, list) : NULL;

	for (uint64_t i = 1; v && i <= v[0]; i++) {
		char *option = (char *)in.plan + v[i];
		int r = fs_option(fs, option);

		if (r < 0)
			return fs_failed(fs, r, option);
	}
	return 0;
}

int mount_mode_of(const struct plan_step *s)
{
	int fd = path_open(plan_str(in.plan, s->s[0]), O_PATH | O_DIRECTORY, 0), r;
	struct stat st;

	in.mode[0] = '\0';
	if (fd < 0) {
		in.detail[0] = '\0';
		return 0;                       /* nothing there, or nothing that it could be mounted on */
	}
	r = (int)SYS(fstat, fd, &st);
	SYS(close, fd);
	for (int i = 0; r == 0 && i < 4; i++)
		in.mode[i] = (char)('0' + (st.st_mode >> (9 - 3 * i) & 7));
	return r;
}

int fs_open(const char *type, const char *source, uint32_t options)
{
	int fs = (int)SYS(fsopen, type, FSOPEN_CLOEXEC), r = 0;

	if (fs < 0)
		return failed_on(fs, type);
	if (source)
		r = (int)SYS(fsconfig, fs, FSCONFIG_SET_STRING, "source", source, 0);
	if (r < 0)
		r = fs_failed(fs, r, source);
	if (r == 0)
		r = fs_options(fs, options);
	if (r < 0)
		SYS(close, fs);
	return r < 0 ? r : fs;
}

int fs_string(int fs, const char *key, const char *value)
{
	int r = (int)SYS(fsconfig, fs, FSCONFIG_SET_STRING, key, value, 0);

	return r < 0 ? fs_failed(fs, r, key) : r;
}

int fs_mount(int fs, const char *type, uint64_t attrs)
{
	int r = (int)SYS(fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0);

	if (r == 0)
		r = (int)SYS(fsmount, fs, FSMOUNT_CLOEXEC, attrs);
	return r < 0 ? fs_failed(fs, r, type) : r;
}

int mount_tree_fs(const struct plan_step *s)
{
	const char *type = plan_str(in.plan, s->s[0]);
	int fs, r = 0;

	drop(&in.tree);
	in.tree_is_dir = 1;
	fs = fs_open(type, plan_str(in.plan, s->s[1]), s->s[2]);
	if (fs < 0)
		return fs;
	if (in.mode[0])
		r = fs_string(fs, "mode", in.mode);
	in.mode[0] = '\0';
	if (r == 0)
		r = in.tree = fs_mount(fs, type, s->a[0]);
	SYS(close, fs);
	return r < 0 ? r : 0;
}

int mount_tree_attr(const struct plan_step *s)
{
	return set_attr(in.tree, s->a[0], s->a[1], s->a[2], s->a[3] != 0);
}

/* 1: a directory, 2: not. */
static int kind_of(int fd)
{
	struct stat st;
	int r = (int)SYS(fstat, fd, &st);

	return r < 0 ? r : S_ISDIR(st.st_mode) ? 1 : 2;
}

/*
 * The kernel's EINVAL says ENOTDIR where a directory would cover a file or the other way round, as
 * mount(2) does.  Engines look for that.
 */
static int why_not_moved(int r, int target)
{
	if (r == -EINVAL && (kind_of(in.tree) == 1) != (kind_of(target) == 1))
		return -ENOTDIR;
	return r;
}

/*
 * Find the target and move TREE onto it.  A target that is missing is made, of the kind that the
 * tree is; only then is that kind looked up.
 */
int mount_attach(const struct plan_step *s)
{
	const char *path = plan_str(in.plan, s->s[0]);
	uint64_t resolve = s->a[0] == TARGET_STRICT_DIR ? RESOLVE_NO_SYMLINKS : 0;
	int target = path_open(path, O_PATH, resolve), r;

	if (target == -ENOENT) {
		r = in.tree_is_dir ? in.tree_is_dir : kind_of(in.tree);
		if (r < 0)
			return r;
		target = path_make(path, r == 1, resolve);
	}
	if (target < 0)
		return target;
	r = mount_move(in.tree, target);
	if (r < 0)
		r = why_not_moved(r, target);
	SYS(close, target);
	drop(&in.tree);
	return r < 0 ? failed_on(r, path) : 0;
}

int mount_remount(const struct plan_step *s)
{
	const char *path = plan_str(in.plan, s->s[0]);
	int fd = path_open(path, O_PATH, 0), r = 0;

	if (fd < 0)
		return fd;
	if (s->s[1]) {
		int fs = (int)SYS(fspick, fd, "", FSPICK_EMPTY_PATH | FSPICK_CLOEXEC);

		r = fs < 0 ? fs : fs_options(fs, s->s[1]);
		if (r == 0) {
			r = (int)SYS(fsconfig, fs, FSCONFIG_CMD_RECONFIGURE, NULL, NULL, 0);
			if (r < 0)
				r = fs_failed(fs, r, path);
		}
		if (fs >= 0)
			SYS(close, fs);
	}
	if (r == 0 && (s->a[0] || s->a[1] || s->a[2]))
		r = set_attr(fd, s->a[0], s->a[1], s->a[2], s->a[3] != 0);
	SYS(close, fd);
	return r < 0 && !in.detail[0] ? failed_on(r, path) : r;
}

/* ---- masked and read-only paths ---- */

/* The host's /dev/null, and nothing else that stands in its place. */
static int open_null(void)
{
	struct stat st;
	int fd = (int)SYS(openat, AT_FDCWD, "/dev/null", O_PATH | O_NOFOLLOW | O_CLOEXEC), r;

	if (fd < 0)
		return failed_on(fd, "/dev/null");
	r = (int)SYS(fstat, fd, &st);
	if (r == 0 && (!S_ISCHR(st.st_mode) || st.st_rdev != 0x103))
		r = -ENODEV;
	if (r < 0) {
		SYS(close, fd);
		return failed_on(r, "/dev/null");
	}
	return fd;
}

/*
 * One empty read-only tmpfs serves all masked directories.  The first one gets the mount itself: before
 * Linux 6.15 a mount can be cloned only once it is attached.
 */
static int open_empty(void)
{
	int fs = (int)SYS(fsopen, "tmpfs", FSOPEN_CLOEXEC), r;

	if (fs < 0)
		return fs;
	r = (int)SYS(fsconfig, fs, FSCONFIG_SET_STRING, "nr_inodes", "1", 0);
	if (r == 0)
		r = (int)SYS(fsconfig, fs, FSCONFIG_SET_STRING, "mode", "0555", 0);
	if (r == 0)
		r = (int)SYS(fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0);
	if (r == 0)
		r = (int)SYS(fsmount, fs, FSMOUNT_CLOEXEC,
			     MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV |
				     MOUNT_ATTR_NOEXEC);
	SYS(close, fs);
	return r;
}

static int mask_with(int from, int target)
{
	int tree = clone_tree(from, "", 0), r;

	if (tree < 0)
		return tree;
	r = mount_move(tree, target);
	SYS(close, tree);
	return r;
}

static int mask_dir(int target)
{
	if (in.empty >= 0)
		return mask_with(in.empty, target);
	in.empty = open_empty();
	return in.empty < 0 ? in.empty : mount_move(in.empty, target);
}

/*
 * The host's own /dev/null, read-only: data are written to a device all the same, but nobody changes its mode and
 * owner, which are those of the host's.  As with the empty directory, the first one gets the mount itself.
 */
static int mask_file(int target)
{
	int null, r;

	if (in.dev_null >= 0)
		return mask_with(in.dev_null, target);
	null = open_null();
	if (null < 0)
		return null;
	in.dev_null = clone_tree(null, "", 0);
	SYS(close, null);
	if (in.dev_null < 0)
		return in.dev_null;
	r = set_attr(in.dev_null, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NOEXEC, 0, 0, 0);
	return r < 0 ? r : mount_move(in.dev_null, target);
}

int mount_mask(const struct plan_step *s)
{
	const char *path = plan_str(in.plan, s->s[0]);
	int r, target = path_open(path, O_PATH, 0);

	if (target < 0) {
		if (target == -ENOENT || target == -ENOTDIR) {
			in.detail[0] = '\0';
			return 0;       /* nothing there to hide */
		}
		return target;
	}
	r = kind_of(target);
	if (r == 1)
		r = mask_dir(target);
	else if (r > 0)
		r = mask_file(target);
	SYS(close, target);
	return r < 0 && !in.detail[0] ? failed_on(r, path) : r;
}

int mount_readonly(const struct plan_step *s)
{
	const char *path = plan_str(in.plan, s->s[0]);
	int tree, r, target = path_open(path, O_PATH, 0);

	if (target < 0) {
		if (target == -ENOENT || target == -ENOTDIR) {
			in.detail[0] = '\0';
			return 0;
		}
		return target;
	}
	tree = clone_tree(target, "", 1);
	r = tree < 0 ? tree : set_attr(tree, MOUNT_ATTR_RDONLY, 0, 0, 1);
	if (r == 0)
		r = mount_move(tree, target);
	if (tree >= 0)
		SYS(close, tree);
	SYS(close, target);
	return r < 0 ? failed_on(r, path) : 0;
}
