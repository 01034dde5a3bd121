/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mount_option.c - libFuzzer target: any bytes as mount options, one a line
 */
#include "spec/spec.h"

#include <string.h>
#include <sys/mount.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What mount_setattr(2) would refuse whatever the file system. */
static void check_attrs(const struct spec_mount_attrs *a)
{
	if ((a->set & a->clr & ~(uint64_t)MOUNT_ATTR__ATIME) != 0)
		abort();
	if ((a->set & MOUNT_ATTR__ATIME) && (a->clr & MOUNT_ATTR__ATIME) != MOUNT_ATTR__ATIME)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1), *save = NULL;
	struct spec s = { 0 };
	struct spec_mount m = { 0 };

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	for (char *w = strtok_r(text, "\n", &save); w; w = strtok_r(NULL, "\n", &save)) {
		struct err err = { 0 };

		if (spec_mount_option(&s, &m, w, "mounts[0].options[0]", &err) < 0 && !err.text[0])
			abort();
	}
	check_attrs(&m.attrs);
	check_attrs(&m.rec);
	for (size_t i = 0; i < m.fs_options.n; i++)
		if (!m.fs_options.v[i][0])
			abort();
	arena_done(&s.arena);
	free(text);
	return 0;
}
