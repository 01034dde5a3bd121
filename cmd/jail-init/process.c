/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * process.c - what the program inherits: streams, ids, capabilities, directory; and its execution
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <linux/prctl.h>
#include <asm/ioctls.h>
#include <sys/stat.h>

#include "init.h"

/* ---- the host's /proc: never the jail's ---- */

int proc_open_host(const struct plan_step *s)
{
	struct { long type; long rest[32]; } fs;
	int r;

	(void)s;
	in.proc = (int)SYS(openat, AT_FDCWD, "/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (in.proc < 0)
		return failed_on(in.proc, "/proc");
	r = (int)SYS(fstatfs, in.proc, &fs);
	if (r == 0 && fs.type != PROC_SUPER_MAGIC)
		r = -ENODEV;
	return r < 0 ? failed_on(r, "/proc") : 0;
}

/* Nothing that is mounted over a part of /proc is written to. */
int proc_write(const char *file, const char *value)
{
	struct open_how how = {
		.flags = O_WRONLY | O_CLOEXEC,
		.resolve = RESOLVE_NO_XDEV | RESOLVE_NO_MAGICLINKS | RESOLVE_BENEATH,
	};
	int fd = (int)SYS(openat2, in.proc, file, &how, sizeof(how));
	long n = (long)str_len(value), r;

	if (fd < 0)
		return failed_on(fd, file);
	r = SYS(write, fd, value, n);
	SYS(close, fd);
	return r < 0 ? failed_on((int)r, file) : r == n ? 0 : failed_on(-EIO, file);
}

int proc_sysctl(const struct plan_step *s)
{
	char path[512] = "sys/";

	if (str_append(path, sizeof(path), plan_str(in.plan, s->s[0])) < 0)
		return -ENAMETOOLONG;
	return proc_write(path, plan_str(in.plan, s->s[1]));
}

/* ---- standard streams ---- */

int process_stdio(const struct plan_step *s)
{
	int r = 0;

	for (int i = 0; i < 3 && r >= 0; i++) {
		int fd = in.tty >= 0 ? in.tty : in.plan->fd[FD_STDIN + i];

		if (fd >= 0)
			r = (int)SYS(dup3, fd, i, 0);
	}
	(void)s;
	if (r >= 0 && in.tty >= 0) {
		r = (int)SYS(ioctl, 0, TIOCSCTTY, 0);
		SYS(close, in.tty);
		in.tty = -1;
	}
	return r < 0 ? r : 0;
}

/*
 * A program that opens /dev/stdout again must be allowed to: pipes become its user's.  Other kinds
 * of files are left to their owners.
 */
static void own_pipes(uint32_t uid)
{
	struct stat st;

	for (int fd = 0; fd < 3; fd++)
		if (SYS(fstat, fd, &st) == 0 && S_ISFIFO(st.st_mode))
			SYS(fchown, fd, uid, -1);
}

/* ---- ids and capabilities ---- */

static int caps_set(uint64_t effective, uint64_t permitted, uint64_t inheritable)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];

	for (int i = 0; i < 2; i++) {
		data[i].effective = (uint32_t)(effective >> 32 * i);
		data[i].permitted = (uint32_t)(permitted >> 32 * i);
		data[i].inheritable = (uint32_t)(inheritable >> 32 * i);
	}
	return (int)SYS(capset, &head, data);
}

static int caps_permitted(uint64_t *ret)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];
	int r = (int)SYS(capget, &head, data);

	if (r == 0)
		*ret = data[0].permitted | (uint64_t)data[1].permitted << 32;
	return r;
}

/* Changing ids took the effective capabilities away; the steps up to set-caps may need them. */
static int caps_raise(void)
{
	uint64_t have = 0;
	int r = caps_permitted(&have);

	return r < 0 ? r : caps_set(have, have, 0);
}

int process_ids(const struct plan_step *s)
{
	const uint64_t *groups = s->s[0] ? plan_at(in.plan, s->s[0]) : NULL;
	uint32_t uid = (uint32_t)s->a[0], gid = (uint32_t)s->a[1];
	int r = 0;

	if (uid)
		own_pipes(uid);
	if (!s->a[3])                           /* setgroups(2) is denied in some user namespaces */
		r = (int)SYS(setgroups, groups ? groups[0] / 4 : 0, groups ? groups + 1 : NULL);
	if (r < 0)
		return failed_on(r, "additional groups");
	if (s->a[2])
		r = (int)SYS(prctl, PR_SET_KEEPCAPS, 1, 0, 0, 0);
	if (r == 0)
		r = (int)SYS(setresgid, gid, gid, gid);
	if (r < 0)
		return failed_on(r, "gid");
	r = (int)SYS(setresuid, uid, uid, uid);
	if (r < 0)
		return failed_on(r, "uid");
	r = s->a[2] ? caps_raise() : 0;
	/* Where fs.suid_dumpable is 1, changing ids has made us traceable by the jail's processes. */
	return r < 0 ? r : (int)SYS(prctl, PR_SET_DUMPABLE, 0, 0, 0, 0);
}

int process_bounding(const struct plan_step *s)
{
	for (int cap = 0; cap < 64; cap++) {
		int r;

		if (s->a[0] >> cap & 1)
			continue;
		r = (int)SYS(prctl, PR_CAPBSET_DROP, cap, 0, 0, 0);
		if (r == -EINVAL)               /* past the kernel's last */
			return 0;
		if (r < 0)
			return r;
	}
	return 0;
}

/* What this process does not have cannot be given: OCI asks for a warning, not an error. */
int process_caps(const struct plan_step *s)
{
	uint64_t have = 0, want = s->a[0] | s->a[1] | s->a[2] | s->a[3];
	int r = caps_permitted(&have);

	if (r < 0)
		return r;
	if (want & ~have)
		tell(MSG_WARNING, step_index(s), -EPERM, "some capabilities cannot be granted", -1);
	r = (int)SYS(prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	if (r == 0)
		r = caps_set(s->a[0] & s->a[1] & have, s->a[1] & have, s->a[2] & have);
	for (int cap = 0; cap < 64 && r == 0; cap++)
		if ((s->a[3] & s->a[1] & s->a[2] & have) >> cap & 1)
			r = (int)SYS(prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0);
	return r;
}

/* ---- directory ---- */

int process_cwd(const struct plan_step *s)
{
	static char path[4096];
	const char *cwd = plan_str(in.plan, s->s[0]);
	int r = (int)SYS(chdir, cwd);

	if (r < 0)
		return failed_on(r, cwd);
	/* A descriptor of the host's that leaked to here would be a way out: CVE-2024-21626. */
	r = (int)SYS(getcwd, path, sizeof(path));
	if (r >= 0 && path[0] != '/')
		r = -EXDEV;
	return r < 0 ? failed_on(r, cwd) : 0;
}

/* ---- the program ---- */

/*
 * Only what is certain is an error: no such file, or nothing that anybody could execute.  The program's own ids come
 * later, and where it is relative its directory as well.
 */
int process_find(const struct plan_step *s)
{
	const uint64_t *path = plan_at(in.plan, s->s[1]);
	int r = -ENOENT, denied = 0;

	for (uint64_t i = 1; i <= path[0]; i++) {
		const char *file = (const char *)in.plan + path[i];
		struct stat st;

		if (*file != '/')
			return 0;
		r = (int)SYS(newfstatat, AT_FDCWD, file, &st, 0);
		if (r == 0 && (!S_ISREG(st.st_mode) || !(st.st_mode & 0111)))
			denied = -EACCES;
		else if (r != -ENOENT && r != -ENOTDIR)
			return 0;
	}
	return failed_on(denied ? denied : r, plan_str(in.plan, s->s[0]));
}

int process_exec(const struct plan_step *s)
{
	uint64_t *args = (uint64_t *)plan_at(in.plan, s->s[0]);
	uint64_t *env = (uint64_t *)plan_at(in.plan, s->s[1]);
	const uint64_t *path = plan_at(in.plan, s->s[2]);
	const char *name = (const char *)in.plan + args[1];
	int r = -ENOENT, denied = 0;

	/* Offsets become pointers: the lists are an argv and an envp from here on. */
	for (uint64_t i = 1; i <= args[0]; i++)
		args[i] += (uint64_t)(uintptr_t)in.plan;
	for (uint64_t i = 1; i <= env[0]; i++)
		env[i] += (uint64_t)(uintptr_t)in.plan;
	for (uint64_t i = 1; i <= path[0]; i++) {
		r = (int)SYS(execve, (const char *)in.plan + path[i], args + 1, env + 1);
		if (r == -EACCES)
			denied = r;
		else if (r != -ENOENT && r != -ENOTDIR)
			break;
	}
	if (denied && (r == -ENOENT || r == -ENOTDIR))
		r = denied;
	return failed_on(r, name);
}
