/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * stats.h - shared between the files that gather statistics
 */
#pragma once

#include "api/api.h"
#include "cgroup/stats.h"

/* More text than this is cut off: a jail can make any number of interfaces and cgroups. */
#define STATS_TEXT_MAX 65536

/* Statistics being gathered; what @pub points to is in the arena. */
struct stats {
	struct jail_stats pub;
	struct arena arena;
	uint32_t wanted;                /* enum jail_stats_part */
	int cgroup;                     /* -1: none */
	char controllers[256];          /* blank-separated */
	char text[STATS_TEXT_MAX];      /* of the file at hand */
};

bool stats_has_controller(const struct stats *s, const char *name);

/* Parts of more than numbers: devices, page sizes, interfaces…  -ENOMEM, else 0. */
int stats_read_lists(struct stats *s);
int stats_read_network(struct stats *s, const struct jail *jail);

/* The same from text, for tests. */
int stats_parse_io(struct stats *s, const char *text);
int stats_parse_rdma(struct stats *s, const char *text);
int stats_parse_detail(struct stats *s, const char *text);
int stats_parse_interfaces(struct stats *s, const char *text);
