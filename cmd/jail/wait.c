/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * wait.c - jail wait: until the program has ended, and what its exit status was
 */
#include "cli.h"

static int run_wait(struct cli *cli, const void *opts, int argc, char **argv)
{
	struct jail_error *err = NULL;
	struct jail *jail = cli_open(cli, argv[0]);
	int status = -1, r;

	(void)opts;
	(void)argc;
	if (!jail)
		return 1;
	r = jail_wait(jail, &status, &err);
	jail_free(jail);
	if (r < 0)
		return msg_fail(err);
	if (status == -1) {
		msg_error("%s has ended, its exit status is not known", argv[0]);
		return 1;
	}
	return cli_print(x_printf("%d\n", cli_exit_status(status)));
}

const struct verb verb_wait = {
	.name = "wait",
	.group = VERB_RUN,
	.args = "ID",
	.summary = "wait until a jail has stopped",
	.about = "Prints the exit status of its program, or 128 and the number of the signal that\n"
		 "ended it. Its own exit status is 0 when the wait succeeded.",
	.min_args = 1,
	.max_args = 1,
	.complete = { COMPLETE_JAIL },
	.examples = (const char *const[]){ "test \"$(jail wait job)\" -eq 0", NULL },
	.run = run_wait,
};
