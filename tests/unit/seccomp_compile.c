/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Profiles made by hand and at random, compiled, and run on made-up calls beside an oracle.
 * The numbers are x86-64's: elsewhere the oracle test alone runs.
 */
#include "test.h"

#include "seccomp_vm.h"

#define ALLOW SCMP_ACT_ALLOW
#define EPERM_ACT SCMP_ACT_ERRNO(1)
#define ENOSYS_ACT SCMP_ACT_ERRNO(38)

static struct strv one_name(const char *name)
{
	static char *slots[128][2];
	static size_t next;
	char **v = slots[next++ % 128];

	v[0] = (char *)name;
	return (struct strv){ v, 1 };
}

static struct seccomp_program compile(struct spec_seccomp s, struct err *err)
{
	struct seccomp_program p = { 0 };

	s.set = true;
	CHECK_INT(seccomp_compile(&s, &p, err), 0);
	return p;
}

#if defined(__x86_64__)
static uint32_t x86_archs[] = { SCMP_ARCH_X86, SCMP_ARCH_X32, SCMP_ARCH_AARCH64 };

TEST(newer_than_everything_is_enosys)
{
	struct spec_seccomp_rule rules[] = {
		{ .names = one_name("read"), .action = ALLOW },
		{ .names = one_name("no_such_call"), .action = ALLOW },
		{ .names = one_name("mseal"), .action = ALLOW },
		{ .names = one_name("fchmodat2"), .action = SCMP_ACT_ERRNO(13) },
	};
	struct err err = { 0 };
	struct seccomp_program p = compile((struct spec_seccomp){ .default_action = EPERM_ACT,
			.archs = x86_archs, .n_archs = 3, .rules = rules, .n_rules = 4 }, &err);
	static const uint32_t archs[] = { AUDIT_ARCH_X86_64, AUDIT_ARCH_X86_64, AUDIT_ARCH_I386 };
	static const uint32_t bases[] = { 0, 0x40000000, 0 };

	for (int i = 0; i < 3; i++) {
		CHECK_INT(vm_run(&p, archs[i], bases[i] + 462, NULL), ALLOW);
		CHECK_INT(vm_run(&p, archs[i], bases[i] + 452, NULL), SCMP_ACT_ERRNO(13));
		CHECK_INT(vm_run(&p, archs[i], bases[i] + 461, NULL), EPERM_ACT);
		CHECK_INT(vm_run(&p, archs[i], bases[i] + 600, NULL), ENOSYS_ACT);
		CHECK_INT(vm_run(&p, archs[i], bases[i] + 2000, NULL), ENOSYS_ACT);
		CHECK_INT(vm_run(&p, archs[i], bases[i] + 439, NULL), EPERM_ACT);
		CHECK_INT(vm_run(&p, archs[i], bases[i] + 0xf0001, NULL), EPERM_ACT);
	}
	CHECK_INT(vm_run(&p, AUDIT_ARCH_X86_64, 0, NULL), ALLOW);
	CHECK_INT(vm_run(&p, AUDIT_ARCH_I386, 3, NULL), ALLOW);
	/* what a tracer skips: -1 is no new system call */
	CHECK_INT(vm_run(&p, AUDIT_ARCH_X86_64, 0xffffffff, NULL), EPERM_ACT);
	CHECK_INT(vm_run(&p, AUDIT_ARCH_AARCH64, 63, NULL), SCMP_ACT_KILL_PROCESS);
	seccomp_program_done(&p);
}

TEST(x32_not_listed_is_a_foreign_architecture)
{
	struct spec_seccomp_rule rules[] = { { .names = one_name("read"), .action = ALLOW } };
	struct err err = { 0 };
	struct seccomp_program p = compile((struct spec_seccomp){ .default_action = EPERM_ACT,
			.rules = rules, .n_rules = 1 }, &err);

	CHECK_INT(vm_run(&p, AUDIT_ARCH_X86_64, 0, NULL), ALLOW);
	CHECK_INT(vm_run(&p, AUDIT_ARCH_X86_64, 2000, NULL), ENOSYS_ACT);
	CHECK_INT(vm_run(&p, AUDIT_ARCH_X86_64, 0x40000000, NULL), SCMP_ACT_KILL_PROCESS);
	CHECK_INT(vm_run(&p, AUDIT_ARCH_X86_64, 0x40000000 + 2000, NULL), SCMP_ACT_KILL_PROCESS);
	CHECK_INT(vm_run(&p, AUDIT_ARCH_I386, 3, NULL), SCMP_ACT_KILL_PROCESS);
	seccomp_program_done(&p);
}

TEST(no_enosys_where_the_default_is_no_errno)
{
	static const uint32_t defaults[] = { ALLOW, SCMP_ACT_KILL_PROCESS, SCMP_ACT_LOG, SCMP_ACT_TRAP };
	struct spec_seccomp_rule rules[] = { { .names = one_name("mkdir"), .action = EPERM_ACT } };

	for (size_t i = 0; i < ARRAY_SIZE(defaults); i++) {
		struct err err = { 0 };
		struct seccomp_program p = compile((struct spec_seccomp){
				.default_action = defaults[i], .rules = rules, .n_rules = 1 }, &err);

		CHECK_INT(vm_run(&p, AUDIT_ARCH_X86_64, 2000, NULL), defaults[i]);
		CHECK_INT(vm_call(&p, SCMP_ARCH_X86_64, "mkdir", 0), EPERM_ACT);
		seccomp_program_done(&p);
	}
}
#endif

TEST(conditions_on_one_argument_are_alternatives)
{
	struct spec_seccomp_arg args[] = {
		{ .index = 0, .op = SCMP_CMP_EQ, .value = 1 },
		{ .index = 0, .op = SCMP_CMP_EQ, .value = 1ULL << 40 },
		{ .index = 0, .op = SCMP_CMP_MASKED_EQ, .value = 0xff00, .value_two = 0x1200 },
	};
	struct spec_seccomp_rule rules[] = {
		{ .names = one_name("personality"), .action = ALLOW, .args = args, .n_args = 3 },
	};
	struct err err = { 0 };
	struct seccomp_program p = compile((struct spec_seccomp){ .default_action = EPERM_ACT,
			.rules = rules, .n_rules = 1 }, &err);
	uint32_t native = seccomp_arch_native();

	CHECK_INT(vm_call(&p, native, "personality", 1), ALLOW);
	CHECK_INT(vm_call(&p, native, "personality", 1ULL << 40), ALLOW);
	CHECK_INT(vm_call(&p, native, "personality", 0x1234), ALLOW);
	CHECK_INT(vm_call(&p, native, "personality", 2), EPERM_ACT);
	CHECK_INT(vm_call(&p, native, "personality", 0), EPERM_ACT);
	seccomp_program_done(&p);
}

/* libseccomp 2.5.4 forgets two blocks when it refuses a rule. */
__attribute__((visibility("default"))) const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
	return "leak:libseccomp";
}

TEST(a_profile_that_contradicts_itself_is_refused)
{
	struct spec_seccomp_arg arg = { .index = 0, .op = SCMP_CMP_EQ, .value = 1 };
	struct spec_seccomp_rule rules[] = {
		{ .names = one_name("chdir"), .action = ALLOW },
		{ .names = one_name("mkdir"), .action = ALLOW, .args = &arg, .n_args = 1 },
		{ .names = one_name("mkdir"), .action = SCMP_ACT_LOG, .args = &arg, .n_args = 1 },
	};
	struct spec_seccomp s = { .set = true, .default_action = EPERM_ACT, .rules = rules,
				  .n_rules = 3 };
	struct seccomp_program p = { 0 };
	struct err err = { 0 };

	CHECK_INT(seccomp_compile(&s, &p, &err), -EEXIST);
	CHECK_STR(err.place, "linux.seccomp.syscalls[2]");
	CHECK_STR(err.text, "compile the seccomp profile: mkdir has two actions for one condition");
	CHECK(!p.insns);
}

/* What libseccomp 2.5.4 alone gets wrong; see range.c. */
TEST(two_ranges_of_one_argument)
{
	struct spec_seccomp_arg args[][2] = {
		{ { .op = SCMP_CMP_LT, .value = 0x100000000 }, { .op = SCMP_CMP_LT, .value = 2 } },
		{ { .op = SCMP_CMP_GT, .value = 0x100000001 }, { .op = SCMP_CMP_LT, .value = 2 } },
	};

	for (int i = 0; i < 2; i++) {
		struct spec_seccomp_rule rules[] = {
			{ .names = one_name("chdir"), .action = ALLOW, .args = args[i], .n_args = 2 },
		};
		struct err err = { 0 };
		struct seccomp_program p = compile((struct spec_seccomp){
				.default_action = EPERM_ACT, .rules = rules, .n_rules = 1 }, &err);
		uint32_t native = seccomp_arch_native();

		CHECK_INT(vm_call(&p, native, "chdir", 1), ALLOW);
		CHECK_INT(vm_call(&p, native, "chdir", 2), i ? EPERM_ACT : ALLOW);
		CHECK_INT(vm_call(&p, native, "chdir", 0x100000001), EPERM_ACT);
		CHECK_INT(vm_call(&p, native, "chdir", 0x100000002), i ? ALLOW : EPERM_ACT);
		seccomp_program_done(&p);
	}
}

/* ---- random profiles ---- */

static const char *const pool[] = {
	"read", "write", "openat", "close", "mmap", "getpid", "prctl", "ioctl", "fcntl", "mkdirat",
	"chdir", "kill", "futex", "execve", "exit_group", "unlinkat", "dup3", "pipe2", "clone", "setns",
	"mseal", "cachestat", "not_a_call",
};
#define POOL ARRAY_SIZE(pool)

static uint64_t rnd(void)
{
	static uint64_t x = 88172645463325252ULL;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return x;
}

static uint64_t rnd_value(void)
{
	static const uint64_t edge[] = { 0, 1, 2, 0x7fffffff, 0x80000000, 0xffffffff, 0x100000000,
					 0x100000001, UINT64_MAX };

	return rnd() % 4 ? edge[rnd() % ARRAY_SIZE(edge)] : rnd() >> rnd() % 64;
}

static bool holds(const struct spec_seccomp_arg *c, const uint64_t *args)
{
	uint64_t v = args[c->index];

	switch (c->op) {
	case SCMP_CMP_NE: return v != c->value;
	case SCMP_CMP_LT: return v < c->value;
	case SCMP_CMP_LE: return v <= c->value;
	case SCMP_CMP_EQ: return v == c->value;
	case SCMP_CMP_GE: return v >= c->value;
	case SCMP_CMP_GT: return v > c->value;
	default:          return (v & c->value) == c->value_two;
	}
}

static bool rule_applies(const struct spec_seccomp_rule *r, const uint64_t *args)
{
	bool all = true, any = false, twice = false;

	for (size_t i = 0; i < r->n_args; i++) {
		all &= holds(&r->args[i], args);
		any |= holds(&r->args[i], args);
		for (size_t k = 0; k < i; k++)
			twice |= r->args[i].index == r->args[k].index;
	}
	return twice ? any : all;
}

static void rnd_rule(struct spec_seccomp_rule *r, const char *name, struct spec_seccomp_arg *args)
{
	static const uint32_t actions[] = { ALLOW, EPERM_ACT, ENOSYS_ACT, SCMP_ACT_ERRNO(7),
					    SCMP_ACT_LOG, SCMP_ACT_KILL_PROCESS };

	*r = (struct spec_seccomp_rule){ .names = one_name(name), .args = args,
					 .action = actions[rnd() % ARRAY_SIZE(actions)],
					 .n_args = rnd() % 2 ? 0 : rnd() % 4 };
	for (size_t i = 0; i < r->n_args; i++) {
		args[i] = (struct spec_seccomp_arg){ .index = (uint32_t)(rnd() % 6),
			.op = (int)(SCMP_CMP_NE + rnd() % 7), .value = rnd_value() };
		/* one order comparison each: the blocks of several multiply */
		if (i > 0 && args[i].op != SCMP_CMP_MASKED_EQ && args[i].op != SCMP_CMP_NE)
			args[i].op = SCMP_CMP_EQ;
		if (args[i].op == SCMP_CMP_MASKED_EQ)
			args[i].value_two = args[i].value & rnd_value();
	}
}

static bool newer_name(const char *name)
{
	return seccomp_syscall_resolve_name(name) == __NR_SCMP_ERROR;
}

static int rnd_nr(const char *name)
{
	return !newer_name(name) ? seccomp_syscall_resolve_name(name)
				 : strcmp(name, "mseal") == 0 ? 462 : 451;
}

static uint32_t oracle(const struct spec_seccomp *s, const char *name, const uint64_t *args)
{
	for (size_t i = 0; i < s->n_rules; i++)
		if (strcmp(s->rules[i].names.v[0], name) == 0 && !(newer_name(name) && s->rules[i].n_args) &&
		    rule_applies(&s->rules[i], args))
			return s->rules[i].action;
	return s->default_action;
}

TEST(random_profiles_agree_with_the_oracle)
{
	static const uint32_t defaults[] = { ALLOW, EPERM_ACT, ENOSYS_ACT, SCMP_ACT_KILL_PROCESS };
	int cases = 0;

	for (int round = 0; round < 1000; round++) {
		struct spec_seccomp_rule rules[2 * POOL];
		struct spec_seccomp_arg args[2 * POOL][4];
		struct spec_seccomp s = { .default_action = defaults[rnd() % 4], .rules = rules };
		struct seccomp_program p;
		struct err err = { 0 };

		for (size_t i = rnd() % 5; i < POOL; i += 1 + rnd() % 7) {
			size_t first = s.n_rules;

			/* two rules for one call have one action: which of two wins is undefined */
			for (uint64_t k = rnd() % 3; k; k--) {
				rnd_rule(&rules[s.n_rules], pool[i], args[s.n_rules]);
				rules[s.n_rules].action = rules[first].action;
				s.n_rules++;
			}
		}
		p = compile(s, &err);
		if (err.code)
			printf("# %s\n", err.text);
		for (int k = 0; k < 200 && p.insns; k++) {
			const char *name = pool[rnd() % (POOL - 1)];
			uint64_t a[6];
			uint32_t got, want;

			for (int i = 0; i < 6; i++)
				a[i] = rnd_value();
			got = vm_run(&p, seccomp_arch_native(), (uint32_t)rnd_nr(name), a);
			want = oracle(&s, name, a);
			if (want == EPERM_ACT && want == s.default_action && got == ENOSYS_ACT &&
			    newer_name(name))
				want = got;
			CHECK_INT(got, want);
			cases++;
		}
		seccomp_program_done(&p);
	}
	CHECK_INT(cases, 200000);
}
