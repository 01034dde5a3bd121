/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * build.h - putting a plan together
 *
 * Data and steps are collected separately and joined at the end.  Running out of memory is remembered
 * and told once, by plan_finish().
 */
#pragma once

#include "base/util.h"
#include "plan/plan.h"

struct plan_builder {
	struct buf data;                /* the header's room, then strings, lists, blobs */
	struct plan_step *steps;
	uint32_t n, cap;
	struct plan_step spare;         /* handed out after a failure */
	bool failed;
};

void plan_begin(struct plan_builder *b);
void plan_builder_done(struct plan_builder *b);

/* Append a step; valid until the next one.  @place: where in the spec it comes from ("": nowhere). */
struct plan_step *plan_add(struct plan_builder *b, enum plan_op op, enum plan_stage stage,
			   const char *place, ...) ERR_FORMAT(4, 5);

/* Offsets of data just appended; 0 for NULL or an empty blob.  An empty list is a list of nothing. */
uint32_t plan_put_str(struct plan_builder *b, const char *s);
uint32_t plan_put_list(struct plan_builder *b, char *const *v, size_t n);
uint32_t plan_put_blob(struct plan_builder *b, const void *data, size_t len);
/* A list of strings that are already there. */
uint32_t plan_put_offsets(struct plan_builder *b, const uint32_t *v, size_t n);

/* Append a copy of @s (a step of @from) with all its data. */
struct plan_step *plan_copy_step(struct plan_builder *b, const struct plan *from,
				 const struct plan_step *s, enum plan_stage stage);

/* The header, to fill in what it says about strings; not valid after more data is put. */
struct plan *plan_header(struct plan_builder *b);

/* The finished plan, malloc'd, the caller's; the builder is empty afterwards. */
int plan_finish(struct plan_builder *b, struct plan **ret, struct err *err);

/* Read a plan somebody else wrote (state directory): checked; malloc'd. */
int plan_read(int dir_fd, const char *path, struct plan **ret, struct err *err);

/* The first step with this opcode, NULL when there is none. */
const struct plan_step *plan_find_step(const struct plan *p, enum plan_op op);

/* Look at data of a plan. */
static inline uint64_t plan_list_count(const struct plan *p, uint32_t at)
{
	return at ? *(const uint64_t *)plan_at(p, at) : 0;
}

static inline const char *plan_list_item(const struct plan *p, uint32_t at, uint64_t i)
{
	return (const char *)p + ((const uint64_t *)plan_at(p, at))[1 + i];
}

static inline const void *plan_blob(const struct plan *p, uint32_t at, size_t *ret_len)
{
	*ret_len = at ? (size_t)*(const uint64_t *)plan_at(p, at) : 0;
	return at ? (const uint64_t *)plan_at(p, at) + 1 : NULL;
}
