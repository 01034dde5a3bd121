/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * diff.c - jail diff: what a jail has changed in the root that it shares with others
 */
#include <stdio.h>
#include <string.h>

#include "cli.h"

struct diff_opts {
	bool null;
};

static const struct opt diff_options[] = {
	{ "null", 'z', OPT_FLAG, NULL, offsetof(struct diff_opts, null),
	  .help = "end each line with a NUL, and print names as they are" },
	{ 0 },
};

static int print(void *userdata, enum jail_change change, const char *path)
{
	static const char letters[] = { [JAIL_ADDED] = 'A', [JAIL_CHANGED] = 'C', [JAIL_DELETED] = 'D' };
	const struct diff_opts *o = userdata;

	printf("%c ", letters[change]);
	if (o->null)
		fwrite(path, 1, strlen(path) + 1, stdout);
	else
		msg_put_line(stdout, path);
	return ferror(stdout) ? -1 : 0;
}

static int run_diff(struct cli *cli, const void *opts, int argc, char **argv)
{
	struct jail_error *err = NULL;
	struct jail *jail = cli_open(cli, argv[0]);
	int r;

	(void)argc;
	if (!jail)
		return 1;
	r = jail_diff(jail, print, (void *)opts, &err);
	jail_free(jail);
	if (err)
		return msg_fail(err);
	return r < 0 || fflush(stdout) ? 1 : 0;
}

const struct verb verb_diff = {
	.name = "diff",
	.group = VERB_LOOK,
	.args = "ID",
	.summary = "show what a jail has changed in a root made of layers",
	.about = "One line for each file: A for added, C for changed, D for deleted, and its path.\n"
		 "What is mounted in the root is passed over.",
	.opts = diff_options,
	.opts_size = sizeof(struct diff_opts),
	.min_args = 1,
	.max_args = 1,
	.complete = { COMPLETE_JAIL },
	.examples = (const char *const[]){ "jail diff web", NULL },
	.run = run_diff,
};
