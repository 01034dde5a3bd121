/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * base_ip.c - addresses and networks, against an oracle that works on strings of bits
 */
#include "base/ip.h"

#include "test.h"

#include <errno.h>

static struct ip ip(const char *text)
{
	struct ip v = { 0 };

	CHECK_INT(ip_parse(text, &v), 0);
	return v;
}

TEST(what_is_no_address)
{
	static const char *const bad[] = {
		"", "1", "1.2.3", "1.2.3.4.5", "256.1.1.1", "1.2.3.4/33", "1.2.3.4/", "1.2.3.4/-1", "1.2.3.4/x",
		"::1/129", "fg::", "1.2.3.4 ", " 1.2.3.4", "[::1]", "fe80::1%eth0", "/8",
		"0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000",
	};
	struct ip v;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (ip_parse(bad[i], &v) != -EINVAL) {
			printf("# \"%s\" is taken for an address\n", bad[i]);
			test_failed = 1;
		}
}

TEST(text_there_and_back)
{
	char text[IP_TEXT_MAX];
	struct ip v = ip("10.1.2.3/8");

	CHECK_STR(ip_text(&v, text), "10.1.2.3");
	CHECK_STR(ip_net_text(&v, text), "10.1.2.3/8");
	v = ip("FD00:0:0:0::1");
	CHECK_STR(ip_net_text(&v, text), "fd00::1/128");
	v = ip("ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255/128");
	CHECK_STR(ip_net_text(&v, text), "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128");
}

/* The address as '0' and '1' */
static void bits(const struct ip *v, char out[129])
{
	unsigned n = v->family == AF_INET6 ? 128 : 32;

	for (unsigned i = 0; i < n; i++)
		out[i] = v->b[i / 8] >> (7 - i % 8) & 1 ? '1' : '0';
	out[n] = '\0';
}

TEST(networks_against_strings_of_bits)
{
	unsigned seed = 1;

	for (int round = 0; round < 20000; round++) {
		struct ip a = { .family = round % 2 ? AF_INET6 : AF_INET }, b = a, net, last;
		unsigned n = a.family == AF_INET6 ? 128 : 32;
		char x[129], y[129], z[129];

		for (unsigned i = 0; i < n / 8; i++) {
			seed = seed * 1103515245 + 12345;
			a.b[i] = (uint8_t)(seed >> 16);
			b.b[i] = (uint8_t)(seed >> 24 & 3 ? a.b[i] : seed >> 8);
		}
		seed = seed * 1103515245 + 12345;
		a.prefix = (uint8_t)((seed >> 16) % (n + 1));
		b.prefix = (uint8_t)((seed >> 20) % (n + 1));
		bits(&a, x);
		bits(&b, y);
		CHECK_INT(ip_in(&b, &a), !strncmp(x, y, a.prefix));
		CHECK_INT(ip_overlap(&a, &b), !strncmp(x, y, a.prefix < b.prefix ? a.prefix : b.prefix));
		CHECK_INT(ip_equal(&a, &b), !strcmp(x, y));
		net = ip_network(&a);
		last = ip_last(&a);
		bits(&net, y);
		bits(&last, z);
		CHECK(!strncmp(x, y, a.prefix) && strspn(y + a.prefix, "0") == n - a.prefix);
		CHECK(!strncmp(x, z, a.prefix) && strspn(z + a.prefix, "1") == n - a.prefix);
	}
}

TEST(families_do_not_mix)
{
	struct ip four = ip("0.0.0.0/0"), six = ip("::/0");

	CHECK(!ip_in(&four, &six) && !ip_in(&six, &four) && !ip_overlap(&four, &six));
	CHECK(!ip_equal(&four, &six));
}

TEST(counting)
{
	struct ip net = ip("10.77.0.0/16"), v = ip_nth(&net, 258);
	char text[IP_TEXT_MAX];

	CHECK_STR(ip_net_text(&v, text), "10.77.1.2/16");
	CHECK_INT(ip_count(&net), 65536);
	net = ip("192.0.2.0/31");
	CHECK_INT(ip_count(&net), 2);
	net = ip("fd00::/64");
	CHECK(ip_count(&net) == UINT64_MAX);
	v = ip_nth(&net, 0x12345);
	CHECK_STR(ip_text(&v, text), "fd00::1:2345");
	net = ip("fd00::/66");
	CHECK(ip_count(&net) == 1ULL << 62);
}
