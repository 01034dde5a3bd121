/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * floor.c - the least system calls that make what `runc spec` with a cgroup namespace asks for
 *
 *	floor ROOTFS COMMAND [ARG…]
 *
 * No spec, no state, no checks, no hostile rootfs: what a runtime takes longer than this is its own.
 * Static, so that the dynamic loader is not part of it.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

#define NAMESPACES (CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWNS | CLONE_NEWCGROUP)
#define QUIET (MS_NOSUID | MS_NOEXEC | MS_NODEV)
#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static const struct {
	const char *type, *target, *data;
	unsigned long flags;
	mode_t mkdir_mode;      /* 0: it is there */
} mounts[] = {
	{ "proc",   "proc",          NULL,                                                  0, 0 },
	{ "tmpfs",  "dev",           "mode=755,size=65536k",     MS_NOSUID | MS_STRICTATIME, 0 },
	{ "devpts", "dev/pts",       "newinstance,ptmxmode=0666,mode=0620,gid=5",
	  MS_NOSUID | MS_NOEXEC, 0755 },
	{ "tmpfs",  "dev/shm",       "mode=1777,size=65536k",                       QUIET, 0755 },
	{ "mqueue", "dev/mqueue",    NULL,                                          QUIET, 0755 },
	{ "sysfs",  "sys",           NULL,                              QUIET | MS_RDONLY, 0 },
	{ "cgroup2", "sys/fs/cgroup", NULL,               QUIET | MS_RELATIME | MS_RDONLY, 0 },
};

static const struct {
	const char *path;
	unsigned int major, minor;
} nodes[] = {
	{ "dev/null", 1, 3 },   { "dev/zero", 1, 5 },    { "dev/full", 1, 7 },
	{ "dev/random", 1, 8 }, { "dev/urandom", 1, 9 }, { "dev/tty", 5, 0 },
};

static const char *const links[][2] = {
	{ "/proc/self/fd", "dev/fd" },         { "/proc/self/fd/0", "dev/stdin" },
	{ "/proc/self/fd/1", "dev/stdout" },   { "/proc/self/fd/2", "dev/stderr" },
	{ "/proc/kcore", "dev/core" },         { "pts/ptmx", "dev/ptmx" },
};

static const char *const masked_files[] = {
	"proc/kcore", "proc/keys", "proc/latency_stats", "proc/timer_list", "proc/timer_stats",
	"proc/sched_debug",
};
static const char *const masked_dirs[] = { "proc/acpi", "proc/asound", "sys/firmware", "proc/scsi" };
static const char *const readonly_paths[] = {
	"proc/bus", "proc/fs", "proc/irq", "proc/sys", "proc/sysrq-trigger",
};

static void die(const char *what)
{
	fprintf(stderr, "floor: %s: %s\n", what, strerror(errno));
	_exit(125);
}

static void must(long r, const char *what)
{
	if (r < 0)
		die(what);
}

static void must_or_absent(long r, const char *what)
{
	if (r < 0 && errno != ENOENT)
		die(what);
}

static void mount_all(const char *rootfs)
{
	must(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL), "private mounts");
	must(mount(rootfs, rootfs, NULL, MS_BIND | MS_REC, NULL), "bind the root");
	must(chdir(rootfs), rootfs);
	for (size_t i = 0; i < ARRAY_SIZE(mounts); i++) {
		if (mounts[i].mkdir_mode)
			must(mkdir(mounts[i].target, mounts[i].mkdir_mode), mounts[i].target);
		must(mount(mounts[i].type, mounts[i].target, mounts[i].type, mounts[i].flags,
			   mounts[i].data), mounts[i].target);
	}
}

static void fill_dev(void)
{
	umask(0);
	for (size_t i = 0; i < ARRAY_SIZE(nodes); i++)
		must(mknod(nodes[i].path, S_IFCHR | 0666, makedev(nodes[i].major, nodes[i].minor)),
		     nodes[i].path);
	for (size_t i = 0; i < ARRAY_SIZE(links); i++)
		must(symlink(links[i][0], links[i][1]), links[i][1]);
	umask(022);
}

static void hide(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(readonly_paths); i++) {
		const char *path = readonly_paths[i];

		if (mount(path, path, NULL, MS_BIND | MS_REC, NULL) < 0) {
			must_or_absent(-1, path);
			continue;
		}
		must(mount(NULL, path, NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL), path);
	}
	for (size_t i = 0; i < ARRAY_SIZE(masked_files); i++)
		must_or_absent(mount("dev/null", masked_files[i], NULL, MS_BIND, NULL), masked_files[i]);
	for (size_t i = 0; i < ARRAY_SIZE(masked_dirs); i++)
		must_or_absent(mount("tmpfs", masked_dirs[i], "tmpfs", MS_RDONLY, NULL), masked_dirs[i]);
}

static void enter_root(void)
{
	must(syscall(SYS_pivot_root, ".", "."), "pivot_root");
	must(umount2(".", MNT_DETACH), "detach the old root");
	must(chdir("/"), "/");
	must(mount(NULL, "/", NULL, MS_BIND | MS_REMOUNT | MS_RDONLY, NULL), "make the root read-only");
}

/* The three capabilities of `runc spec`, in all five sets. */
static void drop_privileges(void)
{
	static const int keep[] = { CAP_AUDIT_WRITE, CAP_KILL, CAP_NET_BIND_SERVICE };
	struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2] = { 0 };
	struct rlimit files = { 1024, 1024 };
	uint32_t mask = 0;

	for (size_t i = 0; i < ARRAY_SIZE(keep); i++)
		mask |= 1U << keep[i];
	must(setrlimit(RLIMIT_NOFILE, &files), "set RLIMIT_NOFILE");
	must(setgroups(0, NULL), "drop groups");
	for (int cap = 0; cap < 64; cap++)
		if ((cap > 31 || !(mask & 1U << cap)) && prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) < 0)
			break;
	data[0].effective = data[0].permitted = data[0].inheritable = mask;
	must(syscall(SYS_capset, &head, data), "set capabilities");
	for (size_t i = 0; i < ARRAY_SIZE(keep); i++)
		must(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, keep[i], 0, 0), "raise ambient");
	must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "set no_new_privs");
}

static void inside(const char *rootfs, char **argv)
{
	static char *env[] = { "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
			       "TERM=xterm", NULL };

	mount_all(rootfs);
	fill_dev();
	hide();
	enter_root();
	must(sethostname("runc", 4), "set the hostname");
	drop_privileges();
	execve(argv[0], argv, env);
	die(argv[0]);
}

int main(int argc, char **argv)
{
	struct clone_args args = { .flags = NAMESPACES | CLONE_INTO_CGROUP, .exit_signal = SIGCHLD };
	char cgroup[64];
	int status, fd;
	long pid;

	if (argc < 3) {
		fprintf(stderr, "usage: floor ROOTFS COMMAND [ARG...]\n");
		return 125;
	}
	snprintf(cgroup, sizeof(cgroup), "/sys/fs/cgroup/floor-%d", (int)getpid());
	must(mkdir(cgroup, 0755), cgroup);
	fd = open(cgroup, O_PATH | O_DIRECTORY | O_CLOEXEC);
	must(fd, cgroup);
	args.cgroup = (uint64_t)fd;
	pid = syscall(SYS_clone3, &args, sizeof(args));
	if (pid == 0)
		inside(argv[1], argv + 2);
	if (pid < 0)
		perror("floor: clone3");
	else
		waitpid((pid_t)pid, &status, 0);
	must(rmdir(cgroup), cgroup);
	return pid > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : 125;
}
