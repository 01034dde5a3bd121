/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * run_users.c - users of a jail, by number and by the names in its own files
 */
#include "test.h"

#include <fcntl.h>
#include <sys/stat.h>

#include "run/users.h"
#include "base/util.h"

static char root[] = "/tmp/run_users.XXXXXX";
static int root_fd = -1;

static void put(const char *path, const char *text)
{
	fd_auto fd = openat(root_fd, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

	if (fd < 0 || fd_write_all(fd, text, strlen(text)) < 0)
		abort();
}

static void set_up(void)
{
	if (root_fd >= 0)
		return;
	if (!mkdtemp(root))
		abort();
	root_fd = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	mkdirat(root_fd, "etc", 0755);
	put("etc/passwd", "root:x:0:0:root:/root:/bin/sh\n"
			  "web:x:33:34:w w:/srv:/bin/sh\n"
			  "short\nshort:x\nbadid:x:12x:1::/:\nweb:x:99:99::/:\n"
			  "huge:x:4294967295:1::/:\nlast:x:77:78");
	put("etc/group", "root:x:0:\nstaff:x:50:web,root\nempty:x::\n:x:5:\n");
}

__attribute__((destructor)) static void clean_up(void)
{
	unlinkat(root_fd, "etc/passwd", 0);
	unlinkat(root_fd, "etc/group", 0);
	unlinkat(root_fd, "etc", AT_REMOVEDIR);
	rmdir(root);
}

static void good(const char *user, uint32_t want_uid, uint32_t want_gid)
{
	uint32_t uid = 1234567, gid = 1234567;
	struct err err = { 0 };

	set_up();
	if (users_parse(root_fd, user, &uid, &gid, &err) < 0)
		printf("# %s: %s\n", user, err.text);
	CHECK_INT(uid, want_uid);
	CHECK_INT(gid, want_gid);
}

static void bad(const char *user, int code, const char *text)
{
	uint32_t uid = 7, gid = 7;
	struct err err = { 0 };

	set_up();
	CHECK_INT(users_parse(root_fd, user, &uid, &gid, &err), code);
	CHECK(uid == 7 && gid == 7);
	CHECK_STR(err.text, text);
}

TEST(numbers)
{
	good("0", 0, 0);
	good("1000", 1000, 0);
	good("1000:1001", 1000, 1001);
	good("4294967294:4294967294", 4294967294U, 4294967294U);
}

TEST(names)
{
	good("web", 33, 34);            /* the first line with the name, and its group */
	good("web:staff", 33, 50);
	good("web:7", 33, 7);
	good("5:staff", 5, 50);
	good("last", 77, 78);           /* a last line without a newline */
}

TEST(not_users)
{
	bad("", -EINVAL, "user \"\" is not of the form USER[:GROUP]");
	bad(":5", -EINVAL, "user \":5\" is not of the form USER[:GROUP]");
	bad("5:", -EINVAL, "user \"5:\" is not of the form USER[:GROUP]");
	bad("nobody", -ENOENT, "nobody is not in the jail's /etc/passwd");
	bad("web:nobody", -ENOENT, "nobody is not in the jail's /etc/group");
	bad("badid", -ENOENT, "badid is not in the jail's /etc/passwd");
	bad("short", -ENOENT, "short is not in the jail's /etc/passwd");
	bad("0:empty", -ENOENT, "empty is not in the jail's /etc/group");
	bad("-1", -ENOENT, "-1 is not in the jail's /etc/passwd");
	bad("4294967295", -EINVAL, "user \"4294967295\": 4294967295 is no id");
	bad("huge", -EINVAL, "user \"huge\": 4294967295 is no id");
	bad("4294967296", -ENOENT, "4294967296 is not in the jail's /etc/passwd");
}

/* The jail's files are the jail's: whatever they are, nothing outside is read, and nothing waits. */
TEST(hostile_files)
{
	uint32_t uid = 7, gid = 7;
	struct err err = { 0 };

	set_up();
	unlinkat(root_fd, "etc/passwd", 0);
	CHECK(symlinkat("/../../../../../../etc/passwd", root_fd, "etc/passwd") == 0);
	CHECK(users_parse(root_fd, "root", &uid, &gid, &err) < 0);      /* a loop in the jail itself */
	unlinkat(root_fd, "etc/passwd", 0);
	CHECK(mkfifoat(root_fd, "etc/passwd", 0644) == 0);
	CHECK_INT(users_parse(root_fd, "root", &uid, &gid, &err), -EINVAL);
	CHECK_STR(err.text, "/etc/passwd in the jail is not a regular file");
	unlinkat(root_fd, "etc/passwd", 0);
	CHECK(symlinkat("/proc/self/root/etc/passwd", root_fd, "etc/passwd") == 0);
	CHECK(users_parse(root_fd, "root", &uid, &gid, &err) < 0);
	unlinkat(root_fd, "etc/passwd", 0);
	CHECK_INT(users_parse(root_fd, "root", &uid, &gid, &err), -ENOENT);
	CHECK(uid == 7 && gid == 7);
}
