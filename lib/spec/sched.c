/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sched.c - where and when the program runs: scheduler, I/O priority, processors, NUMA memory
 *
 * Combinations that sched_setattr(2) or set_mempolicy(2) would refuse, or pass over in silence,
 * are told here, where the member at fault is known.
 */
#include "spec/parse.h"

#include <inttypes.h>
#include <linux/mempolicy.h>
#include <linux/sched.h>
#include <string.h>

#include "base/ranges.h"

/* ---- scheduler: sched(7) ---- */

#define SCHED_ISO 4     /* reserved in Linux, never implemented */

static const struct word policy_words[] = {
	{ "SCHED_OTHER", SCHED_NORMAL },     { "SCHED_FIFO", SCHED_FIFO },
	{ "SCHED_RR", SCHED_RR },            { "SCHED_BATCH", SCHED_BATCH },
	{ "SCHED_ISO", SCHED_ISO },          { "SCHED_IDLE", SCHED_IDLE },
	{ "SCHED_DEADLINE", SCHED_DEADLINE }, { 0 },
};

static const struct word sched_flag_words[] = {
	{ "SCHED_FLAG_RESET_ON_FORK", SCHED_FLAG_RESET_ON_FORK },
	{ "SCHED_FLAG_RECLAIM", SCHED_FLAG_RECLAIM },
	{ "SCHED_FLAG_DL_OVERRUN", SCHED_FLAG_DL_OVERRUN },
	{ "SCHED_FLAG_KEEP_POLICY", SCHED_FLAG_KEEP_POLICY },
	{ "SCHED_FLAG_KEEP_PARAMS", SCHED_FLAG_KEEP_PARAMS },
	{ "SCHED_FLAG_UTIL_CLAMP_MIN", SCHED_FLAG_UTIL_CLAMP_MIN },
	{ "SCHED_FLAG_UTIL_CLAMP_MAX", SCHED_FLAG_UTIL_CLAMP_MAX },
	{ 0 },
};

#define S(m) FIELD_SIZE(struct spec_scheduler, m)

static const struct field scheduler_fields[] = {
	{ "policy", F_WORD, F_REQUIRED, S(policy), .words = policy_words },
	{ "nice", F_INT, S(nice), .min = -20, .max = 19 },
	{ "priority", F_INT, S(priority) },
	{ "flags", F_WORDS, FIELD_SIZE(struct spec_scheduler, flags), .words = sched_flag_words },
	{ "runtime", F_UINT, S(runtime) },
	{ "deadline", F_UINT, S(deadline) },
	{ "period", F_UINT, S(period) },
	{ 0 },
};

static int check_deadline(const struct at *at, const struct spec_scheduler *s)
{
	struct at runtime = at_member(at, "runtime"), deadline = at_member(at, "deadline"),
		  period = at_member(at, "period");

	if (s->policy != SCHED_DEADLINE) {
		if (s->runtime)
			return at_fail(&runtime, "is for SCHED_DEADLINE only");
		if (s->deadline)
			return at_fail(&deadline, "is for SCHED_DEADLINE only");
		return s->period ? at_fail(&period, "is for SCHED_DEADLINE only") : 0;
	}
	if (s->runtime < 1024)
		return at_fail(&runtime, "must be at least 1024 nanoseconds for SCHED_DEADLINE");
	if (s->deadline < s->runtime)
		return at_fail(&deadline, "must not be below runtime (%" PRIu64 ")", s->runtime);
	if (s->period && s->period < s->deadline)
		return at_fail(&period, "must not be below deadline (%" PRIu64 ")", s->deadline);
	return 0;
}

int parse_scheduler(const struct at *at, void *out)
{
	struct spec_scheduler *s = out;
	struct at policy = at_member(at, "policy"), nice = at_member(at, "nice"),
		  priority = at_member(at, "priority");
	int r = object_parse(at, scheduler_fields, s);

	if (r < 0)
		return r;
	s->set = true;
	if (s->policy == SCHED_ISO)
		return at_fail(&policy, "SCHED_ISO is not implemented by Linux");
	if (s->nice && s->policy != SCHED_NORMAL && s->policy != SCHED_BATCH)
		return at_fail(&nice, "is for SCHED_OTHER and SCHED_BATCH only");
	if (s->policy == SCHED_FIFO || s->policy == SCHED_RR) {
		if (s->priority < 1 || s->priority > 99)
			return at_fail(&priority, "must be from 1 to 99 for %s",
				       json_string_value(policy.v));
	} else if (s->priority) {
		return at_fail(&priority, "is for SCHED_FIFO and SCHED_RR only");
	}
	return check_deadline(at, s);
}

/* ---- I/O priority: ioprio_set(2) ---- */

#define IOPRIO_CLASS_SHIFT 13

static const struct word io_class_words[] = {
	{ "IOPRIO_CLASS_RT", 1 },
	{ "IOPRIO_CLASS_BE", 2 },
	{ "IOPRIO_CLASS_IDLE", 3 },
	{ 0 },
};

struct io_priority {
	uint64_t class, priority;
};

int parse_io_priority(const struct at *at, void *out)
{
	static const struct field fields[] = {
		{ "class", F_WORD, F_REQUIRED, FIELD_SIZE(struct io_priority, class),
		  .words = io_class_words },
		{ "priority", F_UINT, FIELD_SIZE(struct io_priority, priority), .max = 7 },
		{ 0 },
	};
	struct io_priority io = { 0 };
	int r = object_parse(at, fields, &io);

	if (r == 0)
		*(struct spec_opt_uint *)out = (struct spec_opt_uint){
			true, io.class << IOPRIO_CLASS_SHIFT | io.priority
		};
	return r;
}

/* ---- lists of numbers: "0-3,7" ---- */

#define LIST_MAX 65535

int parse_cpu_list(const struct at *at, void *out)
{
	const char *text, *s;
	uint32_t first = 0, last;
	int r = at_text(at, &text);
	char *to;

	if (r < 0 || !text[strspn(text, " ")])
		return r;
	for (s = text; s && *s;)
		ranges_next(&s, LIST_MAX, &first, &last);
	if (!s)
		return at_fail(at, "must be a list of processors such as \"0-3,7\", not \"%.80s\"",
			       text);
	r = at_string(at, out);
	if (r < 0)
		return r;
	to = *(char **)out;
	for (s = to; *s; s++)
		if (*s != ' ')
			*to++ = *s;
	*to = '\0';
	return 0;
}

/* ---- NUMA memory: set_mempolicy(2) ---- */

#define MODE_WEIGHTED_INTERLEAVE 6      /* Linux 6.9 */

static const struct word mode_words[] = {
	{ "MPOL_DEFAULT", MPOL_DEFAULT },
	{ "MPOL_BIND", MPOL_BIND },
	{ "MPOL_INTERLEAVE", MPOL_INTERLEAVE },
	{ "MPOL_WEIGHTED_INTERLEAVE", MODE_WEIGHTED_INTERLEAVE },
	{ "MPOL_PREFERRED", MPOL_PREFERRED },
	{ "MPOL_PREFERRED_MANY", MPOL_PREFERRED_MANY },
	{ "MPOL_LOCAL", MPOL_LOCAL },
	{ 0 },
};

static const struct word mode_flag_words[] = {
	{ "MPOL_F_NUMA_BALANCING", MPOL_F_NUMA_BALANCING },
	{ "MPOL_F_RELATIVE_NODES", MPOL_F_RELATIVE_NODES },
	{ "MPOL_F_STATIC_NODES", MPOL_F_STATIC_NODES },
	{ 0 },
};

struct mempolicy {
	uint32_t mode;
	uint64_t flags;
	bool any_node;
	uint64_t nodes[16];
};

static int parse_nodes(const struct at *at, void *out)
{
	struct mempolicy *m = out;
	uint32_t first = 0, last = 0, max = sizeof(m->nodes) * 8 - 1;
	const char *text, *s;
	int r = at_text(at, &text);

	if (r < 0 || !text[strspn(text, " ")])
		return r;
	for (s = text; s && *s;) {
		ranges_next(&s, max, &first, &last);
		for (uint32_t i = first; s && i <= last; i++)
			m->nodes[i / 64] |= UINT64_C(1) << i % 64;
	}
	if (!s)
		return at_fail(at, "must be a list of nodes up to %u such as \"0-1,3\", not \"%.80s\"",
			       max, text);
	m->any_node = true;
	return 0;
}

static const struct field mempolicy_fields[] = {
	{ "mode", F_WORD, F_REQUIRED, FIELD_SIZE(struct mempolicy, mode), .words = mode_words },
	{ "nodes", F_CALL, .fn = parse_nodes },
	{ "flags", F_WORDS, FIELD_SIZE(struct mempolicy, flags), .words = mode_flag_words },
	{ 0 },
};

static int check_mempolicy(const struct at *at, const struct mempolicy *m)
{
	struct at nodes = at_member(at, "nodes"), flags = at_member(at, "flags"),
		  mode = at_member(at, "mode");
	const char *name = json_string_value(mode.v);
	bool no_nodes = m->mode == MPOL_DEFAULT || m->mode == MPOL_LOCAL;
	uint64_t placed = m->flags & (MPOL_F_STATIC_NODES | MPOL_F_RELATIVE_NODES);

	if (no_nodes && m->any_node)
		return at_fail(&nodes, "must be empty or absent for %s", name);
	if (!no_nodes && m->mode != MPOL_PREFERRED && !m->any_node)
		return at_fail(&nodes, "is required for %s", name);
	if (placed && !m->any_node)
		return at_fail(&flags, "needs nodes");
	if (placed == (MPOL_F_STATIC_NODES | MPOL_F_RELATIVE_NODES))
		return at_fail(&flags, "MPOL_F_STATIC_NODES and MPOL_F_RELATIVE_NODES exclude each "
			       "other");
	if ((m->flags & MPOL_F_NUMA_BALANCING) && m->mode != MPOL_BIND &&
	    m->mode != MPOL_PREFERRED_MANY)
		return at_fail(&flags, "MPOL_F_NUMA_BALANCING is for MPOL_BIND and "
			       "MPOL_PREFERRED_MANY only");
	return 0;
}

int parse_mempolicy(const struct at *at, void *out)
{
	struct spec_mempolicy *ret = out;
	struct mempolicy m = { 0 };
	int r = object_parse(at, mempolicy_fields, &m);

	if (r == 0)
		r = check_mempolicy(at, &m);
	if (r < 0)
		return r;
	ret->set = true;
	ret->mode = (int)(m.mode | m.flags);
	memcpy(ret->nodes, m.nodes, sizeof(m.nodes));
	return 0;
}
