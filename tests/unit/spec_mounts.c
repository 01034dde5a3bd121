/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * spec_mounts.c - mounts and their options
 */
#include "spec_test.h"

#include <sys/mount.h>
#include <time.h>

#ifndef MOUNT_ATTR_NOSYMFOLLOW
#define MOUNT_ATTR_NOSYMFOLLOW 0x00200000
#endif

static struct spec *parse_mounts_text(const char *mounts)
{
	struct spec *s;
	char *top;

	if (asprintf(&top, ",'mounts':[%s]", mounts) < 0)
		abort();
	s = parse_oci(top, "", "");
	free(top);
	return s;
}

static int option(struct spec *s, struct spec_mount *m, const char *word)
{
	return spec_mount_option(s, m, word, "place", &last_err);
}

TEST(entries)
{
	struct spec *s = parse_mounts_text(
		"{'destination':'/proc','type':'proc','source':'proc'},"
		"{'destination':'data','type':'bind','source':'files'},"
		"{'destination':'/x','type':'none','source':'/y','options':['rbind','ro','rprivate']},"
		"{'destination':'/t','type':'tmpfs','options':['mode=755,size=1m','tmpcopyup','']}");

	GOOD(s);
	CHECK_INT(s->n_mounts, 4);
	CHECK_STR(s->mounts[0].type, "proc");
	CHECK_INT(s->mounts[0].flags, 0);
	CHECK_STR(s->mounts[1].destination, "/data");
	CHECK_STR(s->mounts[1].source, "/b/files");
	CHECK_INT(s->mounts[1].flags, SPEC_MOUNT_BIND);
	CHECK(!s->mounts[1].type && !s->mounts[2].type);
	CHECK_INT(s->mounts[2].flags, SPEC_MOUNT_BIND | SPEC_MOUNT_RECURSIVE);
	CHECK_INT(s->mounts[2].attrs.set, MOUNT_ATTR_RDONLY);
	CHECK_INT(s->mounts[2].propagation, MS_PRIVATE);
	CHECK(s->mounts[2].propagation_recursive);
	CHECK_INT(s->mounts[3].fs_options.n, 2);
	CHECK_STR(s->mounts[3].fs_options.v[0], "mode=755");
	CHECK_STR(s->mounts[3].fs_options.v[1], "size=1m");
	CHECK_INT(s->mounts[3].flags, SPEC_MOUNT_TMPCOPYUP);
	CHECK(!s->mounts[3].source);
	CHECK_INT(s->mounts[3].doc_index, 3);
	CHECK_INT(s->n_default_mounts, 0);
	spec_free(s);
}

/* word, then what it leaves: attributes set and cleared, of the mount and of the tree */
static const struct {
	const char *word;
	struct spec_mount_attrs attrs, rec;
} words[] = {
	{ "ro", { MOUNT_ATTR_RDONLY, 0 }, { 0, 0 } },
	{ "rw", { 0, MOUNT_ATTR_RDONLY }, { 0, 0 } },
	{ "nosuid", { MOUNT_ATTR_NOSUID, 0 }, { 0, 0 } },
	{ "suid", { 0, MOUNT_ATTR_NOSUID }, { 0, 0 } },
	{ "nodev", { MOUNT_ATTR_NODEV, 0 }, { 0, 0 } },
	{ "dev", { 0, MOUNT_ATTR_NODEV }, { 0, 0 } },
	{ "noexec", { MOUNT_ATTR_NOEXEC, 0 }, { 0, 0 } },
	{ "exec", { 0, MOUNT_ATTR_NOEXEC }, { 0, 0 } },
	{ "nosymfollow", { MOUNT_ATTR_NOSYMFOLLOW, 0 }, { 0, 0 } },
	{ "nodiratime", { MOUNT_ATTR_NODIRATIME, 0 }, { 0, 0 } },
	{ "diratime", { 0, MOUNT_ATTR_NODIRATIME }, { 0, 0 } },
	{ "noatime", { MOUNT_ATTR_NOATIME, MOUNT_ATTR__ATIME }, { 0, 0 } },
	{ "strictatime", { MOUNT_ATTR_STRICTATIME, MOUNT_ATTR__ATIME }, { 0, 0 } },
	{ "relatime", { 0, MOUNT_ATTR__ATIME }, { 0, 0 } },
	{ "atime", { 0, MOUNT_ATTR__ATIME }, { 0, 0 } },
	{ "rro", { 0, 0 }, { MOUNT_ATTR_RDONLY, 0 } },
	{ "rrw", { 0, 0 }, { 0, MOUNT_ATTR_RDONLY } },
	{ "rnosuid", { 0, 0 }, { MOUNT_ATTR_NOSUID, 0 } },
	{ "rexec", { 0, 0 }, { 0, MOUNT_ATTR_NOEXEC } },
	{ "rnoatime", { 0, 0 }, { MOUNT_ATTR_NOATIME, MOUNT_ATTR__ATIME } },
	{ "ratime", { 0, 0 }, { 0, MOUNT_ATTR__ATIME } },
	{ "rstrictatime", { 0, 0 }, { MOUNT_ATTR_STRICTATIME, MOUNT_ATTR__ATIME } },
	{ "rnosymfollow", { 0, 0 }, { MOUNT_ATTR_NOSYMFOLLOW, 0 } },
	{ "rdiratime", { 0, 0 }, { 0, MOUNT_ATTR_NODIRATIME } },
	{ "defaults", { 0, 0 }, { 0, 0 } },
};

TEST(attribute_words)
{
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		struct spec s = { 0 };
		struct spec_mount m = { 0 };

		CHECK_INT(option(&s, &m, words[i].word), 0);
		if (memcmp(&m.attrs, &words[i].attrs, sizeof(m.attrs)) ||
		    memcmp(&m.rec, &words[i].rec, sizeof(m.rec)) || m.fs_options.n) {
			printf("# word %s\n", words[i].word);
			CHECK(0);
		}
		arena_done(&s.arena);
	}
}

TEST(last_opposite_wins)
{
	struct spec s = { 0 };
	struct spec_mount m = { 0 };

	CHECK_INT(option(&s, &m, "ro"), 0);
	CHECK_INT(option(&s, &m, "rw"), 0);
	CHECK(m.attrs.set == 0 && m.attrs.clr == MOUNT_ATTR_RDONLY);
	CHECK_INT(option(&s, &m, "noatime"), 0);
	CHECK_INT(option(&s, &m, "nostrictatime"), 0);
	CHECK_INT(m.attrs.set, MOUNT_ATTR_NOATIME);
	CHECK_INT(option(&s, &m, "strictatime"), 0);
	CHECK_INT(m.attrs.set, MOUNT_ATTR_STRICTATIME);
	CHECK_INT(option(&s, &m, "nostrictatime"), 0);
	CHECK_INT(m.attrs.set, 0);
	CHECK_INT(option(&s, &m, "rshared"), 0);
	CHECK_INT(option(&s, &m, "slave"), 0);
	CHECK(m.propagation == MS_SLAVE && !m.propagation_recursive);
	arena_done(&s.arena);
}

TEST(file_system_options)
{
	struct spec s = { 0 };
	struct spec_mount m = { 0 };
	static const char *const in[] = { "sync", "lowerdir=/a:/b", "silent", "x-mount.mkdir", "userxattr",
					  "context=\"a:b:c:s0:c1\"", "iversion", "nofail", "dirsync" };
	static const char *const out[] = { "sync", "lowerdir=/a:/b", "userxattr",
					   "context=a:b:c:s0:c1", "dirsync" };

	for (size_t i = 0; i < ARRAY_SIZE(in); i++)
		CHECK_INT(option(&s, &m, in[i]), 0);
	CHECK_INT(m.fs_options.n, ARRAY_SIZE(out));
	for (size_t i = 0; i < ARRAY_SIZE(out) && i < m.fs_options.n; i++)
		CHECK_STR(m.fs_options.v[i], out[i]);
	CHECK(m.fs_options.v && !m.fs_options.v[m.fs_options.n]);
	CHECK_INT(option(&s, &m, "a,b"), -EINVAL);
	CHECK_STR(last_err.place, "place");
	CHECK_INT(option(&s, &m, "=b"), -EINVAL);
	arena_done(&s.arena);
}

TEST(commas_in_one_string)
{
	struct spec *s = parse_mounts_text("{'destination':'/t','type':'tmpfs','options':"
					   "['ro,nosuid,context=\\\"u:r:t:s0:c1,c2\\\",upperdir=a\\\\,b,']}");

	GOOD(s);
	CHECK_INT(s->mounts[0].attrs.set, MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID);
	CHECK_INT(s->mounts[0].fs_options.n, 2);
	CHECK_STR(s->mounts[0].fs_options.v[0], "context=u:r:t:s0:c1,c2");
	CHECK_STR(s->mounts[0].fs_options.v[1], "upperdir=a\\,b");
	spec_free(s);
}

TEST(every_listed_word_is_known)
{
	const char *const *names = spec_mount_option_names();
	size_t n = 0;

	for (; names[n]; n++) {
		struct spec s = { 0 };
		struct spec_mount m = { 0 };

		CHECK(!n || strcmp(names[n - 1], names[n]) < 0);
		CHECK_INT(option(&s, &m, names[n]), 0);
		for (size_t i = 0; i < m.fs_options.n; i++)
			CHECK_STR(m.fs_options.v[i], names[n]);
		arena_done(&s.arena);
	}
	CHECK_INT(n, 62);
}

TEST(mappings)
{
	const char *maps = "'uidMappings':[{'containerID':0,'hostID':5,'size':10}],"
			   "'gidMappings':[{'containerID':1,'hostID':6,'size':11}]}";
	char text[512];
	struct spec *s;

	snprintf(text, sizeof(text), "{'destination':'/a','source':'/a','options':['bind'],%s,"
		 "{'destination':'/a','source':'/a','options':['rbind','ridmap'],%s", maps, maps);
	s = parse_mounts_text(text);
	GOOD(s);
	CHECK_INT(s->mounts[0].flags, SPEC_MOUNT_BIND | SPEC_MOUNT_IDMAP);
	CHECK_INT(s->mounts[0].uid_maps.v[0].host_id, 5);
	CHECK_INT(s->mounts[0].gid_maps.v[0].size, 11);
	CHECK_INT(s->mounts[1].flags, SPEC_MOUNT_BIND | SPEC_MOUNT_RECURSIVE | SPEC_MOUNT_RIDMAP);
	spec_free(s);
	/* without mappings of its own it takes those of the user namespace */
	s = parse_text("{'ociVersion':'1.0.0','root':{'path':'r'},"
		       "'mounts':[{'destination':'/a','source':'/a','options':['bind','idmap']}],"
		       "'linux':{'namespaces':[{'type':'mount'},{'type':'user','path':'/x'}]}}");
	GOOD(s);
	CHECK(s->mounts[0].flags & SPEC_MOUNT_IDMAP && !s->mounts[0].uid_maps.n);
	spec_free(s);
}

/* Ten times as many mounts must not take a hundred times as long. */
TEST(many_mounts)
{
	const size_t n = 100000;
	struct timespec a, b;
	buf_auto text = { 0 };
	struct spec *s;

	for (size_t i = 0; i < n; i++)
		buf_printf(&text, "%s{'destination':'/m/%zu','type':'tmpfs','source':'t','options':"
			   "['ro','nosuid','mode=755']}", i ? "," : "", i);
	clock_gettime(CLOCK_MONOTONIC, &a);
	s = parse_mounts_text(text.text);
	clock_gettime(CLOCK_MONOTONIC, &b);
	GOOD(s);
	CHECK_INT(s->n_mounts, n);
	CHECK_STR(s->mounts[n - 1].destination, "/m/99999");
	CHECK(b.tv_sec - a.tv_sec < 10);
	spec_free(s);
}
