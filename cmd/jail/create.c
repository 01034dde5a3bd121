/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * create.c - jail create, jail start: the two halves of run, as engines use them
 */
#include "launch.h"
#include "passed.h"
#include "source.h"

struct create_opts {
	struct launch launch;
};

static const struct opt create_options[] = {
	LAUNCH_OPTIONS(struct create_opts),
	{ 0 },
};

static int make(struct cli *cli, const struct launch *launch, const struct output *output,
		const struct jail_spec *spec, const char *id)
{
	struct jail_create_options options;
	struct jail_error *err = NULL;
	struct jail *jail = NULL;
	struct passed passed;
	int code = 0;

	launch_options(launch, output, &options);
	/* Nobody of ours will be there to pass messages on: the program gets the socket itself. */
	passed_read(&passed, true, false);
	passed_options(&passed, &options);
	if (passed.notify && *passed.notify == '/')
		options.notify_socket = passed.notify;
	if (jail_create(cli->rt, id, spec, &options, &jail, &err) < 0)
		code = msg_fail(err);
	jail_free(jail);
	passed_done(&passed);
	return code;
}

/* The one argument is an id, even where a file has the same name: engines choose any. */
static int run_create(struct cli *cli, const void *opts, int argc, char **argv)
{
	const struct create_opts *o = opts;
	struct source source = {
		.bundle = o->launch.bundle, .config = o->launch.config, .id = argv[0],
	};
	struct output output = { 0 };
	struct jail_spec *spec;
	int r = 1;

	if (argc == 2 && source_from_args(&source, "create", argc, argv) < 0)
		return 1;
	if (!cli_runtime(cli) || !(spec = source_load(&source)))
		return 1;
	if (!o->launch.log_output ||
	    output_open(o->launch.log_output, cli->rt, source.id, &output) == 0)
		r = make(cli, &o->launch, &output, spec, source.id);
	output_done(&output);
	jail_spec_free(spec);
	return r;
}

static const char *const create_examples[] = {
	"jail create --bundle /srv/web web",
	"jail create --bundle /srv/web --pid-file web.pid --console-socket tty.sock web",
	NULL,
};

const struct verb verb_create = {
	.name = "create",
	.group = VERB_OCI,
	.args = "[SPEC|DIR] ID",
	.summary = "make a jail whose program does not run yet",
	.about = "The program runs at jail start. Its standard streams are those of this command.",
	.opts = create_options,
	.opts_size = sizeof(struct create_opts),
	.min_args = 1,
	.max_args = 2,
	.complete = { COMPLETE_FILE },
	.examples = create_examples,
	.run = run_create,
};

static int run_start(struct cli *cli, const void *opts, int argc, char **argv)
{
	struct jail_error *err = NULL;
	struct jail *jail = cli_open(cli, argv[0]);
	int code = 0;

	(void)opts;
	(void)argc;
	if (!jail)
		return 1;
	if (jail_start(jail, &err) < 0) {
		code = cli_exit_code(err);
		msg_fail(err);
	}
	jail_free(jail);
	return code;
}

const struct verb verb_start = {
	.name = "start",
	.group = VERB_OCI,
	.args = "ID",
	.summary = "run the program of a created jail",
	.about = "Returns once the program has been executed.",
	.min_args = 1,
	.max_args = 1,
	.complete = { COMPLETE_JAIL },
	.examples = (const char *const[]){ "jail start web", NULL },
	.run = run_start,
};
