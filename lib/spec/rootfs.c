/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rootfs.c - jail.rootfs: whose ids the root has, and the layers that it is made of
 *
 * With layers the root is an overlay: any number of jails share the lower ones, which are never
 * written to, and what a jail changes goes to its upper one.
 */
#include "spec/parse.h"

#include <string.h>

/* overlayfs takes 500; their numbers have to fit into one option of fsconfig(2), 256 bytes. */
#define LOWER_MAX 64

static const struct word upper_words[] = {
	{ "ephemeral", SPEC_UPPER_EPHEMERAL }, { "disk", SPEC_UPPER_DISK }, { "kept", SPEC_UPPER_KEPT },
	{ "none", SPEC_UPPER_NONE }, { 0 },
};

static int parse_layer(const struct at *at, void *out)
{
	return at_path_from(at, at->p->bundle, out);
}

static int parse_lower(const struct at *at, void *out)
{
	struct spec_rootfs *f = out;
	void *v = NULL;
	size_t n = 0;
	int r = list_parse(at, sizeof(char *), parse_layer, &v, &n);

	if (r < 0)
		return r;
	if (!n || n > LOWER_MAX)
		return at_fail(at, "must have 1 to %d elements, not %zu", LOWER_MAX, n);
	f->lower = v;
	f->n_lower = n;
	return 0;
}

static int parse_name(const struct at *at, void *out)
{
	static const char letters[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_+-.";
	const char *text;
	int r = at_text(at, &text);

	if (r < 0)
		return r;
	if (!*text || strspn(text, letters) != strlen(text) || strchr("_+-.", *text) || strlen(text) > 128)
		return at_fail(at, "must be 1 to 128 letters, digits or _+-., and start with a letter or digit");
	return at_string(at, out);
}

int parse_jail_rootfs(const struct at *at, void *out)
{
	static const struct field fields[] = {
		{ "idmap", F_BOOL, FIELD_SIZE(struct spec_rootfs, idmap) },
		{ "lower", F_CALL, .fn = parse_lower },
		{ "upper", F_WORD, FIELD_SIZE(struct spec_rootfs, upper), .words = upper_words },
		{ "name", F_CALL, FIELD_SIZE(struct spec_rootfs, name), .fn = parse_name },
		{ "size", F_UINT, FIELD_SIZE(struct spec_rootfs, size_bytes), .min = 65536 },
		{ 0 },
	};

	return object_parse(at, fields, out);
}

bool spec_layer_is_image(const char *path)
{
	size_t n = strlen(path);

	return n > 6 && !strcmp(path + n - 6, ".erofs");
}

/* ---- what only makes sense together ---- */

static int check_layers(const struct at *doc, const struct at *rootfs, const struct spec *s)
{
	const struct spec_rootfs *f = &s->rootfs;
	struct at root = at_member(doc, "root"), path = at_member(&root, "path");
	struct at name = at_member(rootfs, "name"), size = at_member(rootfs, "size");
	struct at lower = at_member(rootfs, "lower");

	if (path.v && doc->p->strict)
		return at_fail(&path, "is not wanted beside jail.rootfs.lower, which takes its place");
	if (s->ns[SPEC_NS_MOUNT].set && s->ns[SPEC_NS_MOUNT].path)
		return at_fail(&lower, "cannot be had in a mount namespace that is joined by path");
	if (name.v && f->upper != SPEC_UPPER_KEPT)
		return at_fail(&name, "is that of a kept upper layer: \"upper\": \"kept\"");
	if (size.v && f->upper != SPEC_UPPER_EPHEMERAL)
		return at_fail(&size, "is that of an ephemeral upper layer: \"upper\": \"ephemeral\"");
	return 0;
}

/* Where a program is looked for before there is an overlay: the topmost layer. */
static int check_root(const struct at *doc, const struct spec *s)
{
	struct at root = at_member(doc, "root"), path = at_member(&root, "path");

	if (!root.v)
		return at_fail(&root, "is required");
	return s->root_path ? 0 : at_fail(&path, "is required");
}

int finish_rootfs(const struct at *doc, struct spec *s)
{
	struct at jail = at_member(doc, "jail"), rootfs = at_member(&jail, "rootfs");
	static const char *const members[] = { "upper", "name", "size" };

	for (size_t i = 0; !s->rootfs.n_lower && i < ARRAY_SIZE(members); i++) {
		struct at member = at_member(&rootfs, members[i]);

		if (member.v)
			return at_fail(&member, "needs jail.rootfs.lower");
	}
	if (!s->rootfs.n_lower)
		return check_root(doc, s);
	s->root_path = s->rootfs.lower[0];
	return check_layers(doc, &rootfs, s);
}
