/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * events.c - jail events: what happens to a jail, one JSON object a line, until it stops
 *
 *   {"type":"state","id":"web","data":{"status":"paused"}}
 *   {"type":"limit","id":"web","data":{"limit":"pids.max","count":3}}
 *   {"type":"oom","id":"web"}
 *   {"type":"stats","id":"web","data":{"cpu":…}}
 *
 * "stats" and "oom" are what engines know from runc; what they do not know they skip.
 */
#include <poll.h>
#include <stdio.h>
#include <sys/timerfd.h>

#include "cli.h"
#include "duration.h"

#define DEFAULT_INTERVAL_MS 5000

struct events_opts {
	bool stats;
	const char *interval;
};

static const struct opt events_options[] = {
	{ "stats", 0, OPT_FLAG, NULL, offsetof(struct events_opts, stats),
	  .help = "print the statistics once, and exit" },
	{ "interval", 0, OPT_TEXT, "DURATION", offsetof(struct events_opts, interval),
	  .help = "print them every DURATION (default 5s); 0: not at all" },
	{ 0 },
};

/* An id needs no escaping in JSON: see jail_create(). */
static int print_stats(struct jail *jail)
{
	struct jail_stats *stats = NULL;
	struct jail_error *err = NULL;
	mem_auto char *json = NULL;
	int r = jail_get_stats(jail, JAIL_STATS_ALL, &stats, &err);

	if (r == 0)
		r = jail_stats_json(stats, &json, &err);
	jail_stats_free(stats);
	if (r < 0)
		return msg_fail(err);
	return cli_print(x_printf("{\"type\":\"stats\",\"id\":\"%s\",\"data\":%s}\n", jail_id(jail), json));
}

static int print_event(struct jail *jail, const struct jail_event *e)
{
	const char *id = jail_id(jail);

	switch (e->type) {
	case JAIL_EVENT_OOM:
		return cli_print(x_printf("{\"type\":\"oom\",\"id\":\"%s\"}\n", id));
	case JAIL_EVENT_LIMIT:
		return cli_print(x_printf("{\"type\":\"limit\",\"id\":\"%s\",\"data\":{\"limit\":\"%s\","
					  "\"count\":%llu}}\n", id, e->limit,
					  (unsigned long long)e->count));
	case JAIL_EVENT_STATE:
		return cli_print(x_printf("{\"type\":\"state\",\"id\":\"%s\",\"data\":{\"status\":\"%s\"}}\n",
					  id, jail_status_name(e->status)));
	}
	return 0;
}

/* Print what is new. 1: that was the end, 0: go on, -1: failed, after a message. */
static int print_news(struct jail *jail, struct jail_watch *watch)
{
	struct jail_event e = JAIL_INIT(struct jail_event);
	struct jail_error *err = NULL;
	int r;

	while ((r = jail_watch_next(watch, &e, &err)) > 0) {
		if (print_event(jail, &e))
			return -1;
		if (e.type == JAIL_EVENT_STATE && e.status == JAIL_STOPPED)
			return 1;
	}
	return r < 0 ? -msg_fail(err) : 0;
}

static int open_timer(uint32_t interval_ms)
{
	struct itimerspec t = { 0 };
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);

	t.it_interval.tv_sec = interval_ms / 1000;
	t.it_interval.tv_nsec = (long)(interval_ms % 1000) * 1000000;
	t.it_value = t.it_interval;
	timerfd_settime(fd, 0, &t, NULL);
	return fd;
}

/* Somebody else who reads our lines has gone: there is nobody to tell. */
static bool reader_is_gone(const struct pollfd *p)
{
	return p->revents & (POLLERR | POLLHUP | POLLNVAL);
}

static int stream(struct jail *jail, struct jail_watch *watch, uint32_t interval_ms)
{
	fd_auto timer = open_timer(interval_ms);
	struct pollfd p[] = {
		{ jail_watch_fd(watch), POLLIN, 0 }, { timer, POLLIN, 0 }, { STDOUT_FILENO, 0, 0 },
	};
	uint64_t ticks;
	int r;

	while ((r = print_news(jail, watch)) == 0) {
		if (poll(p, ARRAY_SIZE(p), -1) < 0 && errno != EINTR)
			return 1;
		if (reader_is_gone(&p[2]))
			return 0;
		if (read(timer, &ticks, sizeof(ticks)) == sizeof(ticks) && print_stats(jail))
			return 1;
	}
	return r < 0;
}

static int watch_events(struct jail *jail, uint32_t interval_ms)
{
	struct jail_watch *watch = NULL;
	struct jail_error *err = NULL;
	int code;

	if (jail_watch_new(jail, &watch, &err) < 0)
		return msg_fail(err);
	code = stream(jail, watch, interval_ms);
	jail_watch_free(watch);
	return code;
}

static int run_events(struct cli *cli, const void *opts, int argc, char **argv)
{
	const struct events_opts *o = opts;
	int64_t interval = duration_option("events", "interval", o->interval, 0, DEFAULT_INTERVAL_MS);
	struct jail *jail;
	int code;

	(void)argc;
	if (interval < 0)
		return 1;
	jail = cli_open(cli, argv[0]);
	if (!jail)
		return 1;
	if (!o->stats)
		code = watch_events(jail, (uint32_t)interval);
	else if (jail_pidfd(jail) >= 0)
		code = print_stats(jail);
	else {
		msg_error("jail %s: container not running", jail_id(jail));
		code = 1;
	}
	jail_free(jail);
	return code;
}

const struct verb verb_events = {
	.name = "events",
	.group = VERB_OCI,
	.args = "ID",
	.summary = "print what happens to a jail as JSON lines, until it stops",
	.about = "State changes, kills for want of memory and limits that were hit are printed as they happen,\n"
		 "statistics at intervals.",
	.opts = events_options,
	.opts_size = sizeof(struct events_opts),
	.min_args = 1,
	.max_args = 1,
	.complete = { COMPLETE_JAIL },
	.examples = (const char *const[]){ "jail events web", "jail events --stats web | jq .data.memory",
					   NULL },
	.run = run_events,
};
