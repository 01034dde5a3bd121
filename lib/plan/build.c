/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * build.c - putting a plan together
 *
 * Layout: header, data, steps, eight NUL bytes.  Data comes right after the header so that its
 * offsets are final as soon as it is put; the NULs at the end let a reader check with one look that
 * every string ends inside.
 */
#include "plan/build.h"

#include <stdio.h>
#include <string.h>

#include "plan/check.h"
#include "plan/ops.h"

void plan_begin(struct plan_builder *b)
{
	struct plan head = { .magic = PLAN_MAGIC, .version = PLAN_VERSION, .cgroup_fd = -1 };

	for (int i = 0; i < FD_COUNT; i++)
		head.fd[i] = -1;
	*b = (struct plan_builder){ 0 };
	buf_put(&b->data, &head, sizeof(head));
}

void plan_builder_done(struct plan_builder *b)
{
	buf_done(&b->data);
	free(b->steps);
	b->steps = NULL;
}

static uint32_t put(struct plan_builder *b, const void *data, size_t len)
{
	size_t at = b->data.len;

	if (at + len > PLAN_MAX) {
		b->failed = true;
		return 0;
	}
	buf_put(&b->data, data, len);
	return (uint32_t)at;
}

static void align(struct plan_builder *b)
{
	static const char zero[8];

	if (b->data.len % 8)
		put(b, zero, 8 - b->data.len % 8);
}

uint32_t plan_put_str(struct plan_builder *b, const char *s)
{
	return s ? put(b, s, strlen(s) + 1) : 0;
}

/* The steps of one mount follow each other and share one string. */
static uint32_t put_place(struct plan_builder *b, const char *text)
{
	uint32_t last = b->n ? b->steps[b->n - 1].place : 0;

	if (!*text)
		return 0;
	if (last && b->data.text && !strcmp(b->data.text + last, text))
		return last;
	return plan_put_str(b, text);
}

static bool steps_room(struct plan_builder *b)
{
	uint32_t cap = b->cap ? b->cap * 2 : 64;
	struct plan_step *s;

	if (b->n < b->cap)
		return true;
	s = realloc(b->steps, cap * sizeof(*s));
	if (!s) {
		b->failed = true;
		return false;
	}
	b->steps = s;
	b->cap = cap;
	return true;
}

struct plan_step *plan_add(struct plan_builder *b, enum plan_op op, enum plan_stage stage,
			   const char *place, ...)
{
	char text[ERR_PLACE_MAX];
	const char *at = text;
	struct plan_step *s;
	uint32_t offset;
	va_list ap;

	va_start(ap, place);
	if (!strcmp(place, "%s"))       /* most steps: nothing to format */
		at = va_arg(ap, const char *);
	else
		vsnprintf(text, sizeof(text), place, ap);
	va_end(ap);
	offset = put_place(b, at);
	if (!steps_room(b))
		return &b->spare;
	s = &b->steps[b->n++];
	*s = (struct plan_step){ .op = (uint16_t)op, .stage = (uint16_t)stage, .place = offset };
	return s;
}

uint32_t plan_put_offsets(struct plan_builder *b, const uint32_t *v, size_t n)
{
	uint64_t word = n;
	uint32_t at;

	align(b);
	at = put(b, &word, sizeof(word));
	for (size_t i = 0; i < n; i++) {
		word = v[i];
		put(b, &word, sizeof(word));
	}
	word = 0;
	put(b, &word, sizeof(word));
	return at;
}

uint32_t plan_put_list(struct plan_builder *b, char *const *v, size_t n)
{
	mem_auto uint32_t *at = calloc(n + 1, sizeof(*at));

	if (!at) {
		b->failed = true;
		return 0;
	}
	for (size_t i = 0; i < n; i++)
		at[i] = plan_put_str(b, v[i]);
	return plan_put_offsets(b, at, n);
}

uint32_t plan_put_blob(struct plan_builder *b, const void *data, size_t len)
{
	uint64_t n = len;
	uint32_t at;

	if (!len)
		return 0;
	align(b);
	at = put(b, &n, sizeof(n));
	put(b, data, len);
	return at;
}

static uint32_t copy_list(struct plan_builder *b, const struct plan *from, uint32_t at)
{
	uint64_t n = plan_list_count(from, at);
	mem_auto char **v = calloc(n + 1, sizeof(*v));

	if (!v) {
		b->failed = true;
		return 0;
	}
	for (uint64_t i = 0; i < n; i++)
		v[i] = (char *)plan_list_item(from, at, i);
	return plan_put_list(b, v, n);
}

struct plan_step *plan_copy_step(struct plan_builder *b, const struct plan *from,
				 const struct plan_step *s, enum plan_stage stage)
{
	uint32_t copy[3] = { 0 };
	struct plan_step *to;
	size_t len;

	for (int i = 0; i < 3; i++) {
		if (!s->s[i])
			continue;
		switch (plan_ops[s->op].s[i].kind) {
		case ARG_LIST:
		case ARG_OPT_LIST:
			copy[i] = copy_list(b, from, s->s[i]);
			break;
		case ARG_BLOB:
		case ARG_OPT_BLOB:
			copy[i] = plan_put_blob(b, plan_blob(from, s->s[i], &len),
						*(const uint64_t *)plan_at(from, s->s[i]));
			break;
		default:
			copy[i] = plan_put_str(b, plan_str(from, s->s[i]));
		}
	}
	to = plan_add(b, s->op, stage, "%s", s->place ? plan_str(from, s->place) : "");
	memcpy(to->s, copy, sizeof(copy));
	memcpy(to->a, s->a, sizeof(to->a));
	return to;
}

struct plan *plan_header(struct plan_builder *b)
{
	static _Thread_local struct plan none;

	return b->data.text ? (struct plan *)b->data.text : &none;
}

int plan_finish(struct plan_builder *b, struct plan **ret, struct err *err)
{
	static const char zero[8];
	uint32_t at;
	struct plan *p;

	align(b);
	at = put(b, b->steps, b->n * sizeof(*b->steps));
	put(b, zero, sizeof(zero));
	if (b->failed || b->data.failed || !b->data.text) {
		bool big = b->data.len > PLAN_MAX / 2;

		plan_builder_done(b);
		return big ? err_set(err, -EFBIG, "the plan is longer than %u bytes", PLAN_MAX) :
			     err_nomem(err);
	}
	p = plan_header(b);
	p->size = (uint32_t)b->data.len;
	p->steps = at;
	p->n_steps = b->n;
	*ret = p;
	b->data = (struct buf){ 0 };
	plan_builder_done(b);
	return 0;
}

int plan_read(int dir_fd, const char *path, struct plan **ret, struct err *err)
{
	mem_auto char *text = NULL;
	size_t len;
	int r;

	r = file_read_at(dir_fd, path, PLAN_MAX, &text, &len, err);
	if (r < 0)
		return r;
	if (!plan_check((const struct plan *)text, len))
		return err_set(err, -EBADMSG, "%s is damaged, or of another version", path);
	*ret = (struct plan *)mem_take(&text);
	return 0;
}

const struct plan_step *plan_find_step(const struct plan *p, enum plan_op op)
{
	const struct plan_step *s = plan_steps(p);

	for (uint32_t i = 0; i < p->n_steps; i++, s++)
		if (s->op == op)
			return s;
	return NULL;
}
