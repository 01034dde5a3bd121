/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * main.c - jail-scope: a request, a reply, and then to be there
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "scope.h"

#define REQUEST_MAX (128U << 10)
#define LINES_MAX   1024U

int fail(struct failure *f, int code, const char *format, ...)
{
	va_list ap;

	f->code = code < 0 ? -code : code;
	va_start(ap, format);
	vsnprintf(f->text, sizeof(f->text), format, ap);
	va_end(ap);
	return -1;
}

/* Split @text, which is changed and kept, into lines of a word and a value. */
static int parse(char *text, struct line lines[LINES_MAX], struct request *r, struct failure *f)
{
	char *rest = NULL;

	r->lines = lines;
	for (char *line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
		char *value = line + strcspn(line, " ");
		const struct { const char *word; const char **to; } words[] = {
			{ "do", &r->what },         { "bus", &r->bus },
			{ "unit", &r->unit },       { "slice", &r->slice },
			{ "description", &r->description }, { "pid", &r->pid },
			{ "below", &r->below },
		};

		if (*value)
			*value++ = '\0';
		for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
			if (!strcmp(words[i].word, line))
				*words[i].to = value;
		if (!strcmp(line, "timeout"))
			r->timeout_us = strtoull(value, NULL, 10) * 1000000;
		if (r->n_lines == LINES_MAX)
			return fail(f, E2BIG, "too many limits");
		lines[r->n_lines++] = (struct line){ line, value };
	}
	if (!r->what || !r->bus || !r->unit || !r->timeout_us)
		return fail(f, EINVAL, "an incomplete request");
	return 0;
}

/* 1: done, 0: not, -1: nobody wants to know any more */
static int answer(char *text, sd_bus **bus)
{
	static struct line lines[LINES_MAX];
	char cgroup[4096] = "", reply[5000];
	struct request r = { 0 };
	struct failure f = { 0 };
	int ok = parse(text, lines, &r, &f) == 0 && request_do(&r, bus, cgroup, sizeof(cgroup), &f) == 0;

	if (ok)
		snprintf(reply, sizeof(reply), "ok %s", cgroup);
	else
		snprintf(reply, sizeof(reply), "error %d %s", f.code, f.text);
	return send(STDIN_FILENO, reply, strlen(reply), MSG_NOSIGNAL) < 0 ? -1 : ok;
}

int main(void)
{
	static char text[REQUEST_MAX + 1];
	sd_bus *bus = NULL;
	int ok = -1;
	ssize_t n;

	/* The scope lives as long as somebody is in it: that is us, until the jail is. */
	while ((n = recv(STDIN_FILENO, text, REQUEST_MAX, 0)) > 0) {
		text[n] = '\0';
		ok = answer(text, &bus);
		if (ok < 0)
			return 1;
	}
	sd_bus_close_unref(bus);                /* every call has been answered, or never will be */
	if (ok < 0)
		fprintf(stderr, "jail-scope: started by jail, not by hand\n");
	return ok != 1;
}
