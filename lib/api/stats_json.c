/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * stats_json.c - statistics in the JSON that containerd, docker and cadvisor read from a runtime
 *
 * The names and units are those of runc's events; they were made for cgroup v1.  What v2 counts
 * differently is put where v1 had it, as runc does: swap is the sum of memory and swap, times are
 * nanoseconds, and no limit is the largest number, but for processes, where it is left out.
 */
#include "api/stats.h"

#include "base/json.h"

/* Begin a member of the object, or an element of the array, that the buffer ends in. */
static void next(struct buf *b, const char *key)
{
	char last = b->text ? b->text[b->len - 1] : '{';

	if (last != '{' && last != '[')
		buf_put(b, ",", 1);
	if (key)
		buf_printf(b, "\"%s\":", key);
}

static void put_number(struct buf *b, const char *key, uint64_t v)
{
	next(b, key);
	buf_printf(b, "%llu", (unsigned long long)v);
}

/* What is zero is left out. */
static void put_some(struct buf *b, const char *key, uint64_t v)
{
	if (v)
		put_number(b, key, v);
}

static void open_object(struct buf *b, const char *key)
{
	next(b, key);
	buf_put(b, "{", 1);
}

static void close_object(struct buf *b)
{
	buf_put(b, "}", 1);
}

/* ---- sections ---- */

static void put_stall(struct buf *b, const char *key, const struct jail_stall *s)
{
	open_object(b, key);
	buf_printf(b, "\"avg10\":%.2f,\"avg60\":%.2f,\"avg300\":%.2f,\"total\":%llu", s->avg10,
		   s->avg60, s->avg300, (unsigned long long)s->total_us);
	close_object(b);
}

static void put_pressure(struct buf *b, const struct jail_stats *s, const struct jail_pressure *p)
{
	if (!(s->parts & JAIL_STATS_PRESSURE))
		return;
	open_object(b, "psi");
	put_stall(b, "some", &p->some);
	put_stall(b, "full", &p->full);
	close_object(b);
}

static void put_cpu(struct buf *b, const struct jail_stats *s)
{
	open_object(b, "cpu");
	open_object(b, "usage");
	put_some(b, "total", s->cpu.usage_ns);
	put_number(b, "kernel", s->cpu.system_ns);
	put_number(b, "user", s->cpu.user_ns);
	close_object(b);
	open_object(b, "throttling");
	put_some(b, "periods", s->cpu.periods);
	put_some(b, "throttledPeriods", s->cpu.throttled);
	put_some(b, "throttledTime", s->cpu.throttled_ns);
	close_object(b);
	put_pressure(b, s, &s->cpu.pressure);
	close_object(b);
}

static void put_memory_entry(struct buf *b, const char *key, uint64_t limit, uint64_t usage,
			     uint64_t peak, uint64_t failures)
{
	open_object(b, key);
	put_number(b, "limit", limit);
	put_some(b, "usage", usage);
	put_some(b, "max", peak);
	put_number(b, "failcnt", failures);
	close_object(b);
}

static uint64_t detail(const struct jail_stats *s, const char *name)
{
	for (size_t i = 0; i < s->memory.n_detail; i++)
		if (!strcmp(s->memory.detail[i].name, name))
			return s->memory.detail[i].value;
	return 0;
}

static void put_raw(struct buf *b, const struct jail_stats *s)
{
	if (!s->memory.n_detail)
		return;
	open_object(b, "raw");
	for (size_t i = 0; i < s->memory.n_detail; i++) {
		next(b, NULL);
		json_put_string(b, s->memory.detail[i].name);
		buf_printf(b, ":%llu", (unsigned long long)s->memory.detail[i].value);
	}
	close_object(b);
}

static void put_memory_events(struct buf *b, const struct jail_memory_events *e)
{
	open_object(b, "event_count");
	put_some(b, "low", e->low);
	put_some(b, "high", e->high);
	put_some(b, "max", e->max);
	put_some(b, "oom", e->oom);
	put_some(b, "oom_kill", e->oom_kill);
	put_some(b, "oom_group_kill", e->oom_group_kill);
	close_object(b);
}

static void put_memory(struct buf *b, const struct jail_stats *s)
{
	uint64_t limit = s->parts & JAIL_STATS_MEMORY ? s->memory.max : JAIL_UNLIMITED;
	uint64_t swap_limit;

	if (!(s->parts & JAIL_STATS_SWAP) ||
	    __builtin_add_overflow(s->memory.swap_max, limit, &swap_limit))
		swap_limit = JAIL_UNLIMITED;
	open_object(b, "memory");
	put_some(b, "cache", detail(s, "file"));
	put_memory_entry(b, "usage", limit, s->memory.current, s->memory.peak,
			 s->memory.events.max);
	put_memory_entry(b, "swap", swap_limit, s->memory.current + s->memory.swap_current, 0,
			 s->memory.swap_max_events);
	put_memory_entry(b, "kernel", 0, detail(s, "kernel"), 0, 0);
	put_memory_entry(b, "kernelTCP", 0, detail(s, "sock"), 0, 0);
	put_raw(b, s);
	put_pressure(b, s, &s->memory.pressure);
	put_memory_events(b, &s->memory.events);
	close_object(b);
}

static void put_pids(struct buf *b, const struct jail_stats *s)
{
	open_object(b, "pids");
	put_some(b, "current", s->pids.current);
	if (s->pids.max != JAIL_UNLIMITED)
		put_some(b, "limit", s->pids.max);
	close_object(b);
}

static void put_device_op(struct buf *b, const struct jail_stats_device *d, const char *op,
			  uint64_t value)
{
	open_object(b, NULL);
	put_some(b, "major", d->major);
	put_some(b, "minor", d->minor);
	next(b, "op");
	json_put_string(b, op);
	put_some(b, "value", value);
	close_object(b);
}

static void put_devices(struct buf *b, const char *key, const struct jail_stats *s, bool bytes)
{
	if (!s->io.n_devices)
		return;
	next(b, key);
	buf_put(b, "[", 1);
	for (size_t i = 0; i < s->io.n_devices; i++) {
		const struct jail_stats_device *d = &s->io.devices[i];

		put_device_op(b, d, "Read", bytes ? d->read_bytes : d->reads);
		put_device_op(b, d, "Write", bytes ? d->write_bytes : d->writes);
	}
	buf_put(b, "]", 1);
}

static void put_blkio(struct buf *b, const struct jail_stats *s)
{
	open_object(b, "blkio");
	put_devices(b, "ioServiceBytesRecursive", s, true);
	put_devices(b, "ioServicedRecursive", s, false);
	put_pressure(b, s, &s->io.pressure);
	close_object(b);
}

static void put_hugetlb(struct buf *b, const struct jail_stats *s)
{
	open_object(b, "hugetlb");
	for (size_t i = 0; i < s->n_hugetlb; i++) {
		open_object(b, s->hugetlb[i].page_size);
		put_some(b, "usage", s->hugetlb[i].current);
		put_number(b, "failcnt", s->hugetlb[i].events);
		close_object(b);
	}
	close_object(b);
}

static void put_interface(struct buf *b, const struct jail_stats_interface *i)
{
	open_object(b, NULL);
	next(b, "Name");
	json_put_string(b, i->name);
	put_number(b, "RxBytes", i->rx_bytes);
	put_number(b, "RxPackets", i->rx_packets);
	put_number(b, "RxErrors", i->rx_errors);
	put_number(b, "RxDropped", i->rx_dropped);
	put_number(b, "TxBytes", i->tx_bytes);
	put_number(b, "TxPackets", i->tx_packets);
	put_number(b, "TxErrors", i->tx_errors);
	put_number(b, "TxDropped", i->tx_dropped);
	close_object(b);
}

static void put_network(struct buf *b, const struct jail_stats *s)
{
	next(b, "network_interfaces");
	buf_put(b, "[", 1);
	for (size_t i = 0; i < s->n_interfaces; i++)
		put_interface(b, &s->interfaces[i]);
	buf_put(b, "]", 1);
}

int jail_stats_json(const struct jail_stats *s, char **ret, struct jail_error **error)
{
	struct buf b = { 0 };
	struct err err;

	buf_put(&b, "{", 1);
	put_cpu(&b, s);
	put_memory(&b, s);
	put_pids(&b, s);
	put_blkio(&b, s);
	put_hugetlb(&b, s);
	open_object(&b, "intel_rdt");
	close_object(&b);
	put_network(&b, s);
	close_object(&b);
	if (b.failed) {
		err_nomem(&err);
		return api_fail(&err, NULL, error);
	}
	*ret = b.text;
	return 0;
}
