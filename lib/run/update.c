/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * update.c - change the limits of a jail that exists
 *
 * Some members of the spec are only half of a file of cgroup v2.  The other half is then the one in
 * force.
 */
#include "run/update.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cgroup/devices.h"
#include "plan/build.h"
#include "run/scope.h"

/* A number; "max" is -1.  -errno: there is none */
static int read_number(int fd, const char *file, int64_t *ret)
{
	mem_auto char *text = NULL;
	size_t len;
	uint64_t v;
	int r = file_read_at(fd, file, 4096, &text, &len, NULL);

	if (r < 0)
		return r;
	text[strcspn(text, " \n")] = '\0';
	*ret = -1;
	if (!strcmp(text, "max"))
		return 0;
	r = str_u64(text, &v);
	if (r == 0)
		*ret = (int64_t)MIN(v, (uint64_t)INT64_MAX);
	return r;
}

static void complete(const struct cgroup_place *at, struct spec_resources *res)
{
	int64_t v;

	if (res->cpu_period && !res->cpu_quota.set && read_number(at->fd, "cpu.max", &v) == 0)
		res->cpu_quota = (struct spec_opt_int){ true, v };
	if (res->memory_swap.v > 0 && !res->memory.set && read_number(at->fd, "memory.max", &v) == 0)
		res->memory = (struct spec_opt_int){ true, v };
}

/* Without the check the kernel makes room: it reclaims, and kills for what it cannot reclaim. */
static int check_memory(const struct cgroup_place *at, const struct update *up, struct err *err)
{
	const struct spec_resources *res = &up->spec->resources;
	int64_t current;

	if (!res->memory_check || res->memory.v <= 0 ||
	    read_number(at->fd, "memory.current", &current) < 0 || current <= res->memory.v)
		return 0;
	err_set(err, -EBUSY, "%" PRId64 " bytes are in use (checkBeforeUpdate)", current);
	return err_place(err, -EBUSY, "%smemory.limit", up->prefix);
}

static int check_devices(const struct update *up, struct err *err)
{
	const struct spec *spec = up->spec;
	const struct plan_step *s = plan_find_step(up->plan, OP_DEVICE_RULES);
	mem_auto struct bpf_insn *insns = NULL;
	size_t len = 0, n;
	const void *now = s ? plan_blob(up->plan, s->s[0], &len) : NULL;

	if (!spec->n_dev_rules)
		return 0;
	insns = calloc(cgroup_devices_max(spec->n_dev_rules), sizeof(*insns));
	if (!insns)
		return err_nomem(err);
	n = cgroup_devices_program(spec->dev_rules, spec->n_dev_rules, insns) * sizeof(*insns);
	if (now && n == len && !memcmp(insns, now, n))
		return 0;
	err_set(err, -EINVAL, "the device rules of a jail cannot be changed while it exists");
	return err_place(err, -EINVAL, "%sdevices", up->prefix);
}

/* ---- limits that are not named ---- */

static const struct { const char *file, *none; } unlimited[] = {
	{ "cpuset.cpus", "\n" },        { "cpuset.mems", "\n" },
	{ "cpu.idle", "0" },            { "cpu.weight", "100" },
	{ "cpu.max.burst", "0" },       { "cpu.max", "max 100000" },
	{ "io.bfq.weight", "default 100" }, { "io.weight", "default 100" },
	{ "pids.max", "max" },          { "memory.low", "0" },
	{ "memory.swap.max", "max" },   { "memory.max", "max" },
};

static bool is_named(const struct limits *l, const char *file)
{
	for (size_t i = 0; i < l->n; i++)
		if (!strcmp(l->v[i].file, file))
			return true;
	return false;
}

/* io.max has a line for each device that has a limit. */
static size_t add_free_devices(const struct cgroup_place *at, const struct limits *named,
			       struct arena *arena, struct limit *v, size_t max)
{
	mem_auto char *text = NULL;
	char *rest = NULL;
	size_t len, n = 0;

	if (file_read_at(at->fd, "io.max", 65536, &text, &len, NULL) < 0)
		return 0;
	for (char *line = strtok_r(text, "\n", &rest); line && n < max;
	     line = strtok_r(NULL, "\n", &rest)) {
		size_t key = strcspn(line, " ");
		bool keep = false;

		for (size_t i = 0; i < named->n; i++)
			keep |= !strcmp(named->v[i].file, "io.max") &&
				!strncmp(named->v[i].value, line, key + 1);
		if (keep)
			continue;
		v[n].file = "io.max";
		v[n].value = arena_printf(arena, "%.*s rbps=max wbps=max riops=max wiops=max",
					  (int)key, line);
		v[n].place = "";
		n += v[n].value != NULL;
	}
	return n;
}

#define DEVICES_MAX 64

/* First what is given up, then what is asked for. */
static int apply(const struct cgroup_place *at, const struct update *up, struct limits *named,
		 struct err *err)
{
	mem_auto struct limit *v = calloc(named->n + ARRAY_SIZE(unlimited) + DEVICES_MAX, sizeof(*v));
	size_t n = 0;
	int r;

	if (!v)
		return err_nomem(err);
	if (up->whole) {
		n = add_free_devices(at, named, &named->arena, v, DEVICES_MAX);
		for (size_t i = 0; i < ARRAY_SIZE(unlimited); i++)
			if (!is_named(named, unlimited[i].file))
				v[n++] = (struct limit){ unlimited[i].file, unlimited[i].none, "", true, false };
	}
	if (named->n)
		memcpy(v + n, named->v, named->n * sizeof(*v));
	r = cgroup_limits_apply(at, v, n + named->n, true, err);
	if (r == 0 && up->scope)
		r = scope_set(up->scope, &(struct limits){ .v = v, .n = n + named->n }, err);
	return r;
}

int update_limits(const struct cgroup_place *at, const struct update *up, struct err *err)
{
	struct spec_resources res = up->spec->resources;
	struct limits named;
	int r = check_devices(up, err);

	if (r == 0)
		r = check_memory(at, up, err);
	if (r < 0)
		return r;
	complete(at, &res);
	r = limits_compile(&res, up->prefix, &named, err);
	if (r < 0)
		return r;
	r = apply(at, up, &named, err);
	limits_done(&named);
	return r;
}
