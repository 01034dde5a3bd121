/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * namespaces.c - which are made by the clone, which are joined, and in what order
 *
 * All new namespaces come with the clone.  Two kinds of joined ones cannot be entered by a process
 * that then goes on: a pid namespace takes children only, and new namespaces must belong to a joined
 * user namespace.  And the root of a new user namespace may join nothing that is not its own.  Then the
 * clone is staged: a first jail-init joins and forks the second.
 *
 * A privileged runtime joins the user namespace last, because afterwards it could not join what the
 * host owns; an unprivileged one joins it first, because it is what gives it the right to.
 *
 * The root of a new cgroup namespace is the cgroup that its maker is in, so whoever is moved into the
 * jail's makes it afterwards.  The message queues of a new IPC namespace belong to the user that its maker is, so in
 * a user namespace it is made when that is its root.
 */
#include <sched.h>

#include "plan/compile.h"

static const enum spec_ns join_order[] = {
	SPEC_NS_NETWORK, SPEC_NS_IPC, SPEC_NS_UTS, SPEC_NS_CGROUP, SPEC_NS_TIME, SPEC_NS_PID,
	SPEC_NS_MOUNT,
};

static uint64_t late_flags(const struct spec *s, bool moved)
{
	return (moved && ns_new(s, SPEC_NS_CGROUP) ? CLONE_NEWCGROUP : 0) |
	       (s->ns[SPEC_NS_USER].set && ns_new(s, SPEC_NS_IPC) ? CLONE_NEWIPC : 0);
}

static uint64_t new_flags(const struct spec *s, bool moved)
{
	uint64_t flags = 0;

	for (int i = 0; i < SPEC_NS_COUNT; i++)
		if (ns_new(s, i) && i != SPEC_NS_TIME)  /* time: offsets first, see TIME_NS */
			flags |= spec_ns_types[i].flag;
	return flags & ~late_flags(s, moved);
}

static void join(struct plan_builder *b, const struct spec *s, enum spec_ns n)
{
	uint32_t path;
	struct plan_step *step;

	if (!ns_joined(s, n))
		return;
	path = plan_put_str(b, s->ns[n].path);
	step = plan_add(b, OP_JOIN, STAGE_INSIDE, "linux.namespaces (%s)", spec_ns_types[n].name);
	step->s[0] = path;
	step->a[0] = spec_ns_types[n].flag;
	step->a[1] = n;
}

static bool joins(const struct spec *s)
{
	for (size_t i = 0; i < ARRAY_SIZE(join_order); i++)
		if (ns_joined(s, join_order[i]))
			return true;
	return false;
}

void compile_namespaces(struct plan_builder *b, const struct plan_request *req)
{
	const struct spec *s = req->spec;
	bool user = ns_new(s, SPEC_NS_USER), moved = moved_into_scope(req);
	bool staged = ns_joined(s, SPEC_NS_USER) || ns_joined(s, SPEC_NS_PID) ||
		      (user && req->privileged && joins(s));
	struct plan_step *step = plan_add(b, OP_CLONE, STAGE_BEFORE, "linux.namespaces");

	step->a[0] = staged ? 0 : new_flags(s, moved);
	step->a[1] = staged;
	plan_add(b, OP_GUARD, STAGE_INSIDE, "%s", "")->a[0] = user && !staged;
	if (!req->privileged)
		join(b, s, SPEC_NS_USER);
	for (size_t i = 0; i < ARRAY_SIZE(join_order); i++)
		join(b, s, join_order[i]);
	if (req->privileged)
		join(b, s, SPEC_NS_USER);
	if (staged)
		plan_add(b, OP_FORK, STAGE_INSIDE, "linux.namespaces")->a[0] = new_flags(s, moved);
	if (user || moved)
		plan_add(b, OP_WAIT, STAGE_INSIDE, "%s", "")->a[0] = POINT_MAPS;
	if (s->ns[SPEC_NS_USER].set)
		plan_add(b, OP_NS_ROOT, STAGE_INSIDE, "linux.uidMappings")->a[0] =
			req->privileged && !req->no_setgroups && !s->keep_groups;
	if (late_flags(s, moved))
		plan_add(b, OP_LATE_NS, STAGE_INSIDE, "linux.namespaces")->a[0] = late_flags(s, moved);
	plan_add(b, OP_SESSION, STAGE_INSIDE, "%s", "");
}
