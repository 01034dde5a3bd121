/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * run.c - jail run: make a jail, run its program, and stay with it or leave it running
 *
 *   load the spec, choose an id, open the output
 *   jail_run(), or with a terminal jail_create(), the window size, jail_start()
 *   in the foreground: relay until the program ends, wait, delete, exit as it did
 */
#include <string.h>

#include "foreground.h"
#include "launch.h"
#include "signals.h"
#include "source.h"

struct run_opts {
	struct launch launch;
	const char *rootfs, *name;
	bool detach, keep, tty;
};

static const struct opt run_options[] = {
	{ "detach", 'd', OPT_FLAG, NULL, offsetof(struct run_opts, detach),
	  .help = "leave it running and return" },
	{ "tty", 't', OPT_FLAG, NULL, offsetof(struct run_opts, tty),
	  .help = "give the program a terminal, whatever the spec says" },
	{ "rootfs", 0, OPT_TEXT, "DIR", offsetof(struct run_opts, rootfs),
	  .help = "no spec: run a command in the directory tree DIR", .complete = COMPLETE_DIR },
	{ "name", 0, OPT_TEXT, "ID", offsetof(struct run_opts, name),
	  .help = "the id, as an option: --rootfs has no other place for it" },
	{ "keep", 0, OPT_FLAG, NULL, offsetof(struct run_opts, keep),
	  .help = "do not delete the jail when its program has ended" },
	LAUNCH_OPTIONS(struct run_opts),
	{ 0 },
};

/* One run, from the command line to the exit code. */
struct run {
	struct cli *cli;
	const struct run_opts *o;
	struct jail_spec *spec;
	char *id;
	bool made_up;                /* the id is ours */
	bool relayed;                /* the program has a terminal and we relay it */
	struct output output;
	struct jail *jail;
};

static int command_after(const void *opts)
{
	return ((const struct run_opts *)opts)->rootfs ? 0 : -1;
}

/* ---- what to run ---- */

static bool on_terminal(void)
{
	return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
}

/* --rootfs DIR -- CMD ARG…: a short spec is made of it, with the defaults of all short specs. */
static int load_rootfs(struct run *run, char **argv)
{
	static const char *const shell[] = { "/bin/sh", NULL };
	const char *const *command = argv[0] ? (const char *const *)argv : shell;
	mem_auto char *text = NULL, *cwd = getcwd(NULL, 0);
	struct jail_error *err = NULL;
	bool tty = run->o->tty || (!run->o->detach && on_terminal());

	if (jail_spec_rootfs(run->o->rootfs, command, tty, &text, &err) < 0)
		return msg_fail(err);
	if (jail_spec_parse(text, strlen(text), "--rootfs", cwd ? cwd : "/", &run->spec, &err) < 0)
		return msg_fail(err);
	run->id = run->o->name ? x_strdup(run->o->name) : NULL;
	return 0;
}

static int load_source(struct run *run, int argc, char **argv, struct source *source)
{
	source->bundle = run->o->launch.bundle;
	source->config = run->o->launch.config;
	if (argc == 1 && run->o->name) {
		if (source->bundle || source->config) {
			msg_error("run: two ids, \"%s\" and \"%s\"", run->o->name, argv[0]);
			return 1;
		}
		source->path = argv[0];
	} else if (source_from_args(source, "run", argc, argv) < 0) {
		return 1;
	}
	if (source->id && run->o->name) {
		msg_error("run: two ids, \"%s\" and \"%s\"", run->o->name, source->id);
		return 1;
	}
	run->spec = source_load(source);
	if (!run->spec)
		return 1;
	if (source->id || run->o->name)
		run->id = x_strdup(source->id ? source->id : run->o->name);
	return 0;
}

static int load(struct run *run, int argc, char **argv)
{
	struct source source = { 0 };
	int r;

	r = run->o->rootfs ? load_rootfs(run, argv) : load_source(run, argc, argv, &source);
	if (r)
		return r;
	run->made_up = !run->id;
	if (!run->id)
		run->id = source_default_id(run->o->rootfs ? run->o->rootfs : source_name(&source),
					    true);
	if (run->o->tty)
		jail_spec_set_terminal(run->spec, true);
	return 0;
}

static int choose_streams(struct run *run)
{
	const struct launch *launch = &run->o->launch;
	bool terminal = jail_spec_terminal(run->spec);

	run->relayed = terminal && !run->o->detach && !launch->console_socket;
	if (terminal && run->o->detach && !launch->console_socket) {
		msg_error("run: a program with a terminal can be detached only with "
			  "--console-socket");
		return 1;
	}
	if (terminal && launch->log_output) {
		msg_error("run: --log-output is for programs without a terminal");
		return 1;
	}
	if (terminal || (!run->o->detach && !launch->log_output))
		return 0;
	return output_open(launch->log_output, jail_runtime_root(run->cli->rt), run->id,
			   &run->output) < 0;
}

/* ---- running it ---- */

static int begin(struct run *run, struct jail_error **err)
{
	struct jail_create_options options;

	launch_options(&run->o->launch, &run->output, &options);
	options.want_console = run->relayed;
	if (!run->relayed)
		return jail_run(run->cli->rt, run->id, run->spec, &options, &run->jail, err);
	/* The program should find its terminal as large as ours the first time it looks. */
	return jail_create(run->cli->rt, run->id, run->spec, &options, &run->jail, err);
}

static int start_relayed(struct run *run, int console, struct jail_error **err)
{
	foreground_prepare(console);
	if (jail_start(run->jail, err) == 0)
		return 0;
	jail_delete(run->jail, JAIL_DELETE_FORCE, NULL);
	return -1;
}

/* Stay until it ends; returns its exit code. */
static int stay(struct run *run, int console)
{
	struct jail_error *err = NULL;
	int status = 0, code;

	if (foreground_stay(jail_pidfd(run->jail), console) < 0)
		jail_kill(run->jail, SIGKILL, 0, NULL);
	if (jail_wait(run->jail, &status, &err) < 0)
		code = msg_fail(err);
	else
		code = cli_exit_status(status);
	if (!run->o->keep && jail_delete(run->jail, JAIL_DELETE_FORCE, &err) < 0) {
		msg_fail(err);
		code = code ? code : 1;
	}
	return code;
}

static int fail(struct jail_error *err)
{
	int code = cli_exit_code(err);

	msg_fail(err);
	return code;
}

static int perform(struct run *run)
{
	struct jail_error *err = NULL;
	int console = -1;

	if (!run->o->detach)
		signals_block();
	if (begin(run, &err) < 0)
		return fail(err);
	if (run->relayed) {
		console = jail_console_fd(run->jail);
		if (start_relayed(run, console, &err) < 0) {
			fd_close(&console);
			return fail(err);
		}
	}
	if (!run->o->detach)
		return stay(run, console);
	return run->made_up ? cli_print(x_printf("%s\n", run->id)) : 0;
}

static int run_run(struct cli *cli, const void *opts, int argc, char **argv)
{
	struct run run = { .cli = cli, .o = opts };
	int code = 1;

	if (!run.o->rootfs && argc > 2) {
		msg_error("run: too many arguments; a command goes with --rootfs DIR -- CMD");
		return 1;
	}
	if (cli_runtime(cli) && load(&run, argc, argv) == 0 && choose_streams(&run) == 0)
		code = perform(&run);
	jail_free(run.jail);
	output_done(&run.output);
	jail_spec_free(run.spec);
	free(run.id);
	return code;
}

static const char *const examples[] = {
	"jail run web.json                               run it here, until it ends",
	"jail run -d --log-output journal web.json web   in the background; jail logs web",
	"jail run --rootfs /srv/debian -- /bin/bash      no spec needed",
	NULL,
};

const struct verb verb_run = {
	.name = "run",
	.group = VERB_RUN,
	.args = "SPEC|DIR [ID]  or  --rootfs DIR -- CMD [ARG…]",
	.summary = "make a jail and run its program",
	.about = "SPEC is a spec file, DIR a bundle directory with a config.json. Without an ID one is\n"
		 "made up. The exit status is the program's, or 128 and the number of the signal that\n"
		 "ended it; 127 and 126 say that the program was not found or is not executable.",
	.opts = run_options,
	.opts_size = sizeof(struct run_opts),
	.command_after = command_after,
	.max_args = -1,
	.complete = { COMPLETE_FILE, COMPLETE_COMMAND },
	.examples = examples,
	.run = run_run,
};
