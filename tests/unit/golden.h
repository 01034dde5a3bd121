/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * golden.h - walking a directory of NAME.json files, each beside what it should give
 */
#pragma once

#include "test.h"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

/* The directory being walked. */
static int dir_fd = -1;

/* Call @check for each in @path, which must hold at least @least of them. */
static void golden_each(const char *path, int least, void (*check)(const char *name))
{
	struct dirent **list = NULL;
	int n, cases = 0;

	dir_fd = open(path, O_DIRECTORY | O_RDONLY | O_CLOEXEC);
	CHECK(dir_fd >= 0);
	if (dir_fd < 0)
		return;
	n = scandir(path, &list, NULL, alphasort);
	for (int i = 0; i < n; i++) {
		const char *name = list[i]->d_name;
		size_t len = strlen(name);

		if (len > 5 && !strcmp(name + len - 5, ".json")) {
			check(name);
			cases++;
		}
		free(list[i]);
	}
	free(list);
	close(dir_fd);
	CHECK(cases >= least);
}
