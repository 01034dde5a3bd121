/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * spec_ports.c - "[ADDRESS:]PORT[-PORT][:PORT[-PORT]][/PROTOCOL]"
 */
#include "spec/network.h"

#include <netinet/in.h>

#include "test.h"

TEST(good_ones)
{
	static const struct {
		const char *text, *address;
		int protocol, first, last, to;
	} cases[] = {
		{ "80", "", IPPROTO_TCP, 80, 80, 80 },
		{ "8080:80", "", IPPROTO_TCP, 8080, 8080, 80 },
		{ "8080:80/udp", "", IPPROTO_UDP, 8080, 8080, 80 },
		{ "53/sctp", "", IPPROTO_SCTP, 53, 53, 53 },
		{ "8000-8999:8000-8999/udp", "", IPPROTO_UDP, 8000, 8999, 8000 },
		{ "8000-8009:9000-9009", "", IPPROTO_TCP, 8000, 8009, 9000 },
		{ "1-65535", "", IPPROTO_TCP, 1, 65535, 1 },
		{ "127.0.0.1:8080:80", "127.0.0.1", IPPROTO_TCP, 8080, 8080, 80 },
		{ "127.0.0.1:9000-9009", "127.0.0.1", IPPROTO_TCP, 9000, 9009, 9000 },
		{ "0.0.0.0:80:80", "0.0.0.0", IPPROTO_TCP, 80, 80, 80 },
		{ "[::1]:8080:80/tcp", "::1", IPPROTO_TCP, 8080, 8080, 80 },
		{ "[fd00::1]:80", "fd00::1", IPPROTO_TCP, 80, 80, 80 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct spec_publish p = { 0 };
		const char *wrong = spec_publish_parse(cases[i].text, &p);
		char text[IP_TEXT_MAX] = "";

		if (wrong)
			printf("# %s: %s\n", cases[i].text, wrong);
		CHECK(!wrong);
		if (p.address.family)
			ip_text(&p.address, text);
		CHECK_STR(text, cases[i].address);
		CHECK_INT(p.protocol, cases[i].protocol);
		CHECK_INT(p.first, cases[i].first);
		CHECK_INT(p.last, cases[i].last);
		CHECK_INT(p.to, cases[i].to);
	}
}

TEST(bad_ones)
{
	static const char *const bad[] = {
		"", "0", "65536", "80:", ":80", "a", "80:a", "80-79", "80-81:80", "80:80-81", "80/", "80/icmp",
		"80/tcp/udp", "1.2.3:80:80", "1.2.3.4/8:80:80", "[::1]80", "[::1:80", "[]:80:80", "[::1]:", "80 ",
		" 80", "-80", "80-", "+80", "80:80:80:80", "::1:80:80", "1.2.3.4:80:80:80",
		"99999999999999999999", "80:99999999999999999999",
		"111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111111"
		"11111111111111111111111111111111111111111:80",
	};
	struct spec_publish p;

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		if (!spec_publish_parse(bad[i], &p)) {
			printf("# \"%s\" is taken\n", bad[i]);
			test_failed = 1;
		}
}
