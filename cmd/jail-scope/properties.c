/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * properties.c - limits as properties of a unit: systemd.resource-control(5)
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scope.h"

#define SET_BYTES 1024          /* 8192 processors */

static uint64_t number(const char *text)
{
	return !strcmp(text, "max") ? UINT64_MAX : strtoull(text, NULL, 10);
}

/* What is no number is for the kernel to refuse, whose answer is told with its place in the spec. */
static int add_number(sd_bus_message *m, const char *property, const char *value)
{
	if (strcmp(value, "max") != 0 && strspn(value, "0123456789") != strlen(value))
		return 0;
	return sd_bus_message_append(m, "(sv)", property, "t", number(value));
}

/* "default N": a weight for all devices.  Those of one device stay with the kernel. */
static int add_weight(sd_bus_message *m, const char *property, const char *value)
{
	return strncmp(value, "default ", 8) != 0 ? 0 : add_number(m, property, value + 8);
}

/* "QUOTA PERIOD": a share of each second, which systemd wants in whole tens of milliseconds. */
static int add_quota(sd_bus_message *m, const char *property, const char *value)
{
	uint64_t quota = number("max"), period = 100000, share = UINT64_MAX;
	char *end;
	int r;

	if (strncmp(value, "max", 3) != 0) {
		quota = strtoull(value, &end, 10);
		value = end;
	} else {
		value += 3;
	}
	if (*value)
		period = strtoull(value, NULL, 10);
	if (!period)
		return -EINVAL;
	if (quota != UINT64_MAX)
		share = (quota * 1000000 / period + 9999) / 10000 * 10000;
	r = sd_bus_message_append(m, "(sv)", property, "t", share);
	return r < 0 ? r : sd_bus_message_append(m, "(sv)", "CPUQuotaPeriodUSec", "t", period);
}

/* "0-3,7" as bits, the lowest number first */
static int add_set(sd_bus_message *m, const char *property, const char *value)
{
	uint8_t bits[SET_BYTES] = { 0 };
	size_t used = 0;
	int r;

	while (*value) {
		char *end;
		unsigned long first = strtoul(value, &end, 10), last = first;

		if (*end == '-')
			last = strtoul(end + 1, &end, 10);
		if (end == value || last >= SET_BYTES * 8)
			return -EINVAL;
		for (; first <= last; first++)
			bits[first / 8] |= (uint8_t)(1 << first % 8);
		used = last / 8 + 1 > used ? last / 8 + 1 : used;
		value = end + (*end == ',');
	}
	r = sd_bus_message_open_container(m, 'r', "sv");
	if (r >= 0)
		r = sd_bus_message_append(m, "s", property);
	if (r >= 0)
		r = sd_bus_message_open_container(m, 'v', "ay");
	if (r >= 0)
		r = sd_bus_message_append_array(m, 'y', bits, used);
	if (r >= 0)
		r = sd_bus_message_close_container(m);
	return r < 0 ? r : sd_bus_message_close_container(m);
}

/* "MAJOR:MINOR KEY=RATE" */
static int add_rate(sd_bus_message *m, const char *property, const char *value)
{
	static const struct { const char *key, *property; } rates[] = {
		{ " rbps=", "IOReadBandwidthMax" },  { " wbps=", "IOWriteBandwidthMax" },
		{ " riops=", "IOReadIOPSMax" },      { " wiops=", "IOWriteIOPSMax" },
	};
	char device[64];
	int r = 0;

	(void)property;
	snprintf(device, sizeof(device), "/dev/block/%.*s", (int)strcspn(value, " "), value);
	for (size_t i = 0; r >= 0 && i < sizeof(rates) / sizeof(rates[0]); i++) {
		const char *at = strstr(value, rates[i].key);
		char rate[32];

		if (!at)
			continue;
		at += strlen(rates[i].key);
		snprintf(rate, sizeof(rate), "%.*s", (int)strcspn(at, " "), at);
		r = sd_bus_message_append(m, "(sv)", rates[i].property, "a(st)", 1, device,
					  number(rate));
	}
	return r;
}

/* The lightest weight there is: systemd calls it idle. */
static int add_idle(sd_bus_message *m, const char *property, const char *value)
{
	return *value != '1' ? 0 : sd_bus_message_append(m, "(sv)", property, "t", (uint64_t)0);
}

static const struct {
	const char *file, *property;
	int (*add)(sd_bus_message *m, const char *property, const char *value);
} table[] = {
	{ "memory.max", "MemoryMax", add_number },
	{ "memory.high", "MemoryHigh", add_number },
	{ "memory.low", "MemoryLow", add_number },
	{ "memory.min", "MemoryMin", add_number },
	{ "memory.swap.max", "MemorySwapMax", add_number },
	{ "cpu.weight", "CPUWeight", add_number },
	{ "cpu.idle", "CPUWeight", add_idle },
	{ "cpu.max", "CPUQuotaPerSecUSec", add_quota },
	{ "cpuset.cpus", "AllowedCPUs", add_set },
	{ "cpuset.mems", "AllowedMemoryNodes", add_set },
	{ "io.weight", "IOWeight", add_weight },
	{ "io.max", "", add_rate },
	{ "pids.max", "TasksMax", add_number },
};

static int add_limit(sd_bus_message *m, const char *file, const char *value)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (!strcmp(table[i].file, file))
			return table[i].add(m, table[i].property, value);
	return 0;
}

int properties_add_limits(sd_bus_message *m, const struct request *r, struct failure *f)
{
	for (size_t i = 0; i < r->n_lines; i++) {
		char file[64];
		const char *value = r->lines[i].value;
		size_t n = strcspn(value, " ");
		int e;

		if (strcmp(r->lines[i].word, "limit") != 0 || n >= sizeof(file) || !value[n])
			continue;
		snprintf(file, sizeof(file), "%.*s", (int)n, value);
		e = add_limit(m, file, value + n + 1);
		if (e < 0)
			return fail(f, e, "say %s to systemd: %s", value, strerror(-e));
	}
	return 0;
}

/* Properties with a time are named for microseconds on the bus; people write them in seconds. */
static int add_seconds(sd_bus_message *m, const char *name, size_t len, const char *value)
{
	char property[256];
	char *end;
	double s = strtod(value + (strncmp(value, "uint64 ", 7) ? 0 : 7), &end);

	if (*end || end == value || !(s >= 0 && s < 1e12))
		return -EINVAL;
	snprintf(property, sizeof(property), "%.*sUSec", (int)(len - 3), name);
	return sd_bus_message_append(m, "(sv)", property, "t", (uint64_t)(s * 1000000));
}

static int add_given(sd_bus_message *m, const char *name, size_t len, const char *value)
{
	char property[256];
	int e;

	if (len > 3 && !strncmp(name + len - 3, "Sec", 3) && (len < 4 || strncmp(name + len - 4, "USec", 4)))
		return add_seconds(m, name, len, value);
	snprintf(property, sizeof(property), "%.*s", (int)len, name);
	e = sd_bus_message_open_container(m, 'r', "sv");
	if (e >= 0)
		e = sd_bus_message_append(m, "s", property);
	if (e >= 0)
		e = variant_append(m, value);
	return e < 0 ? e : sd_bus_message_close_container(m);
}

int properties_add_given(sd_bus_message *m, const struct request *r, struct failure *f)
{
	for (size_t i = 0; i < r->n_lines; i++) {
		const char *name = r->lines[i].value, *value;
		size_t n = strcspn(name, " ");
		int e;

		if (strcmp(r->lines[i].word, "property") != 0)
			continue;
		value = name + n + (name[n] == ' ');
		e = n < 256 ? add_given(m, name, n, value) : -EINVAL;
		if (e < 0)
			return fail(f, e, "annotation org.systemd.property.%.*s: not a value: %s", (int)n, name,
				    value);
	}
	return 0;
}
