/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * run_process.c - which process is meant, and how it ended
 */
#include "test.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "run/process.h"

static pid_t start(int code)
{
	pid_t pid = fork();

	if (pid == 0) {
		if (code < 0)
			for (;;)
				pause();
		_exit(code);
	}
	return pid;
}

static struct state recorded(pid_t pid)
{
	struct state s = { .pid = pid };

	CHECK_INT(process_start_time(pid, &s.start_time, NULL), 0);
	CHECK_INT(process_boot_id(s.boot_id, NULL), 0);
	return s;
}

TEST(a_process_is_recognised)
{
	struct state s = recorded(getpid());
	int fd = -1;

	CHECK(s.start_time > 0);
	CHECK_INT(strlen(s.boot_id), 36);
	CHECK_INT(process_open(&s, &fd, NULL), 0);
	CHECK(fd >= 0 && !process_ended(fd));
	fd_close(&fd);
}

TEST(another_process_with_its_number_is_not)
{
	struct state s = recorded(getpid());
	int fd = -1;

	s.start_time++;
	CHECK_INT(process_open(&s, &fd, NULL), 1);
	s.start_time--;
	s.boot_id[0] = s.boot_id[0] == '0' ? '1' : '0';
	CHECK_INT(process_open(&s, &fd, NULL), 1);
	s = (struct state){ 0 };
	CHECK_INT(process_open(&s, &fd, NULL), 1);
	CHECK_INT(fd, -1);
}

TEST(a_process_that_ended)
{
	pid_t pid = start(-1);
	struct state s = recorded(pid);
	int fd = -1, status = -1, again = -1;

	CHECK_INT(process_open(&s, &fd, NULL), 0);
	process_kill(fd);
	CHECK(process_ended(fd));
	CHECK_INT(process_open(&s, &again, NULL), 1);
	CHECK_INT(again, -1);
	/* Reaped by the kill: the kernel may still tell, and nobody is waited for. */
	CHECK_INT(process_wait(fd, &status, NULL), 0);
	CHECK(status == -1 || status == SIGKILL);
	CHECK(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD);
	fd_close(&fd);
}

static void check_status(int code, int want)
{
	pid_t other = start(9), pid = start(code);
	int fd = (int)syscall(SYS_pidfd_open, pid, 0), status = -2;

	CHECK(fd >= 0);
	if (code < 0)
		kill(pid, SIGTERM);
	CHECK_INT(process_wait(fd, &status, NULL), 0);
	CHECK_INT(status, want);
	/* The other one, though it ended long ago, is still there to be waited for. */
	CHECK(waitpid(other, &status, 0) == other && WEXITSTATUS(status) == 9);
	fd_close(&fd);
}

TEST(statuses)
{
	check_status(0, 0);
	check_status(42, 42 << 8);
	check_status(-1, SIGTERM);
}

/* The name of a process may hold what /proc/PID/stat is separated by. */
TEST(names_that_look_like_fields)
{
	static const char *const names[] = { "a b", ") S 1 1 1", "((", "))) 0 0", "\n" };
	uint64_t before = 0, now;

	CHECK_INT(process_start_time(getpid(), &before, NULL), 0);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		prctl(PR_SET_NAME, names[i]);
		now = 0;
		CHECK_INT(process_start_time(getpid(), &now, NULL), 0);
		CHECK(now == before);
	}
}

TEST(no_such_process)
{
	struct err err = { 0 };
	uint64_t t = 5;

	CHECK_INT(process_start_time(0x7ffffff0, &t, &err), -ENOENT);
	CHECK(t == 5 && strstr(err.text, "open /proc/2147483632/stat: "));
	CHECK(!process_waits(getpid()));
}
