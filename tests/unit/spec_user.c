/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * spec_user.c - what a spec means for an ordinary user
 */
#include "spec_test.h"

static const struct spec_user with_ranges = {
	.uid = 1000, .gid = 100,
	.uids = { .v = { { 100000, 65536 }, { 300000, 10 } }, .n = 2 },
	.gids = { .v = { { 200000, 65536 } }, .n = 1 },
};
static const struct spec_user alone = { .uid = 1000, .gid = 100 };
static const struct spec_user half = {
	.uid = 1000, .gid = 100, .uids = { .v = { { 100000, 65536 } }, .n = 1 },
};

static struct spec *parse_as(const struct spec_user *who, const char *quoted)
{
	char *text = json_text(quoted);
	struct spec *s = NULL;

	memset(&last_err, 0, sizeof(last_err));
	if (spec_parse_as(who, text, strlen(text), "t.json", "/b", &s, &last_err) < 0)
		printf("# %s: %s\n", last_err.place, last_err.text);
	free(text);
	return s;
}

#define IS_MAP(m, c, h, n) ((m).container_id == (c) && (m).host_id == (h) && (m).size == (n))
#define OCI(lnx) "{'ociVersion':'1.2.0','root':{'path':'r'},'process':{'args':['a'],'cwd':'/'},'linux':{" lnx "}}"
#define USER_NS "'namespaces':[{'type':'mount'},{'type':'user'}]"
#define RULES ",'resources':{'devices':[{'allow':false}]}"
#define OWN_MAP "[{'containerID':0,'hostID':1000,'size':1}]"

static bool has_option(const struct spec *s, const char *option)
{
	for (size_t i = 0; i < s->n_mounts; i++)
		for (size_t j = 0; j < s->mounts[i].fs_options.n; j++)
			if (!strcmp(s->mounts[i].fs_options.v[j], option))
				return true;
	return false;
}

TEST(short_spec_gets_the_ranges)
{
	struct spec *s = parse_as(&with_ranges, "{'root':{'path':'r'},'process':{'args':['a']}}");

	CHECK(s && s->uid_maps.n == 3 && s->gid_maps.n == 2);
	CHECK(s && IS_MAP(s->uid_maps.v[0], 0, 1000, 1) && IS_MAP(s->uid_maps.v[1], 1, 100000, 65536));
	CHECK(s && IS_MAP(s->uid_maps.v[2], 65537, 300000, 10));
	CHECK(s && IS_MAP(s->gid_maps.v[0], 0, 100, 1) && IS_MAP(s->gid_maps.v[1], 1, 200000, 65536));
	CHECK(s && !s->rootfs.idmap && !s->n_dev_rules && has_option(s, "gid=5"));
	spec_free(s);
}

TEST(without_ranges_only_the_user)
{
	const struct spec_user *who[] = { &alone, &half };

	for (int i = 0; i < 2; i++) {
		struct spec *s = parse_as(who[i], "{'root':{'path':'r'},'process':{'args':['a']}}");

		CHECK(s && s->uid_maps.n == 1 && s->gid_maps.n == 1 && !has_option(s, "gid=5"));
		CHECK(s && IS_MAP(s->uid_maps.v[0], 0, 1000, 1) && IS_MAP(s->gid_maps.v[0], 0, 100, 1));
		spec_free(s);
	}
}

TEST(own_mappings_stay)
{
	struct spec *s = parse_as(&with_ranges, "{'root':{'path':'r'},'process':{'args':['a']},'linux':{"
				  "'uidMappings':" OWN_MAP ",'gidMappings':" OWN_MAP "}}");

	CHECK(s && s->uid_maps.n == 1 && s->gid_maps.n == 1 && !has_option(s, "gid=5"));
	spec_free(s);
	s = parse_as(&with_ranges, OCI(USER_NS ",'uidMappings':" OWN_MAP ",'gidMappings':" OWN_MAP));
	CHECK(s && s->uid_maps.n == 1);
	spec_free(s);
	s = parse_as(&with_ranges, OCI(USER_NS ",'uidMappings':" OWN_MAP));
	CHECK(failed(s, "linux.gidMappings", "is required"));
}

TEST(a_group_that_is_asked_for_stays)
{
	struct spec *s = parse_as(&alone, "{'root':{'path':'r'},'process':{'args':['a']},'mounts':[{'destination':"
				  "'/dev/pts','type':'devpts','source':'d','options':['gid=5']}]}");

	CHECK(s && has_option(s, "gid=5"));
	spec_free(s);
}

TEST(oci_without_mappings)
{
	struct spec *s = parse_as(&with_ranges, OCI(USER_NS RULES));

	CHECK(s && s->uid_maps.n == 3 && s->gid_maps.n == 2 && !s->n_dev_rules && !s->has_dev_rules);
	spec_free(s);
	CHECK(failed(parse_text(OCI(USER_NS)), "linux.uidMappings", "is required"));
}

TEST(no_new_user_namespace_no_change)
{
	struct spec *s = parse_as(&with_ranges, OCI("'namespaces':[{'type':'mount'}]" RULES));

	CHECK(s && !s->uid_maps.n && s->n_dev_rules == 1);
	spec_free(s);
	s = parse_as(&with_ranges, "{'root':{'path':'r'},'process':{'args':['a']},'linux':{'namespaces':"
		     "[{'type':'mount'}]}}");
	CHECK(s && !s->uid_maps.n && has_option(s, "gid=5"));
	spec_free(s);
}

TEST(ranges_that_do_not_fit_end_the_map)
{
	const struct spec_user huge = {
		.uid = 1, .gid = 1, .uids = { .v = { { 5, 4294967000U }, { 7, 4000 } }, .n = 2 },
		.gids = { .v = { { 5, 10 } }, .n = 1 },
	};
	struct spec *s = parse_as(&huge, OCI(USER_NS));

	CHECK(s && s->uid_maps.n == 2);
	spec_free(s);
}

TEST(the_template_of_a_user)
{
	struct err err = { 0 };
	struct spec *s = NULL;
	char *text = NULL;

	CHECK_INT(spec_template_as(&alone, true, &text, &err), 0);
	CHECK(text && strstr(text, "\"user\"") && !strstr(text, "Mappings") && !strstr(text, "gid=5"));
	CHECK(text && !strstr(text, "\"pids\""));
	CHECK(text && spec_parse_as(&alone, text, strlen(text), "t", "/b", &s, &err) == 0);
	CHECK(s && s->uid_maps.n == 1);
	spec_free(s);
	free(text);
}
