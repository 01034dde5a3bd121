/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mac.h - hardware addresses
 */
#pragma once

#include <stdint.h>

#include "base/ip.h"

#define MAC_TEXT_MAX 18

/* A locally administered one. */
void mac_from_hash(uint64_t hash, uint8_t ret[6]);

/* "02:00:5e:00:53:01"; returns @out. */
char *mac_text(const uint8_t mac[6], char out[MAC_TEXT_MAX]);

/* The address that a link of this hardware address gives itself (RFC 4291, appendix A). */
struct ip mac_link_local(const uint8_t mac[6]);
