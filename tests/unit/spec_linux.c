/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * spec_linux.c - namespaces, ids, devices, sysctls and the small members of linux
 */
#include "spec_test.h"

#include <sched.h>
#include <sys/mount.h>
#include <sys/personality.h>
#include <sys/stat.h>

#include "spec/parse.h"

TEST(namespaces)
{
	struct spec *s = parse_text(
		"{'ociVersion':'1.0.0','root':{'path':'r'},'linux':{'namespaces':["
		"{'type':'mount'},{'type':'pid','path':'/proc/1/ns/pid'},{'type':'user','path':''},"
		"{'type':'time'},{'type':'cgroup'}],"
		"'uidMappings':[{'containerID':0,'hostID':100000,'size':65536}],"
		"'gidMappings':[{'containerID':0,'hostID':1,'size':1},{'containerID':1,'hostID':4294967294,"
		"'size':1}],'timeOffsets':{'boottime':{'nanosecs':5},'monotonic':{'secs':-7}}}}");

	GOOD(s);
	CHECK(s->ns[SPEC_NS_MOUNT].set && !s->ns[SPEC_NS_MOUNT].path);
	CHECK_STR(s->ns[SPEC_NS_PID].path, "/proc/1/ns/pid");
	CHECK(s->ns[SPEC_NS_USER].set && !s->ns[SPEC_NS_USER].path && !s->ns[SPEC_NS_NETWORK].set);
	CHECK(s->uid_maps.n == 1 && s->uid_maps.v[0].host_id == 100000);
	CHECK(s->gid_maps.n == 2 && s->gid_maps.v[1].host_id == 4294967294);
	CHECK_INT(s->n_time_offsets, 2);
	CHECK_STR(s->time_offsets[0].clock, "monotonic");
	CHECK_INT(s->time_offsets[0].secs, -7);
	CHECK_STR(s->time_offsets[1].clock, "boottime");
	CHECK_INT(s->time_offsets[1].nanosecs, 5);
	CHECK(!s->rootfs.idmap);
	spec_free(s);
	CHECK_STR(spec_ns_types[SPEC_NS_MOUNT].proc, "mnt");
	CHECK_INT(spec_ns_types[SPEC_NS_TIME].flag, 0x80);
	CHECK_INT(spec_ns_types[SPEC_NS_USER].flag, CLONE_NEWUSER);
}

TEST(joined_user_namespace_ignores_mappings)
{
	struct spec *s = parse_text(
		"{'ociVersion':'1.0.0','root':{'path':'r'},'linux':{'namespaces':[{'type':'mount'},"
		"{'type':'user','path':'/x'}],'uidMappings':[{'containerID':0,'hostID':0,'size':1}]}}");

	GOOD(s);
	spec_free(s);
}

TEST(device_nodes)
{
	struct spec *s = parse_oci("", "", ",'devices':["
		"{'type':'c','path':'/dev/fuse','major':10,'minor':229,'fileMode':8630,'uid':1,'gid':2},"
		"{'type':'u','path':'/dev/x','major':0,'minor':1048575},{'type':'b','path':'/y','major':4095,"
		"'minor':0,'fileMode':0},{'type':'p','path':'/run/fifo','fileMode':384,'major':1}]");

	GOOD(s);
	CHECK_INT(s->n_devices, 4);
	CHECK(s->devices[0].type == S_IFCHR && s->devices[0].mode == 0666);
	CHECK(s->devices[0].uid == 1 && s->devices[0].gid == 2 && s->devices[0].minor == 229);
	CHECK(s->devices[1].type == S_IFCHR && s->devices[1].mode == 0666);
	CHECK(s->devices[2].type == S_IFBLK && s->devices[2].mode == 0);
	CHECK(s->devices[3].type == S_IFIFO && s->devices[3].mode == 0600 && !s->devices[3].major);
	spec_free(s);
}

TEST(device_rules)
{
	struct spec *s = parse_oci("", "", ",'resources':{'devices':[{'allow':false,'access':'rwm'},"
		"{'allow':true,'type':'c','major':1,'minor':-1,'access':'mr'},{'allow':true,'type':'b'},"
		"{'allow':false,'type':'a','major':null}],'memory':{},'pids':{'limit':null},"
		"'hugepageLimits':[],'cpu':null,'x':5}");

	GOOD(s);
	CHECK(s->has_dev_rules && s->n_dev_rules == 4);
	CHECK(!s->dev_rules[0].allow && s->dev_rules[0].type == 'a' && s->dev_rules[0].access == 7);
	CHECK(s->dev_rules[1].major == 1 && s->dev_rules[1].minor == -1);
	CHECK_INT(s->dev_rules[1].access, SPEC_DEV_READ | SPEC_DEV_MKNOD);
	CHECK(s->dev_rules[2].type == 'b' && s->dev_rules[2].major == -1 && s->dev_rules[2].access == 7);
	spec_free(s);
	s = parse_oci("", "", ",'resources':{}");
	GOOD(s);
	CHECK(!s->has_dev_rules);
	spec_free(s);
	s = parse_oci("", "", ",'resources':{'devices':[]}");
	GOOD(s);
	CHECK(s->has_dev_rules && !s->n_dev_rules);
	spec_free(s);
}

TEST(network_devices)
{
	struct spec *s = parse_oci("", "", ",'netDevices':{'eth1':{},'wlan-0.5':{'name':'eth%d'},"
					   "'abcdefghijklmno':{'name':'eth%d'}}");

	GOOD(s);
	CHECK_INT(s->n_netdevs, 3);
	CHECK_STR(s->netdevs[0].name, "eth1");
	CHECK_STR(s->netdevs[1].host_name, "wlan-0.5");
	CHECK_STR(s->netdevs[1].name, "eth%d");
	spec_free(s);
	s = parse_oci("", "", ",'netDevices':{}");
	GOOD(s);
	spec_free(s);
}

TEST(small_members)
{
	struct spec *s = parse_oci("", "", ",'cgroupsPath':'system.slice:jail:x','rootfsPropagation':'rslave',"
		"'maskedPaths':['/a','/b'],'readonlyPaths':[],'mountLabel':'l','personality':"
		"{'domain':'LINUX32','flags':[]},'intelRdt':{'closID':'/','l3CacheSchema':'L3:0=f',"
		"'memBwSchema':'MB:0=20','schemata':['L3:0=f','MB:0=10'],'enableMonitoring':true}");

	GOOD(s);
	CHECK_STR(s->cgroups_path, "system.slice:jail:x");
	CHECK(s->rootfs_propagation == MS_SLAVE && s->rootfs_propagation_recursive);
	CHECK(s->masked_paths.n == 2 && !s->masked_paths.v[2] && !s->readonly_paths.n);
	CHECK_STR(s->mount_label, "l");
	CHECK(s->has_personality && s->personality == PER_LINUX32);
	CHECK(s->rdt.set && s->rdt.monitoring && s->rdt.schemata.n == 2 && !s->rdt.schemata.v[2]);
	CHECK_STR(s->rdt.clos_id, "/");
	spec_free(s);
	s = parse_oci("", "", ",'cgroupsPath':'/a/..b/c..','rootfsPropagation':'','mountLabel':''");
	GOOD(s);
	CHECK(!s->rootfs_propagation && !s->mount_label && s->cgroups_path && !s->has_personality);
	spec_free(s);
}

TEST(sysctl_paths)
{
	static const struct { const char *key, *path; } cases[] = {
		{ "net.ipv4.ip_forward", "net/ipv4/ip_forward" },
		{ "net/ipv4/ip_forward", "net/ipv4/ip_forward" },
		{ "net.ipv4.conf.eth0/100.forwarding", "net/ipv4/conf/eth0.100/forwarding" },
		{ "net/ipv4/conf/eth0.100/forwarding", "net/ipv4/conf/eth0.100/forwarding" },
		{ "kernel", "kernel" },
		{ "", NULL }, { ".", NULL }, { "/", NULL }, { "net.", NULL }, { ".net", NULL },
		{ "net..x", NULL }, { "net/../vm", NULL }, { "net/./x", NULL }, { "net.//.x", NULL },
		{ "a.//", NULL }, { "../x", NULL },
	};
	char out[64];

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		int r = sysctl_path(cases[i].key, out);

		CHECK_INT(r, cases[i].path ? 0 : -EINVAL);
		if (cases[i].path)
			CHECK_STR(out, cases[i].path);
	}
}

TEST(sysctls)
{
	struct spec *s = parse_oci("", "", ",'sysctl':{'net.ipv4.ip_forward':'1','kernel/shmmax':'2',"
				   "'fs.mqueue.msg_max':'3','kernel.domainname':'x'}");
	static const char *const bad[] = { "kernel.shm", "kernel.shmmax.x", "fs.file-max", "net",
					   "kernel.msgmaxx", "kernel", "user.max_user_namespaces" };
	char text[128], place[128];

	GOOD(s);
	CHECK_INT(s->sysctl.n, 4);
	CHECK_STR(s->sysctl.v[0].key, "net/ipv4/ip_forward");
	CHECK_STR(s->sysctl.v[1].key, "kernel/shmmax");
	CHECK_STR(s->sysctl.v[2].value, "3");
	spec_free(s);
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		snprintf(text, sizeof(text), ",'sysctl':{'%s':'1'}", bad[i]);
		snprintf(place, sizeof(place), strchr(bad[i], '.') ? "linux.sysctl[\"%s\"]" :
			 "linux.sysctl.%s", bad[i]);
		CHECK(failed(parse_oci("", "", text), place, "belongs to the host"));
	}
}
