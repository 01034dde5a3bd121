/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * spec_golden.c - each bad spec of tests/golden/bad gives exactly the line beside it
 */
#include "golden.h"

#include "spec/spec.h"

static char *read_text(const char *name, size_t *ret_len)
{
	struct err err = { 0 };
	char *text = NULL;

	if (file_read_at(dir_fd, name, 16 << 20, &text, ret_len, &err) < 0) {
		printf("# %s\n", err.text);
		test_failed = 1;
	}
	return text;
}

/* What `jail run NAME` prints on stderr. */
static void message(const char *name, const char *text, size_t len, char *line, size_t size)
{
	struct spec *s = NULL;
	struct err err = { 0 };

	if (spec_parse(text, len, name, "/b", &s, &err) == 0)
		snprintf(line, size, "(no error)\n");
	else
		snprintf(line, size, "jail: %s: %s%s%s\n", name, err.place, err.place[0] ? ": " : "",
			 err.text);
	spec_free(s);
}

static void check_case(const char *name)
{
	mem_auto char *text = NULL, *want = NULL;
	char line[2048], err_name[256];
	size_t len;

	snprintf(err_name, sizeof(err_name), "%.*s.err", (int)(strlen(name) - 5), name);
	text = read_text(name, &len);
	want = read_text(err_name, NULL);
	if (!text || !want)
		return;
	message(name, text, len, line, sizeof(line));
	if (strcmp(line, want) != 0) {
		printf("# %s\n# wants %s# gives %s", name, want, line);
		test_failed = 1;
	}
}

TEST(bad_specs)
{
	const char *path = getenv("GOLDEN");

	golden_each(path ? path : "tests/golden/bad", 120, check_case);
}
