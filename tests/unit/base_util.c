/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * base_util.c - numbers, buffers, arenas, files, error texts
 */
#include "test.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "base/json.h"
#include "base/util.h"

static int temp_dir(void)
{
	char path[] = "/tmp/base_util.XXXXXX";
	int fd;

	if (!mkdtemp(path))
		abort();
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	rmdir(path);                    /* goes when it is empty and closed */
	return fd;
}

TEST(numbers)
{
	static const char *const bad[] = {
		"", "-1", "+1", " 1", "1 ", "1x", "0x1", "18446744073709551616",
		"99999999999999999999999",
	};
	uint64_t v = 7;
	uint32_t w = 7;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		CHECK_INT(str_u64(bad[i], &v), -EINVAL);
	CHECK_INT(v, 7);
	CHECK_INT(str_u64("18446744073709551615", &v), 0);
	CHECK(v == UINT64_MAX);
	CHECK_INT(str_u32("4294967296", &w), -EINVAL);
	CHECK_INT(w, 7);
	CHECK_INT(str_u32("4294967295", &w), 0);
	CHECK(w == UINT32_MAX);
}

TEST(buffers_grow)
{
	struct buf b = { 0 };

	for (int i = 0; i < 1000; i++)
		buf_printf(&b, "%d,", i);
	CHECK_INT(b.len, 10 * 2 + 90 * 3 + 900 * 4);
	CHECK_INT(strlen(b.text), b.len);
	CHECK(!strcmp(b.text + b.len - 4, "999,"));
	buf_done(&b);
	CHECK(!b.text && !b.len);
	buf_put(&b, "", 0);
	CHECK_STR(b.text, "");
	buf_done(&b);
}

TEST(arenas)
{
	struct arena a = { 0 };
	char *big, *small[200];

	for (int i = 0; i < 200; i++) {
		small[i] = arena_printf(&a, "string %d of %d", i, 200);
		CHECK(((uintptr_t)small[i] & 15) == 0);
	}
	big = arena_alloc(&a, 100000);
	CHECK(big && big[0] == 0 && big[99999] == 0);
	CHECK(!arena_alloc(&a, SIZE_MAX));
	CHECK(!arena_alloc(&a, SIZE_MAX - 8));
	CHECK_STR(small[0], "string 0 of 200");
	CHECK_STR(small[199], "string 199 of 200");
	CHECK_STR(arena_strdup(&a, "x"), "x");
	arena_done(&a);
	arena_done(&a);
}

TEST(descriptors_are_taken)
{
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC), taken = fd_take(&fd);

	CHECK(taken >= 0 && fd == -1);
	errno = EPERM;
	fd_close(&taken);
	CHECK(taken == -1 && errno == EPERM);
	fd_close(&taken);
}

TEST(files_are_read_whole)
{
	struct err err = { 0 };
	char *text = NULL;
	size_t len = 0;

	CHECK_INT(file_read_at(AT_FDCWD, "/proc/self/status", 1 << 20, &text, &len, &err), 0);
	CHECK(text && strlen(text) == len && len > 100);
	free(text);
	text = NULL;
	CHECK_INT(file_read_at(AT_FDCWD, "/proc/self/status", 10, &text, &len, &err), -EFBIG);
	CHECK_STR(err.text, "read /proc/self/status: longer than 10 bytes");
	CHECK_INT(file_read_at(AT_FDCWD, "/", 10, &text, &len, &err), -EISDIR);
	CHECK_INT(file_read_at(AT_FDCWD, "/nowhere", 10, &text, &len, &err), -ENOENT);
	CHECK_STR(err.text, "open /nowhere: No such file or directory");
	CHECK(!text);
}

/* A file appears whole, with its mode, in place of what was there; nothing else is left beside it. */
TEST(files_are_put_whole)
{
	char path[] = "/tmp/base_util.XXXXXX", name[64];
	struct stat st;
	char *text = NULL;

	if (!mkdtemp(path))
		abort();
	snprintf(name, sizeof(name), "%s/f", path);
	for (int i = 0; i < 2; i++) {
		CHECK_INT(file_put_at(AT_FDCWD, name, i ? "second" : "first", i ? 6 : 5, 0640), 0);
		CHECK_INT(file_read_at(AT_FDCWD, name, 100, &text, NULL, NULL), 0);
		CHECK_STR(text, i ? "second" : "first");
		free(text);
	}
	CHECK(stat(name, &st) == 0 && (st.st_mode & 07777) == (0640 & ~022));
	CHECK_INT(st.st_nlink, 1);
	/* A link in its place goes, and not what it leads to. */
	CHECK(unlink(name) == 0 && symlink("/etc/hostname", name) == 0);
	CHECK_INT(file_put_at(AT_FDCWD, name, "x", 1, 0600), 0);
	CHECK(lstat(name, &st) == 0 && S_ISREG(st.st_mode));
	unlink(name);
	CHECK_INT(rmdir(path), 0);
	CHECK_INT(file_put_at(AT_FDCWD, "/nowhere/f", "x", 1, 0600), -ENOENT);
}

TEST(files_in_a_dead_directory)
{
	fd_auto dir = temp_dir();

	CHECK(file_put_at(dir, "f", "x", 1, 0600) < 0);
	CHECK_INT(file_poke_at(dir, "f", "x"), -ENOENT);
}

TEST(errors_name_what_was_tried)
{
	struct err err = { 0 };

	errno = EACCES;
	CHECK_INT(err_sys(&err, "open %s", "/x"), -EACCES);
	CHECK_INT(err_add(&err, -EACCES, "find %s", "target"), -EACCES);
	CHECK_STR(err.text, "find target: open /x: Permission denied");
	CHECK_INT(err_place(&err, -EACCES, "mounts[%d]", 3), -EACCES);
	CHECK_INT(err_place(&err, -EACCES, "elsewhere"), -EACCES);
	CHECK_STR(err.place, "mounts[3]");
	CHECK_INT(err_spec(&err, "a.b", "must be %d", 1), -EINVAL);
	CHECK_STR(err.place, "a.b");
	CHECK_STR(err.text, "must be 1");
	errno = 0;
	CHECK_INT(err_sys(NULL, "x"), -EIO);
}

TEST(errors_longer_than_their_room)
{
	struct err err = { 0 };
	char *big = malloc(5000);

	memset(big, 'x', 4999);
	big[4999] = '\0';
	CHECK_INT(err_set(&err, -EIO, "%s", big), -EIO);
	CHECK_INT(strlen(err.text), sizeof(err.text) - 1);
	CHECK_INT(err_add(&err, -EIO, "%s", big), -EIO);
	CHECK_INT(err_code(&err, -EIO, "%s", big), -EIO);
	CHECK_INT(err_spec(&err, big, "%s", big), -EINVAL);
	CHECK_INT(strlen(err.place), sizeof(err.place) - 1);
	free(big);
}

TEST(json_strings)
{
	struct buf b = { 0 };

	json_put_string(&b, "a\"b\\c\n\t\x7f" "\xc3\xa4" "\xff" "\xc0\x80" "\xed\xa0\x80" "z");
	CHECK_STR(b.text, "\"a\\\"b\\\\c\\n\\u0009\\u007f\xc3\xa4\\ufffd\\ufffd\\ufffd"
			  "\\ufffd\\ufffd\\ufffdz\"");
	buf_done(&b);
	json_put_string(&b, NULL);
	CHECK_STR(b.text, "null");
	buf_done(&b);
}
