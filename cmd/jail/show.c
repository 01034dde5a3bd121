/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * show.c - jail state, inspect, plan, features: documents that the library makes
 */
#include "cli.h"
#include "source.h"

typedef int (*jail_document)(struct jail *jail, char **ret, struct jail_error **err);

static int show_jail(struct cli *cli, const char *id, jail_document document)
{
	struct jail_error *err = NULL;
	struct jail *jail = cli_open(cli, id);
	char *text = NULL;
	int r;

	if (!jail)
		return 1;
	r = document(jail, &text, &err);
	jail_free(jail);
	return r < 0 ? msg_fail(err) : cli_print(text);
}

static int run_state(struct cli *cli, const void *opts, int argc, char **argv)
{
	(void)opts;
	(void)argc;
	return show_jail(cli, argv[0], jail_state_json);
}

const struct verb verb_state = {
	.name = "state",
	.group = VERB_OCI,
	.args = "ID",
	.summary = "print the OCI state document of a jail",
	.min_args = 1,
	.max_args = 1,
	.complete = { COMPLETE_JAIL },
	.examples = (const char *const[]){ "jail state web | jq -r .status", NULL },
	.run = run_state,
};

static int run_inspect(struct cli *cli, const void *opts, int argc, char **argv)
{
	(void)opts;
	(void)argc;
	return show_jail(cli, argv[0], jail_inspect_json);
}

const struct verb verb_inspect = {
	.name = "inspect",
	.group = VERB_LOOK,
	.args = "ID",
	.summary = "print all that is known about a jail, as JSON",
	.min_args = 1,
	.max_args = 1,
	.complete = { COMPLETE_JAIL },
	.examples = (const char *const[]){ "jail inspect web", NULL },
	.run = run_inspect,
};

/* ---- plan ---- */

struct plan_opts {
	const char *bundle, *config, *format;
};

static const struct opt plan_options[] = {
	{ "format", 0, OPT_TEXT, "FORMAT", offsetof(struct plan_opts, format),
	  .help = "text (default) or json", .choices = "text json" },
	{ "bundle", 'b', OPT_TEXT, "DIR", offsetof(struct plan_opts, bundle),
	  .help = "the bundle directory (default: the current one)", .complete = COMPLETE_DIR },
	{ "config", 'f', OPT_TEXT, "FILE", offsetof(struct plan_opts, config),
	  .help = "read FILE instead of the bundle's config.json", .complete = COMPLETE_FILE },
	{ 0 },
};

static int run_plan(struct cli *cli, const void *opts, int argc, char **argv)
{
	const struct plan_opts *o = opts;
	struct source source = { .bundle = o->bundle, .config = o->config };
	struct jail_error *err = NULL;
	struct jail_spec *spec;
	mem_auto char *id = NULL;
	char *text = NULL;
	int r;

	if (source_from_args(&source, "plan", argc, argv) < 0 || !cli_runtime(cli) ||
	    !(spec = source_load(&source)))
		return 1;
	id = source.id ? x_strdup(source.id) : source_default_id(source_name(&source), false);
	r = jail_plan(cli->rt, spec, id, str_equal(o->format, "json"), &text, &err);
	jail_spec_free(spec);
	return r < 0 ? msg_fail(err) : cli_print(text);
}

const struct verb verb_plan = {
	.name = "plan",
	.group = VERB_LOOK,
	.args = "SPEC|DIR [ID]",
	.summary = "print what run would do, step by step, without doing it",
	.about = "Needs no privileges.",
	.opts = plan_options,
	.opts_size = sizeof(struct plan_opts),
	.max_args = 2,
	.complete = { COMPLETE_FILE },
	.examples = (const char *const[]){ "jail plan web.json", NULL },
	.run = run_plan,
};

/* ---- features ---- */

static int run_features(struct cli *cli, const void *opts, int argc, char **argv)
{
	struct jail_error *err = NULL;
	char *text = NULL;

	(void)cli;
	(void)opts;
	(void)argc;
	(void)argv;
	if (jail_features_json(&text, &err) < 0)
		return msg_fail(err);
	return cli_print(text);
}

const struct verb verb_features = {
	.name = "features",
	.group = VERB_LOOK,
	.args = "",
	.summary = "print the OCI features document of this build",
	.examples = (const char *const[]){ "jail features | jq .mountOptions", NULL },
	.run = run_features,
};
