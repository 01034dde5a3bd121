/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * field.h - a table-driven reader of JSON objects into C structures
 *
 * A section of the specification is a table of struct field: the member's name, what it may be
 * and where it goes.  object_parse() walks the table.  A struct at is a value together with the
 * way that led to it; it lives on the stack, and its place ("mounts[3].options[1]") becomes text
 * only when an error is told.
 *
 * null means the same as absence, everywhere.
 */
#pragma once

#include <jansson.h>

#include "spec/spec.h"

/* One run over one document. */
struct parse {
	struct spec *spec;
	const char *bundle;
	const struct spec_user *user;    /* who runs it, unless that is root */
	bool strict;                     /* a short spec: an unknown member is an error */
	const uint32_t *mount_index;     /* short spec: the document's own index of each mount */
	struct err *err;
};

struct at {
	struct parse *p;
	const struct at *up;             /* NULL: the document itself */
	const char *key;                 /* NULL: element number index of up */
	size_t index;
	const json_t *v;                 /* NULL: absent */
};

struct at at_member(const struct at *at, const char *key);
struct at at_element(const struct at *at, size_t i);

/* An error at this place; returns -EINVAL. */
int at_fail(const struct at *at, const char *fmt, ...) ERR_FORMAT(2, 3);
int at_nomem(const struct at *at);

/* 0, or -EINVAL "must be an array, not a string". */
int at_expect(const struct at *at, json_type type);

/* A word of the specification and the number it stands for; the last row is { 0 }. */
struct word {
	const char *name;
	uint64_t value;
};
/* "must be a, b or c, not "d""; returns -EINVAL. */
int at_unknown_word(const struct at *at, const struct word *words);

/* ---- single values ---- */

int at_int(const struct at *at, int64_t min, int64_t max, int64_t *ret);
int at_uint(const struct at *at, uint64_t min, uint64_t max, uint64_t *ret);
int at_string(const struct at *at, char **ret);               /* a copy in the arena */
int at_text(const struct at *at, const char **ret);           /* not copied */
int at_path(const struct at *at, char **ret);                 /* absolute */
int at_path_from(const struct at *at, const char *dir, char **ret);  /* not empty; a relative one starts from @dir */
int at_word(const struct at *at, const struct word *words, uint64_t *ret); /* 1: none of them */
int at_env(const struct at *at, struct strv *ret);            /* an array of KEY=VALUE */

/* ---- tables ---- */

struct field;
typedef int (*field_fn)(const struct at *at, void *out);

enum field_type {
	F_BOOL,      /* bool */
	F_INT,       /* int32_t or int64_t, by .size */
	F_UINT,      /* uint16_t, uint32_t or uint64_t, by .size */
	F_OPT_INT,   /* struct spec_opt_int */
	F_OPT_UINT,  /* struct spec_opt_uint */
	F_STRING,    /* char *: NULL when absent */
	F_STRINGS,   /* struct strv */
	F_PAIRS,     /* struct spec_pairs */
	F_WORD,      /* one of .words, stored as F_UINT */
	F_WORDS,     /* an array of .words, or'ed together */
	F_LIST,      /* an array of objects: pointer and size_t; .fn reads an element of .size bytes */
	F_CALL,      /* .fn reads it; it is not called for an absent member */
};

enum field_flag {
	F_REQUIRED   = 1 << 0,
	F_ABSOLUTE   = 1 << 1,   /* strings: absolute paths */
	F_NONEMPTY   = 1 << 2,   /* strings, arrays */
	F_EMPTY_NULL = 1 << 3,   /* an empty string is the same as none */
};

struct field {
	const char *name;
	enum field_type type;
	uint8_t flags;
	uint16_t size;
	size_t offset;
	int64_t min;
	uint64_t max;            /* 0: as far as the type goes */
	const struct word *words;
	field_fn fn;
};

#define FIELD_SIZE(s, m) .offset = offsetof(s, m), .size = sizeof(((s *)0)->m)
#define FIELD_LIST(s, m) .offset = offsetof(s, m), .size = sizeof(*((s *)0)->m)

/*
 * Read the object at @at into @out by the rows of @fields, in the order of the rows (the last one
 * is { 0 }).  Refuses what is not an object, and in a short spec members that no row names.
 */
int object_parse(const struct at *at, const struct field *fields, void *out);

/* Only what is said of members that no row names, whatever kind of document it is. */
int object_members(const struct at *at, const struct field *fields);

/* One value by one row; .name and .offset are not looked at. */
int field_read(const struct at *at, const struct field *f, void *out);

/* An array, one call of @fn for each element: *ret_v has n elements of @size bytes. */
int list_parse(const struct at *at, size_t size, field_fn fn, void **ret_v, size_t *ret_n);

/* An object whose member names are data: one call for each member that is not null. */
int map_parse(const struct at *at, int (*fn)(const struct at *at, void *out), void *out);
