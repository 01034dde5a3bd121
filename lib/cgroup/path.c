/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * path.c - where cgroups are, and which one is a jail's
 */
#include "cgroup/cgroup.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/vfs.h>

#define NAME_MAX_BYTES 255
#define PATH_MAX_BYTES 3072     /* leaves room for the mount point and a file name */

int cgroup_root_open(int *ret_fd, const char **ret_path, struct err *err)
{
	static const char *const places[] = { "/sys/fs/cgroup", "/sys/fs/cgroup/unified" };

	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		fd_auto fd = open(places[i], O_PATH | O_DIRECTORY | O_CLOEXEC);
		struct statfs fs;

		if (fd < 0 || fstatfs(fd, &fs) < 0 || fs.f_type != CGROUP2_SUPER_MAGIC)
			continue;
		*ret_fd = fd_take(&fd);
		*ret_path = places[i];
		return 0;
	}
	return err_set(err, -ENOTSUP, "no cgroup2 file system is mounted on /sys/fs/cgroup or "
				      "/sys/fs/cgroup/unified");
}

/* NULL: sound; otherwise what is wrong with it. */
static const char *path_fault(const char *path)
{
	if (!*path)
		return "is the root of all cgroups";
	if (strlen(path) > PATH_MAX_BYTES)
		return "is too long";
	for (const char *p = path; ; p++) {
		size_t n = strcspn(p, "/");

		if (n == 0)
			return "has an empty component";
		if (n > NAME_MAX_BYTES)
			return "has a component of more than 255 bytes";
		if (p[0] == '.' && (n == 1 || (n == 2 && p[1] == '.')))
			return "has a component \".\" or \"..\"";
		for (size_t i = 0; i < n; i++)
			if ((unsigned char)p[i] < ' ' || p[i] == 0x7f)
				return "has a control character";
		p += n;
		if (!*p)
			return NULL;
	}
}

bool cgroup_path_ok(const char *path)
{
	return !path_fault(path);
}

/* What systemd's cgroup drivers write: "machine.slice:prefix:name". */
static bool is_systemd_form(const char *path)
{
	const char *colon = strchr(path, ':');

	return path[0] != '/' && colon && strchr(colon + 1, ':');
}

char *cgroup_path_for(const char *cgroups_path, const char *id, struct err *err)
{
	static const char place[] = "linux.cgroupsPath";
	mem_auto char *path = NULL;
	const char *fault;
	int n;

	if (cgroups_path && is_systemd_form(cgroups_path)) {
		err_spec(err, place, "%s is a systemd cgroup (slice:prefix:name), which the cgroup "
				     "manager in use cannot make", cgroups_path);
		return NULL;
	}
	if (!cgroups_path)
		n = asprintf(&path, "jail/%s", id);
	else if (cgroups_path[0] == '/')
		n = asprintf(&path, "%s", cgroups_path + 1);
	else
		n = asprintf(&path, "jail/%s", cgroups_path);
	if (n < 0) {
		path = NULL;
		err_nomem(err);
		return NULL;
	}
	fault = path_fault(path);
	if (fault && cgroups_path)
		err_spec(err, place, "%s %s", *cgroups_path ? cgroups_path : "\"\"", fault);
	else if (fault)
		err_set(err, -EINVAL, "cgroup %s %s", path, fault);
	return fault ? NULL : mem_take(&path);
}

char *cgroup_path_below(const char *parent, const char *cgroups_path, const char *id, struct err *err)
{
	mem_auto char *path = NULL;
	const char *fault;

	if (cgroups_path && (cgroups_path[0] == '/' || is_systemd_form(cgroups_path))) {
		err_spec(err, "linux.cgroupsPath", "%s: only a relative path is possible here, the "
			 "cgroup has to be below %s", cgroups_path, parent);
		return NULL;
	}
	parent += strspn(parent, "/");
	if (asprintf(&path, "%s%s%s", parent, *parent ? "/" : "", cgroups_path ? cgroups_path : id) < 0) {
		path = NULL;
		err_nomem(err);
		return NULL;
	}
	fault = path_fault(path);
	if (fault)
		err_set(err, -EINVAL, "cgroup %s %s", path, fault);
	return fault ? NULL : mem_take(&path);
}
