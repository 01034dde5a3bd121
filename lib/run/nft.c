/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * nft.c - running nft(8) on a text of rules
 *
 * Only when a whole table is laid down; what a start and a delete change goes by netlink.
 */
#include "run/network.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "run/clone.h"
#include "run/process.h"

#define SAID_MAX 400

static const char *find_nft(void)
{
	static const char *const paths[] = { "/usr/sbin/nft", "/sbin/nft", "/usr/bin/nft", "/usr/local/sbin/nft" };

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++)
		if (access(paths[i], X_OK) == 0)
			return paths[i];
	return NULL;
}

static int memfd_with(const char *text, size_t len)
{
	int fd = memfd_create("nft", MFD_CLOEXEC);

	if (fd >= 0 && (fd_write_all(fd, text, len) < 0 || lseek(fd, 0, SEEK_SET) < 0))
		fd_close(&fd);
	return fd;
}

/* The first line of what it printed */
static void read_said(int fd, char said[SAID_MAX])
{
	ssize_t n = pread(fd, said, SAID_MAX - 1, 0);

	said[n > 0 ? n : 0] = '\0';
	said[strcspn(said, "\n")] = '\0';
}

int nft_load(void *data, const char *text, size_t len, struct err *err)
{
	static char *const argv[] = { (char *)"nft", (char *)"-f", (char *)"-", NULL };
	static char *const envp[] = { (char *)"LC_ALL=C", NULL };
	fd_auto in = memfd_with(text, len), out = memfd_with("", 0), pidfd = -1;
	struct clone_request req = {
		.cgroup_fd = -1, .exec_fd = -1, .path = find_nft(), .argv = argv, .envp = envp,
		.stdio = { in, out, out },
	};
	char said[SAID_MAX];
	int status = 0, r;
	pid_t pid;

	(void)data;
	if (!req.path)
		return err_set(err, -ENOENT, "a network needs nft(8), of the package nftables");
	if (in < 0 || out < 0)
		return err_sys(err, "make a memfd");
	r = clone_exec(&req, &pid, &pidfd, err);
	if (r == 0)
		r = process_wait(pidfd, &status, err);
	if (r < 0)
		return err_add(err, r, "run nft");
	if (status == 0 || status == -1)        /* -1: nobody can tell; the table is looked at next */
		return 0;
	read_said(out, said);
	return err_set(err, -EIO, "set the firewall's rules: %s", *said ? said : "nft failed");
}
