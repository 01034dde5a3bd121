/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mac.c - hardware addresses
 */
#include "net/mac.h"

#include <stdio.h>
#include <sys/socket.h>

void mac_from_hash(uint64_t hash, uint8_t ret[6])
{
	ret[0] = 0x02;
	for (int i = 1; i < 6; i++)
		ret[i] = (uint8_t)(hash >> 8 * i);
}

char *mac_text(const uint8_t mac[6], char out[MAC_TEXT_MAX])
{
	snprintf(out, MAC_TEXT_MAX, "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3], mac[4], mac[5]);
	return out;
}

struct ip mac_link_local(const uint8_t mac[6])
{
	return (struct ip){
		.family = AF_INET6, .prefix = 64,
		.b = { 0xfe, 0x80, [8] = mac[0] ^ 2, mac[1], mac[2], 0xff, 0xfe, mac[3], mac[4], mac[5] },
	};
}
