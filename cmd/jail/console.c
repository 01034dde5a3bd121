/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * console.c - jail console: attach to the terminal of a jail that runs elsewhere
 *
 * The supervisor holds the pty; hub.h says how we talk with it.  Without a terminal of our own we
 * still show what comes and pass on what we read.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>

#include "cli.h"
#include "hub.h"
#include "signals.h"
#include "terminal.h"

#define DETACH_KEY   0x1d       /* ^] */
#define DETACH_TIMES 3
#define DETACH_MS    1000

struct attached {
	const char *id;
	int hub, signals, output;
	struct terminal terminal;
	int64_t keys[DETACH_TIMES];  /* when it was pressed, the last ones */
	bool reading, detached, ended;
};

static int connect_hub(struct cli *cli, const char *id)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	fd_auto dir = -1, fd = -1;
	char path[64];
	int r = hub_address(jail_runtime_root(cli->rt), id, &dir, path);

	if (r < 0)
		return r;
	memcpy(addr.sun_path, path, sizeof(path));
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (fd < 0 || connect(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0)
		return -errno;
	return fd_take(&fd);
}

static int open_hub(struct cli *cli, const char *id)
{
	struct jail *jail = cli_open(cli, id);
	enum jail_status status = JAIL_STOPPED;
	int r;

	if (!jail)
		return -1;
	r = connect_hub(cli, id);
	if (r < 0 && jail_get_status(jail, &status, NULL) == 0 && status == JAIL_STOPPED)
		msg_error("console: jail %s is not running", id);
	else if (r == -ENOENT)
		msg_error("console: jail %s has no terminal that is shared: its spec has no "
			  "process.terminal, or no jail run stays with it", id);
	else if (r == -ECONNREFUSED)
		msg_error("console: the jail run that held the terminal of %s is gone", id);
	else if (r < 0)
		msg_error("console: reach the terminal of jail %s: %s", id, strerror(-r));
	jail_free(jail);
	return r;
}

/* ---- what we say ---- */

static void send_size(struct attached *a)
{
	struct { char type; struct hub_size size; } __attribute__((packed)) m = { .type = HUB_SIZE };
	struct winsize ws;

	if (!terminal_size(&ws))
		return;
	m.size = (struct hub_size){ ws.ws_row, ws.ws_col };
	send(a->hub, &m, sizeof(m), MSG_NOSIGNAL);
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* The key, DETACH_TIMES within a second, and nothing else in between. */
static bool wants_out(struct attached *a, const char *data, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (data[i] != DETACH_KEY) {
			memset(a->keys, 0, sizeof(a->keys));
			continue;
		}
		memmove(a->keys, a->keys + 1, sizeof(a->keys) - sizeof(a->keys[0]));
		a->keys[DETACH_TIMES - 1] = now_ms();
		if (a->keys[0] && a->keys[DETACH_TIMES - 1] - a->keys[0] <= DETACH_MS)
			return true;
	}
	return false;
}

static void on_input(struct attached *a)
{
	char data[HUB_INPUT + 1] = { HUB_INPUT_BYTES };
	ssize_t n = read(STDIN_FILENO, data + 1, HUB_INPUT);

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return;
	if (n <= 0) {
		a->reading = false;
		a->detached |= a->terminal.fd >= 0;     /* our terminal is gone; a pipe just ends */
		return;
	}
	if (a->terminal.fd >= 0 && wants_out(a, data + 1, (size_t)n)) {
		a->detached = true;
		return;
	}
	send(a->hub, data, (size_t)n + 1, MSG_NOSIGNAL);
}

/* ---- what we hear ---- */

static void on_output(struct attached *a)
{
	static char data[STREAM_MAX];
	ssize_t n = recv(a->hub, data, sizeof(data), 0);

	if (n < 0 && errno == EINTR)
		return;
	if (n <= 0)
		a->ended = true;
	else if (write_all(a->output, data, (size_t)n) < 0)
		a->detached = true;
}

static void on_signal(struct attached *a)
{
	struct signalfd_siginfo info;

	while (read(a->signals, &info, sizeof(info)) == sizeof(info)) {
		switch (signal_use((int)info.ssi_signo)) {
		case SIGNAL_RESIZE:
			send_size(a);
			break;
		case SIGNAL_STOP:
			terminal_restore(&a->terminal);
			raise(SIGSTOP);
			break;
		case SIGNAL_CONTINUE:
			a->reading = terminal_attach(&a->terminal) || a->terminal.fd < 0;
			send_size(a);
			break;
		case SIGNAL_FORWARD:            /* for us: to go */
			a->detached = true;
			break;
		case SIGNAL_LEAVE:
		case SIGNAL_NOTE:
			break;
		}
	}
}

static int loop(struct attached *a)
{
	while (!a->detached && !a->ended) {
		struct pollfd p[] = {
			{ .fd = a->hub, .events = POLLIN }, { .fd = a->signals, .events = POLLIN },
			{ .fd = a->reading ? STDIN_FILENO : -1, .events = POLLIN },
		};

		if (poll(p, ARRAY_SIZE(p), -1) < 0 && errno != EINTR)
			return -errno;
		if (p[0].revents)
			on_output(a);
		if (p[1].revents)
			on_signal(a);
		if (p[2].revents && a->reading)
			on_input(a);
	}
	return 0;
}

static int attach(struct attached *a)
{
	int r;

	signals_block();
	a->signals = signals_open();
	if (a->signals < 0) {
		msg_error("watch signals: %s", strerror(errno));
		return 1;
	}
	terminal_init(&a->terminal);
	if (a->terminal.fd >= 0)
		fprintf(stderr, "Attached to %s. Press ^] three times within a second to detach.\n",
			a->id);
	a->reading = terminal_attach(&a->terminal) || a->terminal.fd < 0;
	send_size(a);
	r = loop(a);
	terminal_restore(&a->terminal);
	close(a->signals);
	if (r < 0)
		msg_error("wait for events: %s", strerror(-r));
	else if (a->terminal.fd >= 0)
		fprintf(stderr, a->detached ? "\nDetached from %s.\n" : "\n%s has ended.\n", a->id);
	return r < 0;
}

static int run_console(struct cli *cli, const void *opts, int argc, char **argv)
{
	struct attached a = { .id = argv[0], .output = STDOUT_FILENO };
	int code;

	(void)opts;
	(void)argc;
	if (!cli_runtime(cli))
		return 1;
	a.hub = open_hub(cli, argv[0]);
	if (a.hub < 0)
		return 1;
	code = attach(&a);
	close(a.hub);
	return code;
}

const struct verb verb_console = {
	.name = "console",
	.group = VERB_RUN,
	.args = "ID",
	.summary = "attach to the terminal of a jail",
	.about = "The jail run that made the jail holds its terminal, as a service does. ^] pressed three\n"
		 "times within a second detaches. Several may be attached, and see the same.",
	.min_args = 1,
	.max_args = 1,
	.complete = { COMPLETE_JAIL },
	.examples = (const char *const[]){ "jail console debian", NULL },
	.run = run_console,
};
