/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * spec_text.c - JSON text: large integers, positions, null, deep and large documents
 */
#include "spec_test.h"

TEST(uint64_is_exact)
{
	struct spec *s = parse_oci("", ",'rlimits':[{'type':'RLIMIT_CORE','soft':9223372036854775807,"
				   "'hard':9223372036854775808},{'type':'RLIMIT_AS',"
				   "'soft':18446744073709551614,'hard':18446744073709551615}]", "");

	GOOD(s);
	CHECK(s->process.rlimits[0].soft == INT64_MAX);
	CHECK(s->process.rlimits[0].hard == (uint64_t)INT64_MAX + 1);
	CHECK(s->process.rlimits[1].soft == UINT64_MAX - 1);
	CHECK(s->process.rlimits[1].hard == UINT64_MAX);
	spec_free(s);
}

TEST(int64_range)
{
	const char *ns = ",'timeOffsets':{'monotonic':{'secs':-9223372036854775808}}";

	CHECK(failed(parse_oci("", "", ns), "linux.timeOffsets", "time"));
	ns = ",'timeOffsets':{'monotonic':{'secs':-9223372036854775809}}";
	CHECK(failed(parse_oci("", "", ns), "linux.timeOffsets.monotonic.secs", "must be from -92233"));
	ns = ",'timeOffsets':{'monotonic':{'secs':9223372036854775808}}";
	CHECK(failed(parse_oci("", "", ns), "linux.timeOffsets.monotonic.secs", "must be from -92233"));
}

/* A number of any length in a member that nobody reads is nobody's fault. */
TEST(large_numbers_elsewhere)
{
	struct spec *s = parse_oci(",'x':[123456789012345678901234567890,-99999999999999999999,1.5]",
				   "", "");

	GOOD(s);
	spec_free(s);
}

/* A string must not pass for a widened integer, nor the other way round. */
TEST(large_number_is_no_string)
{
	CHECK(failed(parse_oci(",'hostname':18446744073709551615", "", ""), "hostname",
		     "must be a string, not a number"));
	CHECK(failed(parse_oci("", ",'oomScoreAdj':'18446744073709551615'", ""),
		     "process.oomScoreAdj", "must be an integer, not a string"));
	CHECK(failed(parse_oci("", ",'oomScoreAdj':'\\u0000" "5','x':18446744073709551616", ""), "",
		     "NUL"));
	CHECK(failed(parse_oci(",'hostname':'\\\\u0000','x':18446744073709551616",
			       ",'oomScoreAdj':true", ""),
		     "process.oomScoreAdj", "must be an integer, not true"));
}

TEST(position_with_large_numbers)
{
	CHECK(failed(parse_text("{\n'a':[99999999999999999999,88888888888888888888], 'b' 1}"), "",
		     "line 2, column 55: "));
}

TEST(null_is_absent)
{
	struct spec *s = parse_oci(",'hostname':null,'mounts':null,'hooks':null,'annotations':null",
				   ",'env':null,'rlimits':null,'user':null", ",'seccomp':null");

	GOOD(s);
	CHECK(!s->hostname && !s->n_mounts && !s->process.env.n && !s->seccomp.set);
	spec_free(s);
	CHECK(failed(parse_text("{'ociVersion':'1.0.0','root':null}"), "root", "is required"));
}

TEST(need_not_be_terminated)
{
	char text[] = "{\"root\":{\"path\":\"r\"},\"process\":{\"args\":[\"a\"]}}xyz";
	struct spec *s = NULL;
	struct err err = { 0 };

	CHECK_INT(spec_parse(text, sizeof(text) - 4, "n", "/b", &s, &err), 0);
	spec_free(s);
	s = NULL;
	CHECK_INT(spec_parse(text, 0, "n", "/b", &s, &err), -EINVAL);
	CHECK(!s);
	CHECK_STR(err.text, "is empty");
}

TEST(no_error_wanted)
{
	struct spec *s = NULL;

	CHECK_INT(spec_parse("{", 1, "n", "/b", &s, NULL), -EINVAL);
	CHECK_INT(spec_parse("{}", 2, "n", "/b", &s, NULL), -EINVAL);
	CHECK(!s);
}

TEST(larger_than_allowed)
{
	size_t len = (16 << 20) + 1;
	char *text = malloc(len);
	struct spec *s = NULL;
	struct err err = { 0 };

	memset(text, ' ', len);
	CHECK_INT(spec_parse(text, len, "n", "/b", &s, &err), -EINVAL);
	CHECK_STR(err.text, "is larger than 16 MiB");
	free(text);
}

/* What a spec says may be quoted in a message, which stays one printable line of UTF-8. */
TEST(messages_are_clean)
{
	CHECK(failed(parse_oci("", ",'env':['a\\nb\\u009b\\u007fc\u00e9']", ""), "process.env[0]",
		     "not \"a?b??" "?c\u00e9\""));
	CHECK(failed(parse_oci(",'annotations':{'a\\tb':1}", "", ""), "annotations[\"a?b\"]",
		     "must be a string"));
}

TEST(versions)
{
	static const char *const good[] = { "1.0.0", "1.0.2-dev", "1.3.0", "1.99.7", "1.2.0-rc.1+b.01",
					    "1.0.0-0a", "1.0.0--", "1.0.0+001" };
	static const char *const bad[] = { "1", "1.0", "1.0.0.0", "v1.0.0", "1.0.0-", "1.0.0-01",
					   "1.0.0-a..b", "1.0.0+", "01.0.0", "1.0.0 ", "1.0.0+a+b",
					   "-1.0.0", "1.-1.0" };
	char text[128];

	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		struct spec *s;

		snprintf(text, sizeof(text), "{'ociVersion':'%s','root':{'path':'r'},"
			 "'linux':{'namespaces':[{'type':'mount'}]}}", good[i]);
		s = parse_text(text);
		GOOD(s);
		CHECK_STR(s->oci_version, good[i]);
		CHECK(!s->process.set);
		spec_free(s);
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		snprintf(text, sizeof(text), "{'ociVersion':'%s'}", bad[i]);
		CHECK(failed(parse_text(text), "ociVersion", "must be a version such as"));
	}
}

TEST(root_and_names)
{
	struct spec *s = parse_oci(",'hostname':'web','domainname':'example.org',"
				   "'annotations':{'a':'1','b.c/d':''},'x-unknown':[{}]", "", "");

	GOOD(s);
	CHECK_STR(s->name, "t.json");
	CHECK_STR(s->root_path, "/b/r");
	CHECK_STR(s->hostname, "web");
	CHECK_STR(s->domainname, "example.org");
	CHECK_INT(s->annotations.n, 2);
	CHECK_STR(s->annotations.v[1].key, "b.c/d");
	CHECK_STR(s->annotations.v[1].value, "");
	CHECK(!s->root_readonly && !s->rootfs.idmap && s->oci_version);
	spec_free(s);
	s = parse_text("{'ociVersion':'1.0.0','root':{'path':'/abs','readonly':true},"
		       "'linux':{'namespaces':[{'type':'mount'}]}}");
	GOOD(s);
	CHECK_STR(s->root_path, "/abs");
	CHECK(s->root_readonly);
	spec_free(s);
}
