/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * exec.c - jail exec: one more program in a jail
 *
 * What cannot be run at all exits with 255, so that it is not mistaken for the program's own
 * status; engines tell the two apart by that.
 */
#include <string.h>

#include "cli.h"
#include "foreground.h"
#include "pipes.h"
#include "signals.h"
#include "terminal.h"

#define PROCESS_MAX (16 << 20)

struct exec_opts {
	const char *process, *console_socket, *pidfd_socket, *cwd, *user, *pid_file, *label,
		*apparmor, *cgroup;
	struct opt_list env, caps;
	struct opt_u32_list gids;
	uint32_t preserve_fds;
	bool tty, detach, no_new_privs, ignore_paused;
};

#define AT(member) offsetof(struct exec_opts, member)

static const struct opt exec_options[] = {
	{ "tty", 't', OPT_FLAG, NULL, AT(tty), .help = "give the program a terminal" },
	{ "user", 'u', OPT_TEXT, "USER[:GROUP]", AT(user),
	  .help = "run as USER, a number or a name inside" },
	{ "env", 'e', OPT_LIST, "NAME=VALUE", AT(env), .help = "add to the environment; may be repeated" },
	{ "cwd", 0, OPT_TEXT, "DIR", AT(cwd), .help = "start in the directory DIR of the jail" },
	{ "detach", 'd', OPT_FLAG, NULL, AT(detach), .help = "leave it running and return" },
	{ "process", 'p', OPT_TEXT, "FILE", AT(process),
	  .help = "take everything from a process object in JSON", .complete = COMPLETE_FILE },
	{ "additional-gids", 'g', OPT_U32_LIST, "GID", AT(gids),
	  .help = "add supplementary groups; may be repeated" },
	{ "cap", 'c', OPT_LIST, "CAP", AT(caps), .help = "add a capability; may be repeated",
	  .complete = COMPLETE_CAPABILITY },
	{ "no-new-privs", 0, OPT_FLAG, NULL, AT(no_new_privs),
	  .help = "the program cannot gain privileges by executing another" },
	{ "apparmor", 0, OPT_TEXT, "PROFILE", AT(apparmor),
	  .help = "confine it with an AppArmor profile" },
	{ "process-label", 0, OPT_TEXT, "LABEL", AT(label), .help = "give it an SELinux label" },
	{ "cgroup", 0, OPT_TEXT, "PATH", AT(cgroup), .help = "place it in a cgroup below the jail's" },
	{ "ignore-paused", 0, OPT_FLAG, NULL, AT(ignore_paused), .help = "even if the jail is paused" },
	{ "pid-file", 0, OPT_TEXT, "FILE", AT(pid_file), .help = "write its pid to FILE",
	  .complete = COMPLETE_FILE },
	{ "console-socket", 0, OPT_TEXT, "PATH", AT(console_socket),
	  .help = "send the terminal's descriptor to the socket PATH", .complete = COMPLETE_FILE },
	{ "pidfd-socket", 0, OPT_TEXT, "PATH", AT(pidfd_socket),
	  .help = "send a pidfd of the process to the socket PATH", .complete = COMPLETE_FILE },
	{ "preserve-fds", 0, OPT_U32, "N", AT(preserve_fds),
	  .help = "pass descriptors 3 to 2+N to the program" },
	{ 0 },
};

/* "exec ID CMD -x": what follows CMD is CMD's. */
static int command_after(const void *opts)
{
	(void)opts;
	return 1;
}

static void fill(const struct exec_opts *o, char **argv, struct jail_exec_options *options)
{
	struct terminal terminal;
	struct winsize size;

	terminal_init(&terminal);
	*options = JAIL_INIT(struct jail_exec_options);
	options->argv = argv[0] ? (const char *const *)argv : NULL;
	options->env = o->env.v;
	options->cwd = o->cwd;
	options->user = o->user;
	options->additional_gids = o->gids.v;
	options->n_additional_gids = o->gids.n;
	options->caps = o->caps.v;
	options->tty = o->tty;
	options->no_new_privs = o->no_new_privs;
	options->apparmor = o->apparmor;
	options->process_label = o->label;
	options->cgroup = o->cgroup;
	options->ignore_paused = o->ignore_paused;
	options->console_socket = o->console_socket;
	options->want_console = !o->detach && !o->console_socket;
	/* The program reads its terminal's settings before we could change them. */
	options->console_newline = options->want_console && terminal_wants_returns(&terminal);
	options->pid_file = o->pid_file;
	options->pidfd_socket = o->pidfd_socket;
	options->preserve_fds = o->preserve_fds;
	if (terminal_size(&size)) {
		options->console_height = size.ws_row;
		options->console_width = size.ws_col;
	}
}

static int stay(struct jail_process *process, struct pipes *pipes)
{
	struct foreground_more more = { .pipes = pipes };
	int console = jail_process_console_fd(process), status = 0;
	struct jail_error *err = NULL;

	if (foreground_stay(jail_process_pidfd(process), console, &more) < 0)
		return EXIT_EXEC_FAILED;
	if (jail_process_wait(process, &status, &err) < 0) {
		msg_fail(err);
		return EXIT_EXEC_FAILED;
	}
	return cli_exit_status(status);
}

/* Our terminal is not for a program that has not been given one. */
static int take_terminal_away(const struct exec_opts *o, struct pipes *pipes, struct jail_exec_options *options)
{
	int r = options->tty || options->console_socket ? 0 : pipes_open(pipes, o->detach);

	if (r < 0)
		msg_error("exec: make pipes: %s", strerror(-r));
	if (r <= 0)
		return r;
	options->use_stdio = true;
	memcpy(options->stdio, pipes->stdio, sizeof(pipes->stdio));
	return 0;
}

static int perform(struct jail *jail, const struct exec_opts *o, struct jail_exec_options *options)
{
	struct pipes pipes = PIPES_NONE;
	struct jail_process *process = NULL;
	struct jail_error *err = NULL;
	int code = EXIT_EXEC_FAILED;

	if (take_terminal_away(o, &pipes, options) < 0)
		return code;
	/* Until it runs, a signal ends us, and what we have started with us: a hostile jail can stop it. */
	if (jail_exec(jail, options, &process, &err) < 0) {
		msg_fail(err);
	} else if (o->detach) {
		code = 0;
	} else {
		pipes_started(&pipes);
		signals_block();
		code = stay(process, &pipes);
	}
	pipes_close(&pipes);
	jail_process_free(process);
	return code;
}

static bool check(const struct exec_opts *o, int argc)
{
	if (argc > 1 && o->process)
		msg_error("exec: a command or --process, not both");
	else if (argc < 2 && !o->process)
		msg_error("exec: no command, usage: jail exec [OPTION…] ID CMD [ARG…]");
	else if (o->tty && o->detach && !o->console_socket)
		msg_error("exec: a program with a terminal can be detached only with "
			  "--console-socket");
	else
		return true;
	return false;
}

static int run_exec(struct cli *cli, const void *opts, int argc, char **argv)
{
	const struct exec_opts *o = opts;
	struct jail_exec_options options;
	mem_auto char *text = NULL;
	struct jail *jail;
	int code;

	if (!check(o, argc))
		return EXIT_EXEC_FAILED;
	fill(o, argv + 1, &options);
	if (o->process) {
		text = read_file(o->process, PROCESS_MAX, &options.process_json_len);
		if (!text) {
			msg_error("read process file %s: %s", o->process, strerror(errno));
			return EXIT_EXEC_FAILED;
		}
		options.process_json = text;
		options.process_name = o->process;
	}
	jail = cli_open(cli, argv[0]);
	if (!jail)
		return EXIT_EXEC_FAILED;
	code = perform(jail, o, &options);
	jail_free(jail);
	return code;
}

static const char *const examples[] = {
	"jail exec -t web sh                     a shell in the jail",
	"jail exec -u www-data -e A=1 web env    as another user",
	"jail exec -d web logger hello           do not wait for it",
	NULL,
};

const struct verb verb_exec = {
	.name = "exec",
	.group = VERB_RUN,
	.args = "ID CMD [ARG…]  or  --process FILE ID",
	.summary = "run one more program in a jail",
	.about = "The exit status is the program's, or 128 and the number of the signal that ended it;\n"
		 "255 if it could not be run at all.",
	.opts = exec_options,
	.opts_size = sizeof(struct exec_opts),
	.command_after = command_after,
	.min_args = 1,
	.max_args = -1,
	.complete = { COMPLETE_JAIL, COMPLETE_COMMAND },
	.examples = examples,
	.run = run_exec,
};
