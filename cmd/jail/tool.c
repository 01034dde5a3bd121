/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * tool.c - verbs that are the work of another program: jail commit, jail appliance
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

/* Beside us, or in rootfs-tools of the tree that we were built in; otherwise wherever PATH finds it. */
static const char *find(const char *program, char path[PATH_MAX])
{
	static const char *const places[] = { "", "/../rootfs-tools" };
	char here[PATH_MAX], *slash = cli_self(here);

	if (slash)
		*slash = '\0';
	for (size_t i = 0; slash && i < sizeof(places) / sizeof(places[0]); i++) {
		int n = snprintf(path, PATH_MAX, "%s%s/%s", here, places[i], program);

		if (n < PATH_MAX && access(path, X_OK) == 0)
			return path;
	}
	return program;
}

/* Both directories are the caller's choice, and the other program has to look there, too; and it calls us. */
static int hand_on(struct cli *cli)
{
	char self[PATH_MAX];

	if (!cli_runtime(cli))
		return -1;
	cli_self(self);
	return setenv("JAIL_DATA_DIR", jail_runtime_data(cli->rt), 1) < 0 ||
	       setenv("JAIL_ROOT", jail_runtime_root(cli->rt), 1) < 0 || setenv("JAIL", self, 1) < 0 ? -1 : 0;
}

static int run_tool(struct cli *cli, const char *verb, const char *program, char *const *argv)
{
	char path[PATH_MAX];

	if (hand_on(cli) < 0)
		return 1;
	execvp(find(program, path), argv);
	msg_error("%s: run %s: %s", verb, program, strerror(errno));
	return 1;
}

/* ---- jail commit ---- */

struct commit_opts {
	bool changes;
};

static const struct opt commit_options[] = {
	{ "changes", 0, OPT_FLAG, NULL, offsetof(struct commit_opts, changes),
	  .help = "only what the jail has changed: a layer upon the images below it" },
	{ 0 },
};

static int run_commit(struct cli *cli, const void *opts, int argc, char **argv)
{
	const struct commit_opts *o = opts;
	char *const args[] = { (char *)"jail-rootfs", (char *)"from-jail", argv[0], argv[1],
			       o->changes ? (char *)"--changes" : NULL, NULL };

	(void)argc;
	return run_tool(cli, "commit", "jail-rootfs", args);
}

const struct verb verb_commit = {
	.name = "commit",
	.group = VERB_LOOK,
	.args = "ID NAME",
	.summary = "make an image out of a jail",
	.about = "NAME is an image of jail-rootfs then: jail run --image NAME.",
	.opts = commit_options,
	.opts_size = sizeof(struct commit_opts),
	.min_args = 2,
	.max_args = 2,
	.complete = { COMPLETE_JAIL },
	.examples = (const char *const[]){ "jail commit web web-2", "jail commit --changes web web-patch", NULL },
	.run = run_commit,
};

/* ---- jail appliance ---- */

/* Everything behind the verb is its own. */
static int command_after(const void *opts)
{
	(void)opts;
	return 0;
}

static int run_appliance(struct cli *cli, const void *opts, int argc, char **argv)
{
	char **args = calloc((size_t)argc + 2, sizeof(*args));
	int code;

	(void)opts;
	if (!args)
		return 1;
	args[0] = (char *)"jail-appliance";
	for (int i = 0; i < argc; i++)
		args[i + 1] = argv[i];
	code = run_tool(cli, "appliance", "jail-appliance", args);
	free(args);
	return code;
}

const struct verb verb_appliance = {
	.name = "appliance",
	.group = VERB_RUN,
	.args = "VERB [OPTION…] [NAME]",
	.summary = "build, run, back up, restore and update turn-key systems",
	.about = "list, build, run, start, stop, status, backup, restore, update, remove;\n"
		 "jail appliance VERB --help tells more.",
	.command_after = command_after,
	.min_args = 1,
	.max_args = -1,
	.choices = "list build run start stop status backup restore update remove",
	.complete = { COMPLETE_NONE, COMPLETE_TOOL },
	.examples = (const char *const[]){ "jail appliance run mediawiki", NULL },
	.run = run_appliance,
};
