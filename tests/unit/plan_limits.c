/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * plan_limits.c - from linux.resources to files of cgroup v2
 */
#include "test.h"

#include "plan/limits.h"

/* What one resources object becomes: "file=value" lines, or the error. */
static void compiled(const char *json, char *out, size_t size)
{
	struct spec *s = NULL;
	struct err err = { 0 };
	struct limits l = { 0 };
	size_t n = 0;

	out[0] = '\0';
	if (spec_parse_resources(json, strlen(json), "r", &s, &err) < 0 ||
	    limits_compile(&s->resources, "", &l, &err) < 0)
		snprintf(out, size, "%s: %s", err.place, err.text);
	for (size_t i = 0; i < l.n; i++)
		n += (size_t)snprintf(out + n, size - n, "%s=%s%s\n", l.v[i].file, l.v[i].value,
				      l.v[i].optional ? " ?" : l.v[i].or_next ? " |" : "");
	limits_done(&l);
	spec_free(s);
}

#define COMPILED(json, want) do { \
	char out_[2048]; \
	compiled(json, out_, sizeof(out_)); \
	CHECK_STR(out_, want); \
} while (0)

/* The ends and the middle of both scales, and that what is larger stays larger. */
TEST(cpu_shares_become_weights)
{
	uint64_t last = 0;

	CHECK(limits_cpu_weight(1) == 1);
	CHECK(limits_cpu_weight(2) == 1);
	CHECK(limits_cpu_weight(1024) == 100);
	CHECK(limits_cpu_weight(262144) == 10000);
	CHECK(limits_cpu_weight(UINT64_MAX) == 10000);
	for (uint64_t shares = 2; shares <= 262144; shares++) {
		uint64_t w = limits_cpu_weight(shares);

		if (w < last || w < 1 || w > 10000)
			CHECK(!"weights are in order");
		last = w;
	}
}

TEST(swap_is_of_memory_and_swap_together)
{
	COMPILED("{\"memory\":{\"limit\":8192,\"swap\":8192}}", "memory.swap.max=0 ?\nmemory.max=8192\n");
	COMPILED("{\"memory\":{\"limit\":8192,\"swap\":12288}}", "memory.swap.max=4096\nmemory.max=8192\n");
	COMPILED("{\"memory\":{\"limit\":8192,\"swap\":-1}}", "memory.swap.max=max ?\nmemory.max=8192\n");
	COMPILED("{\"memory\":{\"limit\":8192}}", "memory.max=8192\n");
	COMPILED("{\"memory\":{\"limit\":-1}}", "memory.swap.max=max ?\nmemory.max=max\n");
	COMPILED("{\"memory\":{\"swap\":8192}}",
		 "memory.swap: is of memory and swap together: needs memory.limit");
}

TEST(nothing_is_nothing)
{
	COMPILED("{}", "");
	COMPILED("{\"memory\":{\"limit\":0,\"swap\":0,\"kernel\":0,\"swappiness\":0},"
		 "\"cpu\":{\"shares\":0,\"period\":0,\"cpus\":\"\",\"realtimeRuntime\":0},"
		 "\"blockIO\":{\"weight\":0,\"leafWeight\":0,\"weightDevice\":[]},\"pids\":{},"
		 "\"network\":{\"classID\":0,\"priorities\":[]},\"hugepageLimits\":[],\"rdma\":{},"
		 "\"unified\":{}}", "");
}

TEST(none_is_max)
{
	COMPILED("{\"cpu\":{\"quota\":-1}}", "cpu.max=max\n");
	COMPILED("{\"cpu\":{\"quota\":0}}", "cpu.max=max\n");
	COMPILED("{\"cpu\":{\"period\":50000}}", "cpu.max=max 50000\n");
	COMPILED("{\"cpu\":{\"quota\":5000,\"period\":50000}}", "cpu.max=5000 50000\n");
	COMPILED("{\"pids\":{\"limit\":-1}}", "pids.max=max\n");
	COMPILED("{\"pids\":{\"limit\":0}}", "pids.max=1\n");
	COMPILED("{\"memory\":{\"reservation\":-1}}", "memory.low=max\n");
}

TEST(page_sizes_are_the_kernels)
{
	COMPILED("{\"hugepageLimits\":[{\"pageSize\":\"1048576KB\",\"limit\":0}]}",
		 "hugetlb.1GB.max=0\nhugetlb.1GB.rsvd.max=0 ?\n");
	COMPILED("{\"hugepageLimits\":[{\"pageSize\":\"64KB\",\"limit\":18446744073709551615}]}",
		 "hugetlb.64KB.max=18446744073709551615\nhugetlb.64KB.rsvd.max=18446744073709551615 ?\n");
}

TEST(weights_of_io)
{
	COMPILED("{\"blockIO\":{\"weight\":10}}", "io.bfq.weight=10 |\nio.weight=default 1\n");
	COMPILED("{\"blockIO\":{\"weight\":1000}}", "io.bfq.weight=1000 |\nio.weight=default 10000\n");
}

TEST(a_file_is_set_once)
{
	COMPILED("{\"memory\":{\"limit\":8192},\"unified\":{\"memory.max\":\"8192\"}}",
		 "unified[\"memory.max\"]: is set by memory.limit as well");
	/* What we would add of ourselves gives way. */
	COMPILED("{\"memory\":{\"limit\":-1},\"unified\":{\"memory.swap.max\":\"0\"}}",
		 "memory.swap.max=0\nmemory.max=max\n");
	COMPILED("{\"unified\":{\"memory.max\":\"8192\",\"io.max\":\"8:0 rbps=1\\n\\n8:1 rbps=2\\n\"}}",
		 "io.max=8:0 rbps=1\nio.max=8:1 rbps=2\nmemory.max=8192\n");
}
