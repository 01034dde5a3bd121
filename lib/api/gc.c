/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * gc.c - finding and removing what killed runtimes left
 *
 * Whoever makes, starts or deletes a jail holds its lock.  So what is unfinished and not locked has
 * nobody who will finish it.  A half-made jail names in its record what was about to be made for it.
 */
#include "api/api.h"

#include <fcntl.h>
#include <stdio.h>
#include <time.h>

#include "run/process.h"
#include "state/uppers.h"

#define LOCK_TRIES 20

struct gc {
	struct jail_runtime *rt;
	int root_fd;
	bool stopped;
	void (*report)(void *userdata, const char *what);
	void *userdata;
};

static void report(const struct gc *gc, const char *name, const char *why, const struct state *s)
{
	char text[1024];

	if (!gc->report)
		return;
	snprintf(text, sizeof(text), "%s: %s%s%s", name, why, s->cgroup ? ", cgroup /" : "",
		 s->cgroup ? s->cgroup : "");
	gc->report(gc->userdata, text);
}

/* Why this locked directory is rubbish; NULL when it is not. *ret_pidfd: its process, if any. */
static const char *judge(const struct gc *gc, int dir_fd, const char *name, struct state *s,
			 int *ret_pidfd)
{
	struct err ignored;
	int r = state_read(dir_fd, s, &ignored);

	if (r == -ENOENT || r == -EBADMSG)
		return "without a readable record";
	if (r < 0)
		return NULL;            /* of another version of jail, or we lack memory or descriptors */
	if (name[0] == '.')
		return "not wholly made, or not wholly removed";
	r = process_open(s, ret_pidfd, &ignored);
	if (s->status == STATE_CREATING)
		return "half-made";
	return gc->stopped && r == 1 ? "stopped" : NULL;
}

/*
 * A child of a killed runtime that has not executed yet still holds the lock with it, for a moment:
 * so a busy one is looked at again before it is left to whoever is at work on it.
 */
static bool lock(int dir_fd, const char *name)
{
	struct timespec moment = { .tv_nsec = 1000000 };
	int r;

	for (int i = 0; i < LOCK_TRIES; i++) {
		r = state_lock(dir_fd, name, false, NULL);
		if (r != -EWOULDBLOCK)
			return r == 0;
		nanosleep(&moment, NULL);
	}
	return false;
}

/* 1: removed, 0: left alone. */
static int collect(const struct gc *gc, const char *name, struct err *err)
{
	struct run_log log = api_log(gc->rt);
	struct state s = { 0 };
	fd_auto dir = -1, pidfd = -1;
	const char *why;
	int r;

	dir = openat(gc->root_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (dir < 0 || !lock(dir, name))
		return 0;
	why = judge(gc, dir, name, &s, &pidfd);
	r = 0;
	if (why) {
		report(gc, name, why, &s);
		r = delete_jail(gc->root_fd, name, name, dir, &s, pidfd, &log, err);
		r = r < 0 ? r : 1;
	}
	state_done(&s);
	return r;
}

static void report_upper(void *userdata, const char *path)
{
	const struct gc *gc = userdata;
	char text[1024];

	snprintf(text, sizeof(text), "%s: an upper layer whose jail is gone", path);
	if (gc->report)
		gc->report(gc->userdata, text);
}

/* After a reboot the records are gone, and what was on disk is not.  @n: what has been removed before */
static int collect_uppers(struct gc *gc, int n, struct jail_error **error)
{
	struct err err = { 0 };
	int r = upper_gc(gc->rt->data, report_upper, gc, &err);

	return r < 0 ? api_fail(&err, NULL, error) : n + r;
}

int jail_gc(struct jail_runtime *rt, bool stopped, void (*reporter)(void *userdata, const char *what),
	    void *userdata, struct jail_error **error)
{
	struct gc gc = { .rt = rt, .stopped = stopped, .report = reporter, .userdata = userdata };
	struct err err = { 0 }, first = { 0 };
	struct strv names = { 0 };
	fd_auto root = -1;
	int r = state_root_open(rt->root, false, &root, &err), n = 0;

	if (r == -ENOENT)
		return collect_uppers(&gc, 0, error);
	if (r == 0)
		r = state_list(root, true, &names, &err);
	if (r < 0)
		return api_fail(&err, NULL, error);
	gc.root_fd = root;
	for (size_t i = 0; i < names.n; i++) {
		r = collect(&gc, names.v[i], &err);
		if (r < 0 && !first.code)
			first = err;
		n += r > 0;
	}
	free(names.v);
	return first.code ? api_fail(&first, NULL, error) : collect_uppers(&gc, n, error);
}
