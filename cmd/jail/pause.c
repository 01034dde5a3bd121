/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pause.c - jail pause, jail resume: freeze and thaw all processes of a jail
 */
#include "cli.h"

static int run_pause(struct cli *cli, const void *opts, int argc, char **argv)
{
	(void)opts;
	(void)argc;
	return cli_act(cli, argv[0], jail_pause);
}

static int run_resume(struct cli *cli, const void *opts, int argc, char **argv)
{
	(void)opts;
	(void)argc;
	return cli_act(cli, argv[0], jail_resume);
}

const struct verb verb_pause = {
	.name = "pause",
	.group = VERB_RUN,
	.args = "ID",
	.summary = "freeze all processes of a jail",
	.min_args = 1,
	.max_args = 1,
	.complete = { COMPLETE_JAIL },
	.examples = (const char *const[]){ "jail pause web", NULL },
	.run = run_pause,
};

const struct verb verb_resume = {
	.name = "resume",
	.group = VERB_RUN,
	.args = "ID",
	.summary = "let a paused jail go on",
	.min_args = 1,
	.max_args = 1,
	.complete = { COMPLETE_JAIL },
	.examples = (const char *const[]){ "jail resume web", NULL },
	.run = run_resume,
};
