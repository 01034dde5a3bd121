/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * run.c - jail run: make a jail, run its program, and stay with it or leave it running
 *
 *   load the spec, choose an id, open the output
 *   in the background: jail_run(), and that is all
 *   in the foreground: supervise.c until the program ends, exit as it did
 */
#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "launch.h"
#include "logfile.h"
#include "netopts.h"
#include "notify.h"
#include "ready.h"
#include "service.h"
#include "source.h"
#include "supervise.h"

struct run_opts {
	struct launch launch;
	struct net_opts net;
	const char *rootfs, *image, *upper, *name;
	bool detach, wait_ready, keep, service, tty;
};

static const struct opt run_options[] = {
	{ "detach", 'd', OPT_FLAG, NULL, offsetof(struct run_opts, detach),
	  .help = "leave it running and return" },
	{ "wait-ready", 0, OPT_FLAG, NULL, offsetof(struct run_opts, wait_ready),
	  .help = "with --detach: return when the program says that it is ready" },
	{ "tty", 't', OPT_FLAG, NULL, offsetof(struct run_opts, tty),
	  .help = "give the program a terminal, whatever the spec says" },
	{ "rootfs", 0, OPT_TEXT, "DIR", offsetof(struct run_opts, rootfs),
	  .help = "no spec: run a command in the directory tree DIR", .complete = COMPLETE_DIR },
	{ "image", 0, OPT_TEXT, "NAME", offsetof(struct run_opts, image),
	  .help = "run an image that jail-rootfs made, by its own spec" },
	{ "upper", 0, OPT_TEXT, "KIND", offsetof(struct run_opts, upper),
	  .help = "where changes to layers go: memory (ephemeral), disk, kept or none",
	  .choices = "ephemeral disk kept none" },
	{ "name", 0, OPT_TEXT, "ID", offsetof(struct run_opts, name),
	  .help = "the id, as an option: --rootfs and --image have no other place for it" },
	{ "keep", 0, OPT_FLAG, NULL, offsetof(struct run_opts, keep),
	  .help = "do not delete the jail when its program has ended" },
	{ "service", 0, OPT_FLAG, NULL, offsetof(struct run_opts, service),
	  .help = "be the main process of a systemd unit, and the jail a part of it" },
	NET_OPTIONS(struct run_opts),
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
	char *cgroup;                /* the unit's that we are */
	struct output output;
	struct jail *jail;
};

static int command_after(const void *opts)
{
	const struct run_opts *o = opts;

	return o->rootfs || o->image ? 0 : -1;
}

/* ---- what to run ---- */

/* Without a spec of the user's own a program gets a terminal if we have one. */
static bool wants_terminal(const struct run_opts *o)
{
	return o->tty || (!o->detach && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO));
}

/* What the options say, laid over the spec; NULL: nothing.  The caller frees it. */
static char *make_overlay(const struct run_opts *o, char *const *argv)
{
	json_t *spec = json_object(), *process = json_object(), *args;
	char *text = NULL;

	net_overlay(&o->net, spec);
	if (o->image && wants_terminal(o))
		json_object_set_new(process, "terminal", json_true());
	if (o->image && argv[0]) {
		args = json_array();
		for (size_t i = 0; argv[i]; i++)
			json_array_append_new(args, json_string(argv[i]));
		json_object_set_new(process, "args", args);
	}
	if (json_object_size(process))
		json_object_set(spec, "process", process);
	json_decref(process);
	if (o->upper) {
		json_t *upper = json_pack("{s:{s:{s:s}}}", "jail", "rootfs", "upper", o->upper);

		json_object_update_recursive(spec, upper);
		json_decref(upper);
	}
	if (json_object_size(spec))
		text = json_dumps(spec, JSON_COMPACT);
	json_decref(spec);
	return text;
}

/* --rootfs DIR -- CMD ARG…: a short spec is made of it, with the defaults of all short specs. */
static int load_rootfs(struct run *run, char **argv, const char *overlay)
{
	struct jail_spec_source source = JAIL_INIT(struct jail_spec_source);
	static const char *const shell[] = { "/bin/sh", NULL };
	const char *const *command = argv[0] ? (const char *const *)argv : shell;
	mem_auto char *text = NULL, *cwd = getcwd(NULL, 0);
	struct jail_error *err = NULL;

	if (jail_spec_rootfs(run->o->rootfs, command, wants_terminal(run->o), &text, &err) < 0)
		return msg_fail(err);
	source.text = text;
	source.name = "--rootfs";
	source.bundle = cwd ? cwd : "/";
	source.overlay = overlay;
	if (jail_spec_read(&source, &run->spec, &err) < 0)
		return msg_fail(err);
	run->id = run->o->name ? x_strdup(run->o->name) : NULL;
	return 0;
}

/* --image NAME [-- CMD ARG…] */
static int load_image(struct run *run, const char *overlay)
{
	const char *name = run->o->image;
	mem_auto char *path = x_printf("%s/images/%s/spec.json", jail_runtime_data(run->cli->rt), name);
	struct source source = { .path = path, .overlay = overlay };

	if (strchr(name, '/') || name[0] == '.' || !*name) {
		msg_error("run: \"%s\" is not the name of an image", name);
		return 1;
	}
	if (access(path, F_OK) < 0) {
		msg_error("run: there is no image %s (%s: %s); see jail-rootfs list", name, path, strerror(errno));
		return 1;
	}
	run->spec = source_load(&source);
	run->id = run->o->name ? x_strdup(run->o->name) : NULL;
	return run->spec ? 0 : 1;
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
	mem_auto char *overlay = make_overlay(run->o, argv);
	struct source source = { .overlay = overlay };
	const char *from;
	int r;

	if (run->o->rootfs)
		r = load_rootfs(run, argv, overlay);
	else
		r = run->o->image ? load_image(run, overlay) : load_source(run, argc, argv, &source);
	if (r)
		return r;
	run->made_up = !run->id;
	from = run->o->rootfs ? run->o->rootfs : run->o->image ? run->o->image : source_name(&source);
	if (!run->id)
		run->id = source_default_id(from, true);
	if (run->o->tty)
		jail_spec_set_terminal(run->spec, true);
	else if (run->o->detach && !run->o->launch.console_socket && jail_spec_system(run->spec))
		jail_spec_set_terminal(run->spec, false);       /* nobody is there to hold it */
	return 0;
}

/* Is there something to wait for, and are we the one to hear it? */
static int check_wait(const struct run *run)
{
	if (!run->o->wait_ready)
		return 0;
	if (!jail_spec_notify(run->spec))
		msg_error("run: --wait-ready: without jail.notify in the spec nobody says that it is ready");
	else if (passed_manager())
		msg_error("run: --wait-ready: a service manager waits for it, by NOTIFY_SOCKET");
	else
		return 0;
	return 1;
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
	return output_open(launch->log_output, run->cli->rt, run->id, &run->output) < 0;
}

/* ---- running it ---- */

/* What it shares with the unit that we are: the cgroup, the journal. */
static int join_unit(struct run *run, struct jail_create_options *options)
{
	run->cgroup = service_enter();
	options->cgroup_parent = run->cgroup;
	if (!options->log_note && getenv("JOURNAL_STREAM")) {
		run->output.note = x_printf("journal:jail-%s", run->id);
		options->log_note = run->output.note;
	}
	return run->cgroup ? 0 : 1;
}

/* @itself: the program says when it is ready */
static void tell_main(const struct notify *notify, struct jail *jail, bool itself)
{
	mem_auto char *text = x_printf("MAINPID=%d\n%s", (int)jail_pid(jail), itself ? "" : "READY=1\n");

	notify_tell(notify, text);
}

/* Nobody of ours stays behind: the manager hears of the program, and from it. */
static int detach(struct run *run, struct jail_create_options *options, const struct passed *passed)
{
	struct notify notify = { .fd = -1, .to = passed->notify };
	struct jail_error *err = NULL;
	int code;

	passed_options(passed, options);
	options->want_notify = run->o->wait_ready;
	if (passed->notify && *passed->notify == '/' && jail_spec_notify(run->spec))
		options->notify_socket = passed->notify;
	if (jail_run(run->cli->rt, run->id, run->spec, options, &run->jail, &err) < 0) {
		code = cli_exit_code(err);
		msg_fail(err);
		logfile_undo(run->output.note, run->cli->rt, run->id);
		return code;
	}
	if (notify.to)
		tell_main(&notify, run->jail, options->notify_socket);
	code = run->made_up ? cli_print(x_printf("%s\n", run->id)) : 0;
	if (code == 0 && run->o->wait_ready)
		code = ready_wait(run->jail, jail_spec_publish_when_ready(run->spec));
	return code;
}

static int perform(struct run *run)
{
	struct passed passed;
	struct supervisor s = {
		.rt = run->cli->rt, .id = run->id, .spec = run->spec, .passed = &passed,
		.relayed = run->relayed, .keep = run->o->keep, .service = run->o->service,
	};
	int code = 0;

	launch_options(&run->o->launch, &run->output, &s.options);
	if (run->o->service)
		code = join_unit(run, &s.options);
	if (code)
		return code;
	passed_read(&passed, jail_spec_notify(run->spec),
		    run->o->detach ? run->o->wait_ready : jail_spec_publish_when_ready(run->spec));
	code = run->o->detach ? detach(run, &s.options, &passed) : supervise(&s);
	passed_done(&passed);
	return code;
}

/* Options that contradict each other */
static bool misused(const struct run_opts *o, int argc)
{
	if (o->service && o->detach)
		msg_error("run: --service stays in the foreground, it cannot go with --detach");
	else if (o->wait_ready && !o->detach)
		msg_error("run: --wait-ready goes with --detach");
	else if (o->rootfs && o->image)
		msg_error("run: --rootfs and --image both say what the root is");
	else if (o->rootfs && o->upper)
		msg_error("run: --upper is for layers: --image, or a spec with jail.rootfs.lower");
	else if (!o->rootfs && !o->image && argc > 2)
		msg_error("run: too many arguments; a command goes with --rootfs DIR -- CMD");
	else
		return false;
	return true;
}

static int run_run(struct cli *cli, const void *opts, int argc, char **argv)
{
	struct run run = { .cli = cli, .o = opts };
	int code = 1;

	if (misused(run.o, argc))
		return 1;
	if (cli_runtime(cli) && load(&run, argc, argv) == 0 && check_wait(&run) == 0 &&
	    choose_streams(&run) == 0)
		code = perform(&run);
	jail_free(run.jail);
	output_done(&run.output);
	jail_spec_free(run.spec);
	free(run.cgroup);
	free(run.id);
	return code;
}

static const char *const examples[] = {
	"jail run web.json                               run it here, until it ends",
	"jail run -d --log-output journal web.json web   in the background; jail logs web",
	"jail run --rootfs /srv/debian -- /bin/bash      no spec needed",
	"jail run --image debian --upper kept --name dev an image of jail-rootfs; what is changed is kept",
	"jail run -d -p 8080:80 web.json                 on a bridge, 8080 here is 80 in it",
	"jail run -d --wait-ready db.json db             returns when it is ready (jail.notify)",
	NULL,
};

const struct verb verb_run = {
	.name = "run",
	.group = VERB_RUN,
	.args = "SPEC|DIR [ID]  or  --rootfs DIR|--image NAME [-- CMD [ARG…]]",
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
