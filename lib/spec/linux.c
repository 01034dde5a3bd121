/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * linux.c - the linux object, and those of its members that are too small for a file
 */
#include "spec/parse.h"

#include <string.h>
#include <sys/mount.h>
#include <sys/personality.h>

/* ---- rootfsPropagation ---- */

static const struct word propagation_words[] = {
	{ "shared", MS_SHARED },
	{ "slave", MS_SLAVE },
	{ "private", MS_PRIVATE },
	{ "unbindable", MS_UNBINDABLE },
	{ "rshared", MS_SHARED | MS_REC },
	{ "rslave", MS_SLAVE | MS_REC },
	{ "rprivate", MS_PRIVATE | MS_REC },
	{ "runbindable", MS_UNBINDABLE | MS_REC },
	{ 0 },
};

int parse_propagation(const struct at *at, void *out)
{
	struct spec *s = out;
	uint64_t v = 0;
	int r = at_word(at, propagation_words, &v);

	if (r > 0)
		return *json_string_value(at->v) ? at_unknown_word(at, propagation_words) : 0;
	s->rootfs_propagation = v & ~(uint64_t)MS_REC;
	s->rootfs_propagation_recursive = v & MS_REC;
	return r;
}

/* ---- personality ---- */

static const struct word domain_words[] = {
	{ "LINUX", PER_LINUX },
	{ "LINUX32", PER_LINUX32 },
	{ 0 },
};

static int parse_no_flags(const struct at *at, void *out)
{
	int r = at_expect(at, JSON_ARRAY);

	(void)out;
	if (r == 0 && json_array_size(at->v))
		return at_fail(at, "must be empty: no flag is defined");
	return r;
}

int parse_personality(const struct at *at, void *out)
{
	static const struct field fields[] = {
		{ "domain", F_WORD, F_REQUIRED, FIELD_SIZE(struct spec, personality),
		  .words = domain_words },
		{ "flags", F_CALL, .fn = parse_no_flags },
		{ 0 },
	};
	struct spec *s = out;
	int r = object_parse(at, fields, s);

	s->has_personality = r == 0;
	return r;
}

/* ---- intelRdt ---- */

/* A file name in resctrl; "/" alone is the root group. */
static int parse_clos_id(const struct at *at, void *out)
{
	const char *text;
	int r = at_text(at, &text);

	if (r < 0)
		return r;
	if (strcmp(text, "/") != 0 &&
	    (!*text || !strcmp(text, ".") || !strcmp(text, "..") || strchr(text, '/')))
		return at_fail(at, "must be \"/\" or a name without \"/\", not \"%.80s\"", text);
	return at_string(at, out);
}

static int parse_schema(const struct at *at, void *out)
{
	const char *text;
	int r = at_text(at, &text);

	if (r < 0)
		return r;
	if (strchr(text, '\n'))
		return at_fail(at, "must be one line");
	return at_string(at, out);
}

static int parse_mem_bw(const struct at *at, void *out)
{
	int r = parse_schema(at, out);

	if (r == 0 && !str_starts(*(char **)out, "MB:"))
		return at_fail(at, "must start with \"MB:\"");
	return r;
}

static int parse_schemata(const struct at *at, void *out)
{
	struct strv *lines = out;
	void *v;
	int r = list_parse(at, sizeof(char *), parse_schema, &v, &lines->n);

	if (r < 0 || !lines->n)
		return r;
	lines->v = arena_alloc(&at->p->spec->arena, (lines->n + 1) * sizeof(char *));
	if (!lines->v)
		return at_nomem(at);
	memcpy(lines->v, v, lines->n * sizeof(char *));
	return 0;
}

#define R(m) FIELD_SIZE(struct spec_rdt, m)

int parse_rdt(const struct at *at, void *out)
{
	static const struct field fields[] = {
		{ "closID", F_CALL, R(clos_id), .fn = parse_clos_id },
		{ "l3CacheSchema", F_STRING, F_EMPTY_NULL, R(l3_schema) },
		{ "memBwSchema", F_CALL, R(mem_bw_schema), .fn = parse_mem_bw },
		{ "schemata", F_CALL, R(schemata), .fn = parse_schemata },
		{ "enableMonitoring", F_BOOL, R(monitoring) },
		{ 0 },
	};
	struct spec_rdt *rdt = out;

	rdt->set = true;
	return object_parse(at, fields, rdt);
}

/* ---- cgroupsPath ---- */

static int parse_cgroups_path(const struct at *at, void *out)
{
	const char *text;
	int r = at_text(at, &text);

	if (r < 0 || !*text)
		return r;
	for (const char *s = text; s; s = strchr(s, '/') ? strchr(s, '/') + 1 : NULL)
		if (!strncmp(s, "..", 2) && (!s[2] || s[2] == '/'))
			return at_fail(at, "must not have \"..\" in it");
	return at_string(at, out);
}

/* ---- linux ---- */

#define S(m) FIELD_SIZE(struct spec, m)
#define L(m) FIELD_LIST(struct spec, m)

static const struct field linux_fields[] = {
	{ "namespaces", F_CALL, .fn = parse_namespaces },
	{ "uidMappings", F_LIST, L(uid_maps.v), .fn = parse_idmap },
	{ "gidMappings", F_LIST, L(gid_maps.v), .fn = parse_idmap },
	{ "timeOffsets", F_CALL, .fn = parse_time_offsets },
	{ "devices", F_LIST, L(devices), .fn = parse_device },
	{ "netDevices", F_CALL, .fn = parse_netdevs },
	{ "cgroupsPath", F_CALL, S(cgroups_path), .fn = parse_cgroups_path },
	{ "resources", F_CALL, .fn = parse_resources },
	{ "rootfsPropagation", F_CALL, .fn = parse_propagation },
	{ "maskedPaths", F_STRINGS, F_ABSOLUTE, S(masked_paths) },
	{ "readonlyPaths", F_STRINGS, F_ABSOLUTE, S(readonly_paths) },
	{ "mountLabel", F_STRING, F_EMPTY_NULL, S(mount_label) },
	{ "personality", F_CALL, .fn = parse_personality },
	{ "sysctl", F_PAIRS, S(sysctl) },
	{ "seccomp", F_CALL, S(seccomp), .fn = parse_seccomp },
	{ "memoryPolicy", F_CALL, S(mempolicy), .fn = parse_mempolicy },
	{ "intelRdt", F_CALL, S(rdt), .fn = parse_rdt },
	{ 0 },
};

_Static_assert(offsetof(struct spec, n_devices) == offsetof(struct spec, devices) + sizeof(void *),
	       "F_LIST stores the length behind the pointer");

int parse_linux(const struct at *at, void *spec)
{
	return object_parse(at, linux_fields, spec);
}
