/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * logs.c - jail logs: the output of a jail in the background, from its file or the journal
 *
 * Following ends with the jail.  What it wrote last is read after it has ended, so none is lost.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "cli.h"

struct logs_opts {
	bool follow;
};

static const struct opt logs_options[] = {
	{ "follow", 'f', OPT_FLAG, NULL, offsetof(struct logs_opts, follow),
	  .help = "go on until the jail has ended" },
	{ 0 },
};

extern char **environ;

/* ---- a file ---- */

/* Print all that is there. Returns 0, or -errno. */
static int copy_rest(int fd)
{
	char data[65536];
	ssize_t n;
	int r;

	while ((n = read(fd, data, sizeof(data))) > 0) {
		r = write_all(STDOUT_FILENO, data, (size_t)n);
		if (r < 0)
			return r;
	}
	return n < 0 ? -errno : 0;
}

/* The file was made shorter behind our back (rotated by copying): start again from its start. */
static void follow_truncation(int fd)
{
	off_t at = lseek(fd, 0, SEEK_CUR), end = lseek(fd, 0, SEEK_END);

	lseek(fd, end < at ? 0 : at, SEEK_SET);
}

/* 1: the jail has ended, 0: the file has changed, or -errno. */
static int wait_for_more(int notify, int pidfd)
{
	struct pollfd p[] = { { notify, POLLIN, 0 }, { pidfd, POLLIN, 0 } };
	char events[4096];

	if (poll(p, ARRAY_SIZE(p), -1) < 0)
		return errno == EINTR ? 0 : -errno;
	if (p[0].revents && read(notify, events, sizeof(events)) < 0 && errno != EAGAIN)
		return -errno;
	return p[1].revents ? 1 : 0;
}

static int follow_file(int fd, const char *path, int pidfd)
{
	fd_auto notify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	int r = 0;

	if (notify < 0 || inotify_add_watch(notify, path, IN_MODIFY) < 0)
		return -errno;
	while (r == 0) {
		follow_truncation(fd);
		r = copy_rest(fd);
		if (r == 0)
			r = wait_for_more(notify, pidfd);
	}
	return r < 0 ? r : copy_rest(fd);
}

static int show_file(const char *path, int pidfd, bool follow)
{
	fd_auto fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	int r;

	if (fd < 0) {
		msg_error("open %s: %s", path, strerror(errno));
		return 1;
	}
	r = follow && pidfd >= 0 ? follow_file(fd, path, pidfd) : copy_rest(fd);
	if (r < 0)
		msg_error("copy %s: %s", path, strerror(-r));
	return r < 0;
}

/* ---- the journal ---- */

static int pidfd_open(pid_t pid)
{
	return (int)syscall(SYS_pidfd_open, pid, 0);
}

/* journalctl -f does not end by itself: a moment after the jail has, it is told to. */
static void end_with_jail(pid_t reader, int jail_fd)
{
	fd_auto reader_fd = pidfd_open(reader);
	struct pollfd p[] = { { jail_fd, POLLIN, 0 }, { reader_fd, POLLIN, 0 } };

	while (poll(p, ARRAY_SIZE(p), -1) < 0 && errno == EINTR)
		;
	if (p[1].revents)
		return;
	p[0].fd = -1;
	poll(p, ARRAY_SIZE(p), 500);
	kill(reader, SIGTERM);
}

static int show_journal(const char *identifier, int pidfd, bool follow)
{
	const char *argv[] = { "journalctl", "--no-pager", "-o", "cat", "-t", identifier, NULL, NULL,
			       NULL };
	pid_t reader;
	int r, status;

	follow = follow && pidfd >= 0;
	if (follow) {
		argv[6] = "--lines=all";
		argv[7] = "--follow";
	}
	r = posix_spawnp(&reader, argv[0], NULL, NULL, (char *const *)argv, environ);
	if (r) {
		msg_error("run journalctl: %s", strerror(r));
		return 1;
	}
	if (follow)
		end_with_jail(reader, pidfd);
	while (waitpid(reader, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 0;
}

static int show(struct jail *jail, bool follow)
{
	const char *note = jail_log_note(jail), *where;

	if ((where = str_after(note, "file:")) || (where = str_after(note, "log:")))
		return show_file(where, jail_pidfd(jail), follow);
	if ((where = str_after(note, "journal:")))
		return show_journal(where, jail_pidfd(jail), follow);
	msg_error("the output of %s was not kept: it went to its creator's standard output",
		  jail_id(jail));
	return 1;
}

static int run_logs(struct cli *cli, const void *opts, int argc, char **argv)
{
	const struct logs_opts *o = opts;
	struct jail *jail = cli_open(cli, argv[0]);
	int code;

	(void)argc;
	if (!jail)
		return 1;
	code = show(jail, o->follow);
	jail_free(jail);
	return code;
}

const struct verb verb_logs = {
	.name = "logs",
	.group = VERB_LOOK,
	.args = "ID",
	.summary = "print what a jail in the background has written",
	.opts = logs_options,
	.opts_size = sizeof(struct logs_opts),
	.min_args = 1,
	.max_args = 1,
	.complete = { COMPLETE_JAIL },
	.examples = (const char *const[]){ "jail logs -f web", NULL },
	.run = run_logs,
};
