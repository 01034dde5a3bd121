/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Paths of cgroups, and in a cgroup2: making, sharing, freezing, killing, removing hostile trees.
 */
#include "test.h"

#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "cgroup/cgroup.h"

TEST(paths)
{
	static const struct {
		const char *spec, *path;
	} good[] = {
		{ NULL, "jail/web" },          { "/a/b", "a/b" },      { "a", "jail/a" },
		{ "a/b", "jail/a/b" },         { "/a:b:c", "a:b:c" },  { "a:b", "jail/a:b" },
		{ "/...", "..." },             { "/a b", "a b" },
	};
	static const struct {
		const char *spec, *fault;
	} bad[] = {
		{ "/", "/ is the root of all cgroups" },
		{ "", "\"\" has an empty component" },
		{ "/a/", "/a/ has an empty component" },
		{ "//a", "//a has an empty component" },
		{ "/a/../b", "/a/../b has a component \".\" or \"..\"" },
		{ "..", ".. has a component \".\" or \"..\"" },
		{ "./a", "./a has a component \".\" or \"..\"" },
		{ "/a\nb", "/a\nb has a control character" },
		{ "system.slice:jail:web", "system.slice:jail:web is a systemd cgroup "
		  "(slice:prefix:name), which the cgroup manager in use cannot make" },
	};
	char longest[5000];

	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		struct err err = { 0 };
		mem_auto char *path = cgroup_path_for(good[i].spec, "web", &err);

		CHECK_STR(path, good[i].path);
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct err err = { 0 };

		CHECK(!cgroup_path_for(bad[i].spec, "web", &err));
		CHECK_STR(err.text, bad[i].fault);
		CHECK_STR(err.place, "linux.cgroupsPath");
		CHECK_INT(err.code, -EINVAL);
	}
	memset(longest, 'a', sizeof(longest));
	longest[0] = '/';
	longest[257] = '\0';
	CHECK(!cgroup_path_for(longest, "web", NULL));
	longest[256] = '\0';
	mem_auto char *path = cgroup_path_for(longest, "web", NULL);
	CHECK(path != NULL);
	for (size_t i = 0; i < sizeof(longest); i += 2)
		longest[i] = '/';
	longest[4999] = '\0';
	CHECK(!cgroup_path_for(longest, "web", NULL));
	CHECK(!cgroup_path_ok("a//b"));
}

/* ---- with a kernel ---- */

static int open_root(void)
{
	const char *path;
	struct err err = { 0 };
	int root = -1;

	if (geteuid() != 0) {
		printf("# SKIP not root\n");
	} else if (cgroup_root_open(&root, &path, &err) < 0) {
		printf("# SKIP %s\n", err.text);
	} else if (mkdirat(root, "jail-unit-probe", 0755) < 0) {
		printf("# SKIP cannot make cgroups here\n");
		fd_close(&root);
	} else {
		unlinkat(root, "jail-unit-probe", AT_REMOVEDIR);
	}
	return root;
}

static bool there(int root, const char *path)
{
	return faccessat(root, path, F_OK, 0) == 0;
}

/* A process in the cgroup from its first moment; ignores what can be ignored. */
static pid_t spawn_into(int cgroup_fd)
{
	struct clone_args args = { .flags = CLONE_INTO_CGROUP, .exit_signal = SIGCHLD,
				   .cgroup = (uint64_t)cgroup_fd };
	pid_t pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));

	if (pid == 0) {
		signal(SIGTERM, SIG_IGN);
		for (;;)
			pause();
	}
	return pid;
}

TEST(make_and_remove)
{
	fd_auto root = open_root();
	struct cgroup_made a = { .fd = -1 }, b = { .fd = -1 };
	struct err err = { 0 };

	if (root < 0)
		return;
	CHECK_INT(cgroup_make(root, "jail-unit/x/a", &a, &err), 0);
	CHECK_STR(a.top, "jail-unit");
	CHECK_INT(cgroup_make(root, "jail-unit/x/b", &b, &err), 0);
	CHECK_STR(b.top, "jail-unit/x/b");
	CHECK_INT(cgroup_populated(a.fd), 0);

	/* the shared directories go with whoever leaves last, whoever made them */
	CHECK_INT(cgroup_remove(root, "jail-unit/x/a", a.top, 0, &err), 0);
	CHECK(!there(root, "jail-unit/x/a") && there(root, "jail-unit/x/b"));
	CHECK_INT(cgroup_remove(root, "jail-unit/x/b", b.top, 0, &err), 0);
	CHECK(!there(root, "jail-unit"));
	CHECK_INT(cgroup_remove(root, "jail-unit/x/b", b.top, 0, &err), 0);
	CHECK_INT(cgroup_populated(b.fd), 0);
	CHECK_INT(cgroup_kill_all(b.fd), 0);
	cgroup_made_done(&a);
	cgroup_made_done(&b);
	CHECK_INT(cgroup_open(root, "jail-unit/x/b", &a.fd, &err), -ENOENT);
	CHECK_STR(err.text, "open cgroup jail-unit/x/b: No such file or directory");
}

TEST(what_was_there_stays)
{
	fd_auto root = open_root();
	struct cgroup_made a = { .fd = -1 };
	struct err err = { 0 };
	pid_t pid;

	if (root < 0)
		return;
	CHECK_INT(mkdirat(root, "jail-unit", 0755), 0);
	CHECK_INT(cgroup_make(root, "jail-unit/a", &a, &err), 0);
	CHECK_STR(a.top, "jail-unit/a");
	CHECK_INT(cgroup_remove(root, "jail-unit/a", a.top, 0, &err), 0);
	cgroup_made_done(&a);
	CHECK(there(root, "jail-unit"));

	CHECK_INT(cgroup_make(root, "jail-unit", &a, &err), 0);
	CHECK(!a.top);
	CHECK_INT(cgroup_remove(root, "jail-unit", a.top, 0, &err), 0);
	CHECK(there(root, "jail-unit"));

	pid = spawn_into(a.fd);
	CHECK(pid > 0);
	struct cgroup_made again = { .fd = -1 };
	CHECK_INT(cgroup_make(root, "jail-unit", &again, &err), -EBUSY);
	CHECK_STR(err.text, "cgroup jail-unit already holds processes");
	CHECK_INT(again.fd, -1);
	CHECK_INT(cgroup_kill_all(a.fd), 0);
	waitpid(pid, NULL, 0);

	CHECK_INT(cgroup_freeze(a.fd, true, 1000, &err), 0);
	CHECK_INT(cgroup_make(root, "jail-unit", &again, &err), -EBUSY);
	CHECK_STR(err.text, "cgroup jail-unit is frozen");
	CHECK_INT(cgroup_make(root, "jail-unit/below", &again, &err), -EBUSY);
	CHECK_STR(err.text, "cgroup jail-unit/below is frozen");
	CHECK(!there(root, "jail-unit/below"));
	cgroup_made_done(&a);
	CHECK_INT(unlinkat(root, "jail-unit", AT_REMOVEDIR), 0);
}

TEST(freeze_kill_and_list)
{
	fd_auto root = open_root();
	struct cgroup_made a = { .fd = -1 };
	mem_auto pid_t *pids = NULL;
	struct err err = { 0 };
	pid_t pid[20];

	if (root < 0)
		return;
	CHECK_INT(cgroup_make(root, "jail-unit/a", &a, &err), 0);
	CHECK_INT(cgroup_pids(a.fd, &pids), 0);
	for (int i = 0; i < 20; i++) {
		char name[16];

		snprintf(name, sizeof(name), "n%d", i % 3);
		mkdirat(a.fd, name, 0755);
		fd_auto fd = openat(a.fd, i % 4 ? name : ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
		pid[i] = spawn_into(fd);
		CHECK(pid[i] > 0);
	}
	CHECK_INT(cgroup_populated(a.fd), 1);
	CHECK_INT(cgroup_pids(a.fd, &pids), 20);
	for (int i = 1; i < 20; i++)
		CHECK(pids[i - 1] < pids[i]);
	CHECK_INT(cgroup_frozen(a.fd), 0);
	CHECK_INT(cgroup_freeze(a.fd, true, 1000, &err), 0);
	CHECK_INT(cgroup_frozen(a.fd), 1);

	/* nobody was killed: removing waits and says so */
	CHECK_INT(cgroup_remove(root, "jail-unit/a", a.top, 50, &err), -EBUSY);
	CHECK_STR(err.text, "remove cgroup jail-unit/a: processes are left in it after 50 ms");

	/* killing needs no thawing */
	CHECK_INT(cgroup_kill_all(a.fd), 0);
	CHECK_INT(cgroup_remove(root, "jail-unit/a", a.top, 2000, &err), 0);
	for (int i = 0; i < 20; i++) {
		int status = 0;

		CHECK_INT(waitpid(pid[i], &status, 0), pid[i]);
		CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	}
	CHECK(!there(root, "jail-unit"));
	cgroup_made_done(&a);
}

TEST(threaded)
{
	fd_auto root = open_root();
	struct cgroup_made a = { .fd = -1 };
	mem_auto pid_t *pids = NULL;
	struct err err = { 0 };
	pid_t pid;

	if (root < 0)
		return;
	CHECK_INT(cgroup_make(root, "jail-unit/a", &a, &err), 0);
	CHECK_INT(mkdirat(a.fd, "t", 0755), 0);
	CHECK_INT(file_poke_at(a.fd, "t/cgroup.type", "threaded"), 0);
	fd_auto threaded = openat(a.fd, "t", O_PATH | O_DIRECTORY | O_CLOEXEC);
	pid = spawn_into(a.fd);
	CHECK_INT(cgroup_attach(threaded, pid, &err), 0);
	CHECK_INT(cgroup_pids(a.fd, &pids), 1);
	CHECK_INT(pids ? pids[0] : 0, pid);
	free(mem_take(&pids));
	CHECK_INT(cgroup_pids(threaded, &pids), 1);
	CHECK_INT(pids ? pids[0] : 0, pid);
	signal(SIGCHLD, SIG_IGN);
	CHECK_INT(cgroup_kill_all(threaded), 0);
	CHECK_INT(cgroup_remove(root, "jail-unit/a", a.top, 2000, &err), 0);
	signal(SIGCHLD, SIG_DFL);
	CHECK_INT(kill(pid, 0), -1);
	cgroup_made_done(&a);
}

/* As deep as a path cannot name, wide, with a process at the bottom: what a jail may leave. */
TEST(hostile_tree)
{
	enum { DEPTH = 1000, WIDTH = 300 };
	static const char name[] = "a-name-that-makes-the-path-longer-than-any-buffer-holds";
	fd_auto root = open_root();
	struct cgroup_made a = { .fd = -1 };
	mem_auto pid_t *pids = NULL;
	struct err err = { 0 };
	pid_t pid;
	int fd, depth = 0;

	if (root < 0)
		return;
	CHECK_INT(cgroup_make(root, "jail-unit/a", &a, &err), 0);
	fd = openat(a.fd, ".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	for (; depth < DEPTH; depth++) {
		int next;

		if (mkdirat(fd, name, 0755) < 0)
			break;
		next = openat(fd, name, O_PATH | O_DIRECTORY | O_CLOEXEC);
		CHECK(next >= 0);
		close(fd);
		fd = next;
	}
	CHECK(depth > 50);
	printf("# %d levels\n", depth);
	for (int i = 0; i < WIDTH; i++) {
		char wide[16];

		snprintf(wide, sizeof(wide), "w%d", i);
		mkdirat(i % 2 ? fd : a.fd, wide, 0755);
	}
	pid = spawn_into(fd);
	CHECK(pid > 0);
	close(fd);
	CHECK_INT(cgroup_pids(a.fd, &pids), 1);
	CHECK_INT(pids ? pids[0] : 0, pid);
	CHECK_INT(cgroup_kill_all(a.fd), 0);
	CHECK_INT(cgroup_remove(root, "jail-unit/a", a.top, 10000, &err), 0);
	if (err.code)
		printf("# %s\n", err.text);
	waitpid(pid, NULL, 0);
	CHECK(!there(root, "jail-unit"));
	cgroup_made_done(&a);
}

/* Makers and removers of neighbours share "jail-unit": none may fail because another one cleans up. */
TEST(neighbours_race)
{
	fd_auto root = open_root();
	pid_t pid[8];

	if (root < 0)
		return;
	for (int i = 0; i < 8; i++) {
		pid[i] = fork();
		if (pid[i])
			continue;
		for (int k = 0; k < 200; k++) {
			struct cgroup_made a = { .fd = -1 };
			struct err err = { 0 };
			char path[64];

			snprintf(path, sizeof(path), "jail-unit/race-%d", i);
			if (cgroup_make(root, path, &a, &err) < 0 ||
			    cgroup_remove(root, path, a.top, 100, &err) < 0) {
				printf("# %s\n", err.text);
				fflush(stdout);
				_exit(1);
			}
			cgroup_made_done(&a);
		}
		_exit(0);
	}
	for (int i = 0; i < 8; i++) {
		int status = -1;

		waitpid(pid[i], &status, 0);
		CHECK_INT(status, 0);
	}
	CHECK(!there(root, "jail-unit"));
}
