/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Lists of a jail's statistics from text, and the JSON that engines read.
 */
#include "test.h"

#include <jansson.h>

#include "api/stats.h"

static struct stats *fresh(void)
{
	struct stats *s = calloc(1, sizeof(*s));

	s->pub.size = sizeof(s->pub);
	return s;
}

TEST(io)
{
	struct stats *s = fresh();

	CHECK_INT(stats_parse_io(s, "8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=5 dios=6\n"
				    "253:1 rbytes=18446744073709551615 cost.usage=7 wbytes=x\n"), 0);
	CHECK_INT(s->pub.io.n_devices, 2);
	CHECK(s->pub.io.devices[0].major == 8 && s->pub.io.devices[0].minor == 0);
	CHECK(s->pub.io.devices[0].read_bytes == 1 && s->pub.io.devices[0].write_bytes == 2);
	CHECK(s->pub.io.devices[0].reads == 3 && s->pub.io.devices[0].writes == 4);
	CHECK(s->pub.io.devices[0].discard_bytes == 5 && s->pub.io.devices[0].discards == 6);
	CHECK(s->pub.io.devices[1].major == 253 && s->pub.io.devices[1].read_bytes == UINT64_MAX);
	CHECK_INT(s->pub.io.devices[1].write_bytes, 0);
	jail_stats_free(&s->pub);

	s = fresh();
	CHECK_INT(stats_parse_io(s, "7:1 7:2 8:0 rbytes=9 wios=4\n7:3 \n8\n:\n8: rbytes=1\n-1:0 rbytes=1\n"
				    "4294967296:0 rbytes=1\n"), 0);
	CHECK_INT(s->pub.io.n_devices, 1);
	CHECK(s->pub.io.devices[0].major == 8 && s->pub.io.devices[0].read_bytes == 9);
	jail_stats_free(&s->pub);

	s = fresh();
	CHECK_INT(stats_parse_io(s, ""), 0);
	CHECK(!s->pub.io.devices && !s->pub.io.n_devices);
	jail_stats_free(&s->pub);
}

TEST(interfaces)
{
	struct stats *s = fresh();

	CHECK_INT(stats_parse_interfaces(s,
		"Inter-|   Receive                            |  Transmit\n"
		" face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs\n"
		"    lo:    3319      30    0    0    0     0          0         0     3319      30    0    0    0     0       0          0\n"
		"eth0:1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n"
		" two words: 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n"
		"short: 1 2 3\n"
		"neg: -1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16\n"
		": 1 2 3 4 5 6 7 8 9 10 11 12\n"), 0);
	CHECK_INT(s->pub.n_interfaces, 2);
	CHECK_STR(s->pub.interfaces[0].name, "lo");
	CHECK_INT(s->pub.interfaces[0].rx_bytes, 3319);
	CHECK_INT(s->pub.interfaces[0].tx_packets, 30);
	CHECK_STR(s->pub.interfaces[1].name, "eth0");
	CHECK_INT(s->pub.interfaces[1].rx_dropped, 4);
	CHECK_INT(s->pub.interfaces[1].tx_bytes, 9);
	CHECK_INT(s->pub.interfaces[1].tx_errors, 11);
	CHECK_INT(s->pub.interfaces[1].tx_dropped, 12);
	jail_stats_free(&s->pub);
}

TEST(rdma_and_detail)
{
	struct stats *s = fresh();

	CHECK_INT(stats_parse_rdma(s, "mlx4_0 hca_handle=2 hca_object=2000\nocrdma1 hca_handle=max\n\n"), 0);
	CHECK_INT(s->pub.n_rdma, 2);
	CHECK_STR(s->pub.rdma[0].device, "mlx4_0");
	CHECK(s->pub.rdma[0].handles == 2 && s->pub.rdma[0].objects == 2000);
	CHECK(s->pub.rdma[1].handles == JAIL_UNLIMITED);
	CHECK_INT(stats_parse_detail(s, "anon 4096\nfile 8192\nodd\nodder x\n\nkernel 1 2\n"), 0);
	CHECK_INT(s->pub.memory.n_detail, 3);
	CHECK_STR(s->pub.memory.detail[1].name, "file");
	CHECK_INT(s->pub.memory.detail[1].value, 8192);
	jail_stats_free(&s->pub);
}

/* The value at "a.b.0.c" of a document. */
static json_t *at(json_t *o, const char *path)
{
	char part[64];

	while (o && *path) {
		size_t n = strcspn(path, ".");

		snprintf(part, sizeof(part), "%.*s", (int)n, path);
		o = json_is_array(o) ? json_array_get(o, (size_t)atoi(part)) :
			json_object_get(o, part);
		path += n + (path[n] == '.');
	}
	return o;
}

#define CHECK_AT(o, path, want) CHECK_INT(json_integer_value(at(o, path)), want)

TEST(engine_json)
{
	struct stats *s = fresh();
	struct jail_error *err = NULL;
	mem_auto char *text = NULL;
	json_t *o;

	s->pub.parts = JAIL_STATS_ALL;
	s->pub.cpu.usage_ns = 3000;
	s->pub.cpu.user_ns = 1000;
	s->pub.cpu.system_ns = 2000;
	s->pub.cpu.throttled = 4;
	s->pub.cpu.throttled_ns = 5000;
	s->pub.memory.current = 4096;
	s->pub.memory.max = 65536;
	s->pub.memory.peak = 8192;
	s->pub.memory.swap_current = 100;
	s->pub.memory.swap_max = 200;
	s->pub.memory.events.max = 6;
	s->pub.memory.events.oom_kill = 7;
	s->pub.pids.current = 8;
	s->pub.pids.max = 9;
	CHECK_INT(stats_parse_detail(s, "anon 1\nfile 2\nkernel 3\nsock 4\n"), 0);
	CHECK_INT(stats_parse_io(s, "8:0 rbytes=10 wbytes=11 rios=12 wios=13\n"), 0);
	CHECK_INT(stats_parse_interfaces(s, "a\"\\\x01\xff: 1 2 3 4 5 6 7 8 9 10 11 12\n"), 0);
	CHECK_INT(jail_stats_json(&s->pub, &text, &err), 0);
	CHECK(!strchr(text, '\n'));
	o = json_loads(text, 0, NULL);
	CHECK(o != NULL);
	CHECK_AT(o, "cpu.usage.total", 3000);
	CHECK_AT(o, "cpu.usage.user", 1000);
	CHECK_AT(o, "cpu.usage.kernel", 2000);
	CHECK_AT(o, "cpu.throttling.throttledPeriods", 4);
	CHECK_AT(o, "cpu.throttling.throttledTime", 5000);
	CHECK_AT(o, "memory.cache", 2);
	CHECK_AT(o, "memory.usage.limit", 65536);
	CHECK_AT(o, "memory.usage.usage", 4096);
	CHECK_AT(o, "memory.usage.max", 8192);
	CHECK_AT(o, "memory.usage.failcnt", 6);
	CHECK_AT(o, "memory.swap.limit", 65736);
	CHECK_AT(o, "memory.swap.usage", 4196);
	CHECK_AT(o, "memory.kernel.usage", 3);
	CHECK_AT(o, "memory.kernelTCP.usage", 4);
	CHECK_AT(o, "memory.raw.anon", 1);
	CHECK_AT(o, "memory.event_count.oom_kill", 7);
	CHECK_AT(o, "pids.current", 8);
	CHECK_AT(o, "pids.limit", 9);
	CHECK_AT(o, "blkio.ioServiceBytesRecursive.0.major", 8);
	CHECK_AT(o, "blkio.ioServiceBytesRecursive.1.value", 11);
	CHECK_AT(o, "blkio.ioServicedRecursive.0.value", 12);
	CHECK_STR(json_string_value(at(o, "blkio.ioServicedRecursive.1.op")), "Write");
	CHECK_AT(o, "network_interfaces.0.TxDropped", 12);
	CHECK_STR(json_string_value(at(o, "network_interfaces.0.Name")), "a\"\\\x01\xef\xbf\xbd");
	CHECK(json_is_object(at(o, "intel_rdt")) && json_is_object(at(o, "hugetlb")));
	json_decref(o);
	jail_stats_free(&s->pub);
}

/* Nothing is there: no limit is the largest number, as Go reads it, and not 0. */
TEST(engine_json_of_nothing)
{
	struct stats *s = fresh();
	mem_auto char *text = NULL;
	json_t *o;

	CHECK_INT(jail_stats_json(&s->pub, &text, NULL), 0);
	CHECK(strstr(text, "\"limit\":18446744073709551615") != NULL);
	/* jansson has no unsigned numbers */
	o = json_loads(text, JSON_DECODE_INT_AS_REAL, NULL);
	CHECK(o && !at(o, "pids.limit") && !at(o, "blkio.ioServicedRecursive"));
	json_decref(o);
	jail_stats_free(&s->pub);
}
