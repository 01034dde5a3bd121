/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * limits.c - from linux.resources to writes to files of a cgroup v2
 *
 * Numbers made for cgroup v1 are converted as other runtimes convert them: see jail-spec(5).  memory.max
 * comes last: writing it may kill processes, which nothing undoes.
 */
#include "plan/limits.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static void add_to(struct limits *l, struct limit limit)
{
	size_t cap = l->cap ? l->cap * 2 : 16;
	struct limit *v;

	if (l->n == l->cap) {
		v = realloc(l->v, cap * sizeof(*v));
		if (!v) {
			l->failed = true;
			return;
		}
		l->v = v;
		l->cap = cap;
	}
	l->v[l->n++] = limit;
	l->failed |= !limit.file || !limit.value || !limit.place;
}

/* @place: within linux.resources. Valid until the next one. */
static struct limit *add(struct limits *l, const char *place, const char *file, const char *value)
{
	add_to(l, (struct limit){
		.file = arena_strdup(&l->arena, file), .value = value ? value : "",
		.place = arena_printf(&l->arena, "%s%s", l->prefix, place),
	});
	l->failed |= !value;
	return l->n ? &l->v[l->n - 1] : &l->spare;
}

#define TEXT(l, ...) arena_printf(&(l)->arena, __VA_ARGS__)

/* -1 is no limit */
static const char *number(struct limits *l, int64_t v)
{
	return v < 0 ? "max" : TEXT(l, "%" PRId64, v);
}

/* ---- cpu ---- */

/*
 * shares go from 2 over 1024 to 262144, weights from 1 over 100 to 10000: a parabola in the logarithms
 * goes through all three, so that what nobody has changed stays equal to its neighbours.
 */
uint64_t limits_cpu_weight(uint64_t shares)
{
	double l;

	if (shares <= 2)
		return 1;
	if (shares >= 262144)
		return 10000;
	l = log2((double)shares);
	return (uint64_t)ceil(pow(10, (l * l + 125 * l) / 612 - 7.0 / 34));
}

static void add_cpu_max(struct limits *l, const struct spec_resources *res)
{
	const char *place = res->cpu_quota.set ? "cpu.quota" : "cpu.period";
	const char *quota = res->cpu_quota.set ? number(l, res->cpu_quota.v) : "max";

	/* Without a period the one in force stays. */
	if (res->cpu_period)
		add(l, place, "cpu.max", TEXT(l, "%s %" PRIu64, quota ? quota : "", res->cpu_period));
	else if (res->cpu_quota.set)
		add(l, place, "cpu.max", quota);
}

static void add_cpu(struct limits *l, const struct spec_resources *res)
{
	if (res->cpus)
		add(l, "cpu.cpus", "cpuset.cpus", res->cpus);
	if (res->mems)
		add(l, "cpu.mems", "cpuset.mems", res->mems);
	if (res->cpu_shares)
		add(l, "cpu.shares", "cpu.weight",
		    TEXT(l, "%" PRIu64, limits_cpu_weight(res->cpu_shares)));
	if (res->cpu_idle.set)
		add(l, "cpu.idle", "cpu.idle", number(l, res->cpu_idle.v));
	add_cpu_max(l, res);
	if (res->cpu_burst.set)
		add(l, "cpu.burst", "cpu.max.burst", number(l, res->cpu_burst.v))->optional =
			res->cpu_burst.v == 0;
}

/* ---- io ---- */

static const char *const rate_keys[SPEC_BLOCK_COUNT] = {
	[SPEC_BLOCK_READ_BPS] = "rbps",   [SPEC_BLOCK_WRITE_BPS] = "wbps",
	[SPEC_BLOCK_READ_IOPS] = "riops", [SPEC_BLOCK_WRITE_IOPS] = "wiops",
};

/* BFQ takes weights as they are, up to 1000; io.weight has 1 to 10000. */
static void add_weight(struct limits *l, const char *place, const char *device, uint64_t weight)
{
	const char *bfq = TEXT(l, "%s%" PRIu64, device, weight);
	const char *io = TEXT(l, "%s%" PRIu64, *device ? device : "default ",
			      1 + (weight - 10) * 9999 / 990);

	add(l, place, "io.bfq.weight", bfq)->or_next = true;
	add(l, place, "io.weight", io);
}

static void add_block_list(struct limits *l, const struct spec_resources *res,
			   enum spec_block_list list)
{
	for (size_t i = 0; i < res->block[list].n; i++) {
		const struct spec_block_device *d = &res->block[list].v[i];
		char place[64], device[24], rate[24];

		snprintf(place, sizeof(place), "blockIO.%s[%zu]", spec_block_names[list], i);
		snprintf(device, sizeof(device), "%u:%u ", d->major, d->minor);
		snprintf(rate, sizeof(rate), d->value ? "%" PRIu64 : "max", d->value);
		if (list == SPEC_BLOCK_WEIGHT)
			add_weight(l, place, device, d->value);
		else
			add(l, place, "io.max", TEXT(l, "%s%s=%s", device, rate_keys[list], rate));
	}
}

static void add_block(struct limits *l, const struct spec_resources *res)
{
	if (res->block_weight)
		add_weight(l, "blockIO.weight", "", res->block_weight);
	for (int i = 0; i < SPEC_BLOCK_COUNT; i++)
		add_block_list(l, res, i);
}

/* ---- pids, hugetlb, rdma ---- */

/* A jail without a single process is none: 0 means one. */
static void add_pids(struct limits *l, const struct spec_resources *res)
{
	if (res->pids.set)
		add(l, "pids.limit", "pids.max", number(l, res->pids.v ? res->pids.v : 1))->optional =
			res->pids_default;
}

/* What may be reserved, where the kernel counts that, and what may be used. */
static void add_hugepages(struct limits *l, const struct spec_resources *res)
{
	for (size_t i = 0; i < res->n_hugepages; i++) {
		const struct spec_hugepage *h = &res->hugepages[i];
		const char *value = TEXT(l, "%" PRIu64, h->limit_bytes);
		char place[40], file[64];

		snprintf(place, sizeof(place), "hugepageLimits[%zu]", i);
		snprintf(file, sizeof(file), "hugetlb.%s.max", h->size);
		add(l, place, file, value);
		snprintf(file, sizeof(file), "hugetlb.%s.rsvd.max", h->size);
		add(l, place, file, value)->optional = true;
	}
}

static void add_rdma(struct limits *l, const struct spec_resources *res)
{
	for (size_t i = 0; i < res->n_rdma; i++) {
		const struct spec_rdma *d = &res->rdma[i];
		char handles[40] = "", objects[40] = "", place[200];

		snprintf(place, sizeof(place), "rdma.%s", d->device);
		if (d->handles.set)
			snprintf(handles, sizeof(handles), " hca_handle=%" PRIu64, d->handles.v);
		if (d->objects.set)
			snprintf(objects, sizeof(objects), " hca_object=%" PRIu64, d->objects.v);
		add(l, place, "rdma.max", TEXT(l, "%s%s%s", d->device, handles, objects));
	}
}

/* ---- unified ---- */

/* A file that is set twice is a contradiction, unless we were the first. */
static int settle(struct limits *l, const char *place, const char *file, struct err *err)
{
	for (size_t i = 0; i < l->n; i++) {
		if (strcmp(l->v[i].file, file) != 0)
			continue;
		if (!l->v[i].optional)
			return err_spec(err, place, "is set by %s as well", l->v[i].place);
		memmove(&l->v[i], &l->v[i + 1], (--l->n - i) * sizeof(l->v[i]));
		i--;
	}
	return 0;
}

/* The kernel takes one line with each write. */
static void add_lines(struct limits *l, const char *place, const char *file, const char *text)
{
	while (*text) {
		size_t n = strcspn(text, "\n");

		if (n)
			add(l, place, file, TEXT(l, "%.*s", (int)n, text));
		text += n + (text[n] == '\n');
	}
}

static int add_unified(struct limits *l, const struct spec_resources *res, struct err *err)
{
	struct limits own = { .arena = l->arena, .prefix = l->prefix };
	char place[ERR_PLACE_MAX];
	int r = 0;

	for (size_t i = 0; r == 0 && i < res->unified.n; i++) {
		const struct spec_pair *p = &res->unified.v[i];

		snprintf(place, sizeof(place), "%sunified[\"%s\"]", l->prefix, p->key);
		r = settle(l, place, p->key, err);
		snprintf(place, sizeof(place), "unified[\"%s\"]", p->key);
		add_lines(&own, place, p->key, p->value);
	}
	l->arena = own.arena;
	for (size_t i = 0; r == 0 && i < own.n; i++)
		add_to(l, own.v[i]);
	l->failed |= own.failed;
	free(own.v);
	return r;
}

/* ---- memory ---- */

/*
 * In the spec swap is of memory and swap together.  Who has all memory has all swap, too, unless told
 * otherwise, as it was with cgroup v1.
 */
static int add_swap(struct limits *l, const struct spec_resources *res, struct err *err)
{
	int64_t memory = res->memory.v, swap = res->memory_swap.v;
	char place[64];

	if (memory == -1 && !swap)
		swap = -1;
	if (!swap)
		return 0;
	snprintf(place, sizeof(place), "%smemory.swap", l->prefix);
	if (swap > 0 && memory <= 0)
		return err_spec(err, place, "is of memory and swap together: needs memory.limit");
	if (swap > 0)
		swap -= memory;
	/* No file, no swap: then these two are what there is anyway. */
	add(l, "memory.swap", "memory.swap.max", number(l, swap))->optional = swap <= 0;
	return 0;
}

static int add_memory(struct limits *l, const struct spec_resources *res, struct err *err)
{
	int r;

	if (res->memory_low.set)
		add(l, "memory.reservation", "memory.low", number(l, res->memory_low.v));
	r = add_swap(l, res, err);
	if (res->memory.set)
		add(l, "memory.limit", "memory.max", number(l, res->memory.v));
	return r;
}

static void memory_max_last(struct limits *l)
{
	for (size_t i = 0; i + 1 < l->n; i++) {
		struct limit this = l->v[i];

		if (strcmp(this.file, "memory.max") != 0)
			continue;
		memmove(&l->v[i], &l->v[i + 1], (l->n - i - 1) * sizeof(this));
		l->v[l->n - 1] = this;
		break;
	}
}

void limits_done(struct limits *l)
{
	free(l->v);
	arena_done(&l->arena);
	*l = (struct limits){ 0 };
}

int limits_compile(const struct spec_resources *res, const char *prefix, struct limits *ret,
		   struct err *err)
{
	struct limits *l = ret;
	int r;

	*l = (struct limits){ .prefix = prefix };
	add_cpu(l, res);
	add_block(l, res);
	add_pids(l, res);
	add_hugepages(l, res);
	add_rdma(l, res);
	r = add_memory(l, res, err);
	if (r == 0)
		r = add_unified(l, res, err);
	memory_max_last(l);
	if (r == 0 && l->failed)
		r = err_nomem(err);
	if (r < 0)
		limits_done(l);
	return r;
}
