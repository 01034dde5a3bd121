/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * spec_seccomp.c - linux.seccomp
 */
#include "spec_test.h"

#include <linux/seccomp.h>
#include <seccomp.h>

TEST(profile)
{
	struct spec *s = parse_oci("", "", ",'seccomp':{'defaultAction':'SCMP_ACT_ERRNO','defaultErrnoRet':38,"
		"'architectures':['SCMP_ARCH_X86_64','SCMP_ARCH_X86','SCMP_ARCH_X86','SCMP_ARCH_AARCH64',"
		"'SCMP_ARCH_LOONGARCH64'],'flags':['SECCOMP_FILTER_FLAG_LOG','SECCOMP_FILTER_FLAG_SPEC_ALLOW'],"
		"'listenerPath':'/run/s','listenerMetadata':'m','syscalls':["
		"{'names':['read','no_such_call'],'action':'SCMP_ACT_ALLOW'},"
		"{'names':['personality'],'action':'SCMP_ACT_ALLOW','args':[{'index':0,"
		"'value':18446744073709551615,'valueTwo':9223372036854775808,'op':'SCMP_CMP_MASKED_EQ'},"
		"{'index':5,'value':0,'op':'SCMP_CMP_NE'}]},"
		"{'names':['a'],'action':'SCMP_ACT_ERRNO'},{'names':['b'],'action':'SCMP_ACT_TRACE','errnoRet':7},"
		"{'names':['c'],'action':'SCMP_ACT_NOTIFY'},{'names':['d'],'action':'SCMP_ACT_ERRNO','errnoRet':0}]}");
	struct spec_seccomp *p;

	GOOD(s);
	p = &s->seccomp;
	CHECK(p->set && !p->builtin && p->has_notify);
	CHECK(p->default_action == SCMP_ACT_ERRNO(38));
	for (size_t i = 0; i < p->n_archs; i++)
		CHECK(p->archs[i] != seccomp_arch_native());
	CHECK_INT(p->n_archs, seccomp_arch_native() == SCMP_ARCH_X86_64 ||
			      seccomp_arch_native() == SCMP_ARCH_AARCH64 ? 3 : 4);
	CHECK(p->flags.set && p->flags.v == (SECCOMP_FILTER_FLAG_LOG | SECCOMP_FILTER_FLAG_SPEC_ALLOW));
	CHECK_STR(p->listener_path, "/run/s");
	CHECK_STR(p->listener_metadata, "m");
	CHECK_INT(p->n_rules, 6);
	CHECK_STR(p->rules[0].names.v[1], "no_such_call");
	CHECK(p->rules[1].n_args == 2 && p->rules[1].args[0].value == UINT64_MAX);
	CHECK(p->rules[1].args[0].value_two == (uint64_t)1 << 63);
	CHECK_INT(p->rules[1].args[0].op, SCMP_CMP_MASKED_EQ);
	CHECK_INT(p->rules[1].args[1].index, 5);
	CHECK(p->rules[2].action == SCMP_ACT_ERRNO(1) && p->rules[3].action == SCMP_ACT_TRACE(7));
	CHECK(p->rules[4].action == SCMP_ACT_NOTIFY && p->rules[5].action == SCMP_ACT_ERRNO(0));
	spec_free(s);
}

TEST(flags_absent_or_empty)
{
	struct spec *s = parse_oci("", "", ",'seccomp':{'defaultAction':'SCMP_ACT_ALLOW','flags':[]}");

	GOOD(s);
	CHECK(s->seccomp.flags.set && s->seccomp.flags.v == 0);
	spec_free(s);
	s = parse_oci("", "", ",'seccomp':{'defaultAction':'SCMP_ACT_ALLOW','listenerPath':'/x'}");
	GOOD(s);
	CHECK(!s->seccomp.flags.set && !s->seccomp.has_notify);
	spec_free(s);
}

TEST(lone_profile)
{
	const char *good = "{\"defaultAction\":\"SCMP_ACT_KILL_PROCESS\",\"comment\":\"x\"}";
	const char *bad = "{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"syscalls\":[{\"names\":[\"a\"]}]}";
	struct spec *s = NULL;
	struct err err = { 0 };

	CHECK_INT(spec_parse_seccomp(good, strlen(good), "s.json", &s, &err), 0);
	CHECK(s && s->seccomp.set && s->seccomp.default_action == SCMP_ACT_KILL_PROCESS);
	spec_free(s);
	s = NULL;
	CHECK_INT(spec_parse_seccomp(bad, strlen(bad), "s.json", &s, &err), -EINVAL);
	CHECK_STR(err.place, "syscalls[0].action");
}
