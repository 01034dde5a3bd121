/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * stats.c - jail stats and jail top: what jails use, and which limits they hit
 *
 * Both print the table of stats_table.c.  stats is for numbers since the start and for programs; top
 * is for watching: sorted, rates, keys.  The processes of a jail are what jail ps is for.
 */
#include <string.h>

#include "duration.h"
#include "stats.h"

#define DEFAULT_INTERVAL_MS 2000
#define MIN_INTERVAL_MS     100

struct stats_opts {
	bool all, no_stream, json;
	const char *interval, *format;
};

static const struct opt stats_options[] = {
	{ "all", 'a', OPT_FLAG, NULL, offsetof(struct stats_opts, all),
	  .help = "also jails that do not run" },
	{ "format", 'f', OPT_TEXT, "FORMAT", offsetof(struct stats_opts, format),
	  .help = "table (default), json or openmetrics", .choices = "table json openmetrics" },
	{ "json", 0, OPT_FLAG, NULL, offsetof(struct stats_opts, json),
	  .help = "the same as --format json" },
	{ "interval", 0, OPT_TEXT, "DURATION", offsetof(struct stats_opts, interval),
	  .help = "go on, every DURATION (default on a terminal: 2s)" },
	{ "no-stream", 0, OPT_FLAG, NULL, offsetof(struct stats_opts, no_stream),
	  .help = "print one table, on a terminal as well" },
	{ 0 },
};

struct top_opts {
	const char *sort, *interval;
	bool reverse, no_stream;
};

static const struct opt top_options[] = {
	{ "sort", 's', OPT_TEXT, "COLUMN", offsetof(struct top_opts, sort),
	  .help = "the column to sort by (default cpu)", .choices = TABLE_COLUMNS },
	{ "reverse", 'r', OPT_FLAG, NULL, offsetof(struct top_opts, reverse),
	  .help = "smallest first" },
	{ "interval", 0, OPT_TEXT, "DURATION", offsetof(struct top_opts, interval),
	  .help = "refresh every DURATION (default 2s)" },
	{ "no-stream", 0, OPT_FLAG, NULL, offsetof(struct top_opts, no_stream),
	  .help = "print one table, on a terminal as well" },
	{ 0 },
};

/* ---- without a screen ---- */

static int print_table(const struct table *t, struct samples *s)
{
	table_sort(t, s);
	table_print(t, s, stdout);
	return cli_print(x_strdup(""));
}

enum format { TABLE, JSON, OPENMETRICS };

static int print(enum format format, const struct table *t, struct samples *s)
{
	switch (format) {
	case JSON:
		return stats_print_json(s);
	case OPENMETRICS:
		return stats_print_openmetrics(s);
	default:
		return print_table(t, s);
	}
}

static void pause_ms(int64_t ms)
{
	usleep((useconds_t)(ms % 1000) * 1000);
	sleep((unsigned)(ms / 1000));
}

/* Once, or with an interval until nobody reads it or a signal ends it. */
static int print_all(const struct sampling *how, enum format format, const struct table *t,
		     int64_t interval)
{
	struct samples now = { 0 }, last;
	int code = samples_take(how, NULL, &now) < 0;

	if (code)
		return code;
	code = print(format, t, &now);
	while (code == 0 && interval > 0) {
		pause_ms(interval);
		last = now;
		code = samples_take(how, &last, &now) < 0;
		samples_done(&last);
		if (code)
			return code;
		if (format == TABLE)
			putchar('\n');
		code = print(format, t, &now);
	}
	samples_done(&now);
	return code;
}

/* ---- jail stats ---- */

/* Which of them; -1 after a message. */
static int choose_format(const struct stats_opts *o)
{
	static const char *const names[] = { "table", "json", "openmetrics" };
	int format = o->json ? JSON : TABLE;

	for (int i = 0; i < (int)ARRAY_SIZE(names); i++)
		if (str_equal(o->format, names[i]))
			format = i;
	if (o->json && format != JSON) {
		msg_error("stats: --json and --format %s exclude each other", o->format);
		return -1;
	}
	if (format == OPENMETRICS && o->interval) {
		msg_error("stats: --interval: OpenMetrics text is one picture, who reads it comes again");
		return -1;
	}
	if (o->no_stream && o->interval) {
		msg_error("stats: --interval and --no-stream exclude each other");
		return -1;
	}
	return format;
}

static int run_stats(struct cli *cli, const void *opts, int argc, char **argv)
{
	const struct stats_opts *o = opts;
	struct sampling how = { .cli = cli, .ids = argv, .all = o->all };
	struct screen screen = { .table = { .newline = "\n" } };
	int format = choose_format(o);
	int64_t interval;

	(void)argc;
	if (format < 0)
		return 1;
	interval = duration_option("stats", "interval", o->interval, MIN_INTERVAL_MS,
				   DEFAULT_INTERVAL_MS);
	if (interval < 0 || !cli_runtime(cli))
		return 1;
	how.parts = format == TABLE ? JAIL_STATS_TABLE : JAIL_STATS_ALL;
	screen.interval_ms = (uint32_t)interval;
	if (format == TABLE && !o->no_stream && isatty(STDOUT_FILENO))
		return screen_run(&screen, &how);
	return print_all(&how, (enum format)format, &screen.table, o->interval ? interval : 0);
}

const struct verb verb_stats = {
	.name = "stats",
	.group = VERB_LOOK,
	.args = "[ID…]",
	.summary = "show what jails use, and which limits they hit",
	.about = "One line a jail, refreshed on a terminal until q or ^C. CPU is percent of one processor, at\n"
		 "first over the life of the jail, then since the last refresh. PSI is the percentage of the\n"
		 "last ten seconds in which a task had to wait. LIMITS HIT counts: killed (for want of\n"
		 "memory), mem, mem.high, swap, pids, cpu (periods throttled), huge (pages).",
	.opts = stats_options,
	.opts_size = sizeof(struct stats_opts),
	.max_args = -1,
	.complete = { COMPLETE_JAIL, COMPLETE_JAIL },
	.examples = (const char *const[]){
		"jail stats",
		"jail stats --json | jq '.[] | select(.limits_hit[\"memory.max\"] > 0) | .id'",
		"jail stats --format openmetrics >/var/lib/prometheus/node-exporter/jail.prom", NULL },
	.run = run_stats,
};

/* ---- jail top ---- */

static int run_top(struct cli *cli, const void *opts, int argc, char **argv)
{
	const struct top_opts *o = opts;
	struct sampling how = { .cli = cli, .ids = argv, .parts = JAIL_STATS_TABLE };
	struct screen screen = { .top = true };
	int64_t interval = duration_option("top", "interval", o->interval, MIN_INTERVAL_MS,
					   DEFAULT_INTERVAL_MS);

	(void)argc;
	if (interval < 0 || !cli_runtime(cli))
		return 1;
	screen.interval_ms = (uint32_t)interval;
	screen.table = (struct table){
		.sort = (size_t)table_column(o->sort ? o->sort : "cpu"), .reverse = o->reverse,
		.rates = true, .newline = "\n",
	};
	if (!o->no_stream && isatty(STDOUT_FILENO))
		return screen_run(&screen, &how);
	return print_all(&how, TABLE, &screen.table, 0);
}

const struct verb verb_top = {
	.name = "top",
	.group = VERB_LOOK,
	.args = "[ID…]",
	.summary = "watch running jails, sorted by what they use",
	.about = "The table of jail stats with rates instead of sums, sorted, on a screen of its own. Keys:\n"
		 "< and > choose the column to sort by, r reverses the order, q ends it.",
	.opts = top_options,
	.opts_size = sizeof(struct top_opts),
	.max_args = -1,
	.complete = { COMPLETE_JAIL, COMPLETE_JAIL },
	.examples = (const char *const[]){ "jail top", "jail top --sort memory", NULL },
	.run = run_top,
};
