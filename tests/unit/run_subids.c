/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * run_subids.c - names and ranges of a user, from passwd(5) and subuid(5)
 */
#include "test.h"

#include "run/subids.h"

static const char passwd[] = "root:x:0:0:root:/root:/bin/sh\n"
			     "short:x\n:x\n\n"
			     "bad:x:12x:1::/:\n"
			     "ann:x:1000:1000::/home/ann:\n"
			     "also:x:1000:1000::/:\n";

static struct spec_subids ranges(const char *text, const char *name, uint32_t uid)
{
	struct spec_subids ret = { .n = 77 };
	char *copy = strdup(text);

	subids_parse(copy, name, uid, &ret);
	free(copy);
	return ret;
}

TEST(names)
{
	char *copy = strdup(passwd);

	CHECK_STR(subids_name(copy, 1000), "ann");
	free(copy);
	copy = strdup(passwd);
	CHECK(!subids_name(copy, 12));
	free(copy);
}

TEST(by_name_and_by_number)
{
	struct spec_subids r = ranges("bob:1:2\nann:100000:65536\n1000:300000:10\n10000:5:5\n", "ann", 1000);

	CHECK_INT(r.n, 2);
	CHECK(r.v[0].first == 100000 && r.v[0].count == 65536);
	CHECK(r.v[1].first == 300000 && r.v[1].count == 10);
	CHECK_INT(ranges("ann:100000:65536\n", NULL, 1000).n, 0);
	CHECK_INT(ranges("1000:100000:65536\n", NULL, 1000).n, 1);
}

TEST(what_is_no_range)
{
	CHECK_INT(ranges("", "ann", 1000).n, 0);
	CHECK_INT(ranges("ann\nann:\nann:1\nann:1:\nann::5\nann:1:x\nann:-1:5\nann:1:0\n", "ann", 1000).n, 0);
	CHECK_INT(ranges("ann:4294967295:2\nann:1:5:6\nann:1:99999999999\n", "ann", 1000).n, 0);
	CHECK_INT(ranges("annabel:1:5\nan:1:5\n", "ann", 1000).n, 0);
}

TEST(only_so_many)
{
	char text[400] = "";

	for (int i = 0; i < 20; i++)
		strcat(text, "ann:1000:10\n");
	CHECK_INT(ranges(text, "ann", 1000).n, SPEC_SUBIDS_MAX);
}
