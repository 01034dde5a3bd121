/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * stats_sample.c - reading the statistics of many jails, and what follows from them
 */
#include <pthread.h>
#include <string.h>

#include "stats.h"

/* ---- what follows from the numbers ---- */

static uint64_t sum_devices(const struct jail_stats *s, size_t member)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < s->io.n_devices; i++)
		sum += *(const uint64_t *)((const char *)&s->io.devices[i] + member);
	return sum;
}

static uint64_t sum_interfaces(const struct jail_stats *s, size_t member)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < s->n_interfaces; i++)
		if (strcmp(s->interfaces[i].name, "lo") != 0)
			sum += *(const uint64_t *)((const char *)&s->interfaces[i] + member);
	return sum;
}

uint64_t stats_read_bytes(const struct jail_stats *s)
{
	return sum_devices(s, offsetof(struct jail_stats_device, read_bytes));
}

uint64_t stats_written_bytes(const struct jail_stats *s)
{
	return sum_devices(s, offsetof(struct jail_stats_device, write_bytes));
}

uint64_t stats_received_bytes(const struct jail_stats *s)
{
	return sum_interfaces(s, offsetof(struct jail_stats_interface, rx_bytes));
}

uint64_t stats_sent_bytes(const struct jail_stats *s)
{
	return sum_interfaces(s, offsetof(struct jail_stats_interface, tx_bytes));
}

double stats_memory_percent(const struct jail_stats *s)
{
	double machine = (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGESIZE);
	double limit = (double)s->memory.max;

	if (limit > machine)
		limit = machine;
	return limit > 0 ? 100 * (double)s->memory.current / limit : 0;
}

/* ---- limits ---- */

#define AT(member) offsetof(struct jail_stats, member)

static const struct {
	const char *name, *word;
	uint32_t part;
	size_t offset;
} limits[] = {
	{ "memory.oom_kill", "killed",   JAIL_STATS_MEMORY, AT(memory.events.oom_kill) },
	{ "memory.max",      "mem",      JAIL_STATS_MEMORY, AT(memory.events.max) },
	{ "memory.high",     "mem.high", JAIL_STATS_MEMORY, AT(memory.events.high) },
	{ "memory.swap.max", "swap",     JAIL_STATS_SWAP,   AT(memory.swap_max_events) },
	{ "pids.max",        "pids",     JAIL_STATS_TASKS,  AT(pids.max_events) },
	{ "cpu.max",         "cpu",      JAIL_STATS_QUOTA,  AT(cpu.throttled) },
};

bool stats_limit_hit(const struct jail_stats *s, size_t i, struct limit_hit *ret)
{
	if (i < ARRAY_SIZE(limits)) {
		*ret = (struct limit_hit){
			limits[i].name, limits[i].word, s->parts & limits[i].part,
			*(const uint64_t *)((const char *)s + limits[i].offset),
		};
		return true;
	}
	if (i > ARRAY_SIZE(limits))
		return false;
	*ret = (struct limit_hit){ "hugetlb.max", "huge", s->parts & JAIL_STATS_HUGETLB, 0 };
	for (size_t k = 0; k < s->n_hugetlb; k++)
		ret->count += s->hugetlb[k].events;
	return true;
}

/* ---- rates ---- */

static double rate(uint64_t now, uint64_t then, double seconds)
{
	return now > then && seconds > 0 ? (double)(now - then) / seconds : 0;
}

/* The last sample of the same jail, if it has not been made anew since; they are in the same order. */
static const struct jail_stats *find_last(const struct samples *last, const struct sample *now,
					  size_t hint)
{
	for (size_t i = 0; last && i < last->n; i++) {
		const struct sample *l = &last->v[(hint + i) % last->n];

		if (!strcmp(l->id, now->id))
			return l->s->pid == now->s->pid && l->s->cpu.usage_ns <= now->s->cpu.usage_ns ?
				l->s : NULL;
	}
	return NULL;
}

static void fill_rates(struct sample *x, const struct jail_stats *last)
{
	static const struct jail_stats none;
	const struct jail_stats *then = last ? last : &none, *now = x->s;
	double seconds = (double)(last ? now->time_ns - last->time_ns : now->uptime_ns) / 1e9;

	x->cpu = rate(now->cpu.usage_ns, then->cpu.usage_ns, seconds) / 1e7;
	x->read = rate(stats_read_bytes(now), stats_read_bytes(then), seconds);
	x->write = rate(stats_written_bytes(now), stats_written_bytes(then), seconds);
	x->rx = rate(stats_received_bytes(now), stats_received_bytes(then), seconds);
	x->tx = rate(stats_sent_bytes(now), stats_sent_bytes(then), seconds);
}

/* ---- taking them ---- */

/* Reading is shared by some threads: what one of many jails is asked for takes a tenth of a millisecond. */
#define THREADS_MAX 8
#define PER_THREAD  32

struct reading {
	const struct sampling *how;
	char **ids;
	size_t n;
	_Atomic size_t next;
	struct jail_stats **stats;      /* of each id: one of the two */
	struct jail_error **errors;
};

static void *read_some(void *data)
{
	struct reading *r = data;
	size_t i;

	while ((i = r->next++) < r->n) {
		struct jail *jail = NULL;

		if (jail_open(r->how->cli->rt, r->ids[i], &jail, &r->errors[i]) == 0)
			jail_get_stats(jail, r->how->parts, &r->stats[i], &r->errors[i]);
		jail_free(jail);
	}
	return NULL;
}

/* One thread that cannot be started is one that does not help. */
static void read_all(struct reading *r)
{
	pthread_t threads[THREADS_MAX];
	size_t wanted = r->n / PER_THREAD, n = 0;
	long cpus = sysconf(_SC_NPROCESSORS_ONLN);

	if (cpus > 0 && wanted > (size_t)cpus)
		wanted = (size_t)cpus;
	if (wanted > THREADS_MAX)
		wanted = THREADS_MAX;
	while (n + 1 < wanted && pthread_create(&threads[n], NULL, read_some, r) == 0)
		n++;
	read_some(r);
	while (n)
		pthread_join(threads[--n], NULL);
}

/* -1 after a message; 0: it is in, or not to be shown. Takes both over. */
static int keep(const struct sampling *how, const char *id, struct jail_stats *stats,
		struct jail_error *err, const struct samples *last, struct samples *s)
{
	bool named = how->ids && how->ids[0];
	struct sample x = { .s = stats };

	if (!stats) {
		if (named && !last)
			return -msg_fail(err);
		/* Deleted since its name was read: no news. */
		if (jail_error_code(err) != -ENOENT)
			msg_warning("%s", jail_error_message(err));
		jail_error_free(err);
		return 0;
	}
	if (!named && !how->all && !stats->pid) {
		jail_stats_free(stats);
		return 0;
	}
	x.id = x_strdup(id);
	fill_rates(&x, find_last(last, &x, s->n));
	s->v[s->n++] = x;
	return 0;
}

static int keep_all(const struct reading *r, const struct samples *last, struct samples *s)
{
	int code = 0;

	s->v = x_realloc(NULL, r->n + 1, sizeof(*s->v));
	for (size_t i = 0; i < r->n; i++)
		if (code == 0)
			code = keep(r->how, r->ids[i], r->stats[i], r->errors[i], last, s);
		else {
			jail_stats_free(r->stats[i]);
			jail_error_free(r->errors[i]);
		}
	return code;
}

static void *null_pointers(size_t n)
{
	return memset(x_realloc(NULL, n + 1, sizeof(void *)), 0, (n + 1) * sizeof(void *));
}

/* Each once, however often it was named. */
static size_t unique(char **ids, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		size_t k = 0;

		while (k < kept && strcmp(ids[k], ids[i]) != 0)
			k++;
		if (k == kept)
			ids[kept++] = ids[i];
	}
	return kept;
}

int samples_take(const struct sampling *how, const struct samples *last, struct samples *ret)
{
	bool named = how->ids && how->ids[0];
	struct reading r = { .how = how, .ids = how->ids };
	struct jail_error *err = NULL;
	mem_auto char **list = NULL;
	struct samples s = { 0 };
	int code;

	if (!named && jail_list(how->cli->rt, &list, &err) < 0)
		return -msg_fail(err);
	if (!named)
		r.ids = list;
	while (r.ids[r.n])
		r.n++;
	if (named)
		r.n = unique(r.ids, r.n);
	r.stats = null_pointers(r.n);
	r.errors = null_pointers(r.n);
	read_all(&r);
	code = keep_all(&r, last, &s);
	free(r.stats);
	free(r.errors);
	if (code < 0)
		samples_done(&s);
	else
		*ret = s;
	return code;
}

void samples_done(struct samples *s)
{
	for (size_t i = 0; i < s->n; i++) {
		free(s->v[i].id);
		jail_stats_free(s->v[i].s);
	}
	free(s->v);
	*s = (struct samples){ 0 };
}
