/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * controllers.c - enabling controllers on the way down to a cgroup
 *
 * A cgroup has a controller's files when every cgroup above it has the controller in its
 * cgroup.subtree_control.  We add there what is missing and never take anything away: others rely
 * on it, too.
 */
#include "cgroup/controllers.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#define LIST_SIZE 256

void controllers_add_file(struct controllers *set, const char *file)
{
	size_t len = strcspn(file, ".");

	if (len >= sizeof(set->name[0]) || set->n == CONTROLLER_MAX || !strncmp(file, "cgroup.", 7))
		return;
	for (size_t i = 0; i < set->n; i++)
		if (!strncmp(set->name[i], file, len) && !set->name[i][len])
			return;
	snprintf(set->name[set->n++], sizeof(set->name[0]), "%.*s", (int)len, file);
}

static bool has_word(const char *list, const char *word)
{
	size_t len = strlen(word);

	for (const char *p = list; *p; p += strcspn(p, " "), p += strspn(p, " "))
		if (!strncmp(p, word, len) && (!p[len] || p[len] == ' '))
			return true;
	return false;
}

/* "DIR/FILE" below the root, where DIR is the first @len bytes of the cgroup's path. */
static void name_file(char *out, size_t size, const struct cgroup_place *at, size_t len,
		      const char *file)
{
	snprintf(out, size, "%.*s%s%s", (int)len, at->path, len ? "/" : "", file);
}

/* One line of words, without its end; empty when it cannot be read. */
static void read_list(const struct cgroup_place *at, size_t len, const char *file,
		      char list[LIST_SIZE])
{
	char path[4096];
	fd_auto fd = -1;
	ssize_t n;

	name_file(path, sizeof(path), at, len, file);
	fd = openat(at->root_fd, path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, list, LIST_SIZE - 1);
	list[n > 0 ? n : 0] = '\0';
	list[strcspn(list, "\n")] = '\0';
}

/*
 * A cgroup other than the root cannot have both processes and controllers.  The kernel refuses that for
 * some of them, and for the others (pids, cpu, cpuset) makes a threaded domain of it, below which no
 * jail can live: cgroups(7), "Thread mode".
 */
static bool has_processes(const struct cgroup_place *at, size_t len)
{
	char path[4096], list[LIST_SIZE];

	name_file(path, sizeof(path), at, len, "cgroup.type");
	if (faccessat(at->root_fd, path, F_OK, 0) < 0)
		return false;
	read_list(at, len, "cgroup.procs", list);
	return *list;
}

/* All in one write, and one by one when that is refused. */
static void enable_in(const struct cgroup_place *at, size_t len, const struct controllers *want)
{
	char have[LIST_SIZE], all[LIST_SIZE * 2] = "", one[32], path[4096];
	size_t n = 0;

	read_list(at, len, "cgroup.subtree_control", have);
	for (size_t i = 0; i < want->n; i++)
		if (!has_word(have, want->name[i]))
			n += (size_t)snprintf(all + n, sizeof(all) - n, "%s+%s", n ? " " : "",
					      want->name[i]);
	if (!n || has_processes(at, len))
		return;
	name_file(path, sizeof(path), at, len, "cgroup.subtree_control");
	if (file_poke_at(at->root_fd, path, all) == 0)
		return;
	for (size_t i = 0; i < want->n; i++) {
		snprintf(one, sizeof(one), "+%s", want->name[i]);
		if (!has_word(have, want->name[i]))
			file_poke_at(at->root_fd, path, one);
	}
}

/* The next ancestor's length in @path, from the root (0) down; false behind the parent. */
static bool next_ancestor(const char *path, size_t *len)
{
	size_t next = *len + (path[*len] == '/');

	next += strcspn(path + next, "/");
	*len = next;
	return path[next] == '/';
}

void controllers_enable(const struct cgroup_place *at, const struct controllers *want)
{
	struct controllers offered = { .n = 0 };
	char list[LIST_SIZE];
	size_t len = 0;

	read_list(at, 0, "cgroup.controllers", list);
	for (size_t i = 0; i < want->n; i++)
		if (has_word(list, want->name[i]))
			memcpy(offered.name[offered.n++], want->name[i], sizeof(want->name[i]));
	if (!offered.n)
		return;
	do
		enable_in(at, len, &offered);
	while (next_ancestor(at->path, &len));
}

/* ---- why not ---- */

/* What a kernel needs besides the controller. */
static const struct { const char *file, *hint; } needs[] = {
	{ "memory.swap.max", "the kernel does not count swap: swapaccount=0, or no CONFIG_SWAP" },
	{ "cpu.max", "the kernel has no CONFIG_CFS_BANDWIDTH" },
	{ "cpu.max.burst", "Linux 5.14 has it, with CONFIG_CFS_BANDWIDTH" },
	{ "cpu.idle", "Linux 5.15 has it" },
	{ "io.weight", "the kernel has no CONFIG_BLK_CGROUP_IOCOST, and no disk here has the bfq scheduler" },
	{ "io.max", "the kernel has no CONFIG_BLK_DEV_THROTTLING" },
};

static int why_no_file(const struct cgroup_place *at, const char *file, struct err *err)
{
	const char *hint = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(needs); i++)
		if (!strcmp(needs[i].file, file))
			hint = needs[i].hint;
	if (!strncmp(file, "hugetlb.", 8))
		hint = "the kernel has no pages of this size";
	return err_set(err, -ENOTSUP, "there is no %s in %s/%s%s%s", file, at->root, at->path,
		       hint ? ": " : "", hint ? hint : "");
}

/* The cgroup that does not pass @name on, told from what a write says. */
static int why_not_enabled(const struct cgroup_place *at, const char *name, struct err *err)
{
	char list[LIST_SIZE], one[32], path[4096];
	size_t len = 0;
	int r;

	snprintf(one, sizeof(one), "+%s", name);
	do {
		read_list(at, len, "cgroup.subtree_control", list);
		if (has_word(list, name))
			continue;
		name_file(path, sizeof(path), at, len, "cgroup.subtree_control");
		r = has_processes(at, len) ? -EBUSY : file_poke_at(at->root_fd, path, one);
		if (r < 0)
			return err_code(err, r, "enable the %s controller in %s/%s%s", name, at->root, path,
					r == -EBUSY ? ", in which processes live" :
					r == -EACCES ? ", which is not this user's (the controller has "
						       "to be delegated, see jail-rootless(7))" : "");
	} while (next_ancestor(at->path, &len));
	return 0;
}

int controllers_why(const struct cgroup_place *at, const char *file, struct err *err)
{
	struct controllers c = { .n = 0 };
	char list[LIST_SIZE];
	int r;

	controllers_add_file(&c, file);
	read_list(at, 0, "cgroup.controllers", list);
	if (c.n && !has_word(list, c.name[0]))
		return err_set(err, -ENOTSUP, "%s needs the %s controller, which this host does not offer "
					      "(%s/cgroup.controllers: %s)",
			       file, c.name[0], at->root, *list ? list : "none");
	r = c.n ? why_not_enabled(at, c.name[0], err) : 0;
	return r < 0 ? r : why_no_file(at, file, err);
}
