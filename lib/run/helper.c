/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * helper.c - running another program and hearing what it has to say
 *
 * Input and output are memfds, not pipes: nobody can be made to wait by a program that does not read or
 * does not stop writing.  It gets no environment of the caller's, so that its words are known ones.
 */
#include "run/helper.h"

#include <sys/mman.h>
#include <unistd.h>

#include "base/util.h"
#include "run/clone.h"
#include "run/process.h"

static int memfd_with(const char *text, size_t len)
{
	int fd = memfd_create("helper", MFD_CLOEXEC);

	if (fd >= 0 && (fd_write_all(fd, text, len) < 0 || lseek(fd, 0, SEEK_SET) < 0))
		fd_close(&fd);
	return fd;
}

int helper_run(char *const *argv, const char *input, size_t len, char ret_said[HELPER_SAID], struct err *err)
{
	static char *const envp[] = { (char *)"LC_ALL=C", NULL };
	fd_auto in = memfd_with(input, len), out = memfd_with("", 0), pidfd = -1;
	struct clone_request req = {
		.cgroup_fd = -1, .exec_fd = -1, .path = argv[0], .argv = argv, .envp = envp,
		.stdio = { in, out, out },
	};
	int status = 0, r;
	ssize_t n;
	pid_t pid;

	if (in < 0 || out < 0)
		return err_sys(err, "make a memfd");
	r = clone_exec(&req, &pid, &pidfd, err);
	if (r == 0)
		r = process_wait(pidfd, &status, err);
	if (r < 0)
		return err_add(err, r, "run %s", argv[0]);
	n = pread(out, ret_said, HELPER_SAID - 1, 0);
	ret_said[n > 0 ? n : 0] = '\0';
	return status == -1 ? 0 : status;
}
