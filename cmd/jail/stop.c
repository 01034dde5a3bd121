/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * stop.c - jail stop: ask the programs of jails to end, and see to it that they do
 *
 * All are asked first and then waited for together, so that many take no longer than the slowest.
 */
#include <poll.h>
#include <string.h>
#include <time.h>

#include "cli.h"
#include "deliver.h"

#define DEFAULT_TIMEOUT_S 30

struct stop_opts {
	const char *timeout, *signal;
};

static const struct opt stop_options[] = {
	{ "timeout", 't', OPT_TEXT, "SECONDS", offsetof(struct stop_opts, timeout),
	  .help = "kill what still runs then (default 30; 0: at once)" },
	{ "signal", 's', OPT_TEXT, "SIGNAL", offsetof(struct stop_opts, signal),
	  .help = "ask by this signal", .complete = COMPLETE_SIGNAL },
	{ 0 },
};

struct order {
	int signo;                   /* 0: each jail's own */
	uint32_t timeout_s;
};

static int read_order(const struct stop_opts *o, struct order *ret)
{
	*ret = (struct order){ .timeout_s = DEFAULT_TIMEOUT_S };
	if (o->timeout && (!str_u32(o->timeout, &ret->timeout_s) || ret->timeout_s > 86400 * 365)) {
		msg_error("stop: --timeout: \"%s\" is not a number of seconds", o->timeout);
		return -1;
	}
	if (o->signal)
		ret->signo = jail_signal_number(o->signal);
	if (ret->signo < 0)
		msg_error("stop: unknown signal \"%s\"", o->signal);
	return ret->signo < 0 ? -1 : 0;
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int kill_it(struct jail *jail)
{
	struct jail_error *err = NULL;

	if (jail_kill(jail, SIGKILL, JAIL_KILL_ALL, &err) == 0)
		return 0;
	/* ENOENT: whoever ran it has removed it by now. */
	if (jail_error_code(err) != -ESRCH && jail_error_code(err) != -ENOENT)
		return msg_fail(err);
	jail_error_free(err);
	return 0;
}

/* One that has not started has nothing to save; a frozen one would hear nothing. */
static int ask(struct jail *jail, const struct order *order)
{
	struct jail_error *err = NULL;
	enum jail_status status;
	int r;

	if (jail_get_status(jail, &status, &err) < 0)
		return msg_fail(err);
	if (status == JAIL_STOPPED)
		return 0;
	if (status == JAIL_CREATED || status == JAIL_CREATING || !order->timeout_s)
		return kill_it(jail);
	if (status == JAIL_PAUSED && jail_resume(jail, &err) < 0)
		return msg_fail(err);
	r = deliver_signal(jail_pidfd(jail), order->signo ? order->signo : jail_stop_signal(jail));
	if (r < 0 && r != -ESRCH)
		msg_error("%s: signal it: %s", jail_id(jail), strerror(-r));
	return r < 0 && r != -ESRCH;
}

/* Whether its first process has ended by the deadline. */
static bool ended(struct jail *jail, int64_t deadline)
{
	struct pollfd p = { .fd = jail_pidfd(jail), .events = POLLIN };
	int64_t left;

	while (p.fd >= 0) {
		left = deadline - now_ms();
		if (poll(&p, 1, (int)(left < 0 ? 0 : left > 60000 ? 60000 : left)) > 0)
			return true;
		if (left <= 0)
			return false;
	}
	return true;
}

static int see_it_end(struct jail *jail, const struct order *order, int64_t deadline)
{
	bool in_time = ended(jail, deadline);
	int code;

	if (!in_time && order->timeout_s)
		msg_warning("%s: has not ended within %u s, killed", jail_id(jail), order->timeout_s);
	/* What it left behind, where it had no pid namespace of its own, ends as well. */
	code = kill_it(jail);
	if (code || in_time || ended(jail, now_ms() + 10000))
		return code;
	msg_error("%s: does not end, even though it was killed", jail_id(jail));
	return 1;
}

static int run_stop(struct cli *cli, const void *opts, int argc, char **argv)
{
	mem_auto struct jail **jails = x_realloc(NULL, (size_t)argc, sizeof(void *));
	struct order order;
	int64_t deadline;
	int code = 0;

	if (read_order(opts, &order) < 0)
		return 1;
	for (int i = 0; i < argc; i++) {
		jails[i] = cli_open(cli, argv[i]);
		if (!jails[i] || ask(jails[i], &order))
			code = 1;
	}
	deadline = now_ms() + (int64_t)order.timeout_s * 1000;
	for (int i = 0; i < argc; i++) {
		if (jails[i] && see_it_end(jails[i], &order, deadline))
			code = 1;
		jail_free(jails[i]);
	}
	return code;
}

static const char *const examples[] = {
	"jail stop web db",
	"jail stop --timeout 90 debian",
	"jail stop --signal QUIT --timeout 5 web",
	NULL,
};

const struct verb verb_stop = {
	.name = "stop",
	.group = VERB_RUN,
	.args = "ID…",
	.summary = "ask programs to end, and kill those that do not",
	.about = "The signal is the one that the spec asks for (jail.stopSignal), else the one that the\n"
		 "init inside takes for a shutdown, else TERM. A jail that has stopped already is fine.",
	.opts = stop_options,
	.opts_size = sizeof(struct stop_opts),
	.min_args = 1,
	.max_args = -1,
	.complete = { COMPLETE_JAIL, COMPLETE_JAIL },
	.examples = examples,
	.run = run_stop,
};
