/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * namespaces.c - joining, and the fork that entering a pid or user namespace needs
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/nsfs.h>
#include <linux/sched.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#include "init.h"

#define SIGCHLD_ 17
#define SIGKILL_ 9

int ns_join(const struct plan_step *s)
{
	int fd = in.plan->fd[FD_NS + (s->a[1] & 7)];
	int r = (int)SYS(setns, fd, s->a[0]);

	return r < 0 ? failed_on(r, plan_str(in.plan, s->s[0])) : 0;
}

/*
 * Whoever is not in a user namespace of the jail is root of the host's: his programs and their libraries must not
 * be those of a mount namespace that somebody in the jail has made, with a user namespace to own it.
 */
static int check_owner(void)
{
	int mount = (int)SYS(openat, in.proc, "self/ns/mnt", O_RDONLY | O_CLOEXEC);
	int user = (int)SYS(openat, in.proc, "self/ns/user", O_RDONLY | O_CLOEXEC);
	int owner = mount < 0 ? mount : (int)SYS(ioctl, mount, NS_GET_USERNS, 0);
	struct stat a, b;
	int r = user < 0 ? user : owner < 0 ? owner : (int)SYS(fstat, owner, &a);

	if (r == 0)
		r = (int)SYS(fstat, user, &b);
	drop(&mount);
	drop(&user);
	drop(&owner);
	if (r == 0 && (a.st_dev != b.st_dev || a.st_ino != b.st_ino))
		r = failed_on(-EPERM, "its first process is in a mount namespace of a user namespace that it has made");
	return r;
}

/* exec: all namespaces of a running jail at once, by its pidfd, see setns(2). */
int ns_join_pid(const struct plan_step *s)
{
	int r = (int)SYS(setns, in.plan->fd[FD_NS + (s->a[1] & 7)], s->a[0]);

	return r == 0 && s->a[2] ? check_owner() : r;
}

/*
 * A pid namespace is entered by a child only, and namespaces that a joined user namespace shall own
 * are made by one who is in it.  This process is small and not dumpable, so a copy of it is cheap and
 * nothing in the jail can look into it.  CLONE_PARENT makes the copy a child of the runtime.
 */
int ns_fork(const struct plan_step *s)
{
	int pidfd = -1;
	struct clone_args args = {
		.flags = s->a[0] | CLONE_PARENT | CLONE_PIDFD,
		.pidfd = (uint64_t)(uintptr_t)&pidfd,
	};
	long r;

	if (in.plan->cgroup_fd >= 0) {
		args.flags |= CLONE_INTO_CGROUP;
		args.cgroup = (uint64_t)in.plan->cgroup_fd;
	}
	r = SYS(clone3, &args, sizeof(args));
	if (r < 0)
		return (int)r;
	if (r > 0) {
		tell(MSG_PID, (uint32_t)r, 0, NULL, pidfd);
		SYS(exit_group, 0);
	}
	/* A new task starts without a parent-death signal. */
	return (int)SYS(prctl, PR_SET_PDEATHSIG, SIGKILL_, 0, 0, 0);
}

/* Be root of the namespace; changing ids takes the parent-death signal away, see prctl(2). */
int ns_root(const struct plan_step *s)
{
	int r = 0;

	if (s->a[0])
		r = (int)SYS(setgroups, 0, NULL);
	if (r == 0)
		r = (int)SYS(setresgid, 0, 0, 0);
	if (r == 0)
		r = (int)SYS(setresuid, 0, 0, 0);
	if (r == 0)
		r = (int)SYS(prctl, PR_SET_DUMPABLE, 0, 0, 0, 0);
	if (r == 0)
		r = (int)SYS(prctl, PR_SET_PDEATHSIG, SIGKILL_, 0, 0, 0);
	return r;
}

/*
 * The offsets of a time namespace can be set until somebody has entered it; unshare(2) makes it
 * for children only, so we enter it ourselves.
 */
int ns_time(const struct plan_step *s)
{
	const char *offsets = plan_str(in.plan, s->s[0]);
	int fd, r;

	r = (int)SYS(unshare, CLONE_NEWTIME);
	if (r < 0)
		return failed_on(r, "time namespace");
	if (offsets) {
		r = proc_write("self/timens_offsets", offsets);
		if (r < 0)
			return failed_on(r, offsets);
	}
	fd = (int)SYS(openat, in.proc, "self/ns/time_for_children", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return failed_on(fd, "time_for_children");
	r = (int)SYS(setns, fd, CLONE_NEWTIME);
	SYS(close, fd);
	return r;
}
