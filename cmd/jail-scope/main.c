/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * main.c - jail-scope: one request, one reply, and then to be there
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
			{ "description", &r->description },
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

int main(void)
{
	static char text[REQUEST_MAX + 1];
	static struct line lines[LINES_MAX];
	char cgroup[4096] = "", reply[5000];
	struct request r = { 0 };
	struct failure f = { 0 };
	ssize_t n = recv(STDIN_FILENO, text, REQUEST_MAX, 0);
	int ok;

	if (n <= 0) {
		fprintf(stderr, "jail-scope: started by jail, not by hand\n");
		return 1;
	}
	ok = parse(text, lines, &r, &f) == 0 && request_do(&r, cgroup, sizeof(cgroup), &f) == 0;
	if (ok)
		snprintf(reply, sizeof(reply), "ok %s", cgroup);
	else
		snprintf(reply, sizeof(reply), "error %d %s", f.code, f.text);
	if (send(STDIN_FILENO, reply, strlen(reply), MSG_NOSIGNAL) < 0)
		return 1;
	/* The scope lives as long as somebody is in it: that is us, until the jail is. */
	while (read(STDIN_FILENO, text, sizeof(text)) > 0)
		;
	return !ok;
}
