/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * trees.c - mounts that jail-init cannot open by itself, opened here and sent to it
 *
 * The root of a user namespace can neither reach every path of the host nor id-map a mount.  So the
 * runtime clones the tree, sets its propagation and mapping while it is detached, and sends it.
 */
#include "run/trees.h"

#include <fcntl.h>
#include <linux/mount.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "run/idmap.h"

static int set_attr(int fd, struct mount_attr *attr, bool recursive)
{
	return syscall(SYS_mount_setattr, fd, "", AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0), attr,
		       sizeof(*attr)) < 0 ? -errno : 0;
}

static int user_namespace(const struct plan *p, const struct plan_step *s, pid_t pid, int *ret,
			  struct err *err)
{
	char path[48];

	if ((s->a[2] & ~(uint64_t)IDMAP_RECURSIVE) == IDMAP_GIVEN)
		return idmap_namespace(plan_str(p, s->s[1]), plan_str(p, s->s[2]), ret, err);
	snprintf(path, sizeof(path), "/proc/%d/ns/user", (int)pid);
	*ret = open(path, O_RDONLY | O_CLOEXEC);
	return *ret < 0 ? err_sys(err, "open %s", path) : 0;
}

static int map_ids(const struct plan *p, const struct plan_step *s, pid_t pid, int tree,
		   struct err *err)
{
	struct mount_attr attr = { .attr_set = MOUNT_ATTR_IDMAP };
	fd_auto ns = -1;
	int r = user_namespace(p, s, pid, &ns, err);

	if (r < 0)
		return r;
	attr.userns_fd = (uint64_t)ns;
	r = set_attr(tree, &attr, s->a[2] & IDMAP_RECURSIVE);
	if (r == -EINVAL)
		return err_set(err, r, "the file system of %s (or one mounted below it) "
			       "cannot be id-mapped", plan_str(p, s->s[0]));
	return r < 0 ? err_code(err, r, "id-map %s", plan_str(p, s->s[0])) : 0;
}

/* A file with an EROFS file system.  Since Linux 6.12 it needs no block device. */
static int mount_image(const char *file, int *ret, struct err *err)
{
	fd_auto fs = (int)syscall(SYS_fsopen, "erofs", FSOPEN_CLOEXEC);
	fd_auto tree = -1;

	if (fs < 0)
		return err_sys(err, "the kernel has no erofs");
	if (syscall(SYS_fsconfig, fs, FSCONFIG_SET_STRING, "source", file, 0) < 0 ||
	    syscall(SYS_fsconfig, fs, FSCONFIG_SET_FLAG, "ro", NULL, 0) < 0 ||
	    syscall(SYS_fsconfig, fs, FSCONFIG_CMD_CREATE, NULL, NULL, 0) < 0)
		return errno == ENOTBLK ?
			err_set(err, -ENOTBLK, "mount %s: images need Linux 6.12 or later", file) :
			err_sys(err, "mount %s as erofs", file);
	tree = (int)syscall(SYS_fsmount, fs, FSMOUNT_CLOEXEC, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NODEV);
	if (tree < 0)
		return err_sys(err, "mount %s", file);
	*ret = fd_take(&tree);
	return 0;
}

static int clone_tree(const char *source, bool recursive, int *ret, struct err *err)
{
	unsigned flags = OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | (recursive ? AT_RECURSIVE : 0);

	*ret = (int)syscall(SYS_open_tree, AT_FDCWD, source, flags);
	return *ret < 0 ? err_sys(err, "clone tree %s", source) : 0;
}

static int open_tree_step(const struct plan *p, const struct plan_step *s, pid_t pid, int *ret,
			  struct err *err)
{
	const char *source = plan_str(p, s->s[0]);
	struct mount_attr attr = { .propagation = s->a[1] & ~(uint64_t)MS_REC };
	fd_auto tree = -1;
	int r = s->a[3] ? mount_image(source, &tree, err) : clone_tree(source, s->a[0] != 0, &tree, err);

	if (r < 0)
		return r;
	r = attr.propagation ? set_attr(tree, &attr, s->a[1] & MS_REC) : 0;
	if (r < 0)
		return err_code(err, r, "set propagation of %s", source);
	r = s->a[2] ? map_ids(p, s, pid, tree, err) : 0;
	if (r < 0)
		return r;
	*ret = fd_take(&tree);
	return 0;
}

int tree_open(const struct plan *p, const struct plan_step *s, int *ret, struct err *err)
{
	const char *source = plan_str(p, s->s[0]);

	if (s->op == OP_SEND_TREE && s->a[3])
		return mount_image(source, ret, err);
	*ret = open(source, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return *ret < 0 ? err_sys(err, "open %s", source) : 0;
}

int trees_send(const struct plan *p, const struct init_process *init, struct err *err)
{
	const struct plan_step *s = plan_steps(p);
	int r;

	for (uint32_t i = 0; i < p->n_steps; i++, s++) {
		fd_auto tree = -1;

		if (s->op != OP_SEND_TREE)
			continue;
		r = open_tree_step(p, s, init->pid, &tree, err);
		if (r < 0)
			return s->place ? err_place(err, r, "%s", plan_str(p, s->place)) : r;
		r = protocol_word(init->socket, POINT_NAMESPACES, tree);
		if (r < 0)
			return err_code(err, r, "send a tree to jail-init");
	}
	return 0;
}
