/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * kill.c - jail kill: send a signal
 */
#include "cli.h"
#include "ids.h"

struct kill_opts {
	bool all, regex;
};

struct kill_order {
	int signo;
	uint32_t flags;
};

static const struct opt kill_options[] = {
	{ "all", 'a', OPT_FLAG, NULL, offsetof(struct kill_opts, all),
	  .help = "to every process of the jail, not only its first" },
	{ "regex", 0, OPT_FLAG, NULL, offsetof(struct kill_opts, regex),
	  .help = "ID is an extended regular expression for whole ids" },
	{ 0 },
};

static int kill_one(struct cli *cli, const char *id, const void *data)
{
	const struct kill_order *order = data;
	struct jail_error *err = NULL;
	struct jail *jail = cli_open(cli, id);
	int code = 0;

	if (!jail)
		return 1;
	if (jail_kill(jail, order->signo, order->flags, &err) < 0)
		code = msg_fail(err);
	jail_free(jail);
	return code;
}

static int run_kill(struct cli *cli, const void *opts, int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : "TERM";
	const struct kill_opts *o = opts;
	struct kill_order order = {
		.signo = jail_signal_number(name), .flags = o->all ? JAIL_KILL_ALL : 0u,
	};
	mem_auto char **ids = NULL;

	if (order.signo < 0) {
		msg_error("kill: unknown signal \"%s\"", name);
		return 1;
	}
	if (!o->regex)
		return kill_one(cli, argv[0], &order);
	ids = ids_matching(cli, argv[0]);
	return ids ? ids_each(cli, ids, kill_one, &order) : 1;
}

static const char *const examples[] = {
	"jail kill web",
	"jail kill web HUP",
	"jail kill --all web KILL",
	NULL,
};

const struct verb verb_kill = {
	.name = "kill",
	.group = VERB_RUN,
	.args = "ID [SIGNAL]",
	.summary = "send a signal to a jail's first process",
	.about = "SIGNAL is a name, with or without SIG, or a number; TERM if there is none.",
	.opts = kill_options,
	.opts_size = sizeof(struct kill_opts),
	.min_args = 1,
	.max_args = 2,
	.complete = { COMPLETE_JAIL, COMPLETE_SIGNAL },
	.examples = examples,
	.run = run_kill,
};
