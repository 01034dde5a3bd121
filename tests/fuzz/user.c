/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* user.c - fuzzing user strings: USER[:GROUP], with a hostile passwd and group file */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/util.h"
#include "run/users.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* First line: the user string; the rest: both files. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char dir[] = "/tmp/fuzz-user.XXXXXX";
	static int root = -1;
	const uint8_t *end = memchr(data, '\n', size);
	mem_auto char *user = strndup((const char *)data, end ? (size_t)(end - data) : size);
	uint32_t uid, gid;
	struct err err;

	if (root < 0) {
		if (!mkdtemp(dir))
			return 0;
		root = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		mkdirat(root, "etc", 0755);
	}
	for (int i = 0; i < 2; i++) {
		fd_auto fd = openat(root, i ? "etc/group" : "etc/passwd",
				    O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);

		if (fd >= 0 && end)
			fd_write_all(fd, end + 1, size - (size_t)(end + 1 - data));
	}
	if (user)
		users_parse(root, user, &uid, &gid, &err);
	return 0;
}
