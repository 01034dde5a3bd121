/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * spec.c - libFuzzer target: any bytes as a spec
 *
 * What parses is expanded, and the expansion has to parse, too.  What fails says why, on one line.  An
 * ordinary user gets another expansion.
 */
#include "spec/spec.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_error(const struct err *err)
{
	if (!err->code || !err->text[0] || strpbrk(err->text, "\n\r") || strpbrk(err->place, "\n\r"))
		abort();
}

static void check_expansion(const char *text, size_t len)
{
	struct err err = { 0 };
	struct spec *s = NULL;
	char *expanded = NULL;

	if (spec_expand(text, len, "fuzz.json", &expanded, &err) < 0)
		abort();
	if (spec_parse(expanded, strlen(expanded), "fuzz.json", "/b", &s, &err) < 0)
		abort();
	spec_free(s);
	free(expanded);
}

static void check_user(const char *text, size_t len)
{
	const struct spec_user user = {
		.uid = 1000, .gid = 100,
		.uids = { .v = { { 100000, 65536 } }, .n = 1 }, .gids = { .v = { { 100000, 65536 } }, .n = 1 },
	};
	struct err err = { 0 };
	struct spec *s = NULL;

	if (spec_parse_as(&user, text, len, "fuzz.json", "/b", &s, &err) < 0)
		check_error(&err);
	spec_free(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	struct err err = { 0 };
	struct spec *s = NULL;

	if (spec_parse(text, size, "fuzz.json", "/b", &s, &err) == 0)
		check_expansion(text, size);
	else
		check_error(&err);
	spec_free(s);
	s = NULL;
	check_user(text, size);
	if (spec_parse_process(text, size, "fuzz.json", &s, &err) < 0)
		check_error(&err);
	spec_free(s);
	s = NULL;
	if (spec_parse_netdef(text, size, "fuzz.json", &s, &err) < 0)
		check_error(&err);
	spec_free(s);
	return 0;
}
