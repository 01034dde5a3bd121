/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * frame.c - one Ethernet frame with whatever it should claim
 *
 *	frame LINK MAC arp SENDER           "who has SENDER? tell SENDER", to all
 *	frame LINK MAC na SOURCE TARGET     an unsolicited advertisement of TARGET, to all
 *	frame LINK MAC ra SOURCE            a router's advertisement, to all
 *	frame LINK MAC udp TO-MAC SOURCE DESTINATION PORT [VLAN]
 *
 * MAC is the frame's source address, and the one that is announced.
 */
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ether.h>
#include <netinet/icmp6.h>
#include <netinet/if_ether.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct frame {
	unsigned char bytes[256];
	size_t len;
};

static void *add(struct frame *f, const void *data, size_t n)
{
	void *at = f->bytes + f->len;

	if (data)
		memcpy(at, data, n);
	f->len += n;
	return at;
}

static void mac(const char *text, void *out)
{
	if (!ether_aton_r(text, out))
		exit(2);
}

static void ip(int family, const char *text, void *out)
{
	if (inet_pton(family, text, out) != 1)
		exit(2);
}

static void ethernet(struct frame *f, const char *to, const char *from, int type)
{
	struct ether_header h = { .ether_type = htons((uint16_t)type) };

	mac(to, h.ether_dhost);
	mac(from, h.ether_shost);
	add(f, &h, sizeof(h));
}

static uint16_t sum(const void *data, size_t n, uint32_t v)
{
	const unsigned char *p = data;

	for (size_t i = 0; i < n; i++)
		v += i % 2 ? p[i] : (uint32_t)p[i] << 8;
	while (v >> 16)
		v = (v & 0xffff) + (v >> 16);
	return (uint16_t)v;
}

static void arp(struct frame *f, const char *from, const char *sender)
{
	struct ether_arp a = { .ea_hdr = { htons(1), htons(ETHERTYPE_IP), 6, 4, htons(ARPOP_REQUEST) } };

	ethernet(f, "ff:ff:ff:ff:ff:ff", from, ETHERTYPE_ARP);
	mac(from, a.arp_sha);
	ip(AF_INET, sender, a.arp_spa);
	ip(AF_INET, sender, a.arp_tpa);
	add(f, &a, sizeof(a));
}

/* From here on an ICMPv6 message to all nodes. */
static void icmp6(struct frame *f, const char *from, const char *source, const void *message, size_t n)
{
	struct ip6_hdr h = { .ip6_plen = htons((uint16_t)n), .ip6_nxt = IPPROTO_ICMPV6, .ip6_hlim = 255 };
	struct icmp6_hdr *icmp;
	uint32_t v;

	h.ip6_vfc = 0x60;
	ip(AF_INET6, source, &h.ip6_src);
	ip(AF_INET6, "ff02::1", &h.ip6_dst);
	ethernet(f, "33:33:00:00:00:01", from, ETHERTYPE_IPV6);
	add(f, &h, sizeof(h));
	icmp = add(f, message, n);
	v = sum(&h.ip6_src, 32, IPPROTO_ICMPV6 + (uint32_t)n);
	icmp->icmp6_cksum = htons((uint16_t)~sum(icmp, n, v));
}

static void na(struct frame *f, const char *from, const char *source, const char *target)
{
	struct { struct nd_neighbor_advert a; uint8_t type, len, mac[6]; } m = {
		.type = ND_OPT_TARGET_LINKADDR, .len = 1,
	};

	m.a.nd_na_type = ND_NEIGHBOR_ADVERT;
	m.a.nd_na_flags_reserved = ND_NA_FLAG_OVERRIDE;
	ip(AF_INET6, target, &m.a.nd_na_target);
	mac(from, m.mac);
	icmp6(f, from, source, &m, sizeof(m));
}

static void ra(struct frame *f, const char *from, const char *source)
{
	struct nd_router_advert m = { 0 };

	m.nd_ra_type = ND_ROUTER_ADVERT;
	m.nd_ra_router_lifetime = htons(1800);
	icmp6(f, from, source, &m, sizeof(m));
}

static void udp(struct frame *f, char **arg, int vlan)
{
	struct iphdr h = { .ihl = 5, .version = 4, .ttl = 64, .protocol = IPPROTO_UDP,
			   .tot_len = htons(sizeof(h) + sizeof(struct udphdr) + 1) };
	struct udphdr u = { .source = htons(4000), .dest = htons((uint16_t)atoi(arg[4])),
			    .len = htons(sizeof(u) + 1) };
	uint16_t tag[2] = { htons((uint16_t)vlan), htons(ETHERTYPE_IP) };

	ethernet(f, arg[1], arg[0], vlan ? ETHERTYPE_VLAN : ETHERTYPE_IP);
	if (vlan)
		add(f, tag, sizeof(tag));
	ip(AF_INET, arg[2], &h.saddr);
	ip(AF_INET, arg[3], &h.daddr);
	h.check = htons((uint16_t)~sum(&h, sizeof(h), 0));
	add(f, &h, sizeof(h));
	add(f, &u, sizeof(u));
	add(f, "x", 1);
}

int main(int argc, char **argv)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL), .sll_halen = 6 };
	int fd = socket(AF_PACKET, SOCK_RAW, 0);
	struct frame f = { .len = 0 };

	if (fd < 0) {
		perror("frame");
		return 1;
	}
	if (argc == 5 && !strcmp(argv[3], "arp")) {
		arp(&f, argv[2], argv[4]);
	} else if (argc == 6 && !strcmp(argv[3], "na")) {
		na(&f, argv[2], argv[4], argv[5]);
	} else if (argc == 5 && !strcmp(argv[3], "ra")) {
		ra(&f, argv[2], argv[4]);
	} else if ((argc == 8 || argc == 9) && !strcmp(argv[3], "udp")) {
		char *args[] = { argv[2], argv[4], argv[5], argv[6], argv[7] };

		udp(&f, args, argc == 9 ? atoi(argv[8]) : 0);
	} else {
		return 2;
	}
	to.sll_ifindex = (int)if_nametoindex(argv[1]);
	memcpy(to.sll_addr, f.bytes, 6);
	if (sendto(fd, f.bytes, f.len, 0, (struct sockaddr *)&to, sizeof(to)) < 0) {
		perror("frame");
		return 1;
	}
	return 0;
}
