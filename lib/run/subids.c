/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * subids.c - the caller as an ordinary user: ids, and subordinate ids
 *
 * The files are read as files.  A user whom only a directory service knows has ranges here when they
 * are written down under the number.
 */
#include "run/subids.h"

#include <fcntl.h>
#include <string.h>

#define FILE_MAX (4U << 20)

/* Split a line at its colons, at most @n times; the number of fields. */
static size_t fields(char *line, char **out, size_t n)
{
	size_t count = 0;

	while (line && count < n)
		out[count++] = strsep(&line, ":");
	return count;
}

void subids_parse(char *text, const char *name, uint32_t uid, struct spec_subids *ret)
{
	char *line, *rest = NULL, *f[4];
	uint32_t id, first, count, end;

	ret->n = 0;
	for (line = strtok_r(text, "\n", &rest); line && ret->n < SPEC_SUBIDS_MAX;
	     line = strtok_r(NULL, "\n", &rest)) {
		if (fields(line, f, 4) != 3 || str_u32(f[1], &first) < 0 || str_u32(f[2], &count) < 0)
			continue;
		if (!count || __builtin_add_overflow(first, count, &end))
			continue;
		if ((name && !strcmp(f[0], name)) || (str_u32(f[0], &id) == 0 && id == uid)) {
			ret->v[ret->n].first = first;
			ret->v[ret->n++].count = count;
		}
	}
}

const char *subids_name(char *text, uint32_t uid)
{
	char *line, *rest = NULL, *f[4];
	uint32_t id;

	for (line = strtok_r(text, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest))
		if (fields(line, f, 4) == 4 && str_u32(f[2], &id) == 0 && id == uid)
			return f[0];
	return NULL;
}

static char *read_text(const char *path)
{
	char *text = NULL;
	size_t len;

	return file_read_at(AT_FDCWD, path, FILE_MAX, &text, &len, NULL) < 0 ? NULL : text;
}

static void read_ranges(const char *path, const char *name, uint32_t uid, struct spec_subids *ret)
{
	mem_auto char *text = read_text(path);

	if (text)
		subids_parse(text, name, uid, ret);
}

const struct spec_user *subids_caller(struct spec_user *u)
{
	mem_auto char *passwd = NULL;
	const char *name;

	if (geteuid() == 0)
		return NULL;
	*u = (struct spec_user){ .uid = geteuid(), .gid = getegid() };
	if (access(NEWUIDMAP, X_OK) < 0 || access(NEWGIDMAP, X_OK) < 0)
		return u;
	passwd = read_text("/etc/passwd");
	name = passwd ? subids_name(passwd, u->uid) : NULL;
	/* Both files are by user, groups too: subgid(5). */
	read_ranges("/etc/subuid", name, u->uid, &u->uids);
	read_ranges("/etc/subgid", name, u->uid, &u->gids);
	return u;
}
