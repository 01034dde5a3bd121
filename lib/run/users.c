/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * users.c - "uid[:gid]" or "name[:group]", names being those of the jail
 */
#include "run/users.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include "base/util.h"

#define FILE_MAX (1U << 20)

/* A regular file below @root_fd, whatever links the jail has put there. */
static int read_inside(int root_fd, const char *path, char **ret, struct err *err)
{
	struct open_how how = {
		.flags = O_PATH | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	fd_auto found = (int)syscall(SYS_openat2, root_fd, path, &how, sizeof(how));
	fd_auto fd = -1;
	char self[32];
	struct stat st;

	if (found < 0)
		return err_sys(err, "open %s in the jail", path);
	/* Known before it is opened: opening a device that was put there has effects, as has reading /proc/kmsg. */
	if (fstat(found, &st) < 0 || !S_ISREG(st.st_mode))
		return err_set(err, -EINVAL, "%s in the jail is not a regular file", path);
	if (!st.st_size)
		return err_set(err, -EINVAL, "%s in the jail is empty", path);
	snprintf(self, sizeof(self), "/proc/self/fd/%d", found);
	fd = open(self, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return err_sys(err, "open %s in the jail", path);
	return file_read_fd(fd, path, FILE_MAX, ret, NULL, err);
}

/* Field @n (from 0) of a colon-separated line, in place; NULL if there are fewer. */
static char *field(char *line, int n)
{
	while (n-- && line) {
		line = strchr(line, ':');
		if (line)
			line++;
	}
	if (line)
		line[strcspn(line, ":")] = '\0';
	return line;
}

/* Find @name in a passwd or group file: *ret_id is field 2, *ret_gid (if not NULL) field 3. */
static int look_up(int root_fd, const char *path, const char *name, uint32_t *ret_id,
		   uint32_t *ret_gid, struct err *err)
{
	mem_auto char *text = NULL;
	char *save = NULL;
	int r = read_inside(root_fd, path, &text, err);

	if (r < 0)
		return r;
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		size_t len = strcspn(line, ":");
		char *gid, *id;

		if (strlen(name) != len || strncmp(line, name, len) || line[len] != ':')
			continue;
		gid = ret_gid ? field(line, 3) : NULL;
		id = field(line, 2);
		if (!id || str_u32(id, ret_id) < 0 || (ret_gid && (!gid || str_u32(gid, ret_gid) < 0)))
			continue;
		return 0;
	}
	return err_set(err, -ENOENT, "%s is not in the jail's %s", name, path);
}

int users_parse(int root_fd, const char *user, uint32_t *ret_uid, uint32_t *ret_gid, struct err *err)
{
	mem_auto char *name = strdup(user);
	char *group = name ? strchr(name, ':') : NULL;
	uint32_t uid, gid = 0;
	int r = 0;

	if (!name)
		return err_nomem(err);
	if (group)
		*group++ = '\0';
	if (!*name || (group && !*group))
		return err_set(err, -EINVAL, "user \"%s\" is not of the form USER[:GROUP]", user);
	if (str_u32(name, &uid) < 0)
		r = look_up(root_fd, "/etc/passwd", name, &uid, &gid, err);
	if (r == 0 && group && str_u32(group, &gid) < 0)
		r = look_up(root_fd, "/etc/group", group, &gid, NULL, err);
	if (r == 0 && (uid == UINT32_MAX || gid == UINT32_MAX))
		r = err_set(err, -EINVAL, "user \"%s\": 4294967295 is no id", user);
	if (r < 0)
		return r;
	*ret_uid = uid;
	*ret_gid = gid;
	return 0;
}
