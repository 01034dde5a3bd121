/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * namespaces.c - linux.namespaces, id mappings and time offsets
 *
 * A type that is listed with a path is joined, listed without one it is made new, and one that is
 * not listed stays the caller's.
 */
#include "spec/parse.h"

#include <sched.h>
#include <string.h>

#ifndef CLONE_NEWTIME
#define CLONE_NEWTIME 0x00000080
#endif

const struct spec_ns_type spec_ns_types[SPEC_NS_COUNT] = {
	[SPEC_NS_USER] = { "user", "user", CLONE_NEWUSER },
	[SPEC_NS_PID] = { "pid", "pid", CLONE_NEWPID },
	[SPEC_NS_MOUNT] = { "mount", "mnt", CLONE_NEWNS },
	[SPEC_NS_NETWORK] = { "network", "net", CLONE_NEWNET },
	[SPEC_NS_IPC] = { "ipc", "ipc", CLONE_NEWIPC },
	[SPEC_NS_UTS] = { "uts", "uts", CLONE_NEWUTS },
	[SPEC_NS_CGROUP] = { "cgroup", "cgroup", CLONE_NEWCGROUP },
	[SPEC_NS_TIME] = { "time", "time", CLONE_NEWTIME },
};

static const struct word ns_words[] = {
	{ "pid", SPEC_NS_PID },     { "network", SPEC_NS_NETWORK },
	{ "mount", SPEC_NS_MOUNT }, { "ipc", SPEC_NS_IPC },
	{ "uts", SPEC_NS_UTS },     { "user", SPEC_NS_USER },
	{ "cgroup", SPEC_NS_CGROUP }, { "time", SPEC_NS_TIME },
	{ 0 },
};

struct ns_row {
	uint32_t type;
	char *path;
};

static const struct field ns_fields[] = {
	{ "type", F_WORD, F_REQUIRED, FIELD_SIZE(struct ns_row, type), .words = ns_words },
	{ "path", F_STRING, F_EMPTY_NULL | F_ABSOLUTE, FIELD_SIZE(struct ns_row, path) },
	{ 0 },
};

int parse_namespaces(const struct at *at, void *out)
{
	struct spec *s = out;
	int r = at_expect(at, JSON_ARRAY);

	for (size_t i = 0; r == 0 && i < json_array_size(at->v); i++) {
		struct at e = at_element(at, i), type = at_member(&e, "type");
		struct ns_row row = { 0 };

		r = object_parse(&e, ns_fields, &row);
		if (r == 0 && s->ns[row.type].set)
			r = at_fail(&type, "\"%s\" is listed twice", spec_ns_types[row.type].name);
		if (r == 0)
			s->ns[row.type] = (struct spec_ns_entry){ true, row.path };
	}
	return r;
}

/* ---- id mappings ---- */

static const struct field idmap_fields[] = {
	{ "containerID", F_UINT, F_REQUIRED, FIELD_SIZE(struct spec_idmap, container_id) },
	{ "hostID", F_UINT, F_REQUIRED, FIELD_SIZE(struct spec_idmap, host_id) },
	{ "size", F_UINT, F_REQUIRED, FIELD_SIZE(struct spec_idmap, size), .min = 1 },
	{ 0 },
};

/* The kernel takes no range that reaches beyond the last id. */
int parse_idmap(const struct at *at, void *out)
{
	struct spec_idmap *m = out;
	int r = object_parse(at, idmap_fields, m);
	struct at size = at_member(at, "size");
	uint32_t end;

	if (r == 0 && (__builtin_add_overflow(m->container_id, m->size, &end) ||
		       __builtin_add_overflow(m->host_id, m->size, &end)))
		return at_fail(&size, "reaches beyond the last id (4294967294)");
	return r;
}

/* ---- time offsets ---- */

struct time_offset {
	int64_t secs;
	uint32_t nanosecs;
};

static int parse_time_offset(const struct at *at, void *out)
{
	static const struct field fields[] = {
		{ "secs", F_INT, FIELD_SIZE(struct time_offset, secs) },
		{ "nanosecs", F_UINT, FIELD_SIZE(struct time_offset, nanosecs), .max = 999999999 },
		{ 0 },
	};
	struct spec *s = out;
	struct time_offset t = { 0 };
	int r = object_parse(at, fields, &t);

	if (r == 0)
		s->time_offsets[s->n_time_offsets++] = (struct spec_time_offset){
			strcmp(at->key, "boottime") ? "monotonic" : "boottime", t.secs, t.nanosecs
		};
	return r;
}

static int check_clock(const struct at *at, void *out)
{
	(void)out;
	if (!strcmp(at->key, "monotonic") || !strcmp(at->key, "boottime"))
		return 0;
	return at_fail(at, "unknown clock; there are monotonic and boottime");
}

int parse_time_offsets(const struct at *at, void *out)
{
	static const struct field fields[] = {
		{ "monotonic", F_CALL, .fn = parse_time_offset },
		{ "boottime", F_CALL, .fn = parse_time_offset },
		{ 0 },
	};
	int r = map_parse(at, check_clock, NULL);

	return r < 0 ? r : object_parse(at, fields, out);
}

/* ---- what belongs together ---- */

static int check_user_maps(const struct at *lnx, const struct spec *s)
{
	const struct spec_ns_entry *user = &s->ns[SPEC_NS_USER];
	struct at uid = at_member(lnx, "uidMappings"), gid = at_member(lnx, "gidMappings");

	if (!user->set && s->uid_maps.n)
		return at_fail(&uid, "needs \"user\" in linux.namespaces");
	if (!user->set && s->gid_maps.n)
		return at_fail(&gid, "needs \"user\" in linux.namespaces");
	if (!user->set || user->path)
		return 0;
	if (!s->uid_maps.n)
		return at_fail(&uid, "is required for a new user namespace");
	if (!s->gid_maps.n)
		return at_fail(&gid, "is required for a new user namespace");
	return 0;
}

/* An id-mapped root takes its mapping from the new user namespace. */
static int check_root_idmap(const struct at *doc, const struct spec *s)
{
	struct at jail = at_member(doc, "jail"), rootfs = at_member(&jail, "rootfs");
	struct at idmap = at_member(&rootfs, "idmap");

	if (s->rootfs.idmap && (!s->ns[SPEC_NS_USER].set || s->ns[SPEC_NS_USER].path))
		return at_fail(&idmap, "needs a new user namespace");
	return 0;
}

int check_namespaces(const struct at *doc, const struct spec *s)
{
	struct at lnx = at_member(doc, "linux"), ns = at_member(&lnx, "namespaces");
	struct at hostname = at_member(doc, "hostname"), domain = at_member(doc, "domainname");
	struct at offsets = at_member(&lnx, "timeOffsets");
	int r;

	if (!s->ns[SPEC_NS_MOUNT].set)
		return at_fail(&ns, "a \"mount\" namespace is required");
	r = check_user_maps(&lnx, s);
	if (r == 0)
		r = check_root_idmap(doc, s);
	if (r < 0)
		return r;
	if (s->hostname && !s->ns[SPEC_NS_UTS].set)
		return at_fail(&hostname, "needs \"uts\" in linux.namespaces");
	if (s->domainname && !s->ns[SPEC_NS_UTS].set)
		return at_fail(&domain, "needs \"uts\" in linux.namespaces");
	if (s->n_time_offsets && (!s->ns[SPEC_NS_TIME].set || s->ns[SPEC_NS_TIME].path))
		return at_fail(&offsets, "needs a new \"time\" namespace in linux.namespaces");
	return 0;
}
