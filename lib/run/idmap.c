/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * idmap.c - user and group id mappings, of jails and of mounts
 *
 * A mapping is written once, by a process outside the namespace.  Without CAP_SETUID there the kernel
 * takes one line that maps the writer itself, so longer maps go to newuidmap(1) and newgidmap(1).
 */
#include "run/idmap.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include "run/clone.h"
#include "run/process.h"
#include "run/subids.h"

/* It writes a line and ends: both are read when it has ended. */
static int refused(const char *program, int said, struct err *err)
{
	char text[256];
	ssize_t n = read(said, text, sizeof(text) - 1);

	text[n > 0 ? n : 0] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return err_set(err, -EPERM, "%s refuses the mapping%s%s (what it allows is in /etc/subuid and "
		       "/etc/subgid)", program, *text ? ": " : "", text);
}

/* newuidmap PID INSIDE OUTSIDE COUNT … */
static int map_by_helper(const char *program, pid_t pid, const char *map, struct err *err)
{
	mem_auto char *copy = strdup(map);
	char *argv[3 * 340 + 3] = { (char *)program }, *envp[] = { NULL }, number[12], *save = NULL;
	fd_auto pidfd = -1, said = -1, theirs = -1;
	int n = 1, pair[2], r, status = 0;
	struct clone_request req = { .cgroup_fd = -1, .exec_fd = -1, .path = program };
	pid_t helper;

	if (!copy)
		return err_nomem(err);
	if (pipe2(pair, O_CLOEXEC) < 0)
		return err_sys(err, "make a pipe");
	said = pair[0];
	theirs = pair[1];
	req.stdio[0] = -1;
	req.stdio[1] = req.stdio[2] = theirs;
	snprintf(number, sizeof(number), "%d", (int)pid);
	argv[n++] = number;
	for (char *w = strtok_r(copy, " \n", &save); w && n < 3 * 340 + 2; w = strtok_r(NULL, " \n", &save))
		argv[n++] = w;
	req.argv = argv;
	req.envp = envp;
	r = clone_exec(&req, &helper, &pidfd, err);
	fd_close(&theirs);
	if (r == 0)
		r = process_wait(pidfd, &status, err);
	return r == 0 && status ? refused(program, said, err) : r;
}

static int poke(pid_t pid, const char *file, const char *text)
{
	char path[48];

	snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, file);
	return file_poke_at(AT_FDCWD, path, text);
}

static int write_map(pid_t pid, const char *file, const char *helper, const char *map,
		     struct err *err)
{
	bool one_line = strchr(map, '\n') == strrchr(map, '\n');
	int r;

	if (geteuid() && !one_line)
		return map_by_helper(helper, pid, map, err);
	r = poke(pid, file, map);
	if (r == -EPERM && geteuid())
		return map_by_helper(helper, pid, map, err);
	return r < 0 ? err_code(err, r, "write %s", file) : 0;
}

int idmap_write(pid_t pid, const char *uid_map, const char *gid_map, struct err *err)
{
	int r;

	if (!uid_map || !gid_map)
		return err_set(err, -EINVAL, "uid and gid mappings are required");
	r = write_map(pid, "uid_map", NEWUIDMAP, uid_map, err);
	if (r < 0)
		return r;
	/* user_namespaces(7): an unprivileged writer has to give up setgroups(2) first. */
	if (geteuid() && strchr(gid_map, '\n') == strrchr(gid_map, '\n'))
		poke(pid, "setgroups", "deny");
	return write_map(pid, "gid_map", NEWGIDMAP, gid_map, err);
}

int idmap_namespace(const char *uid_map, const char *gid_map, int *ret_fd, struct err *err)
{
	struct init_process init = INIT_NONE;
	struct init_start start = {
		.flags = CLONE_NEWUSER, .cgroup_fd = -1, .gate = -1,
		.ns = { -1, -1, -1, -1, -1, -1, -1, -1 },
	};
	struct plan_builder b;
	mem_auto struct plan *p = NULL;
	char path[48];
	int r;

	/* Somebody has to live in it until its descriptor is open: a jail-init that waits. */
	plan_begin(&b);
	plan_add(&b, OP_WAIT, STAGE_INSIDE, "%s", "")->a[0] = POINT_MAPS;
	r = plan_finish(&b, &p, err);
	start.plan = p;
	if (r == 0)
		r = init_start(&start, &init, err);
	if (r < 0)
		return r;
	r = idmap_write(init.pid, uid_map, gid_map, err);
	if (r == 0) {
		snprintf(path, sizeof(path), "/proc/%d/ns/user", (int)init.pid);
		*ret_fd = open(path, O_RDONLY | O_CLOEXEC);
		if (*ret_fd < 0)
			r = err_sys(err, "open %s", path);
	}
	init_abort(&init);
	return r;
}
