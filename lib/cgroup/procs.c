/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * procs.c - the processes of a cgroup and of all cgroups below it
 *
 * In a threaded subtree cgroup.procs cannot be read, and need not be where its domain is part of
 * the tree: that lists every process.  Where the top itself is threaded, cgroup.threads gives
 * threads, and /proc tells whose they are.
 */
#include "cgroup/cgroup.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>

#include "cgroup/internal.h"

#define LIST_MAX   (64U << 20)  /* bytes of one cgroup.procs: more pids than a kernel has */
#define OPEN_LIST  (O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
#define KILL_ROUNDS 1000

static pid_t thread_leader(pid_t tid)
{
	mem_auto char *text = NULL;
	char path[64];
	const char *p;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)tid);
	if (file_read_at(AT_FDCWD, path, 65536, &text, NULL, NULL) < 0)
		return 0;
	p = strstr(text, "\nTgid:");
	return p ? (pid_t)strtol(p + 6, NULL, 10) : 0;
}

/* Add the pids of one cgroup; a pid of another namespace reads as 0 and is left out. */
static int add_pids(int fd, bool threads, struct buf *pids)
{
	mem_auto char *text = NULL;
	char *end;
	int r;

	r = file_read_at(fd, threads ? "cgroup.threads" : "cgroup.procs", LIST_MAX, &text, NULL, NULL);
	if (r == -ENODEV || r == -ENOENT)
		return 0;
	if (r < 0)
		return r;
	for (const char *p = text; *p; p = end + (*end == '\n')) {
		pid_t pid = (pid_t)strtol(p, &end, 10);

		if (end == p)
			break;
		if (threads)
			pid = thread_leader(pid);
		if (pid > 0)
			buf_put(pids, &pid, sizeof(pid));
	}
	return pids->failed ? -ENOMEM : 0;
}

static int add_cgroup(int fd, bool *threaded_top, bool is_top, struct buf *pids)
{
	int r = add_pids(fd, *threaded_top, pids);

	if (r != -EOPNOTSUPP)
		return r;
	if (!is_top)
		return 0;
	*threaded_top = true;
	return add_pids(fd, true, pids);
}

/*
 * Down into each child, up by "..", without recursion: a jail can nest cgroups as deep as it likes.
 * The position in each directory on the way down is all that is kept.
 */
static int add_tree(int top_fd, struct buf *pids)
{
	fd_auto fd = openat(top_fd, ".", OPEN_LIST);
	buf_auto positions = { 0 };
	bool threaded = false;
	char name[256];
	int r;

	r = fd < 0 ? -errno : add_cgroup(fd, &threaded, true, pids);
	while (r >= 0) {
		int next = -1;
		off_t at;

		r = cgroup_next_child(fd, name);
		if (r < 0 && r != -ENODEV)
			break;
		if (r > 0) {
			at = lseek(fd, 0, SEEK_CUR);
			next = openat(fd, name, OPEN_LIST);
			if (next < 0)
				continue;       /* removed in the meantime */
			buf_put(&positions, &at, sizeof(at));
		} else if (positions.len) {
			positions.len -= sizeof(at);
			memcpy(&at, positions.text + positions.len, sizeof(at));
			next = openat(fd, "..", OPEN_LIST);
		} else {
			return 0;
		}
		if (next < 0 || positions.failed)
			return next < 0 ? -errno : -ENOMEM;
		fd_close(&fd);
		fd = next;
		if (r > 0)
			r = add_cgroup(fd, &threaded, false, pids);
		else if (lseek(fd, at, SEEK_SET) < 0)
			return -errno;
		else
			r = 0;
	}
	return r;
}

static int compare_pids(const void *a, const void *b)
{
	pid_t x = *(const pid_t *)a, y = *(const pid_t *)b;

	return (x > y) - (x < y);
}

int cgroup_pids(int fd, pid_t **ret)
{
	buf_auto pids = { 0 };
	size_t n = 0;
	pid_t *v;
	int r;

	r = add_tree(fd, &pids);
	if (r == -ENOENT || r == -ENODEV)
		r = 0;
	if (r < 0)
		return r;
	v = (void *)pids.text;
	if (v)
		qsort(v, pids.len / sizeof(*v), sizeof(*v), compare_pids);
	for (size_t i = 0; v && i < pids.len / sizeof(*v); i++)
		if (n == 0 || v[n - 1] != v[i])
			v[n++] = v[i];
	*ret = v;
	pids.text = NULL;
	return (int)n;
}

static bool is_listed(pid_t pid, const pid_t *list, int n)
{
	return n > 0 && bsearch(&pid, list, (size_t)n, sizeof(*list), compare_pids);
}

#define BATCH 256               /* pidfds held at a time */

/* A pidfd taken before a second look is of a process that was ours, or is now. */
static int signal_batch(int fd, int sig, const pid_t *pids, int n)
{
	mem_auto pid_t *second = NULL;
	int fds[BATCH], m;

	for (int i = 0; i < n; i++)
		fds[i] = (int)syscall(SYS_pidfd_open, pids[i], 0);
	m = cgroup_pids(fd, &second);
	for (int i = 0; i < n; i++) {
		if (fds[i] >= 0 && is_listed(pids[i], second, m))
			syscall(SYS_pidfd_send_signal, fds[i], sig, NULL, 0);
		fd_close(&fds[i]);
	}
	return m;
}

int cgroup_signal_all(int fd, int sig)
{
	mem_auto pid_t *pids = NULL;
	int n = cgroup_pids(fd, &pids), r = 0;

	for (int i = 0; i < n && r >= 0; i += BATCH)
		r = signal_batch(fd, sig, pids + i, MIN(n - i, BATCH));
	return r < 0 ? r : n;
}

/*
 * Where there is no cgroup.kill (a threaded cgroup; Linux before 5.14): signal what is listed until
 * nothing is.
 */
static int kill_listed(int fd)
{
	for (int round = 0; round < KILL_ROUNDS; round++) {
		int n = cgroup_signal_all(fd, SIGKILL);

		if (n <= 0)
			return n;
		usleep(1000);
	}
	return -EAGAIN;
}

int cgroup_kill_all(int fd)
{
	int r = file_poke_at(fd, "cgroup.kill", "1");

	if (r == -ENODEV)
		return 0;
	if (r == -ENOENT || r == -EOPNOTSUPP)
		return kill_listed(fd);
	return r;
}

int cgroup_attach(int fd, pid_t pid, struct err *err)
{
	char text[16];
	int r;

	snprintf(text, sizeof(text), "%d", (int)pid);
	r = file_poke_at(fd, "cgroup.procs", text);
	return r < 0 ? err_code(err, r, "move process %d into the cgroup", (int)pid) : 0;
}
