/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mounts.c - mounts[]
 *
 * Whether an entry is a bind mount is decided by its options ("bind", "rbind"); the type "bind"
 * alone is taken for one, too, as engines write it.  An option string may hold several words
 * between commas, as it would be written for mount(8).
 */
#include "spec/parse.h"

#include <string.h>

/* Length of the word at @s: up to a comma that is neither quoted nor escaped. */
static size_t word_len(const char *s)
{
	bool quoted = false;
	size_t n = 0;

	for (; s[n] && (quoted || s[n] != ','); n++) {
		if (s[n] == '"')
			quoted = !quoted;
		else if (s[n] == '\\' && s[n + 1])
			n++;
	}
	return n;
}

static int parse_option(const struct at *at, struct spec_mount *m)
{
	struct spec *s = at->p->spec;
	const char *text, *wrong;
	int r = at_text(at, &text);

	if (r < 0)
		return r;
	for (size_t n; *text; text += n + (text[n] == ',')) {
		char *word;

		n = word_len(text);
		word = arena_alloc(&s->arena, n + 1);
		if (!word)
			return at_nomem(at);
		memcpy(word, text, n);
		wrong = mount_option_apply(s, m, word);
		if (wrong)
			return at_fail(at, "%s", wrong);
	}
	return 0;
}

static int parse_options(const struct at *at, void *out)
{
	int r = at_expect(at, JSON_ARRAY);

	for (size_t i = 0; r == 0 && i < json_array_size(at->v); i++) {
		struct at e = at_element(at, i);

		r = parse_option(&e, out);
	}
	return r;
}

static int parse_destination(const struct at *at, void *out)
{
	return at_path_from(at, "", out);
}

static const struct field mount_fields[] = {
	{ "destination", F_CALL, F_REQUIRED, FIELD_SIZE(struct spec_mount, destination),
	  .fn = parse_destination },
	{ "type", F_STRING, F_EMPTY_NULL, FIELD_SIZE(struct spec_mount, type) },
	{ "source", F_STRING, F_EMPTY_NULL, FIELD_SIZE(struct spec_mount, source) },
	{ "options", F_CALL, .fn = parse_options },
	{ "uidMappings", F_LIST, FIELD_LIST(struct spec_mount, uid_maps.v), .fn = parse_idmap },
	{ "gidMappings", F_LIST, FIELD_LIST(struct spec_mount, gid_maps.v), .fn = parse_idmap },
	{ 0 },
};

static int check_mappings(const struct at *at, struct spec_mount *m)
{
	struct at uid = at_member(at, "uidMappings"), gid = at_member(at, "gidMappings");

	if (!m->uid_maps.n && !m->gid_maps.n)
		return 0;
	if (!m->uid_maps.n)
		return at_fail(&uid, "is required together with gidMappings");
	if (!m->gid_maps.n)
		return at_fail(&gid, "is required together with uidMappings");
	if (!(m->flags & SPEC_MOUNT_RIDMAP))
		m->flags |= SPEC_MOUNT_IDMAP;
	return 0;
}

static int finish_bind(const struct at *at, struct spec_mount *m)
{
	struct at source = at_member(at, "source");
	struct spec *s = at->p->spec;

	m->type = NULL;
	if (!m->source && !(m->flags & SPEC_MOUNT_REMOUNT))
		return at_fail(&source, "is required for a bind mount");
	if (m->source && *m->source != '/')
		m->source = arena_printf(&s->arena, "%s/%s", at->p->bundle, m->source);
	return m->source || (m->flags & SPEC_MOUNT_REMOUNT) ? 0 : at_nomem(at);
}

static int finish_mount(const struct at *at, struct spec_mount *m)
{
	struct at type = at_member(at, "type"), options = at_member(at, "options");
	int r = 0;

	if (m->type && !strcmp(m->type, "bind"))
		m->flags |= SPEC_MOUNT_BIND;
	if (m->flags & SPEC_MOUNT_BIND)
		r = finish_bind(at, m);
	else if (!m->type && !(m->flags & SPEC_MOUNT_REMOUNT))
		r = at_fail(&type, "is required, unless options has \"bind\" or \"rbind\"");
	if (r == 0 && (m->flags & SPEC_MOUNT_TMPCOPYUP) && (!m->type || strcmp(m->type, "tmpfs") != 0))
		r = at_fail(&options, "\"tmpcopyup\" is for mounts of type \"tmpfs\"");
	return r < 0 ? r : check_mappings(at, m);
}

/* The words that configure a file system's super block and mean nothing to a bind mount. */
static bool superblock_word(const char *word)
{
	static const char *const words[] = { "async", "dirsync", "lazytime", "mand", "nolazytime",
					     "nomand", "sync" };

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (!strcmp(words[i], word))
			return true;
	return false;
}

static int unknown_option(const struct at *options, const char *word)
{
	size_t i = 0;
	struct at e;

	while (i + 1 < json_array_size(options->v) &&
	       !strstr(json_string_value(json_array_get(options->v, i)), word))
		i++;
	e = at_element(options, i);
	return at_fail(&e, "unknown mount option \"%.80s\" for a bind mount", word);
}

/* The kernel would not look at them: a misspelt "nosuid" must not pass for one. */
static int check_bind_words(const struct at *at, const struct spec_mount *m)
{
	struct at options = at_member(at, "options");

	for (size_t i = 0; (m->flags & SPEC_MOUNT_BIND) && i < m->fs_options.n; i++)
		if (!superblock_word(m->fs_options.v[i]))
			return unknown_option(&options, m->fs_options.v[i]);
	return 0;
}

static int parse_mount(const struct at *at, void *out)
{
	struct spec_mount *m = out;
	int r = object_parse(at, mount_fields, m);

	if (r == 0)
		r = finish_mount(at, m);
	return r < 0 ? r : check_bind_words(at, m);
}

int parse_mounts(const struct at *at, void *out)
{
	struct spec *s = out;
	int r = at_expect(at, JSON_ARRAY);
	size_t n = json_array_size(at->v);

	if (r < 0 || !n)
		return r;
	s->mounts = arena_alloc(&s->arena, n * sizeof(*s->mounts));
	if (!s->mounts)
		return at_nomem(at);
	for (size_t i = 0; r == 0 && i < n; i++) {
		struct at e = at_element(at, i);

		if (at->p->mount_index)
			e.index = at->p->mount_index[i];
		s->mounts[i].doc_index = (uint32_t)e.index;
		r = parse_mount(&e, &s->mounts[i]);
	}
	s->n_mounts = n;
	return r;
}

/* "idmap" without mappings of its own takes those of the jail's user namespace. */
int check_mounts(const struct at *mounts, const struct spec *s)
{
	for (size_t i = 0; i < s->n_mounts; i++) {
		const struct spec_mount *m = &s->mounts[i];
		struct at e = at_element(mounts, i), options = at_member(&e, "options");

		e.index = m->doc_index;
		if ((m->flags & (SPEC_MOUNT_IDMAP | SPEC_MOUNT_RIDMAP)) && !m->uid_maps.n &&
		    !s->ns[SPEC_NS_USER].set)
			return at_fail(&options, "\"%s\" needs uidMappings and gidMappings, or a user "
				       "namespace", m->flags & SPEC_MOUNT_RIDMAP ? "ridmap" : "idmap");
	}
	return 0;
}
