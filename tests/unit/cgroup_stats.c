/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The kernel's statistics files: numbers, keys, pressure; cut, odd and hostile text; OOM messages from
 * files made up for it.
 */
#include "test.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "cgroup/oom.h"
#include "cgroup/stats.h"

static struct stat_word word(const char *text)
{
	return (struct stat_word){ text, strlen(text) };
}

TEST(numbers)
{
	static const struct {
		const char *text;
		uint64_t value;
	} good[] = {
		{ "0", 0 }, { "4096", 4096 }, { "18446744073709551615", UINT64_MAX },
		{ "max", CGROUP_STAT_MAX }, { "007", 7 },
	};
	static const char *const bad[] = {
		"", "-1", "+1", " 1", "1 ", "18446744073709551616", "99999999999999999999999", "0x10", "1e3",
		"maxi", "ma", "MAX", "1.5", "\xff",
	};

	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		uint64_t v = 77;

		CHECK(stat_number(word(good[i].text), &v));
		CHECK(v == good[i].value);
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		uint64_t v = 77;

		if (stat_number(word(bad[i]), &v))
			printf("# \"%s\" was taken\n", bad[i]);
		CHECK_INT(v, 77);
	}
}

TEST(one_number)
{
	uint64_t v = 5;

	CHECK(stat_parse_number("4096\n", &v) && v == 4096);
	CHECK(stat_parse_number("max\n", &v) && v == CGROUP_STAT_MAX);
	CHECK(stat_parse_number("12", &v) && v == 12);
	CHECK(!stat_parse_number("", &v) && v == 12);
	CHECK(!stat_parse_number("\n", &v) && v == 12);
	CHECK(!stat_parse_number("x 12\n", &v) && v == 12);
}

TEST(lines_and_words)
{
	const char *text = "one  two\n\n\tthree";
	struct stat_word line, w;

	CHECK(stat_next_line(&text, &line));
	CHECK(stat_next_word(&line, &w) && stat_is(w, "one"));
	CHECK(stat_next_word(&line, &w) && stat_is(w, "two"));
	CHECK(!stat_next_word(&line, &w));
	CHECK(stat_next_line(&text, &line) && line.n == 0);
	CHECK(stat_next_line(&text, &line));
	CHECK(stat_next_word(&line, &w) && stat_is(w, "three") && !stat_is(w, "thre"));
	CHECK(!stat_next_line(&text, &line));
}

TEST(split)
{
	struct stat_word a, b;

	CHECK(stat_split(word("k=v=w"), '=', &a, &b) && stat_is(a, "k") && stat_is(b, "v=w"));
	CHECK(stat_split(word("="), '=', &a, &b) && a.n == 0 && b.n == 0);
	CHECK(!stat_split(word("kv"), '=', &a, &b));
	CHECK(!stat_split(word(""), '=', &a, &b));
}

struct numbers {
	uint64_t usage, throttled, other;
};

static const struct stat_key keys[] = {
	{ "usage_usec", offsetof(struct numbers, usage), 1000 },
	{ "nr_throttled", offsetof(struct numbers, throttled), 0 },
	{ 0 },
};

TEST(keyed)
{
	struct numbers n = { 1, 2, 3 };

	CHECK_INT(stat_parse_keys("usage_usec 5\nuser_usec 9\nnr_throttled 7\n", keys, &n), 2);
	CHECK(n.usage == 5000 && n.throttled == 7 && n.other == 3);
	/* what is odd is skipped, and what follows is not lost */
	CHECK_INT(stat_parse_keys("usage_usec\nusage_usec x\n\n \nnr_throttled 8 9\n", keys, &n), 1);
	CHECK(n.usage == 5000 && n.throttled == 8);
	CHECK_INT(stat_parse_keys("usage_usec2 1\nusage_use 1\nusage_usec=1", keys, &n), 0);
	/* too large for nanoseconds */
	CHECK_INT(stat_parse_keys("usage_usec 18446744073709551615\n", keys, &n), 0);
	CHECK_INT(stat_parse_keys("", keys, &n), 0);
	CHECK(n.usage == 5000 && n.throttled == 8 && n.other == 3);
}

TEST(pressure)
{
	static const char text[] =
		"some avg10=1.25 avg60=0.00 avg300=100.00 total=123456\n"
		"full avg10=0.01 avg60=0.00 avg300=0.00 total=7\n";
	static const char *const bad[] = {
		"", "some\n", "some avg10=1.25 avg60=0.00 avg300=0.00\n", "some avg10=nan avg60=0.00 avg300=0.00 total=1\n",
		"some avg10=1.2 avg60=0.00 avg300=0.00 total=1\n", "some avg10=1 avg60=2 avg300=3 total=4\n",
		"some avg10=101.00 avg60=0.00 avg300=0.00 total=1\n", "some avg10=0.00 avg60=0.00 avg300=0.00 total=-1\n",
		"some avg10=0.00 avg60=0.00 avg300=0.00 tot", "som avg10=0.00 avg60=0.00 avg300=0.00 total=1\n",
		"some avg10=max.00 avg60=0.00 avg300=0.00 total=1\n",
	};
	double avg[3] = { 0 };
	uint64_t total = 0;

	CHECK(stat_parse_pressure(text, "some", avg, &total));
	CHECK(avg[0] > 1.249 && avg[0] < 1.251 && avg[1] < 0.001 && avg[2] > 99.99);
	CHECK_INT(total, 123456);
	CHECK(stat_parse_pressure(text, "full", avg, &total));
	CHECK(avg[0] > 0.009 && avg[0] < 0.011);
	CHECK_INT(total, 7);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		if (stat_parse_pressure(bad[i], "some", avg, &total))
			printf("# taken: %s\n", bad[i]);
		CHECK_INT(total, 7);
	}
}

/* Every prefix of every text: nothing is read beyond its end (the sanitizer looks). */
TEST(cut_anywhere)
{
	static const char text[] = "some avg10=1.25 avg60=0.00 avg300=0.00 total=1\nusage_usec 5\n";

	for (size_t n = 0; n < sizeof(text); n++) {
		char *copy = strndup(text, n);
		struct numbers v = { 0 };
		double avg[3];
		uint64_t total;

		stat_parse_keys(copy, keys, &v);
		stat_parse_pressure(copy, "some", avg, &total);
		stat_parse_number(copy, &total);
		CHECK(v.usage == 0 || v.usage == 5000);
		free(copy);
	}
}

/* ---- with files ---- */

static int make_dir(char path[64])
{
	const char *tmp = getenv("TMPDIR");

	snprintf(path, 64, "%s/jail-stats.XXXXXX", tmp && strlen(tmp) < 40 ? tmp : "/tmp");
	return mkdtemp(path) ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
}

static void put_file(int dir, const char *name, const char *text)
{
	CHECK_INT(file_put_at(dir, name, text, strlen(text), 0600), 0);
}

static void remove_dir(int dir, const char *path)
{
	static const char *const names[] = {
		"file", "memory.events", "memory.events.local", "memory.max", "memory.peak",
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		unlinkat(dir, names[i], 0);
	CHECK_INT(rmdir(path), 0);
}

TEST(reading_is_bounded)
{
	char path[64], small[16], large[64];
	fd_auto dir = make_dir(path);

	put_file(dir, "file", "first 1\nsecond 2\nthird 3\n");
	CHECK_INT(stat_read(dir, "file", large, sizeof(large)), 25);
	CHECK_STR(large, "first 1\nsecond 2\nthird 3\n");
	CHECK_INT(stat_read(dir, "file", small, sizeof(small)), 8);
	CHECK_STR(small, "first 1\n");
	put_file(dir, "file", "a line that is longer than the buffer");
	CHECK_INT(stat_read(dir, "file", small, sizeof(small)), 0);
	CHECK_STR(small, "");
	CHECK_INT(stat_read(dir, "none", small, sizeof(small)), -ENOENT);
	remove_dir(dir, path);
}

TEST(oom_of_a_cgroup_that_is_gone)
{
	char path[64], text[CGROUP_OOM_MAX];
	struct cgroup_oom_watch w;
	fd_auto above = make_dir(path), dir = -1;

	put_file(above, "memory.events", "oom 2\noom_kill 7\n");
	put_file(above, "memory.events.local", "oom 0\n");
	put_file(above, "memory.max", "max\n");
	CHECK_INT(mkdirat(above, "jail", 0700), 0);
	dir = openat(above, "jail", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	put_file(dir, "memory.max", "max\n");
	cgroup_oom_watch(dir, &w);
	CHECK_INT(w.above, -1);                 /* no limit, no question */
	CHECK_INT(cgroup_oom_text_above(&w, text), 0);
	put_file(dir, "memory.max", "1048576\n");
	cgroup_oom_watch(dir, &w);
	unlinkat(dir, "memory.max", 0);
	CHECK_INT(unlinkat(above, "jail", AT_REMOVEDIR), 0);
	CHECK_INT(cgroup_oom_text_above(&w, text), 0);
	put_file(above, "memory.events", "oom 3\noom_kill 9\n");
	CHECK_INT(cgroup_oom_text_above(&w, text), 2);
	CHECK_STR(text, "out of memory (memory.max 1 MiB, 2 processes killed)");
	fd_close(&w.above);
	remove_dir(above, path);
}

TEST(oom_messages)
{
	static const struct {
		const char *events, *local, *max, *peak;
		int killed;
		const char *text;
	} cases[] = {
		{ "low 0\nhigh 0\nmax 9\noom 1\noom_kill 1\n", "oom 1\noom_kill 1\n", "67108864\n", "67108864\n", 1,
		  "out of memory (memory.max 64 MiB, peak 64 MiB, 1 process killed)" },
		{ "oom 3\noom_kill 2\n", "oom 3\n", "1500000\n", NULL, 2,
		  "out of memory (memory.max 1.4 MiB, 2 processes killed)" },
		{ "oom 0\noom_kill 1\n", "oom 0\n", "max\n", "1023\n", 1,
		  "out of memory of the host or a cgroup above (memory.max unlimited, peak 1023 bytes, "
		  "1 process killed)" },
		{ "oom 1\noom_kill 1\n", "oom 0\n", "max\n", NULL, 1,
		  "out of memory in a cgroup inside (memory.max unlimited, 1 process killed)" },
		{ "oom 5\noom_kill 0\n", "oom 0\n", "max\n", NULL, 0, NULL },
		/* being removed: some files are there, some are not */
		{ "oom 5\noom_kill 1\n", NULL, "max\n", NULL, 0, NULL },
		{ "oom 5\noom_kill 1\n", "oom 0\n", NULL, NULL, 0, NULL },
		{ "", NULL, NULL, NULL, 0, NULL },
		{ NULL, NULL, NULL, NULL, 0, NULL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char path[64], text[CGROUP_OOM_MAX] = "untouched";
		fd_auto dir = make_dir(path);

		if (cases[i].events)
			put_file(dir, "memory.events", cases[i].events);
		if (cases[i].local)
			put_file(dir, "memory.events.local", cases[i].local);
		if (cases[i].max)
			put_file(dir, "memory.max", cases[i].max);
		if (cases[i].peak)
			put_file(dir, "memory.peak", cases[i].peak);
		CHECK_INT(cgroup_oom_text(dir, text), cases[i].killed);
		CHECK_STR(text, cases[i].text ? cases[i].text : "untouched");
		CHECK_INT(cgroup_oom_refused(dir, text), i < 5);
		if (i == 4)
			CHECK_STR(text, "out of memory in a cgroup inside (memory.max unlimited)");
		remove_dir(dir, path);
	}
}
