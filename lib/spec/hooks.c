/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * hooks.c - hooks: programs of the administrator's at six points of a jail's life
 */
#include "spec/parse.h"

const char *const spec_hook_names[SPEC_HOOK_COUNT] = {
	[SPEC_HOOK_PRESTART] = "prestart",
	[SPEC_HOOK_CREATE_RUNTIME] = "createRuntime",
	[SPEC_HOOK_CREATE_CONTAINER] = "createContainer",
	[SPEC_HOOK_START_CONTAINER] = "startContainer",
	[SPEC_HOOK_POSTSTART] = "poststart",
	[SPEC_HOOK_POSTSTOP] = "poststop",
};

static int parse_env(const struct at *at, void *out)
{
	return at_env(at, out);
}

static const struct field hook_fields[] = {
	{ "path", F_STRING, F_REQUIRED | F_ABSOLUTE, FIELD_SIZE(struct spec_hook, path) },
	{ "args", F_STRINGS, FIELD_SIZE(struct spec_hook, args) },
	{ "env", F_CALL, FIELD_SIZE(struct spec_hook, env), .fn = parse_env },
	{ "timeout", F_UINT, FIELD_SIZE(struct spec_hook, timeout_s), .min = 1, .max = INT32_MAX },
	{ 0 },
};

static int parse_hook(const struct at *at, void *out)
{
	struct spec_hook *h = out;
	int r = object_parse(at, hook_fields, h);

	if (r < 0 || h->args.n)
		return r;
	h->args.v = arena_alloc(&at->p->spec->arena, 2 * sizeof(*h->args.v));
	if (!h->args.v)
		return at_nomem(at);
	h->args.v[0] = h->path;
	h->args.n = 1;
	return 0;
}

#define HOOKS(kind) FIELD_LIST(struct spec, hooks[kind].v), .fn = parse_hook

static const struct field hooks_fields[] = {
	{ "prestart", F_LIST, HOOKS(SPEC_HOOK_PRESTART) },
	{ "createRuntime", F_LIST, HOOKS(SPEC_HOOK_CREATE_RUNTIME) },
	{ "createContainer", F_LIST, HOOKS(SPEC_HOOK_CREATE_CONTAINER) },
	{ "startContainer", F_LIST, HOOKS(SPEC_HOOK_START_CONTAINER) },
	{ "poststart", F_LIST, HOOKS(SPEC_HOOK_POSTSTART) },
	{ "poststop", F_LIST, HOOKS(SPEC_HOOK_POSTSTOP) },
	{ 0 },
};

int parse_hooks(const struct at *at, void *spec)
{
	return object_parse(at, hooks_fields, spec);
}
