/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * main.c - jail: make, run, look at and remove isolated instances of this system
 *
 *   jail [GLOBAL OPTION…] VERB [OPTION…] [ARGUMENT…]
 *
 * Each verb lives in a file of its own name and is a row of the table below.  It is handed its
 * parsed options and its arguments, does its work through lib/jail.h, and returns the exit code.
 * Misuse exits with 1, as engines expect.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "help.h"
#include "suggest.h"

const struct verb *const verbs[] = {
	&verb_run, &verb_exec, &verb_console, &verb_stop, &verb_kill, &verb_pause, &verb_resume, &verb_update, &verb_wait,
	&verb_publish, &verb_appliance,
	&verb_list, &verb_ps, &verb_stats, &verb_top, &verb_logs, &verb_diff, &verb_commit, &verb_inspect, &verb_plan,
	&verb_net, &verb_features,
	&verb_spec, &verb_create, &verb_start, &verb_state, &verb_events,
	&verb_delete, &verb_gc,
	&verb_help, &verb_completion, &verb_options,
	NULL,
};

const struct verb *verb_find(const char *name)
{
	for (const struct verb *const *v = verbs; *v; v++)
		if (!strcmp((*v)->name, name))
			return *v;
	return NULL;
}

void verb_unknown(const char *name)
{
	const char *near = NULL;
	size_t best = SIZE_MAX;

	for (const struct verb *const *v = verbs; *v; v++)
		if ((*v)->group != VERB_HIDDEN && suggest_better(name, (*v)->name, &best))
			near = (*v)->name;
	if (near)
		msg_error("unknown verb \"%s\", did you mean %s?", name, near);
	else
		msg_error("unknown verb \"%s\", see jail --help", name);
}

/*
 * A caller that closed one of 0, 1, 2 would have the next file opened take its number, and a
 * message written into it.
 */
static void open_standard_fds(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDWR | O_NOCTTY | O_CLOEXEC);
	} while (fd >= 0 && fd <= STDERR_FILENO && fcntl(fd, F_SETFD, 0) == 0);
	if (fd > STDERR_FILENO)
		close(fd);
}

/* The verb is the first argument, and what follows is for it to parse. */
static int stop_at_verb(const void *opts)
{
	(void)opts;
	return 0;
}

static bool count_fits(const struct verb *verb, int n)
{
	if (n >= verb->min_args && (verb->max_args < 0 || n <= verb->max_args))
		return true;
	msg_error("%s: too %s arguments, usage: jail %s%s %s", verb->name,
		  n < verb->min_args ? "few" : "many", verb->name,
		  verb->opts ? " [OPTION…]" : "", verb->args);
	return false;
}

static int run_verb(struct cli *cli, const struct verb *verb, int argc, char **argv)
{
	mem_auto void *opts = x_realloc(NULL, 1, verb->opts_size);
	mem_auto char **args = x_realloc(NULL, (size_t)argc + 1, sizeof(*args));
	struct opt_parser parser = {
		.opts = verb->opts, .dest = opts, .verb = verb->name,
		.command_after = verb->command_after, .elsewhere = cli_options,
	};
	int n, r;

	memset(opts, 0, verb->opts_size);
	n = options_parse(&parser, argc, argv, args);
	if (n == OPT_HELP)
		r = help_verb(verb);
	else if (n < 0 || !count_fits(verb, n))
		r = 1;
	else
		r = verb->run(cli, opts, n, args);
	options_done(verb->opts, opts);
	return r;
}

int main(int argc, char **argv)
{
	struct cli cli = { 0 };
	struct opt_parser parser = {
		.opts = cli_options, .dest = &cli, .verb = "", .command_after = stop_at_verb,
	};
	mem_auto char **args = NULL;
	const struct verb *verb;
	int n, r;

	open_standard_fds();
	args = x_realloc(NULL, (size_t)argc + 1, sizeof(*args));
	n = options_parse(&parser, argc ? argc - 1 : 0, argv + 1, args);
	if (n == OPT_HELP)
		return help_overview();
	if (n < 0 || msg_setup(cli.log, str_equal(cli.log_format, "json"), cli.debug) < 0)
		return 1;
	if (cli.version)
		return help_version();
	if (n == 0) {
		msg_error("no verb given, see jail --help");
		return 1;
	}
	verb = verb_find(args[0]);
	if (!verb) {
		verb_unknown(args[0]);
		return 1;
	}
	r = run_verb(&cli, verb, n - 1, args + 1);
	jail_runtime_free(cli.rt);
	return r;
}
