/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * types.h - small pieces that several sections of a spec are made of
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct spec_idmap {                     /* one line of /proc/PID/uid_map */
	uint32_t container_id, host_id, size;
};

struct spec_idmaps {
	struct spec_idmap *v;
	size_t n;
};

struct spec_opt_int  { bool set; int64_t v; };
struct spec_opt_uint { bool set; uint64_t v; };

struct spec_pair { char *key, *value; };

struct spec_pairs {                     /* annotations, sysctl: in document order */
	struct spec_pair *v;
	size_t n;
};
