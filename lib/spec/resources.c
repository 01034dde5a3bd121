/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * resources.c - linux.resources: limits
 *
 * The specification has the words and units of cgroup v1.  What cgroup v2 cannot do is refused here,
 * unless it asks for nothing: engines write zeros and empty objects for what nobody set.
 */
#include "spec/parse.h"

#include <inttypes.h>
#include <stddef.h>
#include <string.h>

/* A dev_t has 12 bits of major and 20 bits of minor number inside the kernel. */
#define DEV_MAJOR_MAX 4095
#define DEV_MINOR_MAX 1048575

#define R(m) FIELD_SIZE(struct spec_resources, m)

/* ---- what cgroup v2 does not have ---- */

static int not_in_v2(const struct at *at)
{
	return at_fail(at, "cannot be had with cgroup v2");
}

static int refuse_number(const struct at *at, void *out)
{
	int64_t v;
	int r = at_int(at, INT64_MIN, INT64_MAX, &v);

	(void)out;
	return r == 0 && v ? not_in_v2(at) : r;
}

static int refuse_list(const struct at *at, void *out)
{
	int r = at_expect(at, JSON_ARRAY);

	(void)out;
	return r == 0 && json_array_size(at->v) ? not_in_v2(at) : r;
}

/* ---- numbers ---- */

static const char units[] = "KMGT";

/* Digits, and what follows starts with one of the units. */
static int number_with_unit(const char *text, uint64_t *ret, const char **ret_unit)
{
	size_t n = strspn(text, "0123456789");
	char digits[24];

	if (n == 0 || n >= sizeof(digits) || !text[n] || !strchr(units, text[n]))
		return -EINVAL;
	memcpy(digits, text, n);
	digits[n] = '\0';
	*ret_unit = text + n;
	return str_u64(digits, ret);
}

/* "512M" in a short spec: a number and one of the units, each 1024 times the one before. */
static int parse_size(const struct at *at, int64_t *ret)
{
	const char *text = json_string_value(at->v), *unit;
	uint64_t v = 0;

	if (number_with_unit(text, &v, &unit) < 0 || unit[1])
		return at_fail(at, "must be a number of bytes such as 536870912 or \"512M\", not \"%.80s\"",
			       text);
	for (ptrdiff_t i = strchr(units, *unit) - units; i >= 0; i--)
		if (__builtin_mul_overflow(v, 1024, &v) || v > INT64_MAX)
			return at_fail(at, "is too large");
	*ret = (int64_t)v;
	return 0;
}

/* A number of bytes, -1: no limit. 0 is what engines write when nobody set one. */
static int parse_bytes(const struct at *at, void *out)
{
	struct spec_opt_int *limit = out;
	bool text = at->p->strict && json_string_length(at->v) && *json_string_value(at->v);
	int64_t v = 0;
	int r = text ? parse_size(at, &v) : at_int(at, -1, INT64_MAX, &v);

	if (r == 0 && v)
		*limit = (struct spec_opt_int){ true, v };
	return r;
}

/* At least a page: the kernel would round it down to nothing. */
static int parse_memory_limit(const struct at *at, void *out)
{
	struct spec_opt_int *limit = out;
	int r = parse_bytes(at, limit);

	if (r == 0 && limit->set && limit->v != -1 && limit->v < 4096)
		return at_fail(at, "must be at least 4096 bytes, or -1 for no limit");
	return r;
}

/* A quota: -1 and 0 are none; the kernel takes 1 ms and more. */
static int parse_quota(const struct at *at, void *out)
{
	struct spec_opt_int *quota = out;
	int64_t v;
	int r = at_int(at, INT64_MIN, INT64_MAX, &v);

	if (r < 0)
		return r;
	if (v > 0 && v < 1000)
		return at_fail(at, "must be at least 1000 microseconds, or -1 for no limit");
	*quota = (struct spec_opt_int){ true, v > 0 ? v : -1 };
	return 0;
}

static int parse_period(const struct at *at, void *out)
{
	uint64_t *period = out;
	int r = at_uint(at, 0, UINT64_MAX, period);

	if (r == 0 && *period && (*period < 1000 || *period > 1000000))
		return at_fail(at, "must be from 1000 to 1000000 microseconds");
	return r;
}

static int parse_pids_limit(const struct at *at, void *out)
{
	struct spec_opt_int *limit = out;
	int64_t v;
	int r = at_int(at, -1, INT64_MAX, &v);

	if (r == 0)
		*limit = (struct spec_opt_int){ true, v };
	return r;
}

/* ---- memory, cpu, pids ---- */

static int ignore_bool(const struct at *at, void *out)
{
	(void)out;
	return json_is_boolean(at->v) ? 0 : at_expect(at, JSON_TRUE);
}

static int parse_oom_killer(const struct at *at, void *out)
{
	int r = ignore_bool(at, out);

	return r == 0 && json_is_true(at->v) ? not_in_v2(at) : r;
}

static int ignore_number(const struct at *at, void *out)
{
	int64_t v;

	(void)out;
	return at_int(at, INT64_MIN, INT64_MAX, &v);
}

static int parse_memory(const struct at *at, void *out)
{
	static const struct field fields[] = {
		{ "limit", F_CALL, R(memory), .fn = parse_memory_limit },
		{ "reservation", F_CALL, R(memory_low), .fn = parse_bytes },
		{ "swap", F_CALL, R(memory_swap), .fn = parse_bytes },
		{ "kernel", F_CALL, .fn = ignore_number },      /* the kernel has given them up */
		{ "kernelTCP", F_CALL, .fn = ignore_number },
		{ "swappiness", F_CALL, .fn = refuse_number },
		{ "disableOOMKiller", F_CALL, .fn = parse_oom_killer },
		{ "useHierarchy", F_CALL, .fn = ignore_bool },  /* it always is */
		{ "checkBeforeUpdate", F_BOOL, R(memory_check) },
		{ 0 },
	};
	struct at swap = at_member(at, "swap");
	struct spec_resources *res = out;
	int r = object_parse(at, fields, res);

	if (r == 0 && res->memory_swap.v > 0 && res->memory.v > 0 &&
	    res->memory_swap.v < res->memory.v)
		return at_fail(&swap, "is of memory and swap together: must be at least limit, %" PRId64,
			       res->memory.v);
	if (r == 0 && res->memory_swap.v > 0 && res->memory.v == -1)
		return at_fail(&swap, "cannot be limited while limit is -1");
	return r;
}

static int parse_cpu(const struct at *at, void *out)
{
	static const struct field fields[] = {
		{ "shares", F_UINT, R(cpu_shares) },
		{ "quota", F_CALL, R(cpu_quota), .fn = parse_quota },
		{ "period", F_CALL, R(cpu_period), .fn = parse_period },
		{ "burst", F_OPT_INT, R(cpu_burst), .min = 0, .max = INT64_MAX },
		{ "idle", F_OPT_INT, R(cpu_idle), .min = 0, .max = 1 },
		{ "cpus", F_CALL, R(cpus), .fn = parse_cpu_list },
		{ "mems", F_CALL, R(mems), .fn = parse_cpu_list },
		{ "realtimeRuntime", F_CALL, .fn = refuse_number },
		{ "realtimePeriod", F_CALL, .fn = refuse_number },
		{ 0 },
	};
	struct at burst = at_member(at, "burst");
	struct spec_resources *res = out;
	int r = object_parse(at, fields, res);

	if (r == 0 && res->cpu_burst.v > 0 && res->cpu_quota.v > 0 &&
	    res->cpu_burst.v > res->cpu_quota.v)
		return at_fail(&burst, "must be at most quota, %" PRId64, res->cpu_quota.v);
	return r;
}

static int parse_pids(const struct at *at, void *out)
{
	static const struct field fields[] = {
		{ "limit", F_CALL, R(pids), .fn = parse_pids_limit },
		{ 0 },
	};

	return object_parse(at, fields, out);
}

/* ---- blockIO ---- */

const char *const spec_block_names[SPEC_BLOCK_COUNT] = {
	"weightDevice", "throttleReadBpsDevice", "throttleWriteBpsDevice",
	"throttleReadIOPSDevice", "throttleWriteIOPSDevice",
};

static int parse_weight(const struct at *at, void *out)
{
	uint64_t v;
	int r = at_uint(at, 0, UINT64_MAX, &v);

	if (r == 0 && v && (v < 10 || v > 1000))
		return at_fail(at, "must be from 10 to 1000");
	if (r == 0)
		*(uint64_t *)out = v;
	return r;
}

#define D(m) FIELD_SIZE(struct spec_block_device, m)
#define DEVICE_NUMBERS \
	{ "major", F_UINT, F_REQUIRED, D(major), .max = DEV_MAJOR_MAX }, \
	{ "minor", F_UINT, F_REQUIRED, D(minor), .max = DEV_MINOR_MAX }

static int parse_weight_device(const struct at *at, void *out)
{
	static const struct field fields[] = {
		DEVICE_NUMBERS,
		{ "weight", F_CALL, D(value), .fn = parse_weight },
		{ "leafWeight", F_CALL, .fn = refuse_number },
		{ 0 },
	};
	struct spec_block_device *d = out;
	int r = object_parse(at, fields, d);

	return r == 0 && !d->value ? at_fail(at, "must have a weight") : r;
}

static int parse_rate_device(const struct at *at, void *out)
{
	static const struct field fields[] = {
		DEVICE_NUMBERS,
		{ "rate", F_UINT, F_REQUIRED, D(value) },
		{ 0 },
	};

	return object_parse(at, fields, out);
}

static int parse_block(const struct at *at, void *out)
{
	static const struct field fields[] = {
		{ "weight", F_CALL, R(block_weight), .fn = parse_weight },
		{ "leafWeight", F_CALL, .fn = refuse_number },
		{ "weightDevice", F_LIST,
		  FIELD_LIST(struct spec_resources, block[SPEC_BLOCK_WEIGHT].v),
		  .fn = parse_weight_device },
		{ "throttleReadBpsDevice", F_LIST,
		  FIELD_LIST(struct spec_resources, block[SPEC_BLOCK_READ_BPS].v),
		  .fn = parse_rate_device },
		{ "throttleWriteBpsDevice", F_LIST,
		  FIELD_LIST(struct spec_resources, block[SPEC_BLOCK_WRITE_BPS].v),
		  .fn = parse_rate_device },
		{ "throttleReadIOPSDevice", F_LIST,
		  FIELD_LIST(struct spec_resources, block[SPEC_BLOCK_READ_IOPS].v),
		  .fn = parse_rate_device },
		{ "throttleWriteIOPSDevice", F_LIST,
		  FIELD_LIST(struct spec_resources, block[SPEC_BLOCK_WRITE_IOPS].v),
		  .fn = parse_rate_device },
		{ 0 },
	};

	return object_parse(at, fields, out);
}

/* ---- hugepageLimits ---- */

/* The kernel names its sizes by the largest unit that fits: 2048KB is its 2MB. */
static int parse_page_size(const struct at *at, void *out)
{
	const char *text, *unit, *u;
	uint64_t v = 0;
	int r = at_text(at, &text);

	if (r < 0)
		return r;
	if (*text == '0' || number_with_unit(text, &v, &unit) < 0 || *unit == 'T' ||
	    strcmp(unit + 1, "B") != 0)
		return at_fail(at, "must be a size such as \"2MB\", not \"%.80s\"", text);
	for (u = strchr(units, *unit); v % 1024 == 0 && *u != 'G'; u++)
		v /= 1024;
	*(char **)out = arena_printf(&at->p->spec->arena, "%" PRIu64 "%cB", v, *u);
	return *(char **)out ? 0 : at_nomem(at);
}

static int parse_hugepage(const struct at *at, void *out)
{
	static const struct field fields[] = {
		{ "pageSize", F_CALL, F_REQUIRED, FIELD_SIZE(struct spec_hugepage, size),
		  .fn = parse_page_size },
		{ "limit", F_UINT, F_REQUIRED, FIELD_SIZE(struct spec_hugepage, limit_bytes) },
		{ 0 },
	};

	return object_parse(at, fields, out);
}

/* ---- rdma ---- */

static int parse_rdma_device(const struct at *at, void *out)
{
	static const struct field fields[] = {
		{ "hcaHandles", F_OPT_UINT, FIELD_SIZE(struct spec_rdma, handles), .max = UINT32_MAX },
		{ "hcaObjects", F_OPT_UINT, FIELD_SIZE(struct spec_rdma, objects), .max = UINT32_MAX },
		{ 0 },
	};
	struct spec_resources *res = out;
	struct spec_rdma *d = &res->rdma[res->n_rdma++];
	int r;

	if (!*at->key || strpbrk(at->key, " \t\n"))
		return at_fail(at, "is not the name of a device");
	r = object_parse(at, fields, d);
	if (r == 0 && !d->handles.set && !d->objects.set)
		return at_fail(at, "must have hcaHandles or hcaObjects");
	d->device = arena_strdup(&at->p->spec->arena, at->key);
	return r < 0 || d->device ? r : at_nomem(at);
}

static int parse_rdma(const struct at *at, void *out)
{
	struct spec_resources *res = out;
	int r = at_expect(at, JSON_OBJECT);

	if (r < 0)
		return r;
	res->rdma = arena_alloc(&at->p->spec->arena,
				(json_object_size(at->v) + 1) * sizeof(*res->rdma));
	return res->rdma ? map_parse(at, parse_rdma_device, res) : at_nomem(at);
}

/* ---- network, unified ---- */

static int parse_network(const struct at *at, void *out)
{
	static const struct field fields[] = {
		{ "classID", F_CALL, .fn = refuse_number },
		{ "priorities", F_CALL, .fn = refuse_list },
		{ 0 },
	};

	return object_parse(at, fields, out);
}

/* A file of the cgroup and what is written to it; it must not lead out of it. */
static int check_unified(const struct at *at, void *out)
{
	const char *text;
	int r = at_text(at, &text);

	(void)out;
	if (r < 0)
		return r;
	if (!*at->key || strchr(at->key, '/') || !strchr(at->key, '.') || at->key[0] == '.')
		return at_fail(at, "is not the name of a file of a cgroup");
	return *text ? 0 : at_fail(at, "must not be empty");
}

static int parse_unified(const struct at *at, void *out)
{
	static const struct field pairs = { "unified", F_PAIRS, .size = sizeof(struct spec_pairs) };
	int r = map_parse(at, check_unified, NULL);

	return r < 0 ? r : field_read(at, &pairs, out);
}

/* ---- all ---- */

int parse_resources(const struct at *at, void *spec)
{
	static const struct field fields[] = {
		{ "devices", F_CALL, .fn = parse_device_rules },
		{ "memory", F_CALL, FIELD_SIZE(struct spec, resources), .fn = parse_memory },
		{ "cpu", F_CALL, FIELD_SIZE(struct spec, resources), .fn = parse_cpu },
		{ "pids", F_CALL, FIELD_SIZE(struct spec, resources), .fn = parse_pids },
		{ "blockIO", F_CALL, FIELD_SIZE(struct spec, resources), .fn = parse_block },
		{ "hugepageLimits", F_LIST, FIELD_LIST(struct spec, resources.hugepages),
		  .fn = parse_hugepage },
		{ "network", F_CALL, .fn = parse_network },
		{ "rdma", F_CALL, FIELD_SIZE(struct spec, resources), .fn = parse_rdma },
		{ "unified", F_CALL, FIELD_SIZE(struct spec, resources.unified), .fn = parse_unified },
		{ 0 },
	};

	return object_parse(at, fields, spec);
}
