/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * message.c - one line a message, as text or as JSON
 *
 *   text: jail: MESSAGE            jail: warning: MESSAGE
 *   JSON: {"level":"error","msg":"MESSAGE","time":"2026-01-02T03:04:05Z"}
 *
 * Engines read the JSON lines from the file that --log names; the same line goes to standard
 * error.  podman takes that file for one object: without --debug it gets the error alone.  A line is written with one write(2), so that writers to one file do not mix.
 * Messages can quote what strangers chose (an id, a file name): control characters are escaped.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "message.h"
#include "util.h"

#define MSG_MAX 4096

static struct {
	int fd;              /* of --log, -1: none */
	bool json, debug;
	bool raw;            /* the terminal is in raw mode */
} msg = { .fd = -1 };

static const struct level {
	const char *json, *text;
} levels[] = {
	[JAIL_LOG_ERROR]   = { "error",   "" },
	[JAIL_LOG_WARNING] = { "warning", "warning: " },
	[JAIL_LOG_INFO]    = { "info",    "info: " },
	[JAIL_LOG_DEBUG]   = { "debug",   "debug: " },
};

/* Length of the UTF-8 sequence that @s starts with, 0 when it is not a valid one. */
static size_t utf8_len(const unsigned char *s)
{
	static const struct {
		unsigned char first, last, second_min, second_max, len;
	} forms[] = {
		{ 0x00, 0x7f, 0x00, 0xff, 1 }, { 0xc2, 0xdf, 0x80, 0xbf, 2 },
		{ 0xe0, 0xe0, 0xa0, 0xbf, 3 }, { 0xe1, 0xec, 0x80, 0xbf, 3 },
		{ 0xed, 0xed, 0x80, 0x9f, 3 }, { 0xee, 0xef, 0x80, 0xbf, 3 },
		{ 0xf0, 0xf0, 0x90, 0xbf, 4 }, { 0xf1, 0xf3, 0x80, 0xbf, 4 },
		{ 0xf4, 0xf4, 0x80, 0x8f, 4 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		if (*s < forms[i].first || *s > forms[i].last)
			continue;
		if (forms[i].len > 1 && (s[1] < forms[i].second_min || s[1] > forms[i].second_max))
			return 0;
		for (size_t k = 2; k < forms[i].len; k++)
			if ((s[k] & 0xc0) != 0x80)
				return 0;
		return forms[i].len;
	}
	return 0;
}

/* Append @s with everything escaped that could break a line, a terminal or a JSON string. */
static void put_escaped(FILE *f, const char *s, bool json)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t n;

	for (; *p; p += n ? n : 1) {
		n = utf8_len(p);
		if (!n)
			fputs(json ? "\\ufffd" : "\\?", f);
		else if (*p < 0x20 || *p == 0x7f)
			fprintf(f, json ? "\\u%04x" : "\\x%02x", *p);
		else if (n == 2 && *p == 0xc2 && p[1] < 0xa0) /* C1 controls */
			fprintf(f, json ? "\\u%04x" : "\\x%02x", p[1]);
		else if (json && (*p == '"' || *p == '\\'))
			fprintf(f, "\\%c", *p);
		else
			fwrite(p, 1, n, f);
	}
}

void msg_put_line(FILE *f, const char *text)
{
	put_escaped(f, text, false);
	fputc('\n', f);
}

static void format_time(char *out, size_t size, time_t now)
{
	struct tm tm;

	gmtime_r(&now, &tm);
	strftime(out, size, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

static void put_json(FILE *f, enum jail_log_level level, const char *text, time_t now)
{
	char when[40];

	format_time(when, sizeof(when), now);
	fprintf(f, "{\"level\":\"%s\",\"msg\":\"", levels[level].json);
	put_escaped(f, text, true);
	fprintf(f, "\",\"time\":\"%s\"}\n", when);
}

/* @to_file: lines in a log file carry the time, those for people do not. */
static void put_text(FILE *f, enum jail_log_level level, const char *text, time_t now, bool to_file)
{
	char when[40];

	if (to_file) {
		format_time(when, sizeof(when), now);
		fprintf(f, "%s ", when);
	}
	fprintf(f, "jail: %s", levels[level].text);
	put_escaped(f, text, false);
	fputs(msg.raw && !to_file ? "\r\n" : "\n", f);
}

static void write_line(int fd, enum jail_log_level level, const char *text, time_t now, bool to_file)
{
	char line[MSG_MAX * 6 + 128];
	FILE *f = fmemopen(line, sizeof(line), "w");
	long len;

	if (!f)
		return;
	if (msg.json)
		put_json(f, level, text, now);
	else
		put_text(f, level, text, now, to_file);
	len = ftell(f);
	fclose(f);
	if (len > 0)
		(void)write_all(fd, line, (size_t)len);
}

void msg_log(void *userdata, enum jail_log_level level, const char *message)
{
	time_t now = time(NULL);        /* once: both lines tell the same */

	(void)userdata;
	if (level > JAIL_LOG_WARNING && !msg.debug)
		return;
	if (msg.fd >= 0 && (level == JAIL_LOG_ERROR || !msg.json || msg.debug))
		write_line(msg.fd, level, message, now, true);
	write_line(STDERR_FILENO, level, message, now, false);
}

static void msg_va(enum jail_log_level level, const char *fmt, va_list ap)
{
	char text[MSG_MAX];

	vsnprintf(text, sizeof(text), fmt, ap);
	msg_log(NULL, level, text);
}

void msg_error(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	msg_va(JAIL_LOG_ERROR, fmt, ap);
	va_end(ap);
}

void msg_warning(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	msg_va(JAIL_LOG_WARNING, fmt, ap);
	va_end(ap);
}

int msg_fail(struct jail_error *err)
{
	msg_error("%s", err ? jail_error_message(err) : "out of memory");
	jail_error_free(err);
	return 1;
}

int msg_setup(const char *file, bool json, bool debug)
{
	msg.json = json;
	msg.debug = debug;
	if (!file || !*file)
		return 0;
	msg.fd = open(file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0644);
	if (msg.fd < 0) {
		msg_error("open log file %s: %s", file, strerror(errno));
		return -1;
	}
	return 0;
}

void msg_raw_terminal(bool raw)
{
	msg.raw = raw;
}
