/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * commit.c - jail commit: make an image out of a jail, which is the work of jail-rootfs
 */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"

#define PROGRAM "jail-rootfs"

/* Beside us, or in rootfs-tools of the tree that we were built in; otherwise wherever PATH finds it. */
static const char *find(char path[PATH_MAX])
{
	static const char *const places[] = { "/" PROGRAM, "/../rootfs-tools/" PROGRAM };
	char here[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", here, sizeof(here) - 1);
	char *slash;

	here[n > 0 ? n : 0] = '\0';
	slash = strrchr(here, '/');
	if (slash)
		*slash = '\0';
	for (size_t i = 0; slash && i < sizeof(places) / sizeof(places[0]); i++) {
		n = snprintf(path, PATH_MAX, "%s%s", here, places[i]);
		if (n < PATH_MAX && access(path, X_OK) == 0)
			return path;
	}
	return PROGRAM;
}

static int run_commit(struct cli *cli, const void *opts, int argc, char **argv)
{
	char path[PATH_MAX], *args[] = { (char *)PROGRAM, (char *)"from-jail", argv[0], argv[1], NULL };

	(void)opts;
	(void)argc;
	/* Both directories are the caller's choice, and it has to look there, too. */
	if (!cli_runtime(cli) || setenv("JAIL_DATA_DIR", jail_runtime_data(cli->rt), 1) < 0 ||
	    setenv("JAIL_ROOT", jail_runtime_root(cli->rt), 1) < 0)
		return 1;
	execvp(find(path), args);
	msg_error("commit: run " PROGRAM ": %s", strerror(errno));
	return 1;
}

const struct verb verb_commit = {
	.name = "commit",
	.group = VERB_LOOK,
	.args = "ID NAME",
	.summary = "make an image out of a jail",
	.about = "NAME is an image of jail-rootfs then: jail run --image NAME.",
	.min_args = 2,
	.max_args = 2,
	.complete = { COMPLETE_JAIL },
	.examples = (const char *const[]){ "jail commit web web-2", NULL },
	.run = run_commit,
};
