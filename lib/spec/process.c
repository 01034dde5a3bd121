/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * process.c - process, and the same object for exec
 */
#include "spec/parse.h"

#include <inttypes.h>
#include <string.h>
#include <sys/resource.h>

/* ---- rlimits ---- */

static const struct word rlimit_words[] = {
	{ "RLIMIT_AS", RLIMIT_AS },
	{ "RLIMIT_CORE", RLIMIT_CORE },
	{ "RLIMIT_CPU", RLIMIT_CPU },
	{ "RLIMIT_DATA", RLIMIT_DATA },
	{ "RLIMIT_FSIZE", RLIMIT_FSIZE },
	{ "RLIMIT_LOCKS", RLIMIT_LOCKS },
	{ "RLIMIT_MEMLOCK", RLIMIT_MEMLOCK },
	{ "RLIMIT_MSGQUEUE", RLIMIT_MSGQUEUE },
	{ "RLIMIT_NICE", RLIMIT_NICE },
	{ "RLIMIT_NOFILE", RLIMIT_NOFILE },
	{ "RLIMIT_NPROC", RLIMIT_NPROC },
	{ "RLIMIT_RSS", RLIMIT_RSS },
	{ "RLIMIT_RTPRIO", RLIMIT_RTPRIO },
	{ "RLIMIT_RTTIME", RLIMIT_RTTIME },
	{ "RLIMIT_SIGPENDING", RLIMIT_SIGPENDING },
	{ "RLIMIT_STACK", RLIMIT_STACK },
	{ 0 },
};

static const struct field rlimit_fields[] = {
	{ "type", F_WORD, F_REQUIRED, FIELD_SIZE(struct spec_rlimit, resource),
	  .words = rlimit_words },
	{ "soft", F_UINT, F_REQUIRED, FIELD_SIZE(struct spec_rlimit, soft) },
	{ "hard", F_UINT, F_REQUIRED, FIELD_SIZE(struct spec_rlimit, hard) },
	{ 0 },
};

static int parse_rlimit(const struct at *at, void *out)
{
	struct spec_rlimit *l = out;
	int r = object_parse(at, rlimit_fields, l);
	struct at soft = at_member(at, "soft");

	if (r == 0 && l->soft > l->hard)
		return at_fail(&soft, "must not be above hard (%" PRIu64 ")", l->hard);
	return r;
}

static int parse_rlimits(const struct at *at, void *out)
{
	struct spec_process *p = out;
	uint32_t seen = 0;
	void *v;
	int r = list_parse(at, sizeof(*p->rlimits), parse_rlimit, &v, &p->n_rlimits);

	if (r < 0)
		return r;
	p->rlimits = v;
	for (size_t i = 0; i < p->n_rlimits; i++) {
		struct at e = at_element(at, i), type = at_member(&e, "type");

		if (seen & UINT32_C(1) << p->rlimits[i].resource)
			return at_fail(&type, "%s is listed twice", json_string_value(type.v));
		seen |= UINT32_C(1) << p->rlimits[i].resource;
	}
	return 0;
}

/* ---- user ---- */

/* (uid_t)-1 means "unchanged" to the kernel and is nobody's id. */
#define ID_MAX (UINT32_MAX - 1)

static int parse_gid(const struct at *at, void *out)
{
	uint64_t v;
	int r = at_uint(at, 0, ID_MAX, &v);

	if (r == 0)
		*(uint32_t *)out = (uint32_t)v;
	return r;
}

static int parse_gids(const struct at *at, void *out)
{
	struct spec_process *p = out;
	void *v;
	int r = list_parse(at, sizeof(uint32_t), parse_gid, &v, &p->n_additional_gids);

	if (r == 0)
		p->additional_gids = v;
	return r;
}

static int parse_user(const struct at *at, void *out)
{
	static const struct field fields[] = {
		{ "uid", F_UINT, F_REQUIRED, FIELD_SIZE(struct spec_process, uid), .max = ID_MAX },
		{ "gid", F_UINT, F_REQUIRED, FIELD_SIZE(struct spec_process, gid), .max = ID_MAX },
		{ "umask", F_OPT_UINT, FIELD_SIZE(struct spec_process, umask), .max = 0777 },
		{ "additionalGids", F_CALL, .fn = parse_gids },
		{ "username", F_STRING, F_EMPTY_NULL, FIELD_SIZE(struct spec_process, username) },
		{ 0 },
	};

	return object_parse(at, fields, out);
}

/* ---- terminal size ---- */

struct console_size {
	uint64_t height, width;
};

static const struct field console_fields[] = {
	{ "height", F_UINT, F_REQUIRED, FIELD_SIZE(struct console_size, height) },
	{ "width", F_UINT, F_REQUIRED, FIELD_SIZE(struct console_size, width) },
	{ 0 },
};

/* Without a terminal the size means nothing, whatever it is. */
static int parse_console(const struct at *at, void *out)
{
	struct spec_process *p = out;
	struct at height = at_member(at, "height"), width = at_member(at, "width");
	struct console_size size = { 0 };
	int r = object_parse(at, console_fields, &size);

	if (r < 0 || !p->terminal)
		return r;
	if (size.height > UINT16_MAX)
		return at_fail(&height, "must be from 0 to %d", UINT16_MAX);
	if (size.width > UINT16_MAX)
		return at_fail(&width, "must be from 0 to %d", UINT16_MAX);
	p->console_height = (uint16_t)size.height;
	p->console_width = (uint16_t)size.width;
	return 0;
}

/* ---- process ---- */

static int parse_env(const struct at *at, void *out)
{
	return at_env(at, out);
}

static int parse_exec_affinity(const struct at *at, void *out)
{
	static const struct field fields[] = {
		{ "initial", F_CALL, FIELD_SIZE(struct spec_process, exec_cpu_initial),
		  .fn = parse_cpu_list },
		{ "final", F_CALL, FIELD_SIZE(struct spec_process, exec_cpu_final),
		  .fn = parse_cpu_list },
		{ 0 },
	};

	return object_parse(at, fields, out);
}

#define P(m) FIELD_SIZE(struct spec_process, m)

/* "terminal" stands before "consoleSize", which looks at it. */
static const struct field process_fields[] = {
	{ "terminal", F_BOOL, P(terminal) },
	{ "consoleSize", F_CALL, .fn = parse_console },
	{ "user", F_CALL, .fn = parse_user },
	{ "args", F_STRINGS, F_REQUIRED | F_NONEMPTY, P(args) },
	{ "env", F_CALL, P(env), .fn = parse_env },
	{ "cwd", F_STRING, F_REQUIRED | F_ABSOLUTE, P(cwd) },
	{ "capabilities", F_CALL, P(caps), .fn = parse_caps },
	{ "rlimits", F_CALL, .fn = parse_rlimits },
	{ "noNewPrivileges", F_BOOL, P(no_new_privileges) },
	{ "apparmorProfile", F_STRING, F_EMPTY_NULL, P(apparmor_profile) },
	{ "selinuxLabel", F_STRING, F_EMPTY_NULL, P(selinux_label) },
	{ "oomScoreAdj", F_OPT_INT, P(oom_score_adj), .min = -1000, .max = 1000 },
	{ "scheduler", F_CALL, P(scheduler), .fn = parse_scheduler },
	{ "ioPriority", F_CALL, P(io_priority), .fn = parse_io_priority },
	{ "execCPUAffinity", F_CALL, .fn = parse_exec_affinity },
	{ 0 },
};

int parse_process(const struct at *at, void *out)
{
	struct spec_process *p = out;

	p->set = true;
	return object_parse(at, process_fields, p);
}
