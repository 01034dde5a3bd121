/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * seccomp.c - linux.seccomp, its words turned into libseccomp's and the kernel's numbers
 *
 * Names of system calls stay names: which of them exist depends on the architecture, and those
 * that this machine does not know are passed over when the filter is compiled.
 */
#include "spec/parse.h"

#include <linux/audit.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <string.h>

#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5)
#endif
#ifndef AUDIT_ARCH_LOONGARCH64
#define AUDIT_ARCH_LOONGARCH64 (258U | __AUDIT_ARCH_64BIT | __AUDIT_ARCH_LE)
#endif

#define RECEIVER     "run.oci.seccomp.receiver"
#define LISTENER_MAX 107                /* it goes into a struct sockaddr_un */

static const struct word action_words[] = {
	{ "SCMP_ACT_KILL", SCMP_ACT_KILL },
	{ "SCMP_ACT_KILL_PROCESS", SCMP_ACT_KILL_PROCESS },
	{ "SCMP_ACT_KILL_THREAD", SCMP_ACT_KILL_THREAD },
	{ "SCMP_ACT_TRAP", SCMP_ACT_TRAP },
	{ "SCMP_ACT_ERRNO", SCMP_ACT_ERRNO(0) },
	{ "SCMP_ACT_TRACE", SCMP_ACT_TRACE(0) },
	{ "SCMP_ACT_ALLOW", SCMP_ACT_ALLOW },
	{ "SCMP_ACT_LOG", SCMP_ACT_LOG },
	{ "SCMP_ACT_NOTIFY", SCMP_ACT_NOTIFY },
	{ 0 },
};

/* Architectures that libseccomp 2.5 does not name yet have the audit subsystem's number. */
static const struct word arch_words[] = {
	{ "SCMP_ARCH_X86", SCMP_ARCH_X86 },
	{ "SCMP_ARCH_X86_64", SCMP_ARCH_X86_64 },
	{ "SCMP_ARCH_X32", SCMP_ARCH_X32 },
	{ "SCMP_ARCH_ARM", SCMP_ARCH_ARM },
	{ "SCMP_ARCH_AARCH64", SCMP_ARCH_AARCH64 },
	{ "SCMP_ARCH_MIPS", SCMP_ARCH_MIPS },
	{ "SCMP_ARCH_MIPS64", SCMP_ARCH_MIPS64 },
	{ "SCMP_ARCH_MIPS64N32", SCMP_ARCH_MIPS64N32 },
	{ "SCMP_ARCH_MIPSEL", SCMP_ARCH_MIPSEL },
	{ "SCMP_ARCH_MIPSEL64", SCMP_ARCH_MIPSEL64 },
	{ "SCMP_ARCH_MIPSEL64N32", SCMP_ARCH_MIPSEL64N32 },
	{ "SCMP_ARCH_PPC", SCMP_ARCH_PPC },
	{ "SCMP_ARCH_PPC64", SCMP_ARCH_PPC64 },
	{ "SCMP_ARCH_PPC64LE", SCMP_ARCH_PPC64LE },
	{ "SCMP_ARCH_S390", SCMP_ARCH_S390 },
	{ "SCMP_ARCH_S390X", SCMP_ARCH_S390X },
	{ "SCMP_ARCH_PARISC", SCMP_ARCH_PARISC },
	{ "SCMP_ARCH_PARISC64", SCMP_ARCH_PARISC64 },
	{ "SCMP_ARCH_RISCV64", SCMP_ARCH_RISCV64 },
	{ "SCMP_ARCH_LOONGARCH64", AUDIT_ARCH_LOONGARCH64 },
	{ "SCMP_ARCH_M68K", AUDIT_ARCH_M68K },
	{ "SCMP_ARCH_SH", AUDIT_ARCH_SHEL },
	{ "SCMP_ARCH_SHEB", AUDIT_ARCH_SH },
	{ 0 },
};

static const struct word flag_words[] = {
	{ "SECCOMP_FILTER_FLAG_TSYNC", SECCOMP_FILTER_FLAG_TSYNC },
	{ "SECCOMP_FILTER_FLAG_LOG", SECCOMP_FILTER_FLAG_LOG },
	{ "SECCOMP_FILTER_FLAG_SPEC_ALLOW", SECCOMP_FILTER_FLAG_SPEC_ALLOW },
	{ "SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV", SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV },
	{ 0 },
};

static const struct word op_words[] = {
	{ "SCMP_CMP_NE", SCMP_CMP_NE },
	{ "SCMP_CMP_LT", SCMP_CMP_LT },
	{ "SCMP_CMP_LE", SCMP_CMP_LE },
	{ "SCMP_CMP_EQ", SCMP_CMP_EQ },
	{ "SCMP_CMP_GE", SCMP_CMP_GE },
	{ "SCMP_CMP_GT", SCMP_CMP_GT },
	{ "SCMP_CMP_MASKED_EQ", SCMP_CMP_MASKED_EQ },
	{ 0 },
};

/* ---- actions ---- */

/* Fill the value of an errno or trace action in: @given as told at @at, EPERM when it is not. */
static int fold_errno(const struct at *at, const struct spec_opt_uint *given, uint32_t *action)
{
	uint64_t v = given->set ? given->v : EPERM;

	if (*action == SCMP_ACT_ERRNO(0)) {
		if (v > 4095)
			return at_fail(at, "must be from 0 to 4095");
		*action = SCMP_ACT_ERRNO(v);
	} else if (*action == SCMP_ACT_TRACE(0)) {
		if (v > 65535)
			return at_fail(at, "must be from 0 to 65535");
		*action = SCMP_ACT_TRACE(v);
	} else if (given->set) {
		return at_fail(at, "is for SCMP_ACT_ERRNO and SCMP_ACT_TRACE only");
	}
	return 0;
}

/* ---- syscalls[] ---- */

static const struct field arg_fields[] = {
	{ "index", F_UINT, F_REQUIRED, FIELD_SIZE(struct spec_seccomp_arg, index), .max = 5 },
	{ "value", F_UINT, F_REQUIRED, FIELD_SIZE(struct spec_seccomp_arg, value) },
	{ "valueTwo", F_UINT, FIELD_SIZE(struct spec_seccomp_arg, value_two) },
	{ "op", F_WORD, F_REQUIRED, FIELD_SIZE(struct spec_seccomp_arg, op), .words = op_words },
	{ 0 },
};

static int parse_arg(const struct at *at, void *out)
{
	return object_parse(at, arg_fields, out);
}

struct rule {
	struct spec_seccomp_rule rule;
	struct spec_opt_uint errno_ret;
};

static const struct field rule_fields[] = {
	{ "names", F_STRINGS, F_REQUIRED | F_NONEMPTY, FIELD_SIZE(struct rule, rule.names) },
	{ "action", F_WORD, F_REQUIRED, FIELD_SIZE(struct rule, rule.action),
	  .words = action_words },
	{ "errnoRet", F_OPT_UINT, FIELD_SIZE(struct rule, errno_ret), .max = UINT32_MAX },
	{ "args", F_LIST, FIELD_LIST(struct rule, rule.args), .fn = parse_arg },
	{ 0 },
};

/* The runtime itself writes once more after the filter is there, and nobody would answer. */
static int check_notify_names(const struct at *at, const struct strv *names)
{
	struct at list = at_member(at, "names");

	for (size_t i = 0; i < names->n; i++) {
		struct at e = at_element(&list, i);

		if (!strcmp(names->v[i], "write"))
			return at_fail(&e, "\"write\" cannot have SCMP_ACT_NOTIFY: starting the jail "
				       "would wait for it for ever");
	}
	return 0;
}

static int check_names(const struct at *at, const struct strv *names)
{
	struct at list = at_member(at, "names");

	for (size_t i = 0; i < names->n; i++) {
		struct at e = at_element(&list, i);

		if (!*names->v[i])
			return at_fail(&e, "must not be empty");
	}
	return 0;
}

static int parse_rule(const struct at *at, void *out)
{
	struct at errno_ret = at_member(at, "errnoRet");
	struct rule r = { 0 };
	int ret = object_parse(at, rule_fields, &r);

	if (ret == 0)
		ret = check_names(at, &r.rule.names);
	if (ret == 0)
		ret = fold_errno(&errno_ret, &r.errno_ret, &r.rule.action);
	if (ret == 0 && r.rule.action == SCMP_ACT_NOTIFY)
		ret = check_notify_names(at, &r.rule.names);
	*(struct spec_seccomp_rule *)out = r.rule;
	return ret;
}

struct profile {
	struct spec_seccomp s;
	struct spec_opt_uint errno_ret;
};

/* ---- architectures ---- */

static bool arch_listed(const struct spec_seccomp *s, uint32_t arch)
{
	for (size_t i = 0; i < s->n_archs; i++)
		if (s->archs[i] == arch)
			return true;
	return arch == seccomp_arch_native();
}

static int parse_archs(const struct at *at, void *out)
{
	struct spec_seccomp *s = &((struct profile *)out)->s;
	int r = at_expect(at, JSON_ARRAY);
	uint64_t arch = 0;

	if (r == 0)
		s->archs = arena_alloc(&at->p->spec->arena, sizeof(arch_words));
	if (r == 0 && !s->archs)
		return at_nomem(at);
	for (size_t i = 0; r == 0 && i < json_array_size(at->v); i++) {
		struct at e = at_element(at, i);

		r = at_word(&e, arch_words, &arch);
		if (r > 0)
			r = at_unknown_word(&e, arch_words);
		if (r == 0 && !arch_listed(s, (uint32_t)arch))
			s->archs[s->n_archs++] = (uint32_t)arch;
	}
	return r;
}

/* ---- seccomp ---- */

static int parse_flags(const struct at *at, void *out)
{
	static const struct field flags = { "flags", F_WORDS, .size = sizeof(uint64_t),
					    .words = flag_words };
	struct spec_opt_uint *ret = out;
	int r = field_read(at, &flags, &ret->v);

	ret->set = r == 0;
	return r;
}

static int parse_listener(const struct at *at, void *out)
{
	const char *text;
	int r = at_text(at, &text);

	if (r < 0 || !*text)
		return r;
	if (strlen(text) > LISTENER_MAX)
		return at_fail(at, "must be at most %d bytes long", LISTENER_MAX);
	return at_path(at, out);
}

#define S(m) FIELD_SIZE(struct profile, s.m)

static const struct field seccomp_fields[] = {
	{ "defaultAction", F_WORD, F_REQUIRED, S(default_action), .words = action_words },
	{ "defaultErrnoRet", F_OPT_UINT, FIELD_SIZE(struct profile, errno_ret), .max = UINT32_MAX },
	{ "architectures", F_CALL, .fn = parse_archs },
	{ "flags", F_CALL, S(flags), .fn = parse_flags },
	{ "listenerPath", F_CALL, S(listener_path), .fn = parse_listener },
	{ "listenerMetadata", F_STRING, F_EMPTY_NULL, S(listener_metadata) },
	{ "syscalls", F_LIST, FIELD_LIST(struct profile, s.rules), .fn = parse_rule },
	{ 0 },
};

/* Who is asked: engines that pass no listenerPath on hand over crun's annotation. */
static int annotated_listener(const struct at *path, struct spec_seccomp *s)
{
	const char *text = annotation(path->p->spec, RECEIVER);

	if (!text || s->listener_path)
		return 0;
	if (*text != '/' || strlen(text) > LISTENER_MAX)
		return at_fail(path, "annotation " RECEIVER " must be an absolute path of at most %d bytes",
			       LISTENER_MAX);
	s->listener_path = arena_strdup(&path->p->spec->arena, text);
	return s->listener_path ? 0 : at_nomem(path);
}

static int check_seccomp(const struct at *at, struct spec_seccomp *s)
{
	struct at action = at_member(at, "defaultAction"), path = at_member(at, "listenerPath"),
		  metadata = at_member(at, "listenerMetadata");

	if (s->default_action == SCMP_ACT_NOTIFY)
		return at_fail(&action, "SCMP_ACT_NOTIFY cannot be the default action");
	for (size_t i = 0; i < s->n_rules; i++)
		s->has_notify |= s->rules[i].action == SCMP_ACT_NOTIFY;
	if (s->has_notify && annotated_listener(&path, s) < 0)
		return -EINVAL;
	if (s->has_notify && !s->listener_path)
		return at_fail(&path, "is required for SCMP_ACT_NOTIFY");
	if (s->listener_metadata && !s->listener_path)
		return at_fail(&metadata, "needs listenerPath");
	return 0;
}

int parse_seccomp(const struct at *at, void *out)
{
	struct at errno_ret = at_member(at, "defaultErrnoRet");
	struct spec_seccomp *s = out;
	struct profile p = { 0 };
	int r;

	if (at->p->strict && json_is_string(at->v) && profile_named(json_string_value(at->v), &s->system)) {
		s->set = s->builtin = true;
		return 0;
	}
	r = object_parse(at, seccomp_fields, &p);
	if (r == 0)
		r = fold_errno(&errno_ret, &p.errno_ret, &p.s.default_action);
	if (r == 0)
		r = check_seccomp(at, &p.s);
	if (r < 0)
		return r;
	*s = p.s;
	s->set = true;
	return 0;
}
