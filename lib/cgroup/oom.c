/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * oom.c - did the kernel kill for want of memory, and by whose limit?
 *
 * oom_kill counts the dead where they were, oom the times a limit was reached where it was set; both
 * count in all cgroups above as well, but for the .local files.
 */
#include "cgroup/oom.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>

#include "cgroup/stats.h"

struct oom {
	uint64_t killed, reached;       /* here and below */
	uint64_t reached_here;
	uint64_t max, peak;
};

static void format_bytes(uint64_t v, char *ret, size_t size)
{
	static const char *const units[] = { "bytes", "KiB", "MiB", "GiB", "TiB" };
	uint64_t unit = 1;
	size_t u = 0;

	if (v == CGROUP_STAT_MAX) {
		snprintf(ret, size, "unlimited");
		return;
	}
	for (; u + 1 < ARRAY_SIZE(units) && v / unit >= 1024; u++)
		unit *= 1024;
	if (v % unit == 0)
		snprintf(ret, size, "%llu %s", (unsigned long long)(v / unit), units[u]);
	else
		snprintf(ret, size, "%.1f %s", (double)v / (double)unit, units[u]);
}

static bool read_number(int fd, const char *name, uint64_t *ret)
{
	char text[64];

	return stat_read(fd, name, text, sizeof(text)) >= 0 && stat_parse_number(text, ret);
}

/* false: nobody can tell. */
static bool look(int fd, struct oom *o)
{
	static const struct stat_key keys[] = {
		{ "oom_kill", offsetof(struct oom, killed), 0 },
		{ "oom", offsetof(struct oom, reached), 0 },
		{ 0 },
	};
	static const struct stat_key local[] = {
		{ "oom", offsetof(struct oom, reached_here), 0 }, { 0 },
	};
	char text[1024];

	*o = (struct oom){ .max = CGROUP_STAT_MAX };
	if (stat_read(fd, "memory.events", text, sizeof(text)) < 0 ||
	    !stat_parse_keys(text, keys, o) || !(o->killed || o->reached))
		return false;
	/* All of it or nothing: the cgroup may be being removed. */
	if (stat_read(fd, "memory.events.local", text, sizeof(text)) < 0 ||
	    !read_number(fd, "memory.max", &o->max))
		return false;
	stat_parse_keys(text, local, o);
	read_number(fd, "memory.peak", &o->peak);   /* Linux 5.19 */
	return true;
}

static void describe(const struct oom *o, char ret[CGROUP_OOM_MAX])
{
	char max[32], peak[32], part[64] = "", killed[48] = "";
	const char *whose = "";

	if (!o->reached)
		whose = " of the host or a cgroup above";
	else if (!o->reached_here)
		whose = " in a cgroup inside";
	format_bytes(o->max, max, sizeof(max));
	if (o->peak) {
		format_bytes(o->peak, peak, sizeof(peak));
		snprintf(part, sizeof(part), ", peak %s", peak);
	}
	if (o->killed)
		snprintf(killed, sizeof(killed), ", %llu %s killed", (unsigned long long)o->killed,
			 o->killed == 1 ? "process" : "processes");
	snprintf(ret, CGROUP_OOM_MAX, "out of memory%s (memory.max %s%s%s)", whose, max, part, killed);
}

int cgroup_oom_text(int fd, char ret[CGROUP_OOM_MAX])
{
	struct oom o;

	if (!look(fd, &o) || !o.killed)
		return 0;
	describe(&o, ret);
	return o.killed > INT_MAX ? INT_MAX : (int)o.killed;
}

void cgroup_oom_watch(int fd, struct cgroup_oom_watch *ret)
{
	struct oom own, above;

	*ret = (struct cgroup_oom_watch){ .above = -1 };
	look(fd, &own);
	if (!read_number(fd, "memory.max", &own.max) || own.max == CGROUP_STAT_MAX)
		return;
	ret->max = own.max;
	ret->above = openat(fd, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (ret->above >= 0 && look(ret->above, &above))
		ret->killed = above.killed;
}

int cgroup_oom_text_above(const struct cgroup_oom_watch *w, char ret[CGROUP_OOM_MAX])
{
	struct oom o;

	if (w->above < 0 || !look(w->above, &o) || o.killed <= w->killed)
		return 0;
	o.killed -= w->killed;
	o.reached_here = o.reached;
	o.max = w->max;
	o.peak = 0;
	describe(&o, ret);
	return o.killed > INT_MAX ? INT_MAX : (int)o.killed;
}

bool cgroup_oom_refused(int fd, char ret[CGROUP_OOM_MAX])
{
	struct oom o;

	if (!look(fd, &o))
		return false;
	describe(&o, ret);
	return true;
}
