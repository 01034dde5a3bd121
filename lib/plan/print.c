/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * print.c - a plan for people (text) and programs (JSON)
 *
 * Both walk the table of opcodes: a new opcode is printed without a line of code here.
 */
#include "plan/print.h"

#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/sysmacros.h>

#include "base/json.h"
#include "plan/build.h"
#include "plan/ops.h"
#include "spec/spec.h"

struct bit { uint64_t bit; const char *name; };

static const struct bit attr_bits[] = {
	{ 0x1, "ro" }, { 0x2, "nosuid" }, { 0x4, "nodev" }, { 0x8, "noexec" }, { 0x10, "noatime" },
	{ 0x20, "strictatime" }, { 0x40, "atime" }, { 0x80, "nodiratime" }, { 0x100000, "idmap" },
	{ 0x200000, "nosymfollow" }, { 0, NULL },
};

static const struct bit propagation_bits[] = {
	{ MS_PRIVATE, "private" }, { MS_SLAVE, "slave" }, { MS_SHARED, "shared" },
	{ MS_UNBINDABLE, "unbindable" }, { MS_REC, "recursive" }, { 0, NULL },
};

static const struct { int n; const char *name; } rlimits[] = {
	{ RLIMIT_AS, "AS" }, { RLIMIT_CORE, "CORE" }, { RLIMIT_CPU, "CPU" }, { RLIMIT_DATA, "DATA" },
	{ RLIMIT_FSIZE, "FSIZE" }, { RLIMIT_LOCKS, "LOCKS" }, { RLIMIT_MEMLOCK, "MEMLOCK" },
	{ RLIMIT_MSGQUEUE, "MSGQUEUE" }, { RLIMIT_NICE, "NICE" }, { RLIMIT_NOFILE, "NOFILE" },
	{ RLIMIT_NPROC, "NPROC" }, { RLIMIT_RSS, "RSS" }, { RLIMIT_RTPRIO, "RTPRIO" },
	{ RLIMIT_RTTIME, "RTTIME" }, { RLIMIT_SIGPENDING, "SIGPENDING" }, { RLIMIT_STACK, "STACK" },
};

static const char *const points[] = { NULL, "maps", "namespaces", "created", "network" };
static const char *const targets[] = { "as-tree", "directory", "directory-without-symlinks" };

static void put_bits(struct buf *out, const struct bit *bits, uint64_t v)
{
	const char *comma = "";

	for (; bits->name; bits++)
		if (v & bits->bit) {
			buf_printf(out, "%s%s", comma, bits->name);
			comma = ",";
			v &= ~bits->bit;
		}
	if (v)
		buf_printf(out, "%s%#llx", comma, (unsigned long long)v);
}

static void put_ns(struct buf *out, uint64_t flags)
{
	const char *comma = "";

	for (int i = 0; i < SPEC_NS_COUNT; i++)
		if (flags & spec_ns_types[i].flag) {
			buf_printf(out, "%s%s", comma, spec_ns_types[i].name);
			comma = ",";
		}
}

static void put_caps(struct buf *out, uint64_t v)
{
	const char *comma = "";

	for (int cap = 0; cap <= CAP_LAST_CAP; cap++)
		if (v >> cap & 1) {
			mem_auto char *name = NULL;
			char *libcap_name = cap_to_name((cap_value_t)cap);

			if (libcap_name)
				name = strdup(libcap_name);
			cap_free(libcap_name);
			buf_printf(out, "%s%s", comma, name ? name + strlen("cap_") : "?");
			comma = ",";
		}
}

static void put_rlimit(struct buf *out, uint64_t n)
{
	for (size_t i = 0; i < ARRAY_SIZE(rlimits); i++)
		if ((uint64_t)rlimits[i].n == n) {
			buf_printf(out, "%s", rlimits[i].name);
			return;
		}
	buf_printf(out, "%llu", (unsigned long long)n);
}

static const char *from(const char *const *table, size_t n, uint64_t v)
{
	return v < n && table[v] ? table[v] : "?";
}

/* A number as text, without quotes. */
static void put_value(struct buf *out, enum plan_arg kind, uint64_t v)
{
	switch (kind) {
	case ARG_OCT:
		buf_printf(out, "%#llo", (unsigned long long)v);
		break;
	case ARG_HEX:
		buf_printf(out, "%#llx", (unsigned long long)v);
		break;
	case ARG_BOOL:
		buf_printf(out, v ? "yes" : "no");
		break;
	case ARG_ATTRS:
		put_bits(out, attr_bits, v);
		break;
	case ARG_PROPAGATION:
		put_bits(out, propagation_bits, v);
		break;
	case ARG_CAPS:
		put_caps(out, v);
		break;
	case ARG_DEV:
		buf_printf(out, "%u:%u", major(v), minor(v));
		break;
	case ARG_NS:
	case ARG_NSFLAGS:
		put_ns(out, v);
		break;
	case ARG_RLIMIT:
		put_rlimit(out, v);
		break;
	case ARG_LIMIT:
		if (v == UINT64_MAX)
			buf_printf(out, "unlimited");
		else
			buf_printf(out, "%llu", (unsigned long long)v);
		break;
	case ARG_POINT:
		buf_printf(out, "%s", from(points, ARRAY_SIZE(points), v));
		break;
	case ARG_TARGET:
		buf_printf(out, "%s", from(targets, ARRAY_SIZE(targets), v));
		break;
	case ARG_HOOK:
		buf_printf(out, "%s", from(spec_hook_names, SPEC_HOOK_COUNT, v));
		break;
	case ARG_IDS:
		buf_printf(out, "%u:%u", (uint32_t)v, (uint32_t)(v >> 32));
		break;
	default:
		buf_printf(out, "%llu", (unsigned long long)v);
	}
}

/* Zero says nothing, except where it is a value of its own. */
static bool worth_printing(enum plan_arg kind, uint64_t v)
{
	return kind != ARG_NONE && (v || kind == ARG_DEC || kind == ARG_LIMIT || kind == ARG_CAPS ||
				    kind == ARG_OCT);
}

static void put_data(struct buf *out, const struct plan *p, enum plan_arg kind, uint32_t at)
{
	size_t len;

	switch (kind) {
	case ARG_LIST:
	case ARG_OPT_LIST:
		buf_printf(out, "[");
		for (uint64_t i = 0; i < plan_list_count(p, at); i++) {
			buf_printf(out, i ? ", " : "");
			json_put_string(out, plan_list_item(p, at, i));
		}
		buf_printf(out, "]");
		break;
	case ARG_BLOB:
	case ARG_OPT_BLOB:
		plan_blob(p, at, &len);
		buf_printf(out, "\"%zu bytes\"", len);
		break;
	default:
		json_put_string(out, plan_str(p, at));
	}
}

/* ---- text ---- */

static void text_step(const struct plan *p, const struct plan_step *s, uint32_t i, struct buf *out)
{
	const struct plan_op_info *op = &plan_ops[s->op];
	size_t start = out->len;

	buf_printf(out, "%3u %-10s %-20s", i + 1, plan_stage_names[s->stage], op->name);
	for (int k = 0; k < 3; k++)
		if (s->s[k]) {
			buf_printf(out, " %s=", op->s[k].label);
			put_data(out, p, op->s[k].kind, s->s[k]);
		}
	for (int k = 0; k < 4; k++)
		if (worth_printing(op->a[k].kind, s->a[k])) {
			buf_printf(out, " %s=", op->a[k].label);
			put_value(out, op->a[k].kind, s->a[k]);
		}
	while (out->len > start && out->text[out->len - 1] == ' ')
		out->len--;
	if (s->place)
		buf_printf(out, "  # %s", plan_str(p, s->place));
	buf_printf(out, "\n");
}

void plan_print_text(const struct plan *p, struct buf *out)
{
	const struct plan_step *s = plan_steps(p);

	for (uint32_t i = 0; i < p->n_steps; i++)
		text_step(p, s + i, i, out);
}

/* ---- JSON ---- */

static void json_value(struct buf *out, enum plan_arg kind, uint64_t v)
{
	buf_auto text = { 0 };

	if (kind == ARG_DEC) {
		buf_printf(out, "%llu", (unsigned long long)v);
	} else if (kind == ARG_BOOL) {
		buf_printf(out, v ? "true" : "false");
	} else {
		put_value(&text, kind, v);
		json_put_string(out, text.text ? text.text : "");
	}
}

static void json_step(const struct plan *p, const struct plan_step *s, struct buf *out)
{
	const struct plan_op_info *op = &plan_ops[s->op];

	buf_printf(out, "    {\"stage\": \"%s\", \"step\": \"%s\"", plan_stage_names[s->stage], op->name);
	for (int k = 0; k < 3; k++)
		if (s->s[k]) {
			buf_printf(out, ", \"%s\": ", op->s[k].label);
			put_data(out, p, op->s[k].kind, s->s[k]);
		}
	for (int k = 0; k < 4; k++)
		if (worth_printing(op->a[k].kind, s->a[k])) {
			buf_printf(out, ", \"%s\": ", op->a[k].label);
			json_value(out, op->a[k].kind, s->a[k]);
		}
	if (s->place) {
		buf_printf(out, ", \"place\": ");
		json_put_string(out, plan_str(p, s->place));
	}
	buf_printf(out, "}");
}

void plan_print_json(const struct plan *p, struct buf *out)
{
	const struct plan_step *s = plan_steps(p);

	buf_printf(out, "{\n  \"id\": ");
	json_put_string(out, plan_str(p, p->id));
	buf_printf(out, ",\n  \"steps\": [");
	for (uint32_t i = 0; i < p->n_steps; i++) {
		buf_printf(out, i ? ",\n" : "\n");
		json_step(p, s + i, out);
	}
	buf_printf(out, "\n  ]\n}\n");
}
