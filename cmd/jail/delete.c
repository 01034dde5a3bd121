/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * delete.c - jail delete, jail gc: remove jails and what is left of them
 */
#include <stdio.h>

#include "cli.h"
#include "ids.h"
#include "logfile.h"

struct delete_opts {
	bool force, regex;
};

static const struct opt delete_options[] = {
	{ "force", 'f', OPT_FLAG, NULL, offsetof(struct delete_opts, force),
	  .help = "kill it first; do not mind if it does not exist" },
	{ "regex", 0, OPT_FLAG, NULL, offsetof(struct delete_opts, regex),
	  .help = "ID is an extended regular expression for whole ids" },
	{ 0 },
};

static bool is_gone(struct jail_error *err, bool force)
{
	if (!force || jail_error_code(err) != -ENOENT)
		return false;
	jail_error_free(err);
	return true;
}

static int delete_one(struct cli *cli, const char *id, const void *data)
{
	const struct delete_opts *o = data;
	struct jail_error *err = NULL;
	struct jail *jail = NULL;
	int code = 0;

	if (jail_open(cli->rt, id, &jail, &err) < 0)
		return is_gone(err, o->force) ? 0 : msg_fail(err);
	if (jail_delete(jail, o->force ? JAIL_DELETE_FORCE : 0u, &err) < 0)
		code = msg_fail(err);
	else
		logfile_forget(jail_log_note(jail));
	jail_free(jail);
	return code;
}

static int delete_matching(struct cli *cli, const char *pattern, const struct delete_opts *o)
{
	mem_auto char **ids = ids_matching(cli, pattern);

	return ids ? ids_each(cli, ids, delete_one, o) : 1;
}

static int run_delete(struct cli *cli, const void *opts, int argc, char **argv)
{
	const struct delete_opts *o = opts;
	int code = 0;

	(void)argc;
	if (!cli_runtime(cli))
		return 1;
	if (!o->regex)
		return ids_each(cli, argv, delete_one, o);
	for (; *argv; argv++)
		if (delete_matching(cli, *argv, o))
			code = 1;
	return code;
}

static const char *const delete_examples[] = {
	"jail delete web",
	"jail delete --force web db",
	"jail delete --force --regex 'test-.*'",
	NULL,
};

const struct verb verb_delete = {
	.name = "delete",
	.group = VERB_CLEAN,
	.args = "ID…",
	.summary = "remove stopped jails and all that was made for them",
	.opts = delete_options,
	.opts_size = sizeof(struct delete_opts),
	.min_args = 1,
	.max_args = -1,
	.complete = { COMPLETE_JAIL, COMPLETE_JAIL },
	.examples = delete_examples,
	.run = run_delete,
};

/* ---- gc ---- */

struct gc_opts {
	bool stopped;
};

static const struct opt gc_options[] = {
	{ "stopped", 0, OPT_FLAG, NULL, offsetof(struct gc_opts, stopped),
	  .help = "remove all stopped jails, too" },
	{ 0 },
};

static void report(void *userdata, const char *what)
{
	(void)userdata;
	printf("%s\n", what);
}

static int run_gc(struct cli *cli, const void *opts, int argc, char **argv)
{
	const struct gc_opts *o = opts;
	struct jail_error *err = NULL;
	int r;

	(void)argc;
	(void)argv;
	if (!cli_runtime(cli))
		return 1;
	r = jail_gc(cli->rt, o->stopped, report, NULL, &err);
	logfile_sweep(cli->rt);
	if (r < 0) {
		fflush(stdout);
		return msg_fail(err);
	}
	return cli_print(x_strdup(""));
}

const struct verb verb_gc = {
	.name = "gc",
	.group = VERB_CLEAN,
	.args = "",
	.summary = "remove what killed runtimes left behind",
	.about = "Prints what it removes. Running jails are not touched.",
	.opts = gc_options,
	.opts_size = sizeof(struct gc_opts),
	.examples = (const char *const[]){ "jail gc --stopped", NULL },
	.run = run_gc,
};
