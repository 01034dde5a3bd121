/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * process.c - which process is meant, and how it ended
 */
#include "run/process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

/* linux/pidfd.h of Linux 6.15; PIDFD_GET_INFO is an ioctl on any pidfd. */
struct pidfd_info_ {
	uint64_t mask, cgroupid;
	uint32_t pid, tgid, ppid, ruid, rgid, euid, egid, suid, sgid, fsuid, fsgid;
	int32_t exit_code;
	uint32_t coredump_mask, spare;
};
#define REAP_TIMEOUT_MS 2000

#define PIDFD_INFO_EXIT_ (1ULL << 3)
#define PIDFD_GET_INFO_ _IOWR(0xFF, 11, struct pidfd_info_)

int process_start_time(pid_t pid, uint64_t *ret, struct err *err)
{
	char path[32], buf[1024], *p;
	fd_auto fd = -1;
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, "open %s", path);
	n = read(fd, buf, sizeof(buf) - 1);
	if (n <= 0)
		return err_sys(err, "read %s", path);
	buf[n] = '\0';
	/* The name in field 2 may hold anything, so fields are counted from its last ")". */
	p = strrchr(buf, ')');
	for (int field = 2; p && field < 22; field++)
		p = strchr(p + 1, ' ');
	if (!p)
		return err_set(err, -EBADMSG, "%s has no start time", path);
	*ret = strtoull(p + 1, NULL, 10);
	return 0;
}

int process_boot_id(char ret[40], struct err *err)
{
	fd_auto fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, ret, 36);

	if (n != 36)
		return err_sys(err, "read the boot id");
	ret[36] = '\0';
	return 0;
}

bool process_ended(int pidfd)
{
	struct pollfd p = { .fd = pidfd, .events = POLLIN };

	return poll(&p, 1, 0) > 0;
}

int process_open(const struct state *s, int *ret_fd, struct err *err)
{
	char boot_id[40];
	uint64_t start = 0;
	fd_auto fd = -1;
	int r;

	if (!s->pid)
		return 1;
	r = process_boot_id(boot_id, err);
	if (r < 0)
		return r;
	if (strcmp(boot_id, s->boot_id))
		return 1;
	fd = (int)syscall(SYS_pidfd_open, s->pid, 0);
	if (fd < 0)
		return errno == ESRCH || errno == EINVAL ? 1 :
			err_sys(err, "open process %d", (int)s->pid);
	if (process_ended(fd))
		return 1;
	/* While fd is open and the process lives, the number cannot be anybody else's. */
	r = process_start_time(s->pid, &start, err);
	if (r == -ENOENT || r == -ESRCH)
		return 1;
	if (r < 0)
		return r;
	if (start != s->start_time || process_ended(fd))
		return 1;
	*ret_fd = fd_take(&fd);
	return 0;
}

bool process_waits(pid_t pid)
{
	char path[32], exe[64];
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/exe", (int)pid);
	n = readlink(path, exe, sizeof(exe) - 1);
	if (n < 0)
		return true;            /* cannot look: believe the record */
	exe[n] = '\0';
	return str_starts(exe, "/memfd:jail-init");
}

/* How a process that somebody else reaped ended, if this kernel remembers it for us. */
static int ask_status(int pidfd)
{
	struct pidfd_info_ info = { .mask = PIDFD_INFO_EXIT_ };

	if (ioctl(pidfd, PIDFD_GET_INFO_, &info) < 0 || !(info.mask & PIDFD_INFO_EXIT_))
		return -1;
	return info.exit_code;
}

static int status_of(const siginfo_t *info)
{
	if (info->si_code == CLD_EXITED)
		return W_EXITCODE(info->si_status, 0);
	return info->si_status | (info->si_code == CLD_DUMPED ? WCOREFLAG : 0);
}

int process_wait(int pidfd, int *ret_status, struct err *err)
{
	struct pollfd p = { .fd = pidfd, .events = POLLIN };
	siginfo_t info = { 0 };
	int r;

	do
		r = waitid(P_PIDFD, (id_t)pidfd, &info, WEXITED | __WALL);
	while (r < 0 && errno == EINTR);
	if (r == 0) {
		*ret_status = status_of(&info);
		return 0;
	}
	if (errno != ECHILD)
		return err_sys(err, "wait for the process");
	do
		r = poll(&p, 1, -1);
	while (r < 0 && errno == EINTR);
	if (r < 0)
		return err_sys(err, "wait for the process");
	/* The kernel tells once its parent has reaped it, which POLLHUP announces. */
	p.events = 0;
	poll(&p, 1, REAP_TIMEOUT_MS);
	*ret_status = ask_status(pidfd);
	return 0;
}

void process_kill(int pidfd)
{
	siginfo_t info;

	syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0);
	while (waitid(P_PIDFD, (id_t)pidfd, &info, WEXITED | __WALL) < 0 && errno == EINTR)
		;
}
