/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * stats_screen.c - the table on a terminal, drawn anew at intervals
 *
 * Each picture is one write, and each line ends with "erase the rest": nothing flickers, and nothing is
 * left of a longer line.  stats draws from the top of the screen and leaves its last picture there; top
 * has a screen of its own, which the terminal forgets in favour of what was there before.
 *
 * In raw mode ^C and ^Z are bytes like q.  Signals wait for a descriptor, so that the terminal is
 * always given back.
 */
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <time.h>

#include "signals.h"
#include "stats.h"
#include "terminal.h"

#define HOME        "\033[H"
#define ERASE_LINE  "\033[K"
#define ERASE_BELOW "\033[J"
#define OWN_SCREEN  "\033[?1049h\033[?25l"
#define OLD_SCREEN  "\033[?25h\033[?1049l"
#define FIRST_MS    1000     /* until the second picture, the first with rates of now */

enum { KEY_INTERRUPT = 3, KEY_STOP = 26 };

struct show {
	struct screen *screen;
	const struct sampling *how;
	struct samples samples;
	struct terminal terminal;
	int signals;
	bool ended, failed;
};

static void put(const char *text, size_t len)
{
	if (write_all(STDOUT_FILENO, text, len) < 0)
		clearerr(stdout);
}

/* ---- drawing ---- */

static void print_heading(const struct show *s, FILE *f)
{
	time_t now = time(NULL);
	char when[32] = "";
	struct tm tm;

	if (localtime_r(&now, &tm))
		strftime(when, sizeof(when), "%H:%M:%S", &tm);
	fprintf(f, "%s  %zu %s, by %s%s; keys: < > column, r reverse, q quit" ERASE_LINE "\r\n", when,
		s->samples.n, s->samples.n == 1 ? "jail" : "jails",
		table_column_name(s->screen->table.sort),
		s->screen->table.reverse ? ", reversed" : "");
}

static void draw(struct show *s)
{
	struct table t = s->screen->table;
	mem_auto char *text = NULL;
	struct winsize size;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	if (!f)
		return;
	t.newline = ERASE_LINE "\r\n";
	/* The last line stays free: a newline there would scroll the first one away. */
	if (terminal_size(&size)) {
		t.columns = size.ws_col;
		t.rows = size.ws_row > 3 ? size.ws_row - 1 - s->screen->top : 2;
	}
	fputs(HOME, f);
	if (s->screen->top)
		print_heading(s, f);
	table_sort(&t, &s->samples);
	table_print(&t, &s->samples, f);
	fputs(ERASE_BELOW, f);
	fclose(f);
	put(text, len);
}

/* ---- the terminal ---- */

static void enter(struct show *s)
{
	terminal_attach(&s->terminal);
	if (s->screen->top)
		put(OWN_SCREEN, strlen(OWN_SCREEN));
	else
		put(HOME ERASE_BELOW, strlen(HOME ERASE_BELOW));
}

static void leave(struct show *s)
{
	if (s->screen->top)
		put(OLD_SCREEN, strlen(OLD_SCREEN));
	terminal_restore(&s->terminal);
}

static void stop(struct show *s)
{
	leave(s);
	raise(SIGSTOP);
	enter(s);
}

/* ---- events ---- */

static void on_signal(struct show *s)
{
	struct signalfd_siginfo info;

	while (read(s->signals, &info, sizeof(info)) == sizeof(info))
		switch ((int)info.ssi_signo) {
		case SIGINT:
		case SIGTERM:
		case SIGHUP:
		case SIGQUIT:
			s->ended = true;
			break;
		case SIGTSTP:
			stop(s);
			break;
		default:
			break;          /* resized, or in the foreground again: drawn anew in any case */
		}
}

static void on_key(struct show *s, char key)
{
	struct table *t = &s->screen->table;
	size_t n = table_n_columns();

	switch (key) {
	case 'q':
	case KEY_INTERRUPT:
		s->ended = true;
		return;
	case KEY_STOP:
		stop(s);
		return;
	default:
		break;
	}
	if (!s->screen->top)
		return;
	if (key == '<')
		t->sort = (t->sort + n - 1) % n;
	else if (key == '>')
		t->sort = (t->sort + 1) % n;
	else if (key == 'r')
		t->reverse = !t->reverse;
}

static void on_input(struct show *s)
{
	char keys[64];
	ssize_t n = read(STDIN_FILENO, keys, sizeof(keys));

	if (n <= 0)
		s->ended = true;        /* the terminal is gone */
	for (ssize_t i = 0; i < n; i++)
		on_key(s, keys[i]);
}

static int64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Redraw at whatever happens, until it is time for new numbers. */
static void wait_until(struct show *s, int64_t deadline)
{
	int64_t left;

	while (!s->ended && (left = deadline - now_ms()) > 0) {
		struct pollfd p[] = {
			{ s->signals, POLLIN, 0 },
			{ s->terminal.raw ? STDIN_FILENO : -1, POLLIN, 0 },
		};

		if (poll(p, ARRAY_SIZE(p), (int)left) <= 0)
			continue;
		if (p[0].revents)
			on_signal(s);
		if (p[1].revents)
			on_input(s);
		if (!s->ended)
			draw(s);
	}
}

/* New numbers; a jail that was named and is no more is left out. */
static void refresh(struct show *s, bool first)
{
	struct samples now;

	if (samples_take(s->how, first ? NULL : &s->samples, &now) < 0) {
		s->ended = s->failed = true;
		return;
	}
	samples_done(&s->samples);
	s->samples = now;
}

static void show(struct show *s)
{
	uint32_t interval = s->screen->interval_ms;

	draw(s);
	wait_until(s, now_ms() + (interval < FIRST_MS ? interval : FIRST_MS));
	while (!s->ended) {
		refresh(s, false);
		if (s->ended)
			break;
		draw(s);
		wait_until(s, now_ms() + interval);
	}
}

int screen_run(struct screen *screen, const struct sampling *how)
{
	struct show s = { .screen = screen, .how = how };

	refresh(&s, true);              /* what can be wrong is said before the screen is touched */
	if (s.failed)
		return 1;
	signals_block();
	s.signals = signals_open();
	if (s.signals < 0) {
		msg_error("watch signals: %s", strerror(errno));
		return 1;
	}
	terminal_init(&s.terminal);
	enter(&s);
	show(&s);
	leave(&s);
	close(s.signals);
	samples_done(&s.samples);
	return s.failed;
}
