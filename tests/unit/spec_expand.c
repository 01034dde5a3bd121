/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * spec_expand.c - short specs, their defaults, their expansion, and the templates
 */
#include "spec_test.h"

#include <seccomp.h>
#include <sys/mount.h>

#include "base/embed.h"

#define SHORT "{'root':{'path':'rootfs'},'process':{'args':['/bin/sh']}"

TEST(the_smallest)
{
	static const char *const caps[] = { "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL",
					    "NET_BIND_SERVICE", "SETGID", "SETUID", "SYS_CHROOT" };
	struct spec *s = parse_text(SHORT "}");
	uint64_t nine = 0;

	GOOD(s);
	for (size_t i = 0; i < ARRAY_SIZE(caps); i++)
		nine |= UINT64_C(1) << spec_cap_number(caps[i]);
	CHECK(s->process.caps.bounding == nine && s->process.caps.effective == nine);
	CHECK(s->process.caps.permitted == nine && !s->process.caps.inheritable);
	CHECK(!s->process.caps.ambient && s->process.no_new_privileges && !s->process.n_rlimits);
	CHECK(!s->oci_version && !s->hostname && !s->process.uid && !s->process.gid);
	CHECK_STR(s->process.cwd, "/");
	CHECK_STR(s->root_path, "/b/rootfs");
	CHECK_INT(s->process.env.n, 2);
	for (int i = 0; i < SPEC_NS_COUNT; i++)
		CHECK(s->ns[i].set == (i != SPEC_NS_TIME) && !s->ns[i].path);
	CHECK(s->uid_maps.n == 1 && s->uid_maps.v[0].host_id == 100000 && s->rootfs.idmap);
	CHECK(s->gid_maps.n == 1 && s->gid_maps.v[0].size == 65536);
	CHECK(s->seccomp.set && s->seccomp.builtin && s->has_dev_rules);
	CHECK(!s->dev_rules[0].allow && s->dev_rules[0].type == 'a');
	CHECK(s->masked_paths.n >= 10 && s->readonly_paths.n == 5);
	CHECK(s->n_mounts == 7 && s->n_default_mounts == 7);
	CHECK_STR(s->mounts[6].destination, "/sys/fs/cgroup");
	CHECK(s->mounts[6].attrs.set & MOUNT_ATTR_RDONLY);
	CHECK_INT(s->mounts[0].doc_index, UINT32_MAX);
	spec_free(s);
}

TEST(objects_merge_and_arrays_replace)
{
	struct spec *s = parse_text("{'root':{'path':'/r'},'hostname':'h','process':{'args':['a'],"
				    "'user':{'uid':7},'env':['TERM=dumb','X=1'],'noNewPrivileges':null,"
				    "'capabilities':{'bounding':['CAP_KILL']}},'linux':{'maskedPaths':[]}}");

	GOOD(s);
	CHECK(s->process.uid == 7 && s->process.gid == 0);
	CHECK_INT(s->process.env.n, 3);
	CHECK_STR(s->process.env.v[0], "TERM=dumb");
	CHECK_STR(s->process.env.v[1], "X=1");
	CHECK(str_starts(s->process.env.v[2], "PATH="));
	CHECK(s->process.no_new_privileges);
	CHECK_INT(s->process.caps.bounding, 1 << 5);
	CHECK(s->process.caps.effective != s->process.caps.bounding);
	CHECK(!s->masked_paths.n && s->readonly_paths.n && s->rootfs.idmap);
	CHECK_STR(s->hostname, "h");
	spec_free(s);
}

TEST(mounts_are_added)
{
	struct spec *s = parse_text(SHORT ",'mounts':[{'destination':'/data','type':'bind','source':'d'},"
				    "{'destination':'/dev//','type':'tmpfs','options':['size=1m']},"
				    "{'destination':'dev','type':'tmpfs'}]}");

	GOOD(s);
	CHECK(s->n_mounts == 9 && s->n_default_mounts == 7);
	CHECK_STR(s->mounts[0].destination, "/proc");
	CHECK_INT(s->mounts[1].doc_index, 1);
	CHECK_STR(s->mounts[1].fs_options.v[0], "size=1m");
	CHECK_STR(s->mounts[2].destination, "/dev/pts");
	CHECK_STR(s->mounts[7].destination, "/data");
	CHECK_INT(s->mounts[7].doc_index, 0);
	CHECK_STR(s->mounts[8].destination, "/dev");
	CHECK_INT(s->mounts[8].doc_index, 2);
	spec_free(s);
	CHECK(failed(parse_text(SHORT ",'mounts':[{'destination':'/x','type':'tmpfs'},"
				"{'destination':'/proc','type':5}]}"), "mounts[1].type", "string"));
}

TEST(mappings_follow_the_user_namespace)
{
	struct spec *s = parse_text(SHORT ",'linux':{'namespaces':[{'type':'mount'},{'type':'pid'}]}}");
	const char *maps = "[{'containerID':0,'hostID':5,'size':1}]";
	char text[512];

	GOOD(s);
	CHECK(!s->uid_maps.n && !s->gid_maps.n && !s->rootfs.idmap && !s->ns[SPEC_NS_USER].set);
	spec_free(s);
	snprintf(text, sizeof(text), SHORT ",'linux':{'uidMappings':%s,'gidMappings':%s}}", maps, maps);
	s = parse_text(text);
	GOOD(s);
	CHECK(s->uid_maps.v[0].host_id == 5 && !s->rootfs.idmap);
	spec_free(s);
	snprintf(text, sizeof(text), SHORT ",'linux':{'uidMappings':%s,'gidMappings':%s},"
		 "'jail':{'rootfs':{'idmap':true}}}", maps, maps);
	s = parse_text(text);
	GOOD(s);
	CHECK(s->rootfs.idmap);
	spec_free(s);
	s = parse_text(SHORT ",'jail':{'rootfs':{'idmap':false},'network':{}}}");
	GOOD(s);
	CHECK(s->uid_maps.n && !s->rootfs.idmap);
	spec_free(s);
	s = parse_text(SHORT ",'linux':{'namespaces':[{'type':'mount'},{'type':'user','path':'/n'}]}}");
	GOOD(s);
	CHECK(!s->uid_maps.n && !s->rootfs.idmap);
	spec_free(s);
}

TEST(an_init_is_a_system)
{
	static const char *const inits[] = { "/sbin/init", "/usr/sbin/init", "/lib/systemd/systemd",
					     "/sbin/openrc-init" };
	static const char *const others[] = { "/bin/sh", "init", "/init", "/opt/sbin/init", "/sbin/init2" };
	uint64_t admin = UINT64_C(1) << spec_cap_number("SYS_ADMIN");
	struct spec *s;
	char text[256];

	for (size_t i = 0; i < ARRAY_SIZE(inits); i++) {
		snprintf(text, sizeof(text), "{'root':{'path':'r'},'process':{'args':['%s']}}", inits[i]);
		s = parse_text(text);
		GOOD(s);
		CHECK(s->system && s->notify && !s->lxcfs && !s->stop_signal);
		CHECK(s->process.terminal && !s->process.no_new_privileges);
		CHECK((s->process.caps.bounding & admin) && s->rootfs.idmap && s->uid_maps.n == 1);
		CHECK(s->seccomp.builtin && s->seccomp.system);
		CHECK(s->n_mounts == 10 && s->n_default_mounts == 10);
		CHECK_STR(s->mounts[6].destination, "/sys/fs/cgroup");
		CHECK(!(s->mounts[6].attrs.set & MOUNT_ATTR_RDONLY));
		CHECK(s->mounts[5].attrs.set & MOUNT_ATTR_RDONLY);
		CHECK_STR(s->process.env.v[0], "container=jail");
		spec_free(s);
	}
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		snprintf(text, sizeof(text), "{'root':{'path':'r'},'process':{'args':['%s']}}", others[i]);
		s = parse_text(text);
		GOOD(s);
		CHECK(!s->system && !s->notify && !s->seccomp.system && s->n_mounts == 7);
		spec_free(s);
	}
	s = parse_text("{'root':{'path':'r'},'process':{'args':['/sbin/init']},'jail':{'system':false}}");
	GOOD(s);
	CHECK(!s->system && !s->process.terminal && !(s->process.caps.bounding & admin));
	spec_free(s);
	s = parse_text(SHORT ",'jail':{'system':true,'notify':false,'stopSignal':'sigquit'}}");
	GOOD(s);
	CHECK(s->system && !s->notify && s->stop_signal == 3);
	spec_free(s);
}

TEST(a_system_takes_what_it_is_given)
{
	struct spec *s = parse_text("{'root':{'path':'r'},'process':{'args':['/sbin/init'],'terminal':false,"
				    "'env':['container=mine']},'mounts':[{'destination':'/run','type':'tmpfs'},"
				    "{'destination':'/x','type':'tmpfs'}],'linux':{'seccomp':'default','namespaces':"
				    "[{'type':'mount'},{'type':'pid'}]}}");

	GOOD(s);
	CHECK(s->system && !s->process.terminal && s->seccomp.builtin && !s->seccomp.system);
	CHECK_STR(s->process.env.v[0], "container=mine");
	CHECK(!s->uid_maps.n && !s->rootfs.idmap);
	CHECK_STR(s->mounts[7].destination, "/run");
	CHECK_INT(s->mounts[7].doc_index, 0);
	CHECK_STR(s->mounts[10].destination, "/x");
	CHECK_INT(s->mounts[10].doc_index, 1);
	/* Somebody else's network is not for it to set up. */
	CHECK_STR(s->readonly_paths.v[s->readonly_paths.n - 1], "/proc/sys/net");
	spec_free(s);
}

TEST(stop_signal_of_the_image)
{
	struct spec *s = parse_text(SHORT ",'annotations':{'org.opencontainers.image.stopSignal':'SIGRTMIN+3'}}");

	GOOD(s);
	CHECK_INT(s->stop_signal, 37);
	spec_free(s);
	s = parse_text(SHORT ",'annotations':{'org.opencontainers.image.stopSignal':'9'},"
		       "'jail':{'stopSignal':'TERM'}}");
	GOOD(s);
	CHECK_INT(s->stop_signal, 15);
	spec_free(s);
	s = parse_text(SHORT ",'annotations':{'org.opencontainers.image.stopSignal':'what'}}");
	GOOD(s);
	CHECK_INT(s->stop_signal, 0);
	spec_free(s);
}

TEST(lxcfs_is_mounted_last)
{
	struct spec *s = parse_text(SHORT ",'jail':{'lxcfs':true},'mounts':[{'destination':'/proc','type':'proc'}]}");

	GOOD(s);
	CHECK_INT(s->n_mounts, 15);
	CHECK_INT(s->mounts[7].doc_index, SPEC_MOUNT_LXCFS);
	CHECK_STR(s->mounts[7].source, "/var/lib/lxcfs/proc/cpuinfo");
	CHECK_STR(s->mounts[7].destination, "/proc/cpuinfo");
	CHECK(s->mounts[7].flags == SPEC_MOUNT_BIND && s->mounts[7].attrs.set & MOUNT_ATTR_RDONLY);
	spec_free(s);
}

TEST(own_seccomp)
{
	struct spec *s = parse_text(SHORT ",'linux':{'seccomp':{'defaultAction':'SCMP_ACT_ALLOW'}}}");

	GOOD(s);
	CHECK(s->seccomp.set && !s->seccomp.builtin && s->seccomp.default_action == SCMP_ACT_ALLOW);
	spec_free(s);
}

static char *expand(const char *quoted)
{
	char *text = json_text(quoted), *out = NULL;

	memset(&last_err, 0, sizeof(last_err));
	if (spec_expand(text, strlen(text), "t.json", &out, &last_err) < 0)
		out = NULL;
	free(text);
	return out;
}

/* The expansion is an OCI configuration that means the same. */
TEST(expansion_round_trip)
{
	const char *quoted = SHORT ",'mounts':[{'destination':'/d','type':'tmpfs'}]}";
	char *text = expand(quoted), *again;
	struct spec *a = parse_text(quoted), *b;

	CHECK(text && str_starts(text, "{\n  \"ociVersion\": \"1.3.0\",\n"));
	GOOD(a);
	b = parse_text(text ? text : "");
	GOOD(b);
	CHECK(a->n_mounts == b->n_mounts && b->n_default_mounts == 0);
	for (size_t i = 0; i < a->n_mounts; i++) {
		CHECK_STR(a->mounts[i].destination, b->mounts[i].destination);
		CHECK_INT(a->mounts[i].fs_options.n, b->mounts[i].fs_options.n);
	}
	CHECK(a->process.caps.bounding == b->process.caps.bounding && b->rootfs.idmap);
	CHECK(a->n_dev_rules == b->n_dev_rules && a->masked_paths.n == b->masked_paths.n);
	CHECK(b->seccomp.set && !b->seccomp.builtin && b->seccomp.n_rules > 0);
	again = expand(text);
	CHECK(again && !strcmp(again, text));
	free(again);
	free(text);
	spec_free(a);
	spec_free(b);
}

TEST(expansion_keeps_large_numbers)
{
	char *text = expand(SHORT ",'annotations':{'a':'\\\"\\\\u0000x'},'process':{'args':['a'],'rlimits':"
				  "[{'type':'RLIMIT_CORE','soft':1,'hard':18446744073709551615}]}}");

	CHECK(!text && strstr(last_err.text, "duplicate"));
	text = expand("{'root':{'path':'r'},'annotations':{'a':'\\\"\\\\u0000x'},'process':{'args':['a'],"
		      "'rlimits':[{'type':'RLIMIT_CORE','soft':1,'hard':18446744073709551615}]}}");
	CHECK(text && strstr(text, "\"hard\": 18446744073709551615\n"));
	CHECK(text && strstr(text, "\"a\": \"\\\"\\\\u0000x\""));
	free(text);
}

TEST(expansion_checks_first)
{
	CHECK(!expand("{'root':{'path':'r'},'process':{'args':[]}}"));
	CHECK_STR(last_err.place, "process.args");
}

TEST(oci_is_not_filled)
{
	char *text = expand("{'ociVersion':'1.0.0','root':{'path':'r'},'x':1,"
			    "'linux':{'namespaces':[{'type':'mount'}]}}");

	CHECK(text && strstr(text, "\"x\": 1") && !strstr(text, "process"));
	free(text);
}

TEST(templates)
{
	for (int oci = 0; oci < 2; oci++) {
		struct err err = { 0 };
		struct spec *s = NULL;
		char *text = NULL;

		CHECK_INT(spec_template(oci, &text, &err), 0);
		CHECK_INT(spec_parse(text, strlen(text), "t", "/b", &s, &err), 0);
		CHECK(s && s->process.terminal && s->process.args.n == 1);
		CHECK(s && !s->oci_version == !oci && (s->ns[SPEC_NS_USER].set == !oci));
		CHECK(s && s->n_mounts == 7 && s->has_dev_rules && s->process.no_new_privileges);
		CHECK(s && !(oci && s->hostname && strcmp(s->hostname, "jail")));
		spec_free(s);
		free(text);
	}
}

TEST(shipped_profile_parses)
{
	struct err err = { 0 };
	struct spec *s = NULL;

	CHECK_INT(spec_parse_seccomp(embed_seccomp, (size_t)(embed_seccomp_end - embed_seccomp),
				     "seccomp/default.json", &s, &err), 0);
	CHECK(s && s->seccomp.n_rules > 0);
	spec_free(s);
}
