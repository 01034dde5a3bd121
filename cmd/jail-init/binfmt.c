/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * binfmt.c - programs of other machines, and who runs them
 *
 * Since Linux 6.7 (21ca59b365c0) a user namespace has registrations of its own: those written to a binfmt_misc
 * that was mounted in it.  They last as long as that is mounted somewhere.  The interpreter is opened when it is
 * registered, by us, while "/" is still the host's: nothing of it has to be in the jail.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/mount.h>
#include <linux/openat2.h>
#include <sys/vfs.h>

#include "init.h"

#define MNT_DETACH 2

/* What is attached below it would otherwise be made in the jail's files. */
static int check_proc(void)
{
	struct statfs st;
	int fd = path_open("/proc/sys/fs", O_PATH | O_DIRECTORY, RESOLVE_NO_SYMLINKS);
	int r = fd < 0 ? fd : (int)SYS(fstatfs, fd, &st);

	drop(&fd);
	if (r == 0 && st.f_type != PROC_SUPER_MAGIC)
		r = -ENOENT;
	return r < 0 ? failed_on(r, "needs a proc file system at /proc") : 0;
}

/* It becomes TREE. */
int binfmt_open(void)
{
	int fs, r = check_proc();

	if (r < 0)
		return r;
	fs = (int)SYS(fsopen, "binfmt_misc", FSOPEN_CLOEXEC);
	if (fs < 0)
		return failed_on(fs, "needs a kernel with CONFIG_BINFMT_MISC");
	drop(&in.tree);
	in.tree_is_dir = 1;
	r = in.tree = fs_mount(fs, "binfmt_misc", MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC);
	SYS(close, fs);
	return r == -EPERM ? failed_on(r, "needs Linux 6.7: before that there is only one for the whole machine") : r;
}

static int write_line(const char *line)
{
	int fd = (int)SYS(openat, in.tree, "register", O_WRONLY | O_CLOEXEC), r;

	if (fd < 0)
		return failed_on(fd, "register");
	r = (int)SYS(write, fd, line, str_len(line));
	SYS(close, fd);
	return r;
}

/*
 * A program that the interpreter runs finds it as /proc/self/exe, and it is the host's file.  What it finds is on a
 * read-only mount, which is there for the moment of the opening only: a user namespace may well map the file's owner.
 */
static int register_readonly(const char *path, const char *line)
{
	int at = (int)SYS(openat, AT_FDCWD, path, O_PATH | O_CLOEXEC), tree, r;

	if (at < 0)
		return at;
	r = tree = clone_tree(at, "", 0);
	if (tree >= 0)
		r = set_attr(tree, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV, 0, MS_PRIVATE, 0);
	if (r == 0)
		r = mount_move(tree, at);
	if (r == 0) {
		r = write_line(line);
		SYS(umount2, path, MNT_DETACH);
	}
	drop(&tree);
	drop(&at);
	return r;
}

int binfmt_register(const struct plan_step *s)
{
	const char *path = plan_str(in.plan, s->s[0]);
	int r = register_readonly(path, plan_str(in.plan, s->s[1]));

	return r < 0 && !in.detail[0] ? failed_on(r, path) : r;
}
