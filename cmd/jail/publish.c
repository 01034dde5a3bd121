/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * publish.c - jail publish: open the ports of a jail that were held until it is ready
 */
#include "cli.h"

static int run_publish(struct cli *cli, const void *opts, int argc, char **argv)
{
	(void)opts;
	(void)argc;
	return cli_act(cli, argv[0], jail_publish);
}

const struct verb verb_publish = {
	.name = "publish",
	.group = VERB_RUN,
	.args = "ID",
	.summary = "open the published ports of a jail that were held until it is ready",
	.about = "For a spec with \"publishWhen\": \"ready\", when the program cannot say so itself, or nobody\n"
		 "listens: jail run does, in the foreground, as a service and with --wait-ready.\n"
		 "Without such ports nothing is done.",
	.min_args = 1,
	.max_args = 1,
	.complete = { COMPLETE_JAIL },
	.examples = (const char *const[]){ "jail publish web", NULL },
	.run = run_publish,
};
