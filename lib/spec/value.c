/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * value.c - single JSON values: integers, strings, paths, words, KEY=VALUE lists
 *
 * An integer outside int64_t arrives as a string of a NUL followed by its digits (text.c); no
 * other string holds a NUL.  So unsigned 64-bit values are exact over their whole range.
 */
#include "spec/field.h"

#include <inttypes.h>
#include <string.h>

struct number {
	bool negative;
	uint64_t v;              /* its absolute value */
	bool beyond;             /* it does not fit 64 bits at all */
};

static int number_read(const struct at *at, struct number *ret)
{
	const char *digits;
	int64_t v;

	*ret = (struct number){ 0 };
	if (json_is_integer(at->v)) {
		v = json_integer_value(at->v);
		ret->negative = v < 0;
		ret->v = v < 0 ? -(uint64_t)v : (uint64_t)v;
		return 0;
	}
	if (!json_is_string(at->v) || !json_string_length(at->v) || json_string_value(at->v)[0])
		return at_expect(at, JSON_INTEGER);
	digits = json_string_value(at->v) + 1;
	ret->negative = *digits == '-';
	ret->beyond = str_u64(digits + ret->negative, &ret->v) < 0;
	return 0;
}

int at_int(const struct at *at, int64_t min, int64_t max, int64_t *ret)
{
	struct number n;
	int64_t v;
	int r = number_read(at, &n);

	if (r < 0)
		return r;
	v = n.negative ? (int64_t)-n.v : (int64_t)n.v;
	if (n.beyond || n.v > (uint64_t)INT64_MAX + n.negative || v < min || v > max)
		return at_fail(at, "must be from %" PRId64 " to %" PRId64, min, max);
	*ret = v;
	return 0;
}

int at_uint(const struct at *at, uint64_t min, uint64_t max, uint64_t *ret)
{
	struct number n;
	int r = number_read(at, &n);

	if (r < 0)
		return r;
	if (n.beyond || (n.negative && n.v) || n.v < min || n.v > max)
		return at_fail(at, "must be from %" PRIu64 " to %" PRIu64, min, max);
	*ret = n.v;
	return 0;
}

int at_text(const struct at *at, const char **ret)
{
	int r = at_expect(at, JSON_STRING);

	if (r < 0)
		return r;
	*ret = json_string_value(at->v);
	return 0;
}

int at_string(const struct at *at, char **ret)
{
	const char *text;
	int r = at_text(at, &text);

	if (r < 0)
		return r;
	*ret = arena_strdup(&at->p->spec->arena, text);
	return *ret ? 0 : at_nomem(at);
}

int at_path(const struct at *at, char **ret)
{
	const char *text;
	int r = at_text(at, &text);

	if (r < 0)
		return r;
	if (text[0] != '/')
		return at_fail(at, "must be an absolute path, not \"%.80s\"", text);
	return at_string(at, ret);
}

int at_path_from(const struct at *at, const char *dir, char **ret)
{
	struct arena *arena = &at->p->spec->arena;
	const char *text;
	int r = at_text(at, &text);

	if (r < 0)
		return r;
	if (!*text)
		return at_fail(at, "must not be empty");
	*ret = *text == '/' ? arena_strdup(arena, text) : arena_printf(arena, "%s/%s", dir, text);
	return *ret ? 0 : at_nomem(at);
}

int at_word(const struct at *at, const struct word *words, uint64_t *ret)
{
	const char *text;
	int r = at_text(at, &text);

	if (r < 0)
		return r;
	for (; words->name; words++)
		if (!strcmp(words->name, text)) {
			*ret = words->value;
			return 0;
		}
	return 1;
}

/* ---- environments ---- */

struct env_entry {
	const char *text;
	size_t key_len, index;
};

static int env_cmp(const void *pa, const void *pb)
{
	const struct env_entry *a = pa, *b = pb;
	int d = memcmp(a->text, b->text, MIN(a->key_len, b->key_len));

	if (!d && a->key_len != b->key_len)
		d = a->key_len < b->key_len ? -1 : 1;
	if (!d)
		d = a->index < b->index ? -1 : 1;
	return d;
}

/* Drop all but the last of entries with one key; the others stay in order. */
static int env_dedup(const struct at *at, struct strv *env)
{
	mem_auto struct env_entry *e = calloc(env->n + 1, sizeof(*e));
	size_t out = 0;

	if (!e)
		return at_nomem(at);
	for (size_t i = 0; i < env->n; i++)
		e[i] = (struct env_entry){ env->v[i], (size_t)(strchr(env->v[i], '=') - env->v[i]), i };
	qsort(e, env->n, sizeof(*e), env_cmp);
	for (size_t i = 0; i + 1 < env->n; i++)
		if (e[i].key_len == e[i + 1].key_len &&
		    !memcmp(e[i].text, e[i + 1].text, e[i].key_len))
			env->v[e[i].index] = NULL;
	for (size_t i = 0; i < env->n; i++)
		if (env->v[i])
			env->v[out++] = env->v[i];
	env->v[out] = NULL;
	env->n = out;
	return 0;
}

int at_env(const struct at *at, struct strv *ret)
{
	struct strv env = { 0 };
	int r = at_expect(at, JSON_ARRAY);

	if (r < 0 || !json_array_size(at->v))
		return r;
	env.n = json_array_size(at->v);
	env.v = arena_alloc(&at->p->spec->arena, (env.n + 1) * sizeof(*env.v));
	if (!env.v)
		return at_nomem(at);
	for (size_t i = 0; i < env.n; i++) {
		struct at e = at_element(at, i);

		r = at_string(&e, &env.v[i]);
		if (r < 0)
			return r;
		if (!strchr(env.v[i], '=') || env.v[i][0] == '=')
			return at_fail(&e, "must be NAME=VALUE, not \"%.80s\"", env.v[i]);
	}
	r = env_dedup(at, &env);
	if (r < 0)
		return r;
	*ret = env;
	return 0;
}
