/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ip.h - addresses and networks, IPv4 and IPv6 alike
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

struct ip {
	uint16_t family;        /* AF_INET, AF_INET6; AF_UNSPEC: none */
	uint8_t prefix;         /* length of the network's part, as it was written or the whole */
	uint8_t b[16];          /* network byte order; IPv4: the first four */
};

#define IP_TEXT_MAX 56          /* "ffff:…:255.255.255.255/128" */

static inline unsigned ip_bytes(uint16_t family)
{
	return family == AF_INET6 ? 16 : 4;
}

static inline unsigned ip_bits(uint16_t family)
{
	return family == AF_INET6 ? 128 : 32;
}

/* "10.0.0.1", "10.0.0.1/24", "fd00::1", "fd00::/64": 0 or -EINVAL. */
int ip_parse(const char *text, struct ip *ret);
/* Without the prefix; returns @out. */
char *ip_text(const struct ip *ip, char out[IP_TEXT_MAX]);
/* With "/PREFIX" */
char *ip_net_text(const struct ip *ip, char out[IP_TEXT_MAX]);

bool ip_equal(const struct ip *a, const struct ip *b);
/* Is @ip in the network of @net: its bits up to the prefix? */
bool ip_in(const struct ip *ip, const struct ip *net);
/* Have two networks an address in common? */
bool ip_overlap(const struct ip *a, const struct ip *b);
/* The network itself: bits behind the prefix are zero. */
struct ip ip_network(const struct ip *ip);
/* The last address of the network. */
struct ip ip_last(const struct ip *net);
/* Address number @n of the network (0 is the network itself), keeping the prefix. */
struct ip ip_nth(const struct ip *net, uint64_t n);
/* How many addresses the network has; UINT64_MAX for 2^64 and more. */
uint64_t ip_count(const struct ip *net);
