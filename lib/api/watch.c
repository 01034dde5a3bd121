/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * watch.c - telling of state changes, kills for want of memory and limits hit, as they happen
 *
 *   pidfd                       the first process has ended: the last look, then the end
 *   cgroup.events               frozen or thawed
 *   state directory (inotify)   the record was replaced: a created jail has been started
 *   memory.events, pids.events… counters; which key of which file means what is in a table
 *
 * The kernel announces a change of a cgroup file as EPOLLPRI until the file has been read again.  A jail
 * at its memory limit makes a hundred such announcements a second, so hits of one limit are told at most
 * once a second, with their number; a timer brings what had to wait.  Kills are told at once.
 */
#include "api/api.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/timerfd.h>

#include "cgroup/cgroup.h"
#include "cgroup/stats.h"
#include "run/process.h"

#define LIMIT_INTERVAL_S 1

static const char *const files[] = {
	"memory.events", "memory.swap.events", "pids.events", "hugetlb.2MB.events",
	"hugetlb.1GB.events",
};

static const struct counter {
	uint32_t file;                  /* index in files */
	const char *key, *limit;        /* limit NULL: kills for want of memory */
} counters[] = {
	{ 0, "oom_kill", NULL },
	{ 0, "max",      "memory.max" },
	{ 0, "high",     "memory.high" },
	{ 1, "max",      "memory.swap.max" },
	{ 1, "high",     "memory.swap.high" },
	{ 2, "max",      "pids.max" },
	{ 3, "max",      "hugetlb.2MB.max" },
	{ 4, "max",      "hugetlb.1GB.max" },
};

#define N_FILES    ARRAY_SIZE(files)
#define N_COUNTERS ARRAY_SIZE(counters)

/* What an epoll event is about; files follow. */
enum { ON_PROCESS, ON_CGROUP, ON_RECORD, ON_TIMER, ON_FILE };

struct jail_watch {
	struct jail *jail;
	int epoll, pidfd, cgroup, cgroup_events, record, timer;
	int file[N_FILES];
	uint64_t seen[N_COUNTERS];      /* as told */
	uint64_t now[N_COUNTERS];       /* as read */
	bool limits_due, timer_runs;    /* limits may be told; or when the timer fires */
	bool state_due, ended;
	bool told;                      /* a state has been */
	enum jail_status status;        /* the one told last */
};

static int subscribe(struct jail_watch *w, int fd, uint32_t events, uint32_t what)
{
	struct epoll_event e = { .events = events, .data.u32 = what };

	return epoll_ctl(w->epoll, EPOLL_CTL_ADD, fd, &e);
}

/* ---- counters ---- */

static void read_counters(struct jail_watch *w, uint32_t file)
{
	char text[1024];
	ssize_t n;

	if (w->file[file] < 0)
		return;
	n = pread(w->file[file], text, sizeof(text) - 1, 0);
	if (n < 0) {
		fd_close(&w->file[file]);       /* the cgroup was removed */
		return;
	}
	text[n] = '\0';
	for (size_t i = 0; i < N_COUNTERS; i++) {
		const struct stat_key keys[] = { { counters[i].key, 0, 0 }, { 0 } };

		if (counters[i].file == file)
			stat_parse_keys(text, keys, &w->now[i]);
	}
}

static void open_counters(struct jail_watch *w)
{
	for (uint32_t i = 0; i < N_FILES; i++) {
		w->file[i] = openat(w->cgroup, files[i], O_RDONLY | O_CLOEXEC);
		if (w->file[i] < 0)
			continue;
		read_counters(w, i);
		if (w->file[i] >= 0)
			subscribe(w, w->file[i], EPOLLPRI, ON_FILE + i);
	}
	memcpy(w->seen, w->now, sizeof(w->seen));
}

static void start_timer(struct jail_watch *w)
{
	const struct itimerspec t = { .it_value.tv_sec = LIMIT_INTERVAL_S };

	w->limits_due = false;
	w->timer_runs = timerfd_settime(w->timer, 0, &t, NULL) == 0;
}

static void timer_fired(struct jail_watch *w)
{
	uint64_t n;

	if (read(w->timer, &n, sizeof(n)) == sizeof(n))
		w->timer_runs = false;
}

/* ---- the end, and what leads to it ---- */

static void process_gone(struct jail_watch *w)
{
	w->ended = w->state_due = true;
	for (uint32_t i = 0; i < N_FILES; i++) {
		read_counters(w, i);
		fd_close(&w->file[i]);
	}
	/* Nothing more is to come.  The pidfd shares its open file with the jail's: closing is not enough. */
	epoll_ctl(w->epoll, EPOLL_CTL_DEL, w->pidfd, NULL);
	fd_close(&w->cgroup_events);
	fd_close(&w->record);
	fd_close(&w->timer);
	fd_close(&w->pidfd);
}

static void record_changed(struct jail_watch *w)
{
	char events[4096];
	struct err ignored;

	while (read(w->record, events, sizeof(events)) > 0)
		;
	if (api_refresh(w->jail, &ignored) == 0)
		w->state_due = true;
}

static void cgroup_changed(struct jail_watch *w)
{
	char text[256];

	if (pread(w->cgroup_events, text, sizeof(text), 0) < 0)
		fd_close(&w->cgroup_events);
	w->state_due = true;
}

static void handle(struct jail_watch *w, uint32_t what)
{
	switch (what) {
	case ON_PROCESS:
		process_gone(w);
		break;
	case ON_CGROUP:
		cgroup_changed(w);
		break;
	case ON_RECORD:
		record_changed(w);
		break;
	case ON_TIMER:
		timer_fired(w);
		break;
	default:
		read_counters(w, what - ON_FILE);
	}
}

/* ---- telling ---- */

static bool next_counter(struct jail_watch *w, struct jail_event *e)
{
	for (size_t i = 0; i < N_COUNTERS; i++) {
		const struct counter *c = &counters[i];

		if (w->now[i] <= w->seen[i] || (c->limit && !w->limits_due))
			continue;
		e->type = c->limit ? JAIL_EVENT_LIMIT : JAIL_EVENT_OOM;
		e->limit = c->limit;
		e->count = w->now[i] - w->seen[i];
		w->seen[i] = w->now[i];
		return true;
	}
	return false;
}

static bool limits_wait(const struct jail_watch *w)
{
	for (size_t i = 0; i < N_COUNTERS; i++)
		if (w->now[i] > w->seen[i])
			return true;
	return false;
}

static bool next_state(struct jail_watch *w, struct jail_event *e)
{
	enum jail_status status = JAIL_STOPPED;
	struct err ignored;

	if (!w->state_due)
		return false;
	w->state_due = false;
	if (!w->ended && api_status_in(w->jail, w->cgroup, &status, &ignored) < 0)
		return false;
	/* Its end is told by the pidfd, after all that came before. */
	if ((status == JAIL_STOPPED && !w->ended) || (w->told && status == w->status))
		return false;
	w->told = true;
	w->status = status;
	e->type = JAIL_EVENT_STATE;
	return true;
}

static bool next(struct jail_watch *w, struct jail_event *e)
{
	/* One round of limits, then a pause; at the end there is no later. */
	if (!w->timer_runs && limits_wait(w))
		w->limits_due = true;
	if (w->ended)
		w->limits_due = true;
	if (next_counter(w, e))
		return true;
	if (w->limits_due && !w->ended)
		start_timer(w);
	return next_state(w, e);
}

int jail_watch_next(struct jail_watch *w, struct jail_event *ret, struct jail_error **error)
{
	struct jail_event e = { .size = ret->size };
	struct epoll_event events[ON_FILE + N_FILES];
	struct err err = { 0 };
	int n;

	n = epoll_wait(w->epoll, events, ARRAY_SIZE(events), 0);
	if (n < 0 && errno != EINTR) {
		err_sys(&err, "watch jail %s", w->jail->id);
		return api_fail(&err, NULL, error);
	}
	for (int i = 0; i < n; i++)
		handle(w, events[i].data.u32);
	if (!next(w, &e))
		return 0;
	e.status = w->status;
	memcpy(ret, &e, MIN(ret->size, sizeof(e)));
	return 1;
}

int jail_watch_fd(const struct jail_watch *w)
{
	return w->epoll;
}

/* ---- making ---- */

static int open_all(struct jail_watch *w, struct err *err)
{
	char dir[40];

	w->epoll = epoll_create1(EPOLL_CLOEXEC);
	w->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	w->record = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	w->pidfd = fcntl(w->jail->pidfd, F_DUPFD_CLOEXEC, 3);
	snprintf(dir, sizeof(dir), "/proc/self/fd/%d", w->jail->dir_fd);
	if (w->epoll < 0 || w->timer < 0 || w->record < 0 || w->pidfd < 0 ||
	    inotify_add_watch(w->record, dir, IN_MOVED_TO) < 0 ||
	    subscribe(w, w->pidfd, EPOLLIN, ON_PROCESS) < 0 ||
	    subscribe(w, w->record, EPOLLIN, ON_RECORD) < 0 ||
	    subscribe(w, w->timer, EPOLLIN, ON_TIMER) < 0)
		return err_sys(err, "watch jail %s", w->jail->id);
	if (w->jail->state.cgroup && api_cgroup(w->jail, &w->cgroup, NULL) == 0) {
		w->cgroup_events = openat(w->cgroup, "cgroup.events", O_RDONLY | O_CLOEXEC);
		if (w->cgroup_events >= 0)
			subscribe(w, w->cgroup_events, EPOLLPRI, ON_CGROUP);
		cgroup_changed(w);
		open_counters(w);
	}
	return 0;
}

int jail_watch_new(struct jail *jail, struct jail_watch **ret, struct jail_error **error)
{
	struct err err = { 0 };
	struct jail_watch *w;
	int r = api_need_process(jail, &err);

	if (r < 0)
		return api_fail(&err, NULL, error);
	w = calloc(1, sizeof(*w));
	if (!w) {
		err_nomem(&err);
		return api_fail(&err, NULL, error);
	}
	w->jail = jail;
	w->epoll = w->pidfd = w->cgroup = w->cgroup_events = w->record = w->timer = -1;
	for (size_t i = 0; i < N_FILES; i++)
		w->file[i] = -1;
	r = open_all(w, &err);
	if (r < 0) {
		jail_watch_free(w);
		return api_fail(&err, NULL, error);
	}
	w->state_due = true;
	*ret = w;
	return 0;
}

void jail_watch_free(struct jail_watch *w)
{
	if (!w)
		return;
	for (size_t i = 0; i < N_FILES; i++)
		fd_close(&w->file[i]);
	fd_close(&w->cgroup_events);
	fd_close(&w->cgroup);
	fd_close(&w->record);
	fd_close(&w->timer);
	fd_close(&w->pidfd);
	fd_close(&w->epoll);
	free(w);
}
