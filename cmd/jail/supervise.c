/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * supervise.c - a jail in the foreground, from its start to its end, and again after a reboot
 *
 *   jail_run(), or with a terminal jail_create(), the window size, jail_start()
 *   relay until the program ends, wait, delete
 *   it was a reboot: once more, or in a unit tell systemd to
 *
 * reboot(2) in the jail's pid namespace looks as if a signal had killed the first process, which
 * jail_ending() tells from others.
 */
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include "foreground.h"
#include "hub.h"
#include "notify.h"
#include "pipes.h"
#include "ready.h"
#include "service.h"
#include "signals.h"
#include "supervise.h"

#define REBOOTS_MAX   5         /* one after the other, … */
#define REBOOT_FAST_S 2         /* …each after less than this: something is wrong */

/* One life of it. */
struct life {
	const struct supervisor *s;
	struct jail *jail;
	struct hub hub;
	struct notify notify;
	struct pipes pipes;
	struct foreground_more more;
};

static int fail(struct jail_error *err)
{
	int code = cli_exit_code(err);

	msg_fail(err);
	return code;
}

/* ---- the start ---- */

/* Without a terminal of its own: ours is not for it. */
static int begin_piped(struct life *l, struct jail_create_options *options, struct jail_error **err)
{
	int r = options->use_stdio ? 0 : pipes_open(&l->pipes, false);

	if (r < 0)
		msg_warning("jail %s: it has our terminal: make pipes: %s", l->s->id, strerror(-r));
	if (r > 0) {
		options->use_stdio = true;
		memcpy(options->stdio, l->pipes.stdio, sizeof(l->pipes.stdio));
		l->more.pipes = &l->pipes;
	}
	r = jail_run(l->s->rt, l->s->id, l->s->spec, options, &l->jail, err);
	pipes_started(&l->pipes);
	return r;
}

static int begin(struct life *l, struct jail_error **err)
{
	struct jail_create_options options = l->s->options;

	passed_options(l->s->passed, &options);
	options.want_console = l->s->relayed;
	options.want_notify = jail_spec_notify(l->s->spec) &&
			      (l->s->passed->notify || jail_spec_publish_when_ready(l->s->spec));
	if (!l->s->relayed)
		return begin_piped(l, &options, err);
	/* The program should find its terminal as large as ours the first time it looks. */
	return jail_create(l->s->rt, l->s->id, l->s->spec, &options, &l->jail, err);
}

static int start_relayed(struct life *l, int console, struct jail_error **err)
{
	int r;

	foreground_prepare(console, true);
	r = hub_open(&l->hub, jail_runtime_root(l->s->rt), l->s->id, console);
	if (r < 0)
		msg_warning("jail %s: no console can be attached: %s", l->s->id, strerror(-r));
	l->more.hub = &l->hub;
	if (jail_start(l->jail, err) == 0)
		return 0;
	jail_delete(l->jail, JAIL_DELETE_FORCE, NULL);
	return -1;
}

static void open_ports(void *jail)
{
	ready_publish(jail);
}

static int start(struct life *l, int *ret_console, struct jail_error **err)
{
	int r = begin(l, err);

	if (r == 0 && l->s->relayed) {
		*ret_console = jail_console_fd(l->jail);
		r = start_relayed(l, *ret_console, err);
	}
	if (r < 0)
		return r;
	l->notify.fd = jail_notify_fd(l->jail);
	if (jail_spec_publish_when_ready(l->s->spec)) {
		l->notify.ready = open_ports;
		l->notify.data = l->jail;
	}
	l->more.stop_signal = l->more.system || l->s->service ? jail_stop_signal(l->jail) : 0;
	if (l->notify.fd < 0) {
		if (l->notify.ready)
			open_ports(l->jail);
		notify_tell(&l->notify, "READY=1\nSTATUS=Running.\n");
	}
	return 0;
}

/* ---- the end ---- */

/* What systemd counts as a clean end when it has asked for one: so do we. */
static bool ended_as_asked(const struct life *l, int status)
{
	return l->s->service && l->more.stopped && WIFSIGNALED(status) &&
	       (WTERMSIG(status) == l->more.stop_signal || WTERMSIG(status) == SIGKILL);
}

static int exit_code(const struct life *l, int status, bool *ret_again)
{
	switch (jail_ending(l->jail, status)) {
	case JAIL_ENDING_REBOOT:
		*ret_again = !l->s->service && !l->more.stopped;
		return l->s->service ? EXIT_REBOOT : 0;
	case JAIL_ENDING_HALT:
		return 0;
	case JAIL_ENDING_OTHER:
		break;
	}
	return ended_as_asked(l, status) ? 0 : cli_exit_status(status);
}

/* Killed for want of memory, it or one of its children: the counters that know go with the cgroup. */
static void explain(struct jail *jail, int status)
{
	mem_auto char *why = NULL;

	if (!jail_oom_message(jail, &why))
		return;
	if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
		msg_error("%s: killed: %s", jail_id(jail), why);
	else
		msg_warning("%s: %s", jail_id(jail), why);
}

/* Stay until it ends. */
static int stay(struct life *l, int console, bool *ret_again)
{
	struct jail_error *err = NULL;
	int status = 0, code;

	if (foreground_stay(jail_pidfd(l->jail), console, &l->more) < 0)
		jail_kill(l->jail, SIGKILL, 0, NULL);
	if (jail_wait(l->jail, &status, &err) < 0)
		code = msg_fail(err);
	else
		code = exit_code(l, status, ret_again);
	explain(l->jail, status);
	if (l->more.hub)
		hub_close(&l->hub);
	if ((*ret_again || !l->s->keep) && jail_delete(l->jail, JAIL_DELETE_FORCE, &err) < 0) {
		msg_fail(err);
		*ret_again = false;
		code = code ? code : 1;
	}
	return code;
}

/* ---- one life, and the next ---- */

static int live(const struct supervisor *s, bool *ret_again)
{
	struct life l = {
		.s = s, .notify = { .fd = -1, .to = s->passed->notify }, .pipes = PIPES_NONE,
		.more = { .system = jail_spec_system(s->spec), .unattended = s->service },
	};
	struct jail_error *err = NULL;
	int console = -1, code;

	l.more.notify = &l.notify;
	if (start(&l, &console, &err) < 0) {
		fd_close(&console);
		code = fail(err);
	} else {
		code = stay(&l, console, ret_again);
	}
	if (l.more.hub)
		hub_close(&l.hub);
	pipes_close(&l.pipes);
	fd_close(&l.notify.fd);
	jail_free(l.jail);
	return code;
}

static time_t now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec;
}

int supervise(struct supervisor *s)
{
	int code, fast = 0;
	bool again;

	signals_block();
	do {
		time_t start = now_s();

		again = false;
		code = live(s, &again);
		fast = now_s() - start < REBOOT_FAST_S ? fast + 1 : 0;
		if (again && fast >= REBOOTS_MAX) {
			msg_error("jail %s: rebooted %d times in a row without staying up, giving up",
				  s->id, fast);
			return 1;
		}
	} while (again);
	return code;
}
