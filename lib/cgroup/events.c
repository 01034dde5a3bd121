/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * events.c - what cgroup.events says, and waiting for it to say something else
 */
#include "cgroup/cgroup.h"

#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <time.h>

#include "cgroup/internal.h"

int64_t cgroup_now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* "populated 1\nfrozen 0\n" */
static int event_read(int events_fd, const char *key)
{
	char text[256];
	ssize_t n = pread(events_fd, text, sizeof(text) - 1, 0);
	size_t len = strlen(key);

	if (n < 0)
		return -errno;
	text[n] = '\0';
	for (const char *p = text; *p; p += strcspn(p, "\n"), p += *p == '\n')
		if (strncmp(p, key, len) == 0 && p[len] == ' ')
			return p[len + 1] == '1';
	return -ENOTSUP;
}

int cgroup_event(int fd, const char *key)
{
	fd_auto events = openat(fd, "cgroup.events", O_RDONLY | O_CLOEXEC);

	return events < 0 ? -errno : event_read(events, key);
}

int cgroup_event_wait(int fd, const char *key, int value, int64_t deadline_ms)
{
	fd_auto events = openat(fd, "cgroup.events", O_RDONLY | O_CLOEXEC);
	struct pollfd p = { .fd = events, .events = POLLPRI };

	for (;;) {
		int64_t left = deadline_ms - cgroup_now_ms();
		int r = events < 0 ? -errno : event_read(events, key);

		if (r == value || r == -ENODEV || r == -ENOENT)
			return 0;
		if (r < 0)
			return r;
		if (left <= 0)
			return -ETIMEDOUT;
		/* A change between the read and the poll is not lost: the read armed it. */
		if (poll(&p, 1, (int)MIN(left, 1000)) < 0 && errno != EINTR)
			return -errno;
	}
}

int cgroup_populated(int fd)
{
	int r = cgroup_event(fd, "populated");

	return r == -ENOENT || r == -ENODEV ? 0 : r;
}

int cgroup_frozen(int fd)
{
	return cgroup_event(fd, "frozen");
}

int cgroup_freeze(int fd, bool freeze, int timeout_ms, struct err *err)
{
	const char *what = freeze ? "freeze" : "thaw";
	int64_t deadline = cgroup_now_ms() + timeout_ms;
	int r;

	r = file_poke_at(fd, "cgroup.freeze", freeze ? "1" : "0");
	if (r < 0)
		return err_code(err, r, "%s the cgroup", what);
	r = cgroup_event_wait(fd, "frozen", freeze, deadline);
	if (r == -ETIMEDOUT)
		return err_set(err, r, "%s the cgroup: not done after %d ms", what, timeout_ms);
	return r < 0 ? err_code(err, r, "%s the cgroup", what) : 0;
}
