/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * stats.c - what a jail uses: numbers, read from its cgroup by a table of files
 *
 * One open, read and close a file, and only files of controllers that the cgroup has.  A file that is
 * missing, or that the kernel will not let us read, is a number that is not there and no error: kernels
 * differ, and a jail may be deleted meanwhile.
 */
#include "api/stats.h"

#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <time.h>

#include "cgroup/cgroup.h"
#include "cgroup/oom.h"

#define AT(member) offsetof(struct jail_stats, member)

static const struct stat_key cpu_keys[] = {
	{ "usage_usec", AT(cpu.usage_ns), 1000 },
	{ "user_usec", AT(cpu.user_ns), 1000 },
	{ "system_usec", AT(cpu.system_ns), 1000 },
	{ "nr_periods", AT(cpu.periods), 0 },
	{ "nr_throttled", AT(cpu.throttled), 0 },
	{ "throttled_usec", AT(cpu.throttled_ns), 1000 },
	{ "nr_bursts", AT(cpu.bursts), 0 },
	{ "burst_usec", AT(cpu.burst_ns), 1000 },
	{ 0 },
};

#define MEMORY_EVENTS(which) \
	{ "low", AT(memory.which.low), 0 }, \
	{ "high", AT(memory.which.high), 0 }, \
	{ "max", AT(memory.which.max), 0 }, \
	{ "oom", AT(memory.which.oom), 0 }, \
	{ "oom_kill", AT(memory.which.oom_kill), 0 }, \
	{ "oom_group_kill", AT(memory.which.oom_group_kill), 0 }, \
	{ 0 }
static const struct stat_key memory_keys[] = { MEMORY_EVENTS(events) };
static const struct stat_key local_keys[] = { MEMORY_EVENTS(local) };

static const struct stat_key swap_keys[] = {
	{ "high", AT(memory.swap_high_events), 0 },
	{ "max", AT(memory.swap_max_events), 0 },
	{ "fail", AT(memory.swap_fail_events), 0 },
	{ 0 },
};

static const struct stat_key pids_keys[] = { { "max", AT(pids.max_events), 0 }, { 0 } };

#define MORE JAIL_STATS_DETAIL

static const struct stats_file {
	const char *controller;         /* NULL: there without any */
	const char *name;
	uint32_t part;                  /* with MORE: wanted only together with JAIL_STATS_DETAIL */
	const struct stat_key *keys;    /* NULL: one number, which goes to @offset */
	size_t offset;
} files[] = {
	{ NULL,     "cpu.stat",            JAIL_STATS_CPU,    cpu_keys,    0 },
	{ "memory", "memory.current",      JAIL_STATS_MEMORY, NULL,        AT(memory.current) },
	{ "memory", "memory.max",          JAIL_STATS_MEMORY, NULL,        AT(memory.max) },
	{ "memory", "memory.high",         JAIL_STATS_MEMORY | MORE, NULL,        AT(memory.high) },
	{ "memory", "memory.low",          JAIL_STATS_MEMORY | MORE, NULL,        AT(memory.low) },
	{ "memory", "memory.peak",         JAIL_STATS_MEMORY | MORE, NULL,        AT(memory.peak) },
	{ "memory", "memory.events",       JAIL_STATS_MEMORY, memory_keys, 0 },
	{ "memory", "memory.events.local", JAIL_STATS_MEMORY | MORE, local_keys,  0 },
	{ "memory", "memory.swap.current", JAIL_STATS_SWAP | MORE,   NULL,        AT(memory.swap_current) },
	{ "memory", "memory.swap.max",     JAIL_STATS_SWAP | MORE,   NULL,        AT(memory.swap_max) },
	{ "memory", "memory.swap.peak",    JAIL_STATS_SWAP | MORE,   NULL,        AT(memory.swap_peak) },
	{ "memory", "memory.swap.events",  JAIL_STATS_SWAP,   swap_keys,   0 },
	{ "pids",   "pids.current",        JAIL_STATS_PIDS,   NULL,        AT(pids.current) },
	{ "pids",   "pids.max",            JAIL_STATS_TASKS,  NULL,        AT(pids.max) },
	{ "pids",   "pids.peak",           JAIL_STATS_TASKS | MORE,  NULL,        AT(pids.peak) },
	{ "pids",   "pids.events",         JAIL_STATS_TASKS,  pids_keys,   0 },
};

bool stats_has_controller(const struct stats *s, const char *name)
{
	struct stat_word line = { s->controllers, strcspn(s->controllers, "\n") }, word;

	while (stat_next_word(&line, &word))
		if (stat_is(word, name))
			return true;
	return false;
}

static void read_file(struct stats *s, const struct stats_file *f)
{
	bool found;

	if ((s->wanted & f->part) != f->part || (f->controller && !stats_has_controller(s, f->controller)) ||
	    stat_read(s->cgroup, f->name, s->text, sizeof(s->text)) < 0)
		return;
	if (f->keys)
		found = stat_parse_keys(s->text, f->keys, &s->pub) > 0;
	else
		found = stat_parse_number(s->text, (uint64_t *)((char *)&s->pub + f->offset));
	if (found)
		s->pub.parts |= f->part & ~(uint32_t)MORE;
}

/* "max 100000" */
static void read_quota(struct stats *s)
{
	const char *text = s->text;
	struct stat_word line, quota, period;

	if (!(s->wanted & JAIL_STATS_QUOTA) || !stats_has_controller(s, "cpu") ||
	    stat_read(s->cgroup, "cpu.max", s->text, sizeof(s->text)) < 0)
		return;
	if (stat_next_line(&text, &line) && stat_next_word(&line, &quota) &&
	    stat_next_word(&line, &period) && stat_number(quota, &s->pub.cpu.quota_us) &&
	    stat_number(period, &s->pub.cpu.period_us))
		s->pub.parts |= JAIL_STATS_QUOTA;
}

static bool parse_stall(const char *text, const char *kind, struct jail_stall *ret)
{
	double avg[3];

	if (!stat_parse_pressure(text, kind, avg, &ret->total_us))
		return false;
	ret->avg10 = avg[0];
	ret->avg60 = avg[1];
	ret->avg300 = avg[2];
	return true;
}

/* These files need no controller, but can be compiled out or turned off. */
static void read_pressure(struct stats *s)
{
	static const struct {
		const char *name;
		size_t offset;
	} pressures[] = {
		{ "cpu.pressure", AT(cpu.pressure) },
		{ "memory.pressure", AT(memory.pressure) },
		{ "io.pressure", AT(io.pressure) },
	};

	for (size_t i = 0; i < ARRAY_SIZE(pressures) && s->wanted & JAIL_STATS_PRESSURE; i++) {
		struct jail_pressure *p = (void *)((char *)&s->pub + pressures[i].offset);

		if (stat_read(s->cgroup, pressures[i].name, s->text, sizeof(s->text)) < 0)
			continue;
		if (parse_stall(s->text, "some", &p->some))
			s->pub.parts |= JAIL_STATS_PRESSURE;
		parse_stall(s->text, "full", &p->full);
	}
}

/* Without the pids controller somebody has to count. */
static void count_pids(struct stats *s)
{
	mem_auto pid_t *pids = NULL;
	int n;

	if (!(s->wanted & JAIL_STATS_PIDS) || s->pub.parts & JAIL_STATS_PIDS)
		return;
	n = cgroup_pids(s->cgroup, &pids);
	if (n < 0)
		return;
	s->pub.pids.current = (uint64_t)n;
	s->pub.pids.max = JAIL_UNLIMITED;
	s->pub.parts |= JAIL_STATS_PIDS;
}

static int read_cgroup(struct stats *s)
{
	if (stat_read(s->cgroup, "cgroup.controllers", s->controllers, sizeof(s->controllers)) < 0)
		return 0;               /* it was removed */
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		read_file(s, &files[i]);
	read_quota(s);
	read_pressure(s);
	count_pids(s);
	return stats_read_lists(s);
}

/* ---- the process ---- */

static uint64_t now_ns(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (uint64_t)t.tv_sec * 1000000000U + (uint64_t)t.tv_nsec;
}

static void look_at_process(struct stats *s, struct jail *jail)
{
	uint64_t started = jail->state.start_time, ticks = (uint64_t)sysconf(_SC_CLK_TCK);
	uint64_t now = now_ns(CLOCK_BOOTTIME);

	s->pub.pid = jail_pid(jail);
	if (!s->pub.pid)
		return;
	started = started / ticks * 1000000000U + started % ticks * (1000000000U / ticks);
	s->pub.uptime_ns = now > started ? now - started : 0;
}

/* The text is not needed any more, and a caller may keep the statistics of many jails. */
static struct stats *compact(struct stats *s)
{
	struct stats *smaller = realloc(s, offsetof(struct stats, text));

	return smaller ? smaller : s;
}

int jail_get_stats(struct jail *jail, uint32_t parts, struct jail_stats **ret,
		   struct jail_error **error)
{
	struct stats *s = malloc(sizeof(*s));
	fd_auto cgroup = -1;
	struct err err = { 0 };
	int r;

	if (!s) {
		err_nomem(&err);
		return api_fail(&err, NULL, error);
	}
	/* Not the text behind them. */
	memset(s, 0, offsetof(struct stats, text));
	s->pub.size = sizeof(s->pub);
	s->wanted = parts;
	if (jail->state.cgroup)
		api_cgroup(jail, &cgroup, NULL);
	s->cgroup = cgroup;
	r = api_status_in(jail, cgroup, &s->pub.status, &err);
	s->pub.time_ns = now_ns(CLOCK_MONOTONIC);
	if (r == 0)
		look_at_process(s, jail);
	if (r == 0 && cgroup >= 0)
		r = read_cgroup(s);
	if (r == 0 && parts & JAIL_STATS_NETWORK)
		r = stats_read_network(s, jail);
	if (r < 0) {
		jail_stats_free(&s->pub);
		if (!err.code)
			err_nomem(&err);
		return api_fail(&err, NULL, error);
	}
	*ret = &compact(s)->pub;
	return 0;
}

void jail_stats_free(struct jail_stats *stats)
{
	struct stats *s = (struct stats *)stats;

	if (!s)
		return;
	arena_done(&s->arena);
	free(s);
}

int jail_oom_message(struct jail *jail, char **ret)
{
	char text[CGROUP_OOM_MAX];
	fd_auto cgroup = -1;
	char *copy;
	int n;

	if (!jail->state.cgroup)
		return 0;
	n = api_cgroup(jail, &cgroup, NULL) < 0 ? 0 : cgroup_oom_text(cgroup, text);
	if (!n)
		n = cgroup_oom_text_above(&jail->oom, text);
	copy = n ? strdup(text) : NULL;
	if (!copy)
		return 0;
	*ret = copy;
	return n;
}
