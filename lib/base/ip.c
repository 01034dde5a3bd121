/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ip.c - addresses and networks, IPv4 and IPv6 alike
 *
 * Addresses are bytes in network order: what is a matter of bits is the same for both families.
 */
#include "base/ip.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"

int ip_parse(const char *text, struct ip *ret)
{
	const char *slash = strchr(text, '/');
	size_t len = slash ? (size_t)(slash - text) : strlen(text);
	char host[IP_TEXT_MAX];
	struct ip ip = { 0 };
	uint32_t prefix;

	if (len >= sizeof(host))
		return -EINVAL;
	memcpy(host, text, len);
	host[len] = '\0';
	ip.family = strchr(host, ':') ? AF_INET6 : AF_INET;
	if (inet_pton(ip.family, host, ip.b) != 1)
		return -EINVAL;
	prefix = ip_bits(ip.family);
	if (slash && (str_u32(slash + 1, &prefix) < 0 || prefix > ip_bits(ip.family)))
		return -EINVAL;
	ip.prefix = (uint8_t)prefix;
	*ret = ip;
	return 0;
}

char *ip_text(const struct ip *ip, char out[IP_TEXT_MAX])
{
	if (!inet_ntop(ip->family, ip->b, out, IP_TEXT_MAX))
		snprintf(out, IP_TEXT_MAX, "-");
	return out;
}

char *ip_net_text(const struct ip *ip, char out[IP_TEXT_MAX])
{
	size_t n = strlen(ip_text(ip, out));

	snprintf(out + n, IP_TEXT_MAX - n, "/%u", ip->prefix);
	return out;
}

bool ip_equal(const struct ip *a, const struct ip *b)
{
	return a->family == b->family && !memcmp(a->b, b->b, ip_bytes(a->family));
}

/* The mask of byte @i of a network with @prefix bits */
static uint8_t mask_byte(unsigned prefix, unsigned i)
{
	if (prefix >= 8 * (i + 1))
		return 0xff;
	if (prefix <= 8 * i)
		return 0;
	return (uint8_t)(0xff << (8 - (prefix - 8 * i)));
}

static bool same_network(const struct ip *a, const struct ip *b, unsigned prefix)
{
	if (a->family != b->family)
		return false;
	for (unsigned i = 0; i < ip_bytes(a->family); i++)
		if ((unsigned)(a->b[i] ^ b->b[i]) & mask_byte(prefix, i))
			return false;
	return true;
}

bool ip_in(const struct ip *ip, const struct ip *net)
{
	return same_network(ip, net, net->prefix);
}

bool ip_overlap(const struct ip *a, const struct ip *b)
{
	return same_network(a, b, MIN(a->prefix, b->prefix));
}

struct ip ip_network(const struct ip *ip)
{
	struct ip net = *ip;

	for (unsigned i = 0; i < ip_bytes(ip->family); i++)
		net.b[i] = (uint8_t)(net.b[i] & mask_byte(ip->prefix, i));
	return net;
}

struct ip ip_last(const struct ip *net)
{
	struct ip last = *net;

	for (unsigned i = 0; i < ip_bytes(net->family); i++)
		last.b[i] = (uint8_t)(last.b[i] | ~mask_byte(net->prefix, i));
	return last;
}

struct ip ip_nth(const struct ip *net, uint64_t n)
{
	struct ip ip = ip_network(net);

	for (unsigned i = ip_bytes(net->family); n && i-- > 0; n >>= 8)
		ip.b[i] = (uint8_t)(ip.b[i] | (n & 0xff));
	return ip;
}

uint64_t ip_count(const struct ip *net)
{
	unsigned host = ip_bits(net->family) - net->prefix;

	return host >= 64 ? UINT64_MAX : 1ULL << host;
}
