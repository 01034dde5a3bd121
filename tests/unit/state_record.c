/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * state_record.c - records and the state directory: claims, locks, removal
 */
#include "test.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "state/state.h"

static char root_path[] = "/tmp/state_record.XXXXXX";

static int open_root(void)
{
	static int fd = -1;

	if (fd < 0 && mkdtemp(root_path) && state_root_open(root_path, true, &fd, NULL) < 0)
		abort();
	return fd;
}

__attribute__((destructor)) static void remove_root(void)
{
	rmdir(root_path);
}

static struct state sample(void)
{
	return (struct state){
		.status = STATE_CREATED, .pid = 4711, .start_time = UINT64_C(9007199254740993),
		.ns_flags = 0x2c020000, .owner = 1000, .own_pid_ns = true, .poststop = true,
		.boot_id = "0f4b1c6a-0000-4000-8000-000000000000", .oci_version = "1.2.0",
		.bundle = "/srv/\"quoted\"\n\\", .rootfs = "/srv/\xc3\xa4", .created = "2026-01-01T00:00:00Z",
		.cgroup = "jail/x", .cgroup_made = "jail", .annotations = "{\"a\":\"b\"}",
	};
}

static int count(bool half_made)
{
	struct strv names = { 0 };

	if (state_list(open_root(), half_made, &names, NULL) < 0)
		return -1;
	free(names.v);
	return (int)names.n;
}

/* ---- records ---- */

TEST(record_round_trip)
{
	struct state s = sample(), back = { 0 };
	struct err err = { 0 };
	fd_auto dir = -1;

	CHECK_INT(state_claim(open_root(), "x", &s, &dir, &err), 0);
	CHECK_INT(state_read(dir, &back, &err), 0);
	CHECK_INT(back.status, STATE_CREATED);
	CHECK_INT(back.pid, 4711);
	CHECK(back.start_time == s.start_time && back.ns_flags == s.ns_flags);
	CHECK(back.owner == 1000 && back.own_pid_ns && back.poststop);
	CHECK_STR(back.boot_id, s.boot_id);
	CHECK_STR(back.bundle, s.bundle);
	CHECK_STR(back.rootfs, s.rootfs);
	CHECK_STR(back.cgroup, "jail/x");
	CHECK_STR(back.cgroup_made, "jail");
	CHECK_STR(back.annotations, "{\"a\":\"b\"}");
	CHECK(!back.log_note);
	state_done(&back);
	/* A new one takes effect at the commit, not before. */
	s.status = STATE_RUNNING;
	CHECK_INT(state_prepare(dir, &s, &err), 0);
	CHECK_INT(state_read(dir, &back, &err), 0);
	CHECK_INT(back.status, STATE_CREATED);
	state_done(&back);
	CHECK_INT(state_commit(dir, &err), 0);
	CHECK_INT(state_read(dir, &back, &err), 0);
	CHECK_INT(back.status, STATE_RUNNING);
	state_done(&back);
	CHECK_INT(state_remove(open_root(), "x", dir, &err), 0);
	CHECK_INT(count(true), 0);
}

static char *record_text(size_t *ret_len)
{
	struct state s = sample();
	char *text = NULL;
	fd_auto dir = -1;

	if (state_claim(open_root(), "t", &s, &dir, NULL) < 0 ||
	    file_read_at(dir, "state.json", 1 << 20, &text, ret_len, NULL) < 0 ||
	    state_remove(open_root(), "t", dir, NULL) < 0)
		abort();
	return text;
}

TEST(record_cut_off)
{
	struct err err = { 0 };
	size_t len;
	char *text = record_text(&len);

	/* The last byte is a newline. */
	for (size_t n = 0; n < len - 1; n++) {
		char *part = malloc(n ? n : 1);         /* exact, for AddressSanitizer */
		struct state s = { .pid = 77 };

		memcpy(part, text, n);
		CHECK_INT(state_parse(part, n, &s, &err), -EBADMSG);
		CHECK_INT(s.pid, 77);
		free(part);
	}
	free(text);
}

/* Whatever a byte becomes: a record, or an error, and no leak. */
TEST(record_with_any_byte_changed)
{
	static const char others[] = { '\0', '"', '{', '}', '9', '-', 'x', '\xff', ' ', ',' };
	size_t len;
	char *text = record_text(&len);

	for (size_t at = 0; at < len; at++)
		for (size_t i = 0; i < sizeof(others); i++) {
			struct state s = { 0 };
			char old = text[at];

			text[at] = others[i];
			if (state_parse(text, len, &s, NULL) == 0)
				state_done(&s);
			text[at] = old;
		}
	free(text);
}

TEST(record_of_other_kinds)
{
	static const char *const bad[] = {
		"", "null", "[]", "{}", "{\"version\":4}", "{\"version\":\"1\"}", "5", "\"x\"",
	};
	struct err err = { 0 };
	struct state s;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		CHECK_INT(state_parse(bad[i], strlen(bad[i]), &s, &err), -EBADMSG);
	CHECK(strstr(err.text, "the state record is damaged") == err.text);
	CHECK_INT(state_parse("{\"version\":99}", 14, &s, &err), -EPROTONOSUPPORT);
}

/* ---- ids ---- */

TEST(ids)
{
	static const char *const bad[] = {
		"", ".", "..", ".hidden", "a/b", "/", "a b", "a\n", "\x7f", "\xc3\xa4", "a:b", "a\\b",
	};
	char name[300];

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		CHECK_INT(state_check_id(bad[i], NULL), -EINVAL);
	CHECK_INT(state_check_id(NULL, NULL), -EINVAL);
	CHECK_INT(state_check_id("a-B_9+.x", NULL), 0);
	memset(name, 'a', sizeof(name));
	name[255] = '\0';
	CHECK_INT(state_check_id(name, NULL), 0);
	name[255] = 'a';
	name[256] = '\0';
	CHECK_INT(state_check_id(name, NULL), -EINVAL);
}

/* ---- claims and removal ---- */

TEST(one_claim_wins)
{
	struct state s = sample();
	struct err err = { 0 };
	fd_auto first = -1, second = -1;

	CHECK_INT(state_claim(open_root(), "c", &s, &first, &err), 0);
	CHECK_INT(state_claim(open_root(), "c", &s, &second, &err), -EEXIST);
	CHECK_STR(err.text, "jail c: container already exists");
	CHECK_INT(second, -1);
	CHECK_INT(count(true), 1);
	/* It is locked by the claim. */
	CHECK_INT(state_open(open_root(), "c", false, &second, &err), 0);
	CHECK_INT(state_lock(second, "c", false, &err), -EWOULDBLOCK);
	state_unlock(first);
	CHECK_INT(state_lock(second, "c", false, &err), 0);
	CHECK_INT(state_remove(open_root(), "c", first, &err), 0);
	state_unlock(second);
	CHECK_INT(state_lock(second, "c", false, &err), -ENOENT);
	CHECK_STR(err.text, "jail c: container does not exist");
}

/* While it is removed its id is free, and who waited for its lock does not get the next one's. */
TEST(retired_ones_are_out_of_the_way)
{
	struct state s = sample();
	char retired[STATE_RETIRED_MAX];
	fd_auto old = -1, waiting = -1, new = -1;
	struct err err = { 0 };

	CHECK_INT(state_claim(open_root(), "r", &s, &old, &err), 0);
	CHECK_INT(state_open(open_root(), "r", false, &waiting, &err), 0);
	CHECK_INT(state_retire(open_root(), "r", retired, &err), 0);
	CHECK_INT(count(false), 0);
	CHECK_INT(count(true), 1);
	CHECK_INT(state_claim(open_root(), "r", &s, &new, &err), 0);
	state_unlock(old);
	CHECK_INT(state_lock(waiting, "r", false, &err), -ENOENT);
	CHECK_INT(state_lock(old, retired, false, &err), 0);
	CHECK_INT(state_remove(open_root(), retired, old, &err), 0);
	CHECK_INT(count(false), 1);
	CHECK_INT(state_remove(open_root(), "r", new, &err), 0);
	CHECK_INT(count(true), 0);
}

TEST(removal_of_what_is_unknown)
{
	struct state s = sample();
	fd_auto dir = -1, fd = -1;

	CHECK_INT(state_claim(open_root(), "u", &s, &dir, NULL), 0);
	fd = openat(dir, "from-the-future", O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	CHECK(fd >= 0);
	CHECK_INT(state_remove(open_root(), "u", dir, NULL), 0);
	CHECK_INT(count(true), 0);
}

TEST(lists_are_sorted)
{
	static const char *const ids[] = { "b", "a", "z.1", "B" };
	struct state s = sample();
	struct strv names = { 0 };
	int dirs[4];

	for (int i = 0; i < 4; i++)
		CHECK_INT(state_claim(open_root(), ids[i], &s, &dirs[i], NULL), 0);
	CHECK(mkdirat(open_root(), ".cache", 0700) == 0);
	CHECK_INT(state_list(open_root(), true, &names, NULL), 0);
	CHECK_INT(names.n, 4);
	if (names.n == 4) {
		CHECK_STR(names.v[0], "B");
		CHECK_STR(names.v[3], "z.1");
		CHECK(!names.v[4]);
	}
	free(names.v);
	unlinkat(open_root(), ".cache", AT_REMOVEDIR);
	for (int i = 0; i < 4; i++) {
		CHECK_INT(state_remove(open_root(), ids[i], dirs[i], NULL), 0);
		close(dirs[i]);
	}
}
