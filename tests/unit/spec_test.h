/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * spec_test.h - small specs for the spec_*.c tests, written with ' for "
 */
#pragma once

#include "test.h"

#include "spec/spec.h"

static struct err last_err;

static char *json_text(const char *quoted)
{
	char *text = strdup(quoted);

	for (char *c = text; *c; c++)
		if (*c == '\'')
			*c = '"';
	return text;
}

/* The parsed spec, or NULL with last_err set. */
static inline struct spec *parse_text(const char *quoted)
{
	char *text = json_text(quoted);
	struct spec *s = NULL;

	memset(&last_err, 0, sizeof(last_err));
	if (spec_parse(text, strlen(text), "t.json", "/b", &s, &last_err) < 0)
		s = NULL;
	free(text);
	return s;
}

/*
 * An OCI configuration with a mount and a uts namespace.  @top, @process and @lnx are more members
 * of the three objects, each begun with a comma.
 */
static inline struct spec *parse_oci(const char *top, const char *process, const char *lnx)
{
	struct spec *s;
	char *text;

	if (asprintf(&text,
		     "{'ociVersion':'1.2.0','root':{'path':'r'}%s,"
		     "'process':{'args':['sh'],'cwd':'/'%s},"
		     "'linux':{'namespaces':[{'type':'mount'},{'type':'uts'},{'type':'network'},"
		     "{'type':'ipc'}]%s}}",
		     top, process, lnx) < 0)
		abort();
	s = parse_text(text);
	free(text);
	return s;
}

/* Whether parsing failed at @place with @text in the message. */
static inline int failed(const struct spec *s, const char *place, const char *text)
{
	if (!s && !strcmp(last_err.place, place) && strstr(last_err.text, text))
		return 1;
	printf("# %s: \"%s\": \"%s\"\n", s ? "parsed" : "failed", last_err.place, last_err.text);
	return 0;
}

/* A spec that has to parse: its error is printed and the test program fails. */
#define GOOD(s) \
	do { \
		if (!(s)) { \
			printf("# %s:%d: %s: %s\n", __FILE__, __LINE__, last_err.place, \
			       last_err.text); \
			test_failed = 1; \
			return; \
		} \
	} while (0)
