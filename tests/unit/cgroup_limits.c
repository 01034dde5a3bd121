/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cgroup_limits.c - writing limits, with plain files in place of a cgroup's
 */
#include "test.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cgroup/limits.h"

#define TEXT_MAX (ERR_TEXT_MAX + ERR_PLACE_MAX + 8)

static struct cgroup_place at;

static void put(const char *path, const char *text)
{
	unlinkat(at.root_fd, path, 0);
	CHECK(file_put_at(at.root_fd, path, text, strlen(text), 0600) == 0);
}

static void is(const char *path, const char *want)
{
	mem_auto char *text = NULL;
	size_t len;

	CHECK(file_read_at(at.root_fd, path, 4096, &text, &len, NULL) == 0);
	if (text)
		CHECK_STR(text, want);
}

/* ROOT/x is the cgroup. */
static void begin(void)
{
	char dir[] = "/tmp/jail-limits-XXXXXX";

	CHECK(mkdtemp(dir) != NULL);
	at = (struct cgroup_place){ .root = "/sys/fs/cgroup", .path = "x" };
	at.root_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	CHECK(mkdirat(at.root_fd, "x", 0700) == 0);
	at.fd = openat(at.root_fd, "x", O_PATH | O_DIRECTORY | O_CLOEXEC);
	put("cgroup.controllers", "hugetlb\n");
	put("cgroup.subtree_control", "hugetlb\n");
}

static void end(void)
{
	char link[40], dir[256];
	char command[300];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", at.root_fd);
	n = readlink(link, dir, sizeof(dir) - 1);
	dir[n > 0 ? n : 0] = '\0';
	snprintf(command, sizeof(command), "rm -r %s", dir);
	CHECK(!strncmp(dir, "/tmp/jail-limits-", 17) && system(command) == 0);
	close(at.fd);
	close(at.root_fd);
}

static int apply(const struct limit *v, size_t n, char text[TEXT_MAX])
{
	struct err err = { 0 };
	int r = cgroup_limits_apply(&at, v, n, true, &err);

	snprintf(text, TEXT_MAX, "%s: %s", err.place, err.text);
	return r;
}

TEST(written_in_order_missing_optional_ones_left_out)
{
	const struct limit v[] = {
		{ "hugetlb.a", "111", "one", false, false },
		{ "pids.max", "4096", "two", true, false },
		{ "hugetlb.b", "222", "three", false, false },
	};
	char text[TEXT_MAX];

	begin();
	put("x/hugetlb.a", "000");
	put("x/hugetlb.b", "000");
	CHECK(apply(v, 3, text) == 0);
	is("x/hugetlb.a", "111");
	is("x/hugetlb.b", "222");
	end();
}

TEST(one_or_the_next)
{
	const struct limit v[] = {
		{ "hugetlb.a", "111", "one", false, true },
		{ "hugetlb.b", "222", "one", false, false },
	};
	char text[TEXT_MAX];

	begin();
	put("x/hugetlb.b", "000");
	CHECK(apply(v, 2, text) == 0);
	is("x/hugetlb.b", "222");
	put("x/hugetlb.b", "000");
	put("x/hugetlb.a", "000");
	CHECK(apply(v, 2, text) == 0);
	is("x/hugetlb.a", "111");
	is("x/hugetlb.b", "000");
	end();
}

TEST(all_or_nothing)
{
	const struct limit v[] = {
		{ "hugetlb.a", "111", "one", false, false },
		{ "hugetlb.full", "222", "two", false, false },
		{ "hugetlb.b", "333", "three", false, false },
	};
	char text[TEXT_MAX];

	begin();
	put("x/hugetlb.a", "000\n");
	put("x/hugetlb.b", "000\n");
	CHECK(symlinkat("/dev/full", at.root_fd, "x/hugetlb.full") == 0);
	CHECK_INT(apply(v, 3, text), -ENOSPC);
	CHECK_STR(text, "two: set hugetlb.full to 222: No space left on device");
	is("x/hugetlb.a", "000\n");
	is("x/hugetlb.b", "000\n");
	end();
}

/* Of a file with a line for each device only the device's own line goes back. */
TEST(lines_of_devices)
{
	const struct limit v[] = {
		{ "io.max", "8:0 rbps=7", "one", false, false },
		{ "hugetlb.full", "222", "two", false, false },
	};
	char text[TEXT_MAX];

	begin();
	put("x/io.max", "8:16 rbps=5\n8:0 rbps=6 wbps=max\n");
	CHECK(symlinkat("/dev/full", at.root_fd, "x/hugetlb.full") == 0);
	CHECK_INT(apply(v, 2, text), -ENOSPC);
	is("x/io.max", "8:0 rbps=6 wbps=maxs=6 wbps=max\n");     /* written over the start of the file */
	end();
}

TEST(what_is_missing_is_named)
{
	const struct limit memory = { "memory.max", "4096", "linux.resources.memory.limit", false, false };
	const struct limit pages = { "hugetlb.3MB.max", "0", "here", false, false };
	char text[TEXT_MAX];

	begin();
	CHECK_INT(apply(&memory, 1, text), -ENOTSUP);
	CHECK_STR(text, "linux.resources.memory.limit: memory.max needs the memory controller, which this "
			"host does not offer (/sys/fs/cgroup/cgroup.controllers: hugetlb)");
	CHECK_INT(apply(&pages, 1, text), -ENOTSUP);
	CHECK_STR(text, "here: there is no hugetlb.3MB.max in /sys/fs/cgroup/x: the kernel has no pages of "
			"this size");
	end();
}
