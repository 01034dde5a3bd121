/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * spec_process.c - process: user, environment, limits, capabilities, scheduling; hooks
 */
#include "spec_test.h"

#include <linux/capability.h>
#include <linux/mempolicy.h>
#include <linux/sched.h>
#include <sys/resource.h>

TEST(everything)
{
	struct spec *s = parse_oci(
		"",
		",'terminal':true,'consoleSize':{'height':25,'width':80},'user':{'uid':1,'gid':2,"
		"'umask':18,'additionalGids':[3,4294967294],'username':'joe'},'env':['A=1','B='],"
		"'rlimits':[{'type':'RLIMIT_NOFILE','soft':10,'hard':20}],'noNewPrivileges':true,"
		"'apparmorProfile':'p','selinuxLabel':'','oomScoreAdj':0,'commandLine':'x',"
		"'ioPriority':{'class':'IOPRIO_CLASS_BE','priority':4},"
		"'execCPUAffinity':{'initial':' 0 - 3 , 7 ','final':''}", "");
	struct spec_process *p;

	GOOD(s);
	p = &s->process;
	CHECK(p->set && p->terminal && p->no_new_privileges);
	CHECK(p->console_height == 25 && p->console_width == 80);
	CHECK(p->uid == 1 && p->gid == 2 && p->umask.set && p->umask.v == 022);
	CHECK_INT(p->n_additional_gids, 2);
	CHECK_INT(p->additional_gids[1], 4294967294);
	CHECK_STR(p->username, "joe");
	CHECK_STR(p->args.v[0], "sh");
	CHECK(p->args.n == 1 && !p->args.v[1]);
	CHECK(p->env.n == 2 && !p->env.v[2]);
	CHECK_INT(p->rlimits[0].resource, RLIMIT_NOFILE);
	CHECK(p->rlimits[0].soft == 10 && p->rlimits[0].hard == 20);
	CHECK_STR(p->apparmor_profile, "p");
	CHECK(!p->selinux_label);
	CHECK(p->oom_score_adj.set && p->oom_score_adj.v == 0);
	CHECK(p->io_priority.set && p->io_priority.v == (2 << 13 | 4));
	CHECK_STR(p->exec_cpu_initial, "0-3,7");
	CHECK(!p->exec_cpu_final);
	CHECK(!p->caps.set && !p->scheduler.set);
	spec_free(s);
}

TEST(absent_is_not_zero)
{
	struct spec *s = parse_oci("", "", "");

	GOOD(s);
	CHECK(!s->process.umask.set && !s->process.oom_score_adj.set && !s->process.io_priority.set);
	CHECK(!s->process.terminal && !s->process.no_new_privileges && !s->process.n_rlimits);
	spec_free(s);
}

TEST(console_size_without_terminal)
{
	struct spec *s = parse_oci("", ",'consoleSize':{'height':99999999999999999999,'width':0}", "");

	CHECK(failed(s, "process.consoleSize.height", "must be from 0"));
	s = parse_oci("", ",'consoleSize':{'height':18446744073709551615,'width':70000}", "");
	GOOD(s);
	CHECK(!s->process.console_height && !s->process.console_width);
	spec_free(s);
}

TEST(environment_keeps_the_last)
{
	struct spec *s = parse_oci("", ",'env':['A=1','AB=x','B=2','A=3','A==4','B=','C=a=b']", "");
	static const char *const want[] = { "AB=x", "A==4", "B=", "C=a=b" };

	GOOD(s);
	CHECK_INT(s->process.env.n, ARRAY_SIZE(want));
	for (size_t i = 0; i < ARRAY_SIZE(want) && i < s->process.env.n; i++)
		CHECK_STR(s->process.env.v[i], want[i]);
	CHECK(!s->process.env.v[s->process.env.n]);
	spec_free(s);
}

TEST(capabilities)
{
	struct spec *s = parse_oci("", ",'capabilities':{'bounding':['CAP_CHOWN','CAP_CHECKPOINT_RESTORE'],"
				   "'ambient':['CAP_NEW_ONE','cap_kill','CAP_NEW_ONE'],'effective':[],"
				   "'inheritable':null}", "");

	GOOD(s);
	CHECK(s->process.caps.set);
	CHECK(s->process.caps.bounding == (1 | UINT64_C(1) << CAP_CHECKPOINT_RESTORE));
	CHECK(s->process.caps.ambient == 1 << CAP_KILL);
	CHECK(!s->process.caps.effective && !s->process.caps.permitted);
	CHECK_INT(s->process.caps.unknown.n, 1);
	CHECK_STR(s->process.caps.unknown.v[0], "CAP_NEW_ONE");
	spec_free(s);
	s = parse_oci("", ",'capabilities':{}", "");
	GOOD(s);
	CHECK(s->process.caps.set && !s->process.caps.bounding);
	spec_free(s);
}

TEST(capability_numbers)
{
	CHECK_INT(spec_cap_number("CAP_CHOWN"), 0);
	CHECK_INT(spec_cap_number("cap_sys_admin"), CAP_SYS_ADMIN);
	CHECK_INT(spec_cap_number("Bpf"), CAP_BPF);
	CHECK_INT(spec_cap_number("CAP_"), -1);
	CHECK_INT(spec_cap_number(""), -1);
	CHECK_INT(spec_cap_number("CAP_CAP_KILL"), -1);
}

TEST(scheduler)
{
	struct spec *s = parse_oci("", ",'scheduler':{'policy':'SCHED_BATCH','nice':-20,'flags':"
				   "['SCHED_FLAG_RESET_ON_FORK','SCHED_FLAG_KEEP_PARAMS']}", "");

	GOOD(s);
	CHECK(s->process.scheduler.set && s->process.scheduler.policy == SCHED_BATCH);
	CHECK_INT(s->process.scheduler.nice, -20);
	CHECK_INT(s->process.scheduler.flags, 0x11);
	spec_free(s);
	s = parse_oci("", ",'scheduler':{'policy':'SCHED_DEADLINE','runtime':10000,'deadline':20000,"
		      "'period':18446744073709551615}", "");
	GOOD(s);
	CHECK(s->process.scheduler.period == UINT64_MAX && s->process.scheduler.runtime == 10000);
	spec_free(s);
	s = parse_oci("", ",'scheduler':{'policy':'SCHED_RR','priority':99}", "");
	GOOD(s);
	CHECK_INT(s->process.scheduler.priority, 99);
	spec_free(s);
}

TEST(cpu_lists)
{
	static const char *const good[] = { "0", "0-0", "0-3,7", "1,2,3", " 4 ", "0,", "65535" };
	static const char *const bad[] = { ",", "-", "1-", "-1", "1--2", "1 2", "0,,1", "65536", "0x1",
					   "3-1", "99999999999999999999" };
	char text[128];

	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		struct spec *s;

		snprintf(text, sizeof(text), ",'execCPUAffinity':{'final':'%s'}", good[i]);
		s = parse_oci("", text, "");
		GOOD(s);
		CHECK(s->process.exec_cpu_final && !strchr(s->process.exec_cpu_final, ' '));
		spec_free(s);
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		snprintf(text, sizeof(text), ",'execCPUAffinity':{'final':'%s'}", bad[i]);
		CHECK(failed(parse_oci("", text, ""), "process.execCPUAffinity.final",
			     "list of processors"));
	}
}

TEST(memory_policy)
{
	struct spec *s = parse_oci("", "", ",'memoryPolicy':{'mode':'MPOL_BIND','nodes':'0-1,64,1023',"
					   "'flags':['MPOL_F_STATIC_NODES','MPOL_F_NUMA_BALANCING']}");

	GOOD(s);
	CHECK(s->mempolicy.set);
	CHECK_INT(s->mempolicy.mode, MPOL_BIND | MPOL_F_STATIC_NODES | MPOL_F_NUMA_BALANCING);
	CHECK(s->mempolicy.nodes[0] == 3 && s->mempolicy.nodes[1] == 1);
	CHECK(s->mempolicy.nodes[15] == UINT64_C(1) << 63);
	spec_free(s);
	s = parse_oci("", "", ",'memoryPolicy':{'mode':'MPOL_PREFERRED'}");
	GOOD(s);
	spec_free(s);
	s = parse_oci("", "", ",'memoryPolicy':{'mode':'MPOL_DEFAULT','nodes':''}");
	GOOD(s);
	spec_free(s);
}

TEST(hooks)
{
	struct spec *s = parse_oci(",'hooks':{'poststop':[{'path':'/a'},{'path':'/b','args':['b','-x'],"
				   "'env':['K=v'],'timeout':5}],'prestart':[],'unknown':5}", "", "");
	struct spec_hooks *h;

	GOOD(s);
	h = &s->hooks[SPEC_HOOK_POSTSTOP];
	CHECK_INT(h->n, 2);
	CHECK_STR(h->v[0].path, "/a");
	CHECK(h->v[0].args.n == 1 && !h->v[0].args.v[1] && !h->v[0].env.n && !h->v[0].timeout_s);
	CHECK_STR(h->v[0].args.v[0], "/a");
	CHECK_STR(h->v[1].args.v[1], "-x");
	CHECK_STR(h->v[1].env.v[0], "K=v");
	CHECK_INT(h->v[1].timeout_s, 5);
	CHECK_INT(s->hooks[SPEC_HOOK_PRESTART].n, 0);
	CHECK_STR(spec_hook_names[SPEC_HOOK_CREATE_RUNTIME], "createRuntime");
	spec_free(s);
}

TEST(lone_process)
{
	const char *good = "{\"args\":[\"id\"],\"cwd\":\"/\",\"user\":{\"uid\":5,\"gid\":6},\"x\":1}";
	const char *bad = "{\"args\":[\"id\"],\"cwd\":\"/\",\"env\":[\"A\"]}";
	struct spec *s = NULL;
	struct err err = { 0 };

	CHECK_INT(spec_parse_process(good, strlen(good), "p.json", &s, &err), 0);
	CHECK(s && s->process.set && s->process.uid == 5 && !s->process.env.n);
	spec_free(s);
	s = NULL;
	CHECK_INT(spec_parse_process(bad, strlen(bad), "p.json", &s, &err), -EINVAL);
	CHECK_STR(err.place, "env[0]");
	CHECK(!s);
	CHECK_INT(spec_parse_process("[]", 2, "p.json", &s, &err), -EINVAL);
	CHECK_STR(err.text, "must be a JSON object in braces");
}
