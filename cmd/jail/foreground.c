/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * foreground.c - the event loop of a foreground run or exec
 *
 *   standard input ──▶ in ──▶ pty master          pidfd: the program has ended
 *   standard output ◀── out ◀── pty master        signalfd: forwarded, but for a few
 *
 * The end: the program's last words may still be in the pty.  We hold its other side (the peer)
 * open while the program runs, so that a program which closes and reopens its terminal does not
 * look like a hang-up; once the program has ended we let go, and read until the kernel says that
 * nobody has the terminal any more.  A process left behind that keeps it open ends that by being
 * quiet for a moment, or by saying more than the pty could have held.
 *
 * Our terminal, or the reader of our output, goes away: the program's terminal hangs up.
 *
 * A program without a terminal has pipes where we have one (pipes.c): they take the place of the pty, and our terminal
 * stays as it is.
 *
 * A supervisor (run.c) adds two more: hub.c shares the terminal, notify.c passes messages on.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "deliver.h"
#include "foreground.h"
#include "hub.h"
#include "message.h"
#include "notify.h"
#include "pipes.h"
#include "relay.h"
#include "signals.h"
#include "terminal.h"
#include "util.h"

#define QUIET_MS  200
#define RETRY_MS  250
#define DRAIN_MAX (1 << 20)

struct foreground {
	int pidfd, signals, console, peer;
	int output;                  /* standard output, or a second descriptor for it */
	bool ended;                  /* the program has */
	bool give_up;                /* a signal came while its last output was being written */
	bool reading;                /* standard input is ours to read */
	bool eof_due;                /* standard input ended, the program has not been told */
	struct pipes *pipes;         /* in place of a console; NULL: none */
	size_t drained;              /* bytes read since it ended */
	struct terminal terminal;
	struct stream in, out;
	struct foreground_more *more;
};

/* What an init is to be told; to others a signal means what it means. */
static int translated(struct foreground *f, int signo)
{
	const struct foreground_more *more = f->more;

	if (!more->stop_signal ||
	    (signo != SIGTERM && signo != SIGINT && !(signo == SIGHUP && more->system)))
		return signo;
	f->more->stopped = true;
	if (more->notify && !more->notify->stopping) {
		more->notify->stopping = true;
		notify_tell(more->notify, "STOPPING=1\n");
	}
	return more->stop_signal;
}

static void forward(struct foreground *f, int signo)
{
	int r = deliver_signal(f->pidfd, translated(f, signo));

	if (r < 0 && r != -ESRCH)
		msg_warning("forward signal %d: %s", signo, strerror(-r));
}

/* ---- the terminal ---- */

/* Called at the start, when we have been continued, and now and then while in the background. */
static void attach(struct foreground *f)
{
	if (f->pipes) {
		f->reading = !f->more->unattended && tcgetpgrp(STDIN_FILENO) == getpgrp();
	} else if (f->console >= 0) {
		f->reading = !f->more->unattended &&
			     (terminal_attach(&f->terminal) || f->terminal.fd < 0);
		terminal_resize(f->console);
	}
}

/* ^Z for us, not for the program inside: it stops, we stop, the shell has its terminal back. */
static void stop(struct foreground *f)
{
	deliver_stop(f->pidfd, true);
	terminal_restore(&f->terminal);
	raise(SIGSTOP);
}

static void hang_up(struct foreground *f)
{
	fd_close(&f->peer);
	fd_close(&f->console);
	if (f->pipes)
		pipes_close(f->pipes);
	f->out.from = f->in.to = -1;
	f->out.len = f->in.len = 0;
	f->reading = false;
	if (!f->ended && f->more->system)
		forward(f, SIGHUP);
	else if (!f->ended && !f->pipes)
		deliver_default(f->pidfd, SIGHUP);
}

/*
 * A pipe as standard input has ended.  A terminal cannot end, it has a character for it; a second
 * one is needed behind an unfinished line, which the first one only completes.
 */
static void pass_eof(struct foreground *f)
{
	struct termios inner;
	char eof[2];

	if (!f->eof_due)
		return;
	if (f->pipes) {
		if (f->in.len)
			return;
		fd_close(&f->pipes->in);
		f->in.to = -1;
		f->eof_due = false;
		return;
	}
	if (tcgetattr(f->console, &inner) < 0)
		return;
	memset(eof, inner.c_cc[VEOF], sizeof(eof));
	if (!(inner.c_lflag & ICANON) ||
	    stream_put(&f->in, eof, f->in.last && f->in.last != '\n' ? 2 : 1))
		f->eof_due = false;
}

/* ---- events ---- */

static void on_signal(struct foreground *f)
{
	struct signalfd_siginfo info;

	while (read(f->signals, &info, sizeof(info)) == sizeof(info)) {
		int signo = (int)info.ssi_signo;

		if (signal_is_ignored(signo))
			continue;
		switch (signal_use(signo)) {
		case SIGNAL_FORWARD:
			f->give_up = f->ended;
			forward(f, signo);
			break;
		case SIGNAL_RESIZE:
			if (f->console >= 0)
				terminal_resize(f->console);
			break;
		case SIGNAL_STOP:
			stop(f);
			break;
		case SIGNAL_CONTINUE:
			attach(f);
			deliver_stop(f->pidfd, false);
			break;
		case SIGNAL_LEAVE:
		case SIGNAL_NOTE:
			break;
		}
	}
}

static void on_input(struct foreground *f)
{
	if (stream_fill(&f->in) == 0) {
		f->reading = false;
		f->eof_due = f->pipes || f->terminal.fd < 0;
		if (!f->eof_due)
			hang_up(f);
	}
	pass_eof(f);
}

/* Nobody reads our output any more.  An unattended program does not end with its log. */
static void on_no_reader(struct foreground *f)
{
	if (!f->more->unattended)
		hang_up(f);
}

/*
 * For a reader of lines: take out the "\r" that the pty put before each "\n" of the last @n bytes, and
 * with @all those that the program wrote there, too.
 */
static void strip_returns(struct stream *s, size_t n, bool all)
{
	char *from = s->data + s->start + s->len - n, *to = from;

	for (size_t i = 0; i < n; i++) {
		char next = i + 1 < n ? from[i + 1] : '\n';

		if (from[i] != '\r' || (next != '\n' && !(all && next == '\r')))
			*to++ = from[i];
	}
	s->len -= n - (size_t)(to - from);
}

/* The pty has output, or is closed on the other side. */
static void on_output(struct foreground *f)
{
	ssize_t n = stream_fill(&f->out);

	if (n <= 0)
		return;
	if (f->more->hub)
		hub_output(f->more->hub, f->out.data + f->out.len - n, (size_t)n);
	if (f->more->hub && !terminal_wants_returns(&f->terminal))
		strip_returns(&f->out, (size_t)n, f->more->unattended || f->more->system);
	if (f->out.to < 0)
		f->out.len = 0;
	if (f->ended)
		f->drained += (size_t)n;
}

static void on_end(struct foreground *f)
{
	f->ended = true;
	f->reading = false;
	if (f->more->notify && f->more->notify->fd >= 0)
		notify_event(f->more->notify);
	fd_close(&f->peer);
}

static bool all_done(const struct foreground *f, bool quiet)
{
	if (!f->ended)
		return false;
	if (f->give_up)
		return true;
	return !f->out.len && (f->out.from < 0 || quiet || f->drained > DRAIN_MAX);
}

/* ---- the loop ---- */

enum { P_PIDFD, P_SIGNALS, P_STDIN, P_TO, P_FROM, P_STDOUT, P_NOTIFY, P_HUB, P_COUNT = P_HUB + HUB_POLLS };

static void set_poll(struct pollfd *p, int fd, short events)
{
	p->fd = events ? fd : -1;
	p->events = events;
	p->revents = 0;
}

/*
 * In the background of a terminal.  A shell that puts a running job into the foreground does not
 * tell it, so we have to look from time to time.
 */
static bool in_background(const struct foreground *f)
{
	return f->in.to >= 0 && f->terminal.fd >= 0 && f->in.from >= 0 && !f->reading && !f->ended;
}

static int poll_timeout(const struct foreground *f)
{
	if (f->ended && !f->out.len)
		return QUIET_MS;
	return in_background(f) ? RETRY_MS : -1;
}

static int earlier(int a, int b)
{
	return a < 0 || (b >= 0 && b < a) ? b : a;
}

static int notify_timeout(const struct foreground *f, struct pollfd *p)
{
	set_poll(p, -1, 0);
	return f->more->notify && !f->ended ? notify_poll(f->more->notify, p) : -1;
}

/* How many entries of @p there are. */
static nfds_t watch_more(const struct foreground *f, struct pollfd *p)
{
	if (!f->more->hub)
		return P_HUB;
	hub_poll(f->more->hub, &p[P_HUB], &f->in);
	return P_COUNT;
}

static int wait_for_events(struct foreground *f, struct pollfd p[P_COUNT])
{
	set_poll(&p[P_PIDFD], f->pidfd, f->ended ? 0 : POLLIN);
	set_poll(&p[P_SIGNALS], f->signals, POLLIN);
	set_poll(&p[P_STDIN], STDIN_FILENO, f->reading ? stream_wants_in(&f->in) : 0);
	set_poll(&p[P_TO], f->in.to, stream_wants_out(&f->in));
	set_poll(&p[P_FROM], f->out.from, stream_wants_in(&f->out));
	set_poll(&p[P_STDOUT], f->output, stream_wants_out(&f->out));
	return poll(p, watch_more(f, p), earlier(poll_timeout(f), notify_timeout(f, &p[P_NOTIFY])));
}

static int loop(struct foreground *f)
{
	struct pollfd p[P_COUNT];
	bool quiet = false;
	int n;

	while (!all_done(f, quiet)) {
		n = wait_for_events(f, p);
		if (n < 0 && errno != EINTR)
			return -errno;
		quiet = f->ended && n == 0;
		if (n == 0 && in_background(f))
			attach(f);
		if (n <= 0)
			continue;
		if (p[P_SIGNALS].revents)
			on_signal(f);
		if (p[P_STDIN].revents && f->reading)
			on_input(f);
		if (p[P_FROM].revents && stream_wants_in(&f->out))
			on_output(f);
		if (p[P_TO].revents && stream_wants_out(&f->in) && stream_flush(&f->in) == 0)
			pass_eof(f);
		if (p[P_STDOUT].revents && stream_wants_out(&f->out) && stream_flush(&f->out) < 0)
			on_no_reader(f);
		if (p[P_NOTIFY].revents)
			notify_event(f->more->notify);
		if (f->more->hub)
			hub_events(f->more->hub, &p[P_HUB], &f->in);
		if (p[P_PIDFD].revents)
			on_end(f);
	}
	return 0;
}

static void use_console(struct foreground *f, int console)
{
	f->console = console;
	f->in.from = STDIN_FILENO;
	f->in.to = console;
	f->out.from = console;
	f->output = f->out.to = stream_open_out(STDOUT_FILENO);
	fcntl(console, F_SETFL, fcntl(console, F_GETFL) | O_NONBLOCK);
	f->peer = ioctl(console, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
	attach(f);
}

/* Whose ends we have for it */
static void use_pipes(struct foreground *f, struct pipes *p)
{
	f->pipes = p;
	f->in.to = p->in;
	f->in.from = p->in >= 0 ? STDIN_FILENO : -1;
	f->out.from = p->out;
	if (p->out >= 0)
		f->output = f->out.to = stream_open_out(p->to);
	attach(f);
}

void foreground_prepare(int console, bool shared)
{
	struct terminal t;

	terminal_init(&t);
	terminal_prepare(&t, console, shared);
}

int foreground_stay(int pidfd, int console, struct foreground_more *more)
{
	struct foreground_more none = { 0 };
	struct foreground f = {
		.more = more ? more : &none,
		.pidfd = pidfd, .signals = -1, .console = -1, .peer = -1, .output = -1,
		.in = { .from = -1, .to = -1 }, .out = { .from = -1, .to = -1 },
	};
	int r;

	f.signals = signals_open();
	if (f.signals < 0) {
		msg_error("watch signals: %s", strerror(errno));
		fd_close(&console);
		return -1;
	}
	terminal_init(&f.terminal);
	if (console >= 0)
		use_console(&f, console);
	else if (f.more->pipes)
		use_pipes(&f, f.more->pipes);
	if (pidfd < 0)
		on_end(&f);
	r = loop(&f);
	if (r < 0)
		msg_error("wait for events: %s", strerror(-r));
	terminal_restore(&f.terminal);
	if (f.output > STDERR_FILENO)
		close(f.output);
	fd_close(&f.peer);
	fd_close(&f.console);
	close(f.signals);
	return r;
}
