/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * stats_metrics.c - statistics for programs: JSON, and OpenMetrics text
 *
 * OpenMetrics wants all samples of a family together, so a family is the outer loop and jails the inner
 * one.  Only gauges and counters are used, and no time stamps: the node exporter's textfile collector
 * reads an older form of the format that knows neither the other types nor accepts times.
 */
#include <ctype.h>
#include <string.h>

#include "stats.h"

/* ---- JSON ---- */

static int print_object(const struct sample *x)
{
	struct jail_error *err = NULL;
	mem_auto char *json = NULL;
	struct limit_hit hit;
	const char *comma = "";

	if (jail_stats_json(x->s, &json, &err) < 0)
		return msg_fail(err);
	printf("{\"id\":\"%s\",\"status\":\"%s\",\"pid\":%d,\"uptime\":%.3f,\"cpu_percent\":%.2f,"
	       "\"memory_percent\":%.2f,\"limits_hit\":{", x->id, jail_status_name(x->s->status),
	       (int)x->s->pid, (double)x->s->uptime_ns / 1e9, x->cpu, stats_memory_percent(x->s));
	for (size_t i = 0; stats_limit_hit(x->s, i, &hit); i++)
		if (hit.there) {
			printf("%s\"%s\":%llu", comma, hit.name, (unsigned long long)hit.count);
			comma = ",";
		}
	printf("},\"stats\":%s}", json);
	return 0;
}

int stats_print_json(const struct samples *s)
{
	int code = 0;

	putchar('[');
	for (size_t i = 0; code == 0 && i < s->n; i++) {
		if (i)
			putchar(',');
		code = print_object(&s->v[i]);
	}
	return cli_print(x_strdup("]\n")) ? 1 : code;
}

/* ---- OpenMetrics ---- */

struct family {
	const char *name, *type, *unit, *help;
	uint32_t part;               /* enum jail_stats_part; 0: always there */
	size_t offset;               /* of a uint64_t, when there is no print */
	double unit_of;              /* of the number there, 0: 1 */
	void (*print)(const struct family *f, const struct sample *x);
};

/*
 * A label's value: quotes and newlines escaped as the format wants it.  Names chosen inside a jail may
 * hold any bytes: what is no plain ASCII is written as \xNN, and so are backslashes, so that two
 * names never become one, which would spoil the whole text for its reader.
 */
static void put_label(const char *s)
{
	for (const unsigned char *p = (const unsigned char *)s; *p; p++)
		if (*p == '"')
			fputs("\\\"", stdout);
		else if (*p == '\\' || *p < 0x20 || *p >= 0x7f)
			printf("\\\\x%02x", *p);
		else
			putchar(*p);
}

/* NAME[_total]{jail="ID"[,LABEL="VALUE"]} NUMBER */
static void put_sample(const struct family *f, const struct sample *x, const char *label,
		       const char *value, double number)
{
	printf("%s%s{jail=\"", f->name, strcmp(f->type, "counter") == 0 ? "_total" : "");
	put_label(x->id);
	if (label) {
		printf("\",%s=\"", label);
		put_label(value);
	}
	printf("\"} %.15g\n", number);
}

static void put_status(const struct family *f, const struct sample *x)
{
	put_sample(f, x, "status", jail_status_name(x->s->status), 1);
}

static void put_limit(const struct family *f, const struct sample *x)
{
	uint64_t limit = *(const uint64_t *)((const char *)x->s + f->offset);

	if (limit != JAIL_UNLIMITED)
		put_sample(f, x, NULL, NULL, (double)limit);
}

static void put_cpu_limit(const struct family *f, const struct sample *x)
{
	if (x->s->cpu.quota_us != JAIL_UNLIMITED && x->s->cpu.period_us)
		put_sample(f, x, NULL, NULL, (double)x->s->cpu.quota_us / (double)x->s->cpu.period_us);
}

static void put_hits(const struct family *f, const struct sample *x)
{
	struct limit_hit hit;

	for (size_t i = 0; stats_limit_hit(x->s, i, &hit); i++)
		if (hit.there)
			put_sample(f, x, "limit", hit.name, (double)hit.count);
}

static void put_devices(const struct family *f, const struct sample *x)
{
	char name[32];

	for (size_t i = 0; i < x->s->io.n_devices; i++) {
		const struct jail_stats_device *d = &x->s->io.devices[i];

		snprintf(name, sizeof(name), "%u:%u", d->major, d->minor);
		put_sample(f, x, "device", name,
			   (double)*(const uint64_t *)((const char *)d + f->offset));
	}
}

static void put_interfaces(const struct family *f, const struct sample *x)
{
	for (size_t i = 0; i < x->s->n_interfaces; i++)
		put_sample(f, x, "interface", x->s->interfaces[i].name,
			   (double)*(const uint64_t *)((const char *)&x->s->interfaces[i] + f->offset));
}

static void put_hugetlb(const struct family *f, const struct sample *x)
{
	for (size_t i = 0; i < x->s->n_hugetlb; i++) {
		const struct jail_stats_hugetlb *h = &x->s->hugetlb[i];
		uint64_t v = *(const uint64_t *)((const char *)h + f->offset);

		if (v != JAIL_UNLIMITED)
			put_sample(f, x, "pagesize", h->page_size, (double)v);
	}
}

/* offset: of the struct jail_stall in struct jail_pressure */
static void put_pressure(const struct family *f, const struct sample *x)
{
	const struct {
		const char *name;
		const struct jail_pressure *p;
	} resources[] = {
		{ "cpu", &x->s->cpu.pressure }, { "memory", &x->s->memory.pressure },
		{ "io", &x->s->io.pressure },
	};

	for (size_t i = 0; i < ARRAY_SIZE(resources); i++) {
		const struct jail_stall *s = (const void *)((const char *)resources[i].p + f->offset);

		put_sample(f, x, "resource", resources[i].name, (double)s->total_us / 1e6);
	}
}

#define AT(m)     offsetof(struct jail_stats, m)
#define DEVICE(m) offsetof(struct jail_stats_device, m)
#define IFACE(m)  offsetof(struct jail_stats_interface, m)
#define HUGE(m)   offsetof(struct jail_stats_hugetlb, m)
#define STALL(m)  offsetof(struct jail_pressure, m)
#define COUNTER "counter"
#define GAUGE   "gauge"

static const struct family families[] = {
	{ "jail_status", GAUGE, "", "The state of a jail, as a label.", 0, 0, 0, put_status },
	{ "jail_uptime_seconds", GAUGE, "seconds", "Age of the first process.",
	  0, AT(uptime_ns), 1e-9, NULL },
	{ "jail_cpu_usage_seconds", COUNTER, "seconds", "Processor time used.",
	  JAIL_STATS_CPU, AT(cpu.usage_ns), 1e-9, NULL },
	{ "jail_cpu_user_seconds", COUNTER, "seconds", "Processor time used in user mode.",
	  JAIL_STATS_CPU, AT(cpu.user_ns), 1e-9, NULL },
	{ "jail_cpu_system_seconds", COUNTER, "seconds", "Processor time used in the kernel.",
	  JAIL_STATS_CPU, AT(cpu.system_ns), 1e-9, NULL },
	{ "jail_cpu_limit_processors", GAUGE, "processors", "Processors that the quota allows.",
	  JAIL_STATS_QUOTA, 0, 0, put_cpu_limit },
	{ "jail_cpu_periods", COUNTER, "", "Periods in which the quota applied.",
	  JAIL_STATS_QUOTA, AT(cpu.periods), 0, NULL },
	{ "jail_cpu_throttled_periods", COUNTER, "", "Periods in which the quota was used up.",
	  JAIL_STATS_QUOTA, AT(cpu.throttled), 0, NULL },
	{ "jail_cpu_throttled_seconds", COUNTER, "seconds", "Time spent throttled.",
	  JAIL_STATS_QUOTA, AT(cpu.throttled_ns), 1e-9, NULL },
	{ "jail_memory_usage_bytes", GAUGE, "bytes", "Memory in use, with the page cache.",
	  JAIL_STATS_MEMORY, AT(memory.current), 0, NULL },
	{ "jail_memory_peak_bytes", GAUGE, "bytes", "Most memory ever in use.",
	  JAIL_STATS_MEMORY, AT(memory.peak), 0, NULL },
	{ "jail_memory_limit_bytes", GAUGE, "bytes", "memory.max, where there is a limit.",
	  JAIL_STATS_MEMORY, AT(memory.max), 0, put_limit },
	{ "jail_swap_usage_bytes", GAUGE, "bytes", "Swap in use.",
	  JAIL_STATS_SWAP, AT(memory.swap_current), 0, NULL },
	{ "jail_swap_limit_bytes", GAUGE, "bytes", "memory.swap.max, where there is a limit.",
	  JAIL_STATS_SWAP, AT(memory.swap_max), 0, put_limit },
	{ "jail_pids", GAUGE, "", "Processes, and their threads where the pids controller counts them.",
	  JAIL_STATS_PIDS, AT(pids.current), 0, NULL },
	{ "jail_pids_limit", GAUGE, "", "pids.max, where there is a limit.",
	  JAIL_STATS_TASKS, AT(pids.max), 0, put_limit },
	{ "jail_limit_hits", COUNTER, "", "How often a limit was hit.", 0, 0, 0, put_hits },
	{ "jail_io_read_bytes", COUNTER, "bytes", "Bytes read from a device.",
	  JAIL_STATS_IO, DEVICE(read_bytes), 0, put_devices },
	{ "jail_io_written_bytes", COUNTER, "bytes", "Bytes written to a device.",
	  JAIL_STATS_IO, DEVICE(write_bytes), 0, put_devices },
	{ "jail_io_reads", COUNTER, "", "Read operations of a device.",
	  JAIL_STATS_IO, DEVICE(reads), 0, put_devices },
	{ "jail_io_writes", COUNTER, "", "Write operations of a device.",
	  JAIL_STATS_IO, DEVICE(writes), 0, put_devices },
	{ "jail_network_received_bytes", COUNTER, "bytes", "Bytes received.",
	  JAIL_STATS_NETWORK, IFACE(rx_bytes), 0, put_interfaces },
	{ "jail_network_sent_bytes", COUNTER, "bytes", "Bytes sent.",
	  JAIL_STATS_NETWORK, IFACE(tx_bytes), 0, put_interfaces },
	{ "jail_network_received_packets", COUNTER, "", "Packets received.",
	  JAIL_STATS_NETWORK, IFACE(rx_packets), 0, put_interfaces },
	{ "jail_network_sent_packets", COUNTER, "", "Packets sent.",
	  JAIL_STATS_NETWORK, IFACE(tx_packets), 0, put_interfaces },
	{ "jail_network_receive_errors", COUNTER, "", "Packets received with an error.",
	  JAIL_STATS_NETWORK, IFACE(rx_errors), 0, put_interfaces },
	{ "jail_network_send_errors", COUNTER, "", "Packets that could not be sent.",
	  JAIL_STATS_NETWORK, IFACE(tx_errors), 0, put_interfaces },
	{ "jail_network_receive_drops", COUNTER, "", "Received packets that were dropped.",
	  JAIL_STATS_NETWORK, IFACE(rx_dropped), 0, put_interfaces },
	{ "jail_network_send_drops", COUNTER, "", "Packets dropped before they were sent.",
	  JAIL_STATS_NETWORK, IFACE(tx_dropped), 0, put_interfaces },
	{ "jail_hugetlb_usage_bytes", GAUGE, "bytes", "Huge pages in use.",
	  JAIL_STATS_HUGETLB, HUGE(current), 0, put_hugetlb },
	{ "jail_hugetlb_limit_bytes", GAUGE, "bytes", "hugetlb.SIZE.max, where there is a limit.",
	  JAIL_STATS_HUGETLB, HUGE(max), 0, put_hugetlb },
	{ "jail_pressure_some_seconds", COUNTER, "seconds", "Time in which some tasks were stalled.",
	  JAIL_STATS_PRESSURE, STALL(some), 0, put_pressure },
	{ "jail_pressure_full_seconds", COUNTER, "seconds", "Time in which all tasks were stalled.",
	  JAIL_STATS_PRESSURE, STALL(full), 0, put_pressure },
};

static void put_family(const struct family *f, const struct sample *x)
{
	double unit = f->unit_of > 0 ? f->unit_of : 1;

	if (f->part && !(x->s->parts & f->part))
		return;
	if (f->print)
		f->print(f, x);
	else
		put_sample(f, x, NULL, NULL,
			   (double)*(const uint64_t *)((const char *)x->s + f->offset) * unit);
}

int stats_print_openmetrics(const struct samples *s)
{
	for (size_t i = 0; i < ARRAY_SIZE(families); i++) {
		const struct family *f = &families[i];

		printf("# HELP %s %s\n# TYPE %s %s\n", f->name, f->help, f->name, f->type);
		if (*f->unit)
			printf("# UNIT %s %s\n", f->name, f->unit);
		for (size_t k = 0; k < s->n; k++)
			put_family(f, &s->v[k]);
	}
	return cli_print(x_strdup("# EOF\n"));
}
