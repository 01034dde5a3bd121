/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * shape.c - limits to the rate of an interface
 *
 * A token bucket filter on what leaves: on the host's end of a veth that is what the jail receives, on the
 * jail's own end what it sends.  Who may change that end from inside (CAP_NET_ADMIN) can lift the latter.
 */
#include "net/shape.h"

#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>

#define BURST_MS   10           /* what may pass at once */
#define BURST_MIN  65536        /* one packet as segmentation offload makes them */
#define LATENCY_MS 50           /* what may wait */

/* The kernel counts times in ticks of 64 ns: PSCHED_SHIFT. */
static uint32_t ticks(uint64_t bytes, uint64_t rate)
{
	return (uint32_t)(bytes * 1000000000ULL / rate / 64);
}

void shape_out(struct nl_batch *b, int index, uint64_t rate)
{
	struct tcmsg tc = { .tcm_family = AF_UNSPEC, .tcm_ifindex = index, .tcm_parent = TC_H_ROOT };
	struct nl_msg *m = nl_new(RTM_NEWQDISC, NLM_F_CREATE | NLM_F_REPLACE, &tc, sizeof(tc));
	uint64_t burst = rate * BURST_MS / 1000;
	struct tc_tbf_qopt q = { 0 };
	struct nlattr *nest;

	if (!m) {
		nl_batch_add(b, NULL, false);
		return;
	}
	burst = burst < BURST_MIN ? BURST_MIN : burst;
	q.rate.rate = rate >= UINT32_MAX ? UINT32_MAX : (uint32_t)rate;
	q.rate.linklayer = TC_LINKLAYER_ETHERNET;
	q.buffer = ticks(burst, rate);
	q.limit = (uint32_t)(rate * LATENCY_MS / 1000 + burst);
	nla_put_string(m, TCA_KIND, "tbf");
	nest = nla_nest_start(m, TCA_OPTIONS);
	nla_put(m, TCA_TBF_PARMS, sizeof(q), &q);
	nla_put_u32(m, TCA_TBF_BURST, (uint32_t)burst);
	if (rate >= UINT32_MAX)
		nla_put_u64(m, TCA_TBF_RATE64, rate);
	nla_nest_end(m, nest);
	nl_batch_add(b, m, false);
}
