/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * stats.h - reading the kernel's statistics files: bounded, and by tables
 *
 * The files have few forms, and the parsers below know them all.  What they cannot make sense of they
 * skip: a newer kernel adds keys and lines, and one odd line must not cost the other numbers.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/util.h"

/* What "max" reads as. */
#define CGROUP_STAT_MAX UINT64_MAX

/* ---- text, piece by piece ---- */

/* A part of the text, not NUL-terminated. */
struct stat_word {
	const char *p;
	size_t n;
};

/* The next line without its newline, and step over it; false: there is none. */
bool stat_next_line(const char **text, struct stat_word *ret);
/* Take the next word, between blanks or tabs, off @line; false: there is none. */
bool stat_next_word(struct stat_word *line, struct stat_word *ret);
/* The part of @word before @sep, and the rest behind it; false: @sep is not in it. */
bool stat_split(struct stat_word word, char sep, struct stat_word *before, struct stat_word *after);
bool stat_is(struct stat_word word, const char *text);
/* Decimal digits within uint64, or "max". */
bool stat_number(struct stat_word word, uint64_t *ret);

/* ---- whole files ---- */

/* "4096\n", "max\n"; false leaves *ret as it is. */
bool stat_parse_number(const char *text, uint64_t *ret);

/* A member that a key's value goes to, times @scale (0: as it is). */
struct stat_key {
	const char *key;        /* NULL ends the table */
	size_t offset;          /* of a uint64_t */
	uint32_t scale;
};

/* "key 12\nother 3\n": store what is in the table, return how many were. */
int stat_parse_keys(const char *text, const struct stat_key *keys, void *dest);

/* "some avg10=0.12 avg60=… avg300=… total=5": @kind is "some" or "full". false: no such line. */
bool stat_parse_pressure(const char *text, const char *kind, double ret_avg[3], uint64_t *ret_total);

/*
 * Read a file of a cgroup (or of /proc) into @buf and end it with a NUL; what does not fit is cut off
 * behind the last whole line.  Returns its length, or -errno.
 */
int stat_read(int dir_fd, const char *name, char *buf, size_t size);
