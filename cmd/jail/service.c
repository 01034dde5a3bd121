/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * service.c - being the main process of a systemd unit
 *
 *   UNIT.service/            ours, by Delegate=yes; a cgroup that hands out controllers holds no process
 *   UNIT.service/supervisor  where we move to
 *   UNIT.service/ID          the jail's
 *
 * So the unit's own limits and its accounting hold for the jail, and whatever ends the unit ends it.
 */
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "message.h"
#include "service.h"
#include "util.h"

#define LEAF "supervisor"

static const char *mount_point(void)
{
	static const char *const places[] = { "/sys/fs/cgroup", "/sys/fs/cgroup/unified" };
	struct statfs fs;

	for (size_t i = 0; i < ARRAY_SIZE(places); i++)
		if (statfs(places[i], &fs) == 0 && fs.f_type == CGROUP2_SUPER_MAGIC)
			return places[i];
	return NULL;
}

/* "/system.slice/jail@web.service", NULL when it cannot be told. */
static char *own_cgroup(void)
{
	mem_auto char *text = read_file("/proc/self/cgroup", 65536, NULL);
	char *line = text;

	while (line && strncmp(line, "0::/", 4) != 0) {
		line = strchr(line, '\n');
		line += line != NULL;
	}
	if (!line)
		return NULL;
	line[strcspn(line, "\n")] = '\0';
	return x_strdup(line + 3);
}

static int write_file(const char *dir, const char *name, const char *text)
{
	mem_auto char *path = x_printf("%s/%s", dir, name);
	fd_auto fd = open(path, O_WRONLY | O_CLOEXEC);

	return fd < 0 ? -errno : write_all(fd, text, strlen(text));
}

/* All that the unit has, for the jail to hand on; one that cannot be had is missed when it is needed. */
static void hand_out_controllers(const char *dir)
{
	mem_auto char *path = x_printf("%s/cgroup.controllers", dir);
	mem_auto char *list = read_file(path, 4096, NULL);
	const char *rest = list;
	char word[64];

	if (list)
		list[strcspn(list, "\n")] = '\0';
	while (rest && words_next(&rest, word, sizeof(word))) {
		mem_auto char *enable = x_printf("+%s", word);

		write_file(dir, "cgroup.subtree_control", enable);
	}
}

char *service_enter(void)
{
	mem_auto char *own = own_cgroup(), *dir = NULL, *leaf = NULL;
	const char *mount = mount_point();
	int r;

	if (!own || !mount) {
		msg_error("run: --service needs a cgroup2 file system on /sys/fs/cgroup");
		return NULL;
	}
	dir = x_printf("%s%s", mount, own);
	leaf = x_printf("%s/" LEAF, dir);
	if (mkdir(leaf, 0755) < 0 && errno != EEXIST) {
		msg_error("run: --service: make cgroup %s: %s (the unit needs Delegate=yes)", leaf,
			  strerror(errno));
		return NULL;
	}
	r = write_file(leaf, "cgroup.procs", "0");
	if (r < 0) {
		msg_error("run: --service: move to cgroup %s: %s (the unit needs Delegate=yes)", leaf,
			  strerror(-r));
		return NULL;
	}
	hand_out_controllers(dir);
	return x_strdup(own);
}
