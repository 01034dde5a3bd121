/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bus.c - talking to systemd: org.freedesktop.systemd1(5)
 *
 * A job is done when JobRemoved says so, with its result.  We listen for it before we ask for the
 * job, so it cannot be missed.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "scope.h"

#define SERVICE "org.freedesktop.systemd1"
#define OBJECT  "/org/freedesktop/systemd1"
#define MANAGER "org.freedesktop.systemd1.Manager"
#define PRIVATE "unix:path=/run/systemd/private"

#define EXISTS_RETRIES 20

struct job {
	char path[256];                 /* of the job we wait for; empty: not known yet */
	char done[16][2][256];          /* path and result of jobs that were removed before we knew ours */
	size_t n_done;
	char result[64];
	sd_bus_slot *slot;
};

static uint64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

/* ---- the bus ---- */

static int open_private(const char *address, sd_bus **ret)
{
	sd_bus *bus = NULL;
	int r = sd_bus_new(&bus);

	if (r >= 0)
		r = sd_bus_set_address(bus, address);
	if (r >= 0)
		r = sd_bus_start(bus);
	if (r < 0)
		sd_bus_unref(bus);
	else
		*ret = bus;
	return r;
}

/* Until who is at the other end has let us in.  Left to itself sd-bus waits for a minute and a half. */
static int await_ready(sd_bus *bus, uint64_t timeout_us)
{
	uint64_t end = now_us() + timeout_us;

	for (;;) {
		uint64_t now = now_us();
		int e = sd_bus_is_ready(bus);

		if (e > 0)
			return 0;
		if (e == 0 && sd_bus_is_open(bus) <= 0)
			e = -ECONNRESET;
		if (e == 0)
			e = sd_bus_process(bus, NULL);
		if (e == 0)
			e = now < end ? sd_bus_wait(bus, end - now) : -ETIMEDOUT;
		if (e == 0 && now_us() >= end)
			e = -ETIMEDOUT;
		if (e < 0 && e != -EINTR)
			return e;
	}
}

/*
 * A user's systemd is asked directly: the bus of a session may be one that it is not on, and not every
 * user has a bus.
 */
static int open_user(sd_bus **ret)
{
	const char *dir = getenv("XDG_RUNTIME_DIR");
	char address[4096];

	if (dir && *dir && !strpbrk(dir, "%,;\\") &&
	    snprintf(address, sizeof(address), "unix:path=%s/systemd/private", dir) < (int)sizeof(address) &&
	    open_private(address, ret) >= 0)
		return 0;
	return sd_bus_open_user(ret);
}

/* Without a message bus root can still reach its systemd directly. */
static int open_bus(const struct request *r, sd_bus **ret, struct failure *f)
{
	int user = !strcmp(r->bus, "user");
	int e = user ? open_user(ret) : sd_bus_open_system(ret);

	if (e < 0 && !user && open_private(PRIVATE, ret) >= 0)
		return 0;
	if (e < 0)
		return fail(f, e, "connect to systemd on the %s bus: %s%s", r->bus, strerror(-e),
			    user ? " (is XDG_RUNTIME_DIR set, and a session or lingering enabled?)" :
				   " (is systemd running?)");
	sd_bus_set_method_call_timeout(*ret, r->timeout_us);
	e = await_ready(*ret, r->timeout_us);
	return e < 0 ? fail(f, e, "systemd does not answer on the %s bus: %s", r->bus, strerror(-e)) : 0;
}

static int call_failed(const struct request *r, const char *what, int e, const sd_bus_error *error,
		       struct failure *f)
{
	const char *text = error->message ? error->message : strerror(-e);
	int code = sd_bus_error_get_errno(error);

	if (e == -ETIMEDOUT || code == ETIMEDOUT)
		return fail(f, ETIMEDOUT, "systemd does not answer: %s %s, given up after %llu s", what,
			    r->unit, (unsigned long long)(r->timeout_us / 1000000));
	return fail(f, code ? code : e, "systemd refuses to %s %s: %s", what, r->unit, text);
}

/* ---- jobs ---- */

static int on_job_removed(sd_bus_message *m, void *userdata, sd_bus_error *error)
{
	struct job *job = userdata;
	const char *path, *unit, *result;
	uint32_t id;

	(void)error;
	if (sd_bus_message_read(m, "uoss", &id, &path, &unit, &result) < 0)
		return 0;
	if (!strcmp(job->path, path)) {
		snprintf(job->result, sizeof(job->result), "%s", result);
	} else if (!*job->path && job->n_done < 16) {
		snprintf(job->done[job->n_done][0], 256, "%s", path);
		snprintf(job->done[job->n_done++][1], 256, "%s", result);
	}
	return 0;
}

static int listen_for_jobs(sd_bus *bus, struct job *job, const struct request *r, struct failure *f)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	int e = sd_bus_match_signal(bus, &job->slot, SERVICE, OBJECT, MANAGER, "JobRemoved", on_job_removed,
				    job);

	/* Without a subscriber systemd sends no signals. */
	if (e >= 0)
		e = sd_bus_call_method(bus, SERVICE, OBJECT, MANAGER, "Subscribe", &error, NULL, "");
	e = e < 0 ? call_failed(r, "subscribe for", e, &error, f) : 0;
	sd_bus_error_free(&error);
	return e;
}

static int wait_for_job(sd_bus *bus, struct job *job, const char *path, const char *what,
			const struct request *r, struct failure *f)
{
	uint64_t end = now_us() + r->timeout_us;

	snprintf(job->path, sizeof(job->path), "%s", path);
	for (size_t i = 0; i < job->n_done; i++)
		if (!strcmp(job->done[i][0], path))
			snprintf(job->result, sizeof(job->result), "%s", job->done[i][1]);
	while (!*job->result) {
		uint64_t now = now_us();
		int e = sd_bus_process(bus, NULL);

		if (e == 0)
			e = now < end ? sd_bus_wait(bus, end - now) : -ETIMEDOUT;
		if (e == -EINTR)
			continue;
		if (e == -ETIMEDOUT)
			return fail(f, ETIMEDOUT, "systemd did not %s %s within %llu s", what, r->unit,
				    (unsigned long long)(r->timeout_us / 1000000));
		if (e < 0)
			return fail(f, e, "systemd went away while it was to %s %s: %s", what, r->unit,
				    strerror(-e));
	}
	if (strcmp(job->result, "done") != 0)
		return fail(f, EIO, "systemd could not %s %s: job result \"%s\"", what, r->unit,
			    job->result);
	return 0;
}

/* ---- start ---- */

/* Is @name among the annotations' properties: then ours gives way. */
static int is_given(const struct request *r, const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 0; i < r->n_lines; i++)
		if (!strcmp(r->lines[i].word, "property") && !strncmp(r->lines[i].value, name, n) &&
		    (r->lines[i].value[n] == ' ' || !r->lines[i].value[n]))
			return 1;
	return 0;
}

static int add_text(sd_bus_message *m, const struct request *r, const char *name, const char *value)
{
	return !value || is_given(r, name) ? 0 : sd_bus_message_append(m, "(sv)", name, "s", value);
}

static int add_flag(sd_bus_message *m, const struct request *r, const char *name, int value)
{
	return is_given(r, name) ? 0 : sd_bus_message_append(m, "(sv)", name, "b", value);
}

/* What makes it a jail's. */
static int add_own(sd_bus_message *m, const struct request *r)
{
	static const char *const accounting[] = {
		"MemoryAccounting", "CPUAccounting", "IOAccounting", "TasksAccounting",
	};
	int e = add_text(m, r, "Description", r->description);

	if (e >= 0)
		e = add_text(m, r, "Slice", r->slice);
	if (e >= 0)
		e = add_text(m, r, "CollectMode", "inactive-or-failed");
	if (e >= 0)
		e = add_flag(m, r, "DefaultDependencies", 0);
	if (e >= 0)
		e = add_flag(m, r, "Delegate", 1);
	for (size_t i = 0; e >= 0 && i < 4; i++)
		e = add_flag(m, r, accounting[i], 1);
	if (e >= 0)
		e = sd_bus_message_append(m, "(sv)", "PIDs", "au", 1, (uint32_t)getpid());
	return e;
}

static int build_start(sd_bus *bus, const struct request *r, sd_bus_message **ret, struct failure *f)
{
	sd_bus_message *m = NULL;
	int e = sd_bus_message_new_method_call(bus, &m, SERVICE, OBJECT, MANAGER, "StartTransientUnit");

	*ret = m;
	if (e >= 0)
		e = sd_bus_message_append(m, "ss", r->unit, "fail");
	if (e >= 0)
		e = sd_bus_message_open_container(m, 'a', "(sv)");
	if (e >= 0)
		e = add_own(m, r);
	if (e < 0)
		return fail(f, e, "make a request for systemd: %s", strerror(-e));
	if (properties_add_given(m, r, f) < 0 || properties_add_limits(m, r, f) < 0)
		return -1;
	e = sd_bus_message_close_container(m);
	if (e >= 0)
		e = sd_bus_message_append(m, "a(sa(sv))", 0);
	return e < 0 ? fail(f, e, "make a request for systemd: %s", strerror(-e)) : 0;
}

/* Where we are now, as our own cgroup namespace shows it. */
static int own_cgroup(char *cgroup, size_t size, struct failure *f)
{
	FILE *file = fopen("/proc/self/cgroup", "re");
	char line[4096];
	int found = 0;

	while (file && fgets(line, sizeof(line), file))
		if (!strncmp(line, "0::/", 4)) {
			line[strcspn(line, "\n")] = '\0';
			found = snprintf(cgroup, size, "%s", line + 3) < (int)size;
		}
	if (file)
		fclose(file);
	return found ? 0 : fail(f, ENOENT, "systemd started the unit, but /proc/self/cgroup does not tell where");
}

/*
 * A scope that has just ended may not be forgotten yet, and one that has failed is remembered: then its
 * name is in use for a moment, or until it is reset.
 */
static int call_start(sd_bus *bus, sd_bus_message *m, const struct request *r, sd_bus_error *error,
		      sd_bus_message **reply)
{
	const struct timespec pause = { .tv_nsec = 50000000 };
	int e;

	for (int i = 0; ; i++) {
		e = sd_bus_call(bus, m, r->timeout_us, error, reply);
		if (i == EXISTS_RETRIES ||
		    !sd_bus_error_has_name(error, "org.freedesktop.systemd1.UnitExists"))
			return e;
		sd_bus_error_free(error);
		sd_bus_call_method(bus, SERVICE, OBJECT, MANAGER, "ResetFailedUnit", NULL, NULL, "s",
				   r->unit);
		nanosleep(&pause, NULL);
	}
}

/* Send the request for a start, and wait for its job. */
static int run_job(sd_bus *bus, sd_bus_message *m, struct job *job, const struct request *r,
		   struct failure *f)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	sd_bus_message *reply = NULL;
	const char *path = "";
	int e = call_start(bus, m, r, &error, &reply);

	if (e >= 0)
		e = sd_bus_message_read(reply, "o", &path);
	e = e < 0 ? call_failed(r, "start", e, &error, f) : wait_for_job(bus, job, path, "start", r, f);
	sd_bus_message_unref(reply);
	sd_bus_error_free(&error);
	return e;
}

static int start(sd_bus *bus, const struct request *r, char *cgroup, size_t size, struct failure *f)
{
	struct job job = { .n_done = 0 };
	sd_bus_message *m = NULL;
	int e = listen_for_jobs(bus, &job, r, f);

	if (e == 0)
		e = build_start(bus, r, &m, f);
	if (e == 0)
		e = run_job(bus, m, &job, r, f);
	sd_bus_message_unref(m);
	sd_bus_slot_unref(job.slot);
	return e == 0 ? own_cgroup(cgroup, size, f) : e;
}

/* ---- set, stop ---- */

static int set(sd_bus *bus, const struct request *r, struct failure *f)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	sd_bus_message *m = NULL;
	int e = sd_bus_message_new_method_call(bus, &m, SERVICE, OBJECT, MANAGER, "SetUnitProperties");

	if (e >= 0)
		e = sd_bus_message_append(m, "sb", r->unit, 1);
	if (e >= 0)
		e = sd_bus_message_open_container(m, 'a', "(sv)");
	if (e >= 0 && properties_add_limits(m, r, f) < 0) {
		sd_bus_message_unref(m);
		return -1;
	}
	if (e >= 0)
		e = sd_bus_message_close_container(m);
	if (e >= 0)
		e = sd_bus_call(bus, m, r->timeout_us, &error, NULL);
	e = e < 0 ? call_failed(r, "change", e, &error, f) : 0;
	sd_bus_message_unref(m);
	sd_bus_error_free(&error);
	return e;
}

/*
 * Move a process of the caller's into the unit.  A user may not do that by himself from where he has
 * logged in, and not even his systemd may: that one asks the system's.
 */
static int attach(sd_bus *bus, const struct request *r, struct failure *f)
{
	sd_bus_error error = SD_BUS_ERROR_NULL;
	uint32_t pid = r->pid ? (uint32_t)strtoul(r->pid, NULL, 10) : 0;
	int e;

	if (!pid)
		return fail(f, EINVAL, "an incomplete request");
	e = sd_bus_call_method(bus, SERVICE, OBJECT, MANAGER, "AttachProcessesToUnit", &error, NULL, "ssau",
			       r->unit, r->below ? r->below : "", 1, pid);
	e = e < 0 ? call_failed(r, "move a process into", e, &error, f) : 0;
	sd_bus_error_free(&error);
	return e;
}

/* A unit that is no more is stopped. */
static int stop(sd_bus *bus, const struct request *r, struct failure *f)
{
	struct job job = { .n_done = 0 };
	sd_bus_error error = SD_BUS_ERROR_NULL;
	sd_bus_message *reply = NULL;
	const char *path = "";
	int e = listen_for_jobs(bus, &job, r, f);

	if (e < 0) {
		sd_bus_slot_unref(job.slot);
		return e;
	}
	e = sd_bus_call_method(bus, SERVICE, OBJECT, MANAGER, "StopUnit", &error, &reply, "ss", r->unit,
			       "replace");
	if (e < 0 && sd_bus_error_has_name(&error, "org.freedesktop.systemd1.NoSuchUnit"))
		e = 0;
	else if (e < 0)
		e = call_failed(r, "stop", e, &error, f);
	else if (sd_bus_message_read(reply, "o", &path) >= 0)
		e = wait_for_job(bus, &job, path, "stop", r, f);
	sd_bus_slot_unref(job.slot);
	sd_bus_message_unref(reply);
	sd_bus_error_free(&error);
	return e;
}

int request_do(const struct request *r, sd_bus **bus, char *cgroup, size_t size, struct failure *f)
{
	int e = *bus ? 0 : open_bus(r, bus, f);

	if (e < 0)
		return e;
	if (!strcmp(r->what, "start"))
		return start(*bus, r, cgroup, size, f);
	if (!strcmp(r->what, "set"))
		return set(*bus, r, f);
	if (!strcmp(r->what, "stop"))
		return stop(*bus, r, f);
	if (!strcmp(r->what, "attach"))
		return attach(*bus, r, f);
	return fail(f, EINVAL, "unknown request \"%s\"", r->what);
}
