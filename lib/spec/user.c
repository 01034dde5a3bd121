/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * user.c - what a spec means when an ordinary user runs it
 *
 * A new user namespace without mappings gets the user's own: root inside is the user, and what
 * follows are the subordinate ids, if there are any.  What nobody can have without privileges
 * goes: device rules, which are a BPF program of the host's; and of the defaults also the
 * id-mapped root and the group of terminals, where it is not mapped.
 */
#include "spec/parse.h"

#include <string.h>

#include "spec/text.h"

/* The whole map: @own is 0 inside, the ranges are 1 and so on. */
static size_t lines(uint32_t own, const struct spec_subids *sub, bool with_sub,
		    struct spec_idmap out[SPEC_SUBIDS_MAX + 1])
{
	uint32_t next = 1, end;
	size_t n = 1;

	out[0] = (struct spec_idmap){ 0, own, 1 };
	for (size_t i = 0; with_sub && i < sub->n; i++) {
		if (__builtin_add_overflow(next, sub->v[i].count, &end))
			break;
		out[n++] = (struct spec_idmap){ next, sub->v[i].first, sub->v[i].count };
		next = end;
	}
	return n;
}

/* Both or neither: with groups alone, or users alone, programs fail in ways that nobody expects. */
static bool has_sub(const struct spec_user *u)
{
	return u->uids.n && u->gids.n;
}

/* ---- a parsed spec ---- */

static int fill(struct spec *s, uint32_t own, const struct spec_subids *sub, bool with_sub,
		struct spec_idmaps *ret)
{
	struct spec_idmap v[SPEC_SUBIDS_MAX + 1];
	size_t n = lines(own, sub, with_sub, v);

	ret->v = arena_alloc(&s->arena, n * sizeof(*v));
	if (!ret->v)
		return -ENOMEM;
	memcpy(ret->v, v, n * sizeof(*v));
	ret->n = n;
	return 0;
}

int user_settle(const struct at *doc, struct spec *s)
{
	const struct spec_user *u = doc->p->user;

	if (!u || !s->ns[SPEC_NS_USER].set || s->ns[SPEC_NS_USER].path)
		return 0;
	s->n_dev_rules = 0;
	s->has_dev_rules = false;
	if (s->uid_maps.n || s->gid_maps.n)
		return 0;
	if (fill(s, u->uid, &u->uids, has_sub(u), &s->uid_maps) < 0 ||
	    fill(s, u->gid, &u->gids, has_sub(u), &s->gid_maps) < 0)
		return at_nomem(doc);
	return 0;
}

/* ---- the defaults of a short spec ---- */

static json_t *map_json(uint32_t own, const struct spec_subids *sub, bool with_sub)
{
	struct spec_idmap v[SPEC_SUBIDS_MAX + 1];
	size_t n = lines(own, sub, with_sub, v);
	json_auto *list = json_array();

	for (size_t i = 0; list && i < n; i++)
		if (json_array_append_new(list, json_pack("{sIsIsI}", "containerID",
							  (json_int_t)v[i].container_id, "hostID",
							  (json_int_t)v[i].host_id, "size",
							  (json_int_t)v[i].size)) < 0)
			return NULL;
	return mem_take(&list);
}

int user_defaults(json_t *doc, const struct spec_user *u)
{
	json_t *lnx = json_object_get(doc, "linux");

	json_object_del(json_object_get(lnx, "resources"), "devices");
	json_object_del(json_object_get(json_object_get(doc, "jail"), "rootfs"), "idmap");
	if (json_object_set_new(lnx, "uidMappings", map_json(u->uid, &u->uids, has_sub(u))) < 0)
		return -1;
	return json_object_set_new(lnx, "gidMappings", map_json(u->gid, &u->gids, has_sub(u)));
}

/* Is group @id mapped by what stands in the document?  What is no mapping is found by the parser. */
static bool is_mapped(const json_t *maps, json_int_t id)
{
	for (size_t i = 0; i < json_array_size(maps); i++) {
		const json_t *m = json_array_get(maps, i);
		json_int_t first = json_integer_value(json_object_get(m, "containerID"));

		if (first >= 0 && id >= first && id - first < json_integer_value(json_object_get(m, "size")))
			return true;
	}
	return false;
}

static void drop_group(json_t *options)
{
	for (size_t i = json_array_size(options); i-- > 0;) {
		const char *text = json_string_value(json_array_get(options, i));

		if (text && !strcmp(text, "gid=5"))
			json_array_remove(options, i);
	}
}

void user_drop_groups(const struct expansion *e, json_t *doc)
{
	const json_t *maps = json_object_get(json_object_get(doc, "linux"), "gidMappings");
	const json_t *mounts = json_object_get(doc, "mounts");

	for (size_t i = 0; !is_mapped(maps, 5) && i < e->n_default_mounts; i++)
		if (e->mount_index[i] == UINT32_MAX)
			drop_group(json_object_get(json_array_get(mounts, i), "options"));
}
