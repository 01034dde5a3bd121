/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * caps.c - process.capabilities
 *
 * A name that this build does not know makes a warning and no error: a newer engine may ask for a
 * capability of a newer kernel, and leaving one out only makes the jail tighter.  In a short spec,
 * which people write, it is an error.
 */
#include "spec/parse.h"

#include <linux/capability.h>
#include <string.h>
#include <strings.h>

static const char *const cap_names[] = {
	[CAP_CHOWN] = "CHOWN",
	[CAP_DAC_OVERRIDE] = "DAC_OVERRIDE",
	[CAP_DAC_READ_SEARCH] = "DAC_READ_SEARCH",
	[CAP_FOWNER] = "FOWNER",
	[CAP_FSETID] = "FSETID",
	[CAP_KILL] = "KILL",
	[CAP_SETGID] = "SETGID",
	[CAP_SETUID] = "SETUID",
	[CAP_SETPCAP] = "SETPCAP",
	[CAP_LINUX_IMMUTABLE] = "LINUX_IMMUTABLE",
	[CAP_NET_BIND_SERVICE] = "NET_BIND_SERVICE",
	[CAP_NET_BROADCAST] = "NET_BROADCAST",
	[CAP_NET_ADMIN] = "NET_ADMIN",
	[CAP_NET_RAW] = "NET_RAW",
	[CAP_IPC_LOCK] = "IPC_LOCK",
	[CAP_IPC_OWNER] = "IPC_OWNER",
	[CAP_SYS_MODULE] = "SYS_MODULE",
	[CAP_SYS_RAWIO] = "SYS_RAWIO",
	[CAP_SYS_CHROOT] = "SYS_CHROOT",
	[CAP_SYS_PTRACE] = "SYS_PTRACE",
	[CAP_SYS_PACCT] = "SYS_PACCT",
	[CAP_SYS_ADMIN] = "SYS_ADMIN",
	[CAP_SYS_BOOT] = "SYS_BOOT",
	[CAP_SYS_NICE] = "SYS_NICE",
	[CAP_SYS_RESOURCE] = "SYS_RESOURCE",
	[CAP_SYS_TIME] = "SYS_TIME",
	[CAP_SYS_TTY_CONFIG] = "SYS_TTY_CONFIG",
	[CAP_MKNOD] = "MKNOD",
	[CAP_LEASE] = "LEASE",
	[CAP_AUDIT_WRITE] = "AUDIT_WRITE",
	[CAP_AUDIT_CONTROL] = "AUDIT_CONTROL",
	[CAP_SETFCAP] = "SETFCAP",
	[CAP_MAC_OVERRIDE] = "MAC_OVERRIDE",
	[CAP_MAC_ADMIN] = "MAC_ADMIN",
	[CAP_SYSLOG] = "SYSLOG",
	[CAP_WAKE_ALARM] = "WAKE_ALARM",
	[CAP_BLOCK_SUSPEND] = "BLOCK_SUSPEND",
	[CAP_AUDIT_READ] = "AUDIT_READ",
	[CAP_PERFMON] = "PERFMON",
	[CAP_BPF] = "BPF",
	[CAP_CHECKPOINT_RESTORE] = "CHECKPOINT_RESTORE",
};

int spec_cap_number(const char *name)
{
	if (!strncasecmp(name, "CAP_", 4))
		name += 4;
	for (size_t i = 0; i < ARRAY_SIZE(cap_names); i++)
		if (!strcasecmp(name, cap_names[i]))
			return (int)i;
	return -1;
}

static bool strv_has(const struct strv *list, const char *text)
{
	for (size_t i = 0; i < list->n; i++)
		if (!strcmp(list->v[i], text))
			return true;
	return false;
}

/* One warning a name is enough, and 64 names are. */
static int note_unknown(const struct at *at, struct strv *unknown)
{
	struct arena *arena = &at->p->spec->arena;

	if (!unknown->v)
		unknown->v = arena_alloc(arena, (64 + 1) * sizeof(*unknown->v));
	if (!unknown->v)
		return at_nomem(at);
	if (unknown->n == 64 || strv_has(unknown, json_string_value(at->v)))
		return 0;
	return at_string(at, &unknown->v[unknown->n++]);
}

static int parse_cap_set(const struct at *at, struct strv *unknown, uint64_t *ret)
{
	int r = at_expect(at, JSON_ARRAY);

	for (size_t i = 0; r == 0 && i < json_array_size(at->v); i++) {
		struct at e = at_element(at, i);
		const char *name;
		int cap;

		r = at_text(&e, &name);
		if (r < 0)
			return r;
		cap = spec_cap_number(name);
		if (cap < 0 && at->p->strict)
			return at_fail(&e, "unknown capability \"%.80s\"", name);
		if (cap < 0)
			r = note_unknown(&e, unknown);
		else
			*ret |= UINT64_C(1) << cap;
	}
	return r;
}

#define CAP_SET(name) \
	static int parse_##name(const struct at *at, void *out) \
	{ \
		struct spec_caps *caps = out; \
\
		return parse_cap_set(at, &caps->unknown, &caps->name); \
	}

CAP_SET(bounding)
CAP_SET(effective)
CAP_SET(inheritable)
CAP_SET(permitted)
CAP_SET(ambient)

static const struct field cap_fields[] = {
	{ "bounding", F_CALL, .fn = parse_bounding },
	{ "effective", F_CALL, .fn = parse_effective },
	{ "inheritable", F_CALL, .fn = parse_inheritable },
	{ "permitted", F_CALL, .fn = parse_permitted },
	{ "ambient", F_CALL, .fn = parse_ambient },
	{ 0 },
};

/* The kernel would refuse it, and not say which (capset(2)). */
static int check_effective(const struct at *at, const struct spec_caps *caps)
{
	uint64_t missing = caps->effective & ~caps->permitted;
	struct at effective = at_member(at, "effective");

	if (!missing)
		return 0;
	return at_fail(&effective, "CAP_%s is not in permitted", cap_names[__builtin_ctzll(missing)]);
}

int parse_caps(const struct at *at, void *out)
{
	struct spec_caps *caps = out;
	int r = object_parse(at, cap_fields, caps);

	caps->set = true;
	return r < 0 ? r : check_effective(at, caps);
}
