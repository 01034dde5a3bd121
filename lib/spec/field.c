/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * field.c - walk a table of fields over a JSON object
 *
 * One reader function for each enum field_type stores the value where the row says.  Members that
 * no row names are passed over in an OCI configuration, as the specification asks for, and refused
 * in a short spec, where a misspelt word must not silently make a weaker jail.
 */
#include "spec/field.h"

#include <string.h>

/* ---- "did you mean" ---- */

/* Edit distance of two short words; a big number when one of them is long. */
static size_t word_distance(const char *a, const char *b)
{
	size_t row[32], n = strlen(b);

	if (n + 1 > ARRAY_SIZE(row) || strlen(a) + 1 > ARRAY_SIZE(row))
		return SIZE_MAX;
	for (size_t j = 0; j <= n; j++)
		row[j] = j;
	for (size_t i = 1; a[i - 1]; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= n; j++) {
			size_t best = MIN(row[j], row[j - 1]) + 1;

			best = MIN(best, diagonal + (a[i - 1] != b[j - 1]));
			diagonal = row[j];
			row[j] = best;
		}
	}
	return row[n];
}

static int unknown_member(const struct at *at, const char *key, const struct field *fields)
{
	struct at member = at_member(at, key);
	const char *closest = NULL;
	size_t least = 3;

	for (; fields->name; fields++) {
		size_t d = word_distance(key, fields->name);

		if (d < least && d < strlen(fields->name)) {
			least = d;
			closest = fields->name;
		}
	}
	if (closest)
		return at_fail(&member, "unknown member; did you mean \"%s\"?", closest);
	return at_fail(&member, "unknown member");
}

int object_members(const struct at *at, const struct field *fields)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)at->v, key, value) {
		const struct field *f = fields;

		while (f->name && strcmp(f->name, key) != 0)
			f++;
		if (!f->name)
			return unknown_member(at, key, fields);
	}
	return 0;
}

/* ---- readers ---- */

static int read_bool(const struct at *at, const struct field *f, void *out)
{
	(void)f;
	if (!json_is_boolean(at->v))
		return at_expect(at, JSON_TRUE);
	*(bool *)out = json_is_true(at->v);
	return 0;
}

static int read_int(const struct at *at, const struct field *f, void *out)
{
	bool wide = f->type == F_OPT_INT || f->size == sizeof(int64_t);
	int64_t v, min = wide ? INT64_MIN : INT32_MIN, max = wide ? INT64_MAX : INT32_MAX;
	int r = at_int(at, f->min || f->max ? f->min : min, f->max ? (int64_t)f->max : max, &v);

	if (r < 0)
		return r;
	if (f->type == F_OPT_INT)
		*(struct spec_opt_int *)out = (struct spec_opt_int){ true, v };
	else if (wide)
		*(int64_t *)out = v;
	else
		*(int32_t *)out = (int32_t)v;
	return 0;
}

static void store_uint(const struct field *f, uint64_t v, void *out)
{
	if (f->type == F_OPT_UINT)
		*(struct spec_opt_uint *)out = (struct spec_opt_uint){ true, v };
	else if (f->size == sizeof(uint16_t))
		*(uint16_t *)out = (uint16_t)v;
	else if (f->size == sizeof(uint32_t))
		*(uint32_t *)out = (uint32_t)v;
	else
		*(uint64_t *)out = v;
}

static int read_uint(const struct at *at, const struct field *f, void *out)
{
	uint64_t v, max = f->max;
	int r;

	if (!max)
		max = f->type == F_OPT_UINT || f->size == 8 ? UINT64_MAX :
		      f->size == 2			    ? UINT16_MAX :
							      UINT32_MAX;
	r = at_uint(at, (uint64_t)f->min, max, &v);
	if (r == 0)
		store_uint(f, v, out);
	return r;
}

static int read_string(const struct at *at, const struct field *f, void *out)
{
	const char *text;
	int r = at_text(at, &text);

	if (r < 0)
		return r;
	if (!*text && (f->flags & F_EMPTY_NULL))
		return 0;
	if (!*text && (f->flags & (F_NONEMPTY | F_ABSOLUTE)))
		return at_fail(at, "must not be empty");
	return f->flags & F_ABSOLUTE ? at_path(at, out) : at_string(at, out);
}

static int read_strings(const struct at *at, const struct field *f, void *out)
{
	struct strv v = { 0 };
	int r = at_expect(at, JSON_ARRAY);

	if (r < 0)
		return r;
	v.n = json_array_size(at->v);
	if (!v.n)
		return f->flags & F_NONEMPTY ? at_fail(at, "must have at least one element") : 0;
	v.v = arena_alloc(&at->p->spec->arena, (v.n + 1) * sizeof(*v.v));
	if (!v.v)
		return at_nomem(at);
	for (size_t i = 0; i < v.n; i++) {
		struct at e = at_element(at, i);

		r = f->flags & F_ABSOLUTE ? at_path(&e, &v.v[i]) : at_string(&e, &v.v[i]);
		if (r < 0)
			return r;
	}
	*(struct strv *)out = v;
	return 0;
}

static int read_pair(const struct at *at, void *out)
{
	struct spec_pairs *pairs = out;
	struct spec_pair *pair = &pairs->v[pairs->n];

	if (!*at->key)
		return at_fail(at->up, "has a member with an empty name");
	pair->key = arena_strdup(&at->p->spec->arena, at->key);
	if (!pair->key)
		return at_nomem(at);
	pairs->n++;
	return at_string(at, &pair->value);
}

static int read_pairs(const struct at *at, const struct field *f, void *out)
{
	struct spec_pairs *pairs = out;
	int r = at_expect(at, JSON_OBJECT);

	(void)f;
	if (r < 0)
		return r;
	pairs->n = 0;
	pairs->v = arena_alloc(&at->p->spec->arena,
			       (json_object_size(at->v) + 1) * sizeof(*pairs->v));
	return pairs->v ? map_parse(at, read_pair, pairs) : at_nomem(at);
}

static int read_word(const struct at *at, const struct field *f, void *out)
{
	uint64_t v;
	int r = at_word(at, f->words, &v);

	if (r > 0)
		return at_unknown_word(at, f->words);
	if (r == 0)
		store_uint(f, v, out);
	return r;
}

static int read_words(const struct at *at, const struct field *f, void *out)
{
	uint64_t all = 0, v;
	int r = at_expect(at, JSON_ARRAY);

	for (size_t i = 0; r == 0 && i < json_array_size(at->v); i++) {
		struct at e = at_element(at, i);

		r = at_word(&e, f->words, &v);
		if (r > 0)
			r = at_unknown_word(&e, f->words);
		if (r == 0)
			all |= v;
	}
	if (r == 0)
		store_uint(f, all, out);
	return r;
}

static int read_list(const struct at *at, const struct field *f, void *out)
{
	size_t n = 0;
	void *v = NULL;
	int r = list_parse(at, f->size, f->fn, &v, &n);

	if (r < 0)
		return r;
	if (!n && (f->flags & F_NONEMPTY))
		return at_fail(at, "must have at least one element");
	memcpy(out, &v, sizeof(v));
	memcpy((char *)out + sizeof(v), &n, sizeof(n));
	return 0;
}

static int read_call(const struct at *at, const struct field *f, void *out)
{
	return f->fn(at, out);
}

static int (*const readers[])(const struct at *at, const struct field *f, void *out) = {
	[F_BOOL] = read_bool,       [F_INT] = read_int,         [F_UINT] = read_uint,
	[F_OPT_INT] = read_int,     [F_OPT_UINT] = read_uint,   [F_STRING] = read_string,
	[F_STRINGS] = read_strings, [F_PAIRS] = read_pairs,     [F_WORD] = read_word,
	[F_WORDS] = read_words,     [F_LIST] = read_list,       [F_CALL] = read_call,
};

int field_read(const struct at *at, const struct field *f, void *out)
{
	return readers[f->type](at, f, out);
}

int object_parse(const struct at *at, const struct field *fields, void *out)
{
	int r = at_expect(at, JSON_OBJECT);

	if (r == 0 && at->p->strict)
		r = object_members(at, fields);
	for (const struct field *f = fields; r == 0 && f->name; f++) {
		struct at member = at_member(at, f->name);

		if (member.v)
			r = field_read(&member, f, (char *)out + f->offset);
		else if (f->flags & F_REQUIRED)
			r = at_fail(&member, "is required");
	}
	return r;
}

int list_parse(const struct at *at, size_t size, field_fn fn, void **ret_v, size_t *ret_n)
{
	size_t n;
	char *v;
	int r = at_expect(at, JSON_ARRAY);

	if (r < 0)
		return r;
	n = json_array_size(at->v);
	v = n ? arena_alloc(&at->p->spec->arena, n * size) : NULL;
	if (n && !v)
		return at_nomem(at);
	for (size_t i = 0; r == 0 && i < n; i++) {
		struct at e = at_element(at, i);

		r = fn(&e, v + i * size);
	}
	if (r < 0)
		return r;
	*ret_v = v;
	*ret_n = n;
	return 0;
}

int map_parse(const struct at *at, int (*fn)(const struct at *at, void *out), void *out)
{
	int r = at_expect(at, JSON_OBJECT);
	const char *key;
	json_t *value;

	if (r < 0)
		return r;
	json_object_foreach((json_t *)at->v, key, value) {
		struct at member = { .p = at->p, .up = at, .key = key, .v = value };

		if (json_is_null(value))
			continue;
		r = fn(&member, out);
		if (r < 0)
			return r;
	}
	return 0;
}
