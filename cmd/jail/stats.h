/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * stats.h - shared by the verbs stats and top: samples of all jails, and ways to print them
 */
#pragma once

#include <stdio.h>

#include "cli.h"

/* ---- samples ---- */

struct sample {
	char *id;
	struct jail_stats *s;
	double cpu;                     /* percent of one processor… */
	double read, write, rx, tx;     /* …and bytes a second: since the last sample or the start */
};

/* All jails that were asked for, at one time. */
struct samples {
	struct sample *v;
	size_t n;
};

struct sampling {
	struct cli *cli;
	char **ids;                     /* NULL-terminated; none: all jails */
	bool all;                       /* …also those that do not run */
	uint32_t parts;                 /* enum jail_stats_part */
};

/*
 * Take one; with @last, rates are those since then.  A jail that was named and does not exist is an
 * error: -1 after a message; not so when @last knew it, then it has ended.
 */
int samples_take(const struct sampling *how, const struct samples *last, struct samples *ret);
void samples_done(struct samples *s);

/* Sums over devices and interfaces, without loopback. */
uint64_t stats_read_bytes(const struct jail_stats *s);
uint64_t stats_written_bytes(const struct jail_stats *s);
uint64_t stats_received_bytes(const struct jail_stats *s);
uint64_t stats_sent_bytes(const struct jail_stats *s);

/* Used memory in percent of what it may use, or of the machine's. */
double stats_memory_percent(const struct jail_stats *s);

/* Walk the limits that can be hit: the @i-th one, how often it was; false: there are no more. */
struct limit_hit {
	const char *name, *word;        /* "memory.max"; a short form for the table */
	bool there;                     /* the kernel counts it for this jail */
	uint64_t count;
};
bool stats_limit_hit(const struct jail_stats *s, size_t i, struct limit_hit *ret);

/* ---- the table ---- */

struct table {
	size_t sort;                    /* column */
	bool reverse, rates;            /* rates: of the last interval, not sums since the start */
	int rows, columns;              /* room for it; 0: any */
	const char *newline;
};

/* The column of that name, or -1; the names for the table of options. */
#define TABLE_COLUMNS "id cpu memory share pids io net pressure limits"
int table_column(const char *name);
size_t table_n_columns(void);
const char *table_column_name(size_t column);

void table_sort(const struct table *t, struct samples *s);
void table_print(const struct table *t, const struct samples *s, FILE *f);

/* ---- for programs ---- */

/* One array, on one line. */
int stats_print_json(const struct samples *s);
int stats_print_openmetrics(const struct samples *s);

/* ---- on a terminal ---- */

struct screen {
	struct table table;
	bool top;                       /* a screen of its own, with a heading and keys */
	uint32_t interval_ms;
};

/* Until the user or a signal ends it; returns the exit code. */
int screen_run(struct screen *screen, const struct sampling *how);
