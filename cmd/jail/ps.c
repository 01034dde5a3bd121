/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ps.c - jail ps: the processes of a jail, with the pids that the host sees
 */
#include <stdio.h>

#include "cli.h"
#include "ps.h"

struct ps_opts {
	const char *format;
};

static const struct opt ps_options[] = {
	{ "format", 'f', OPT_TEXT, "FORMAT", offsetof(struct ps_opts, format),
	  .help = "table (default) or json, an array of pids", .choices = "table json" },
	{ 0 },
};

static int command_after(const void *opts)
{
	(void)opts;
	return 1;
}

static int print_json(const pid_t *pids, int n)
{
	printf("[");
	for (int i = 0; i < n; i++)
		printf("%s%d", i ? "," : "", (int)pids[i]);
	return cli_print(x_strdup("]\n"));
}

static int run_ps(struct cli *cli, const void *opts, int argc, char **argv)
{
	const struct ps_opts *o = opts;
	struct jail_error *err = NULL;
	struct jail *jail = cli_open(cli, argv[0]);
	mem_auto pid_t *pids = NULL;
	int n;

	if (!jail)
		return 1;
	n = jail_pids(jail, &pids, &err);
	jail_free(jail);
	if (n < 0)
		return msg_fail(err);
	if (str_equal(o->format, "json"))
		return print_json(pids, n);
	return argc > 1 ? ps_command(pids, n, argv + 1) : ps_table(pids, n);
}

const struct verb verb_ps = {
	.name = "ps",
	.group = VERB_LOOK,
	.args = "ID [-- PS-OPTION…]",
	.summary = "list the processes of a jail",
	.about = "Without PS-OPTIONs the columns are those of ps -ef; with them ps(1) is called and the\n"
		 "lines of other processes are left out, so its output needs a PID column.",
	.opts = ps_options,
	.opts_size = sizeof(struct ps_opts),
	.command_after = command_after,
	.min_args = 1,
	.max_args = -1,
	.complete = { COMPLETE_JAIL },
	.examples = (const char *const[]){ "jail ps web", "jail ps web -- -eo pid,rss,comm", NULL },
	.run = run_ps,
};
