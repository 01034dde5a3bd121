/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * limits.c - put limits on a cgroup
 *
 * In the usual case that is one open, write, close a limit.  A file that is not there means that its
 * controller has not been enabled above, or cannot be.  A value that is refused is tried again when
 * others have been written: cpu.max and cpu.max.burst, or cpu.weight and cpu.idle, allow their new
 * values in one order only, and which one depends on the old ones.
 */
#include "cgroup/limits.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/ranges.h"
#include "cgroup/controllers.h"

struct work {
	const struct cgroup_place *at;
	const struct limit *v;
	size_t n;
	char **old;             /* what was there, to be written back; NULL: not wanted */
	bool *done;
	bool enabled;           /* controllers have been seen to */
};

/* ---- what was there ---- */

/* Files with a line for each device; what a device without a line has. */
static const struct { const char *file, *rest; } keyed[] = {
	{ "io.max", "rbps=max wbps=max riops=max wiops=max" },
	{ "io.weight", "default" },
	{ "io.bfq.weight", "default" },
	{ "io.latency", "target=0" },
	{ "rdma.max", "hca_handle=max hca_object=max" },
	{ "misc.max", "max" },
};

/* The value to write back for a device: its line of @text, or what it has without one. */
static char *old_line(const char *text, const char *value, const char *rest)
{
	size_t key = strcspn(value, " ");
	char *out = NULL;

	for (const char *p = text; *p; p += strcspn(p, "\n"), p += *p == '\n')
		if (!strncmp(p, value, key) && p[key] == ' ')
			return strndup(p, strcspn(p, "\n"));
	return asprintf(&out, "%.*s %s", (int)key, value, rest) < 0 ? NULL : out;
}

/* NULL: it cannot be read, so nothing is written back. */
static char *old_value(int fd, const struct limit *l)
{
	mem_auto char *text = NULL;
	size_t len;

	if (file_read_at(fd, l->file, 65536, &text, &len, NULL) < 0)
		return NULL;
	for (size_t i = 0; i < ARRAY_SIZE(keyed); i++)
		if (!strcmp(keyed[i].file, l->file) && strchr(l->value, ' '))
			return old_line(text, l->value, keyed[i].rest);
	text[strcspn(text, "\n")] = '\0';
	return *text ? mem_take(&text) : strdup("\n");          /* an empty write would do nothing */
}

/* Twice, for those that have to wait for others. */
static void write_back(const struct work *w)
{
	for (size_t i = 0; i < 2 * w->n; i++)
		if (w->old[i % w->n])
			file_poke_at(w->at->fd, w->v[i % w->n].file, w->old[i % w->n]);
}

/* ---- processors and memory nodes ---- */

static bool ranges_contain(const char *list, uint32_t n)
{
	uint32_t first, last;

	while (list && *list) {
		ranges_next(&list, UINT32_MAX / 16, &first, &last);
		if (list && n >= first && n <= last)
			return true;
	}
	return false;
}

/*
 * A cpuset that has nothing in common with the one above silently gets all of that: the limit would not
 * be one.
 */
static int check_cpuset(const struct work *w, const struct limit *l, struct err *err)
{
	bool cpus = !strcmp(l->file, "cpuset.cpus");
	const char *file = cpus ? "cpuset.cpus.effective" : "cpuset.mems.effective", *p;
	mem_auto char *text = NULL;
	uint32_t first, last;
	size_t len;

	if ((!cpus && strcmp(l->file, "cpuset.mems") != 0) || *l->value == '\n')
		return 0;
	if (file_read_at(w->at->fd, file, 65536, &text, &len, NULL) < 0)
		return 0;
	text[strcspn(text, "\n")] = '\0';
	p = text;
	ranges_next(&p, UINT32_MAX / 16, &first, &last);
	if (!p || ranges_contain(l->value, first))
		return 0;
	return err_set(err, -ERANGE, "set %s to %s: none of them is available here, only %s", l->file,
		       l->value, text);
}

/* ---- writing ---- */

static int refused(const struct limit *l, int r, struct err *err)
{
	const char *hint = r == -ENODEV ? " (no such device)" :
			   r == -ERANGE || r == -EINVAL ? " (the kernel refuses the value)" : "";

	return err_code(err, r, "set %s to %s%s", l->file, l->value, hint);
}

static void enable(struct work *w)
{
	struct controllers want = { .n = 0 };

	w->enabled = true;
	for (size_t i = 0; i < w->n; i++)
		controllers_add_file(&want, w->v[i].file);
	controllers_enable(w->at, &want);
}

/* 0: written, 1: there is no such file and it need not be there */
static int write_limit(struct work *w, size_t i, struct err *err)
{
	const struct limit *l = &w->v[i];
	int r = file_poke_at(w->at->fd, l->file, l->value);

	if (r == -ENOENT && !w->enabled) {
		enable(w);
		if (w->old && !w->old[i])
			w->old[i] = old_value(w->at->fd, l);
		r = file_poke_at(w->at->fd, l->file, l->value);
	}
	if (r == -ENOENT && (l->optional || l->or_next))
		return 1;
	if (r == -ENOENT)
		r = controllers_why(w->at, l->file, err);
	else if (r < 0)
		r = refused(l, r, err);
	else
		r = check_cpuset(w, l, err);
	return r < 0 ? err_place(err, r, "%s", l->place) : 0;
}

static bool may_fit_later(int r)
{
	return r == -EINVAL || r == -ERANGE || r == -EBUSY;
}

/* One pass over what is not done yet. *ret_progress: something was written. */
static int write_pending(struct work *w, bool *ret_progress, struct err *err)
{
	int first = 0, r;

	for (size_t i = 0; i < w->n; i++) {
		if (w->done[i])
			continue;
		/* This one may kill, and that must not be for nothing. */
		if (first < 0 && !strcmp(w->v[i].file, "memory.max"))
			continue;
		r = write_limit(w, i, first < 0 ? NULL : err);
		if (r < 0 && !may_fit_later(r))
			return r;
		if (r < 0) {
			first = first < 0 ? first : r;
			continue;
		}
		w->done[i] = *ret_progress = true;
		if (r == 0 && w->v[i].or_next && i + 1 < w->n)
			w->done[i + 1] = true;
	}
	return first;
}

static int work_alloc(struct work *w, bool undo, struct err *err)
{
	w->done = calloc(w->n, sizeof(*w->done));
	w->old = undo ? calloc(w->n, sizeof(*w->old)) : NULL;
	if (!w->done || (undo && !w->old))
		return err_nomem(err);
	for (size_t i = 0; undo && i < w->n; i++)
		w->old[i] = old_value(w->at->fd, &w->v[i]);
	return 0;
}

int cgroup_limits_apply(const struct cgroup_place *at, const struct limit *v, size_t n, bool undo,
			struct err *err)
{
	struct work w = { .at = at, .v = v, .n = n };
	bool progress = true;
	struct err first = { 0 };
	int r = n ? work_alloc(&w, undo, &first) : 0;

	if (n && r == 0) {
		do {
			progress = false;
			r = write_pending(&w, &progress, &first);
		} while (r < 0 && may_fit_later(r) && progress);
	}
	if (r < 0 && err)
		*err = first;
	if (r < 0 && w.old)
		write_back(&w);
	for (size_t i = 0; w.old && i < n; i++)
		free(w.old[i]);
	free(w.old);
	free(w.done);
	return r;
}

/* ---- delegation ---- */

/* What every kernel since 4.15 lets the owner of a subtree have. */
static const char files_without_list[] = "cgroup.procs\ncgroup.subtree_control\ncgroup.threads\n";

int cgroup_delegate(const struct cgroup_place *at, uid_t uid, gid_t gid, struct err *err)
{
	mem_auto char *list = NULL;
	char *rest = NULL;
	size_t len;

	if (file_read_at(AT_FDCWD, "/sys/kernel/cgroup/delegate", 65536, &list, &len, NULL) < 0) {
		list = strdup(files_without_list);
		if (!list)
			return err_nomem(err);
	}
	if (fchownat(at->fd, "", uid, gid, AT_EMPTY_PATH) < 0)
		return err_sys(err, "give cgroup %s to user %u", at->path, uid);
	for (char *name = strtok_r(list, "\n", &rest); name; name = strtok_r(NULL, "\n", &rest))
		if (!strchr(name, '/') &&
		    fchownat(at->fd, name, uid, gid, AT_SYMLINK_NOFOLLOW) < 0 && errno != ENOENT)
			return err_sys(err, "give %s of cgroup %s to user %u", name, at->path, uid);
	return 0;
}

/* ---- counting ---- */

void cgroup_count(const struct cgroup_place *at)
{
	static const char *const files[] = { "memory.current", "io.stat", "pids.current", "cpu.max" };
	struct controllers want = { .n = 0 };

	if (faccessat(at->fd, "memory.current", F_OK, 0) == 0 && faccessat(at->fd, "io.stat", F_OK, 0) == 0)
		return;
	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		controllers_add_file(&want, files[i]);
	controllers_enable(at, &want);
}
