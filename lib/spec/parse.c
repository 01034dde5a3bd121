/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * parse.c - from JSON text to a checked struct spec
 *
 *   text.c       text to JSON values: UTF-8, duplicates, depth, positions
 *   expand.c     a short spec gets the defaults
 *   field.c      tables of members, one file a section of the specification
 *   check_*()    what several members have to agree on, once all are read
 */
#include "spec/parse.h"

#include <string.h>

#include "spec/text.h"

/* ---- sections that are too small for a file ---- */

static int parse_version(const struct at *at, void *out)
{
	const char *text;
	int r = at_text(at, &text);

	if (r < 0)
		return r;
	r = version_check(text);
	if (r == -EINVAL)
		return at_fail(at, "must be a version such as \"1.3.0\", not \"%.80s\"", text);
	if (r < 0)
		return at_fail(at, "unsupported version %.80s (this is 1.0.0 to " OCI_VERSION_MAX ")",
			       text);
	return at_string(at, out);
}

static int parse_root_path(const struct at *at, void *out)
{
	(void)out;
	return at_path_from(at, at->p->bundle, &at->p->spec->root_path);
}

static int parse_root(const struct at *at, void *out)
{
	static const struct field fields[] = {
		{ "path", F_CALL, .fn = parse_root_path },
		{ "readonly", F_BOOL, FIELD_SIZE(struct spec, root_readonly) },
		{ 0 },
	};

	return object_parse(at, fields, out);
}

/* The kernel's limit for both is __NEW_UTS_LEN: see sethostname(2). */
static int parse_uts_name(const struct at *at, void *out)
{
	const char *text;
	int r = at_text(at, &text);

	if (r < 0)
		return r;
	if (strlen(text) > 64)
		return at_fail(at, "must be at most 64 bytes long");
	return *text ? at_string(at, out) : 0;
}

/* ---- the document ---- */

static const struct field spec_fields[] = {
	{ "ociVersion", F_CALL, FIELD_SIZE(struct spec, oci_version), .fn = parse_version },
	{ "root", F_CALL, .fn = parse_root },
	{ "process", F_CALL, FIELD_SIZE(struct spec, process), .fn = parse_process },
	{ "hostname", F_CALL, FIELD_SIZE(struct spec, hostname), .fn = parse_uts_name },
	{ "domainname", F_CALL, FIELD_SIZE(struct spec, domainname), .fn = parse_uts_name },
	{ "mounts", F_CALL, .fn = parse_mounts },
	{ "hooks", F_CALL, .fn = parse_hooks },
	{ "annotations", F_PAIRS, FIELD_SIZE(struct spec, annotations) },
	{ "linux", F_CALL, .fn = parse_linux },
	{ "jail", F_CALL, .fn = parse_jail },
	{ 0 },
};

static int check_spec(const struct at *doc, struct spec *s)
{
	struct at mounts = at_member(doc, "mounts"), lnx = at_member(doc, "linux");
	struct at jail = at_member(doc, "jail");
	int r = user_settle(doc, s);

	if (r == 0)
		r = finish_rootfs(doc, s);
	if (r == 0)
		r = finish_jail(&jail, s);
	if (r == 0)
		r = check_namespaces(doc, s);
	if (r == 0)
		r = check_mounts(&mounts, s);
	if (r == 0)
		r = check_netdevs(&lnx, s);
	if (r == 0)
		r = check_sysctls(&lnx, s);
	return r;
}

static int parse_document(const struct at *at, void *out)
{
	struct spec *s = out;
	int r = object_parse(at, spec_fields, s);

	return r < 0 ? r : check_spec(at, s);
}

static struct spec *spec_new(const char *name)
{
	struct spec *s = calloc(1, sizeof(*s));

	if (s)
		s->name = arena_strdup(&s->arena, name);
	if (s && !s->name) {
		spec_free(s);
		return NULL;
	}
	return s;
}

void spec_free(struct spec *s)
{
	if (s) {
		arena_done(&s->arena);
		free(s);
	}
}

static void spec_done(struct spec **s)
{
	spec_free(*s);
}

/* Read @doc with @fn into the member of a new struct spec that is @offset bytes from its start. */
static int build(const json_t *doc, const struct expansion *e, const struct spec_user *who,
		 const char *name, const char *bundle, bool strict, field_fn fn, size_t offset,
		 struct spec **ret, struct err *err)
{
	__attribute__((cleanup(spec_done))) struct spec *s = spec_new(name);
	struct parse p = { .spec = s, .bundle = bundle, .user = who, .strict = strict, .err = err };
	struct at at = { .p = &p, .v = doc };
	int r;

	if (!s)
		return err_nomem(err);
	if (e) {
		p.mount_index = e->mount_index;
		s->n_default_mounts = e->n_default_mounts;
	}
	r = fn(&at, (char *)s + offset);
	s->resources.pids_default = e && !e->own_pids;
	s->hostname_from_id = e && !s->hostname && s->ns[SPEC_NS_UTS].set && !s->ns[SPEC_NS_UTS].path;
	if (r == 0)
		*ret = mem_take(&s);
	return r;
}

/* A document without ociVersion is a short spec. */
static int expand_if_short(const json_t *doc, const struct spec_user *who, struct expansion *ret,
			   struct err *err)
{
	const json_t *version = json_object_get(doc, "ociVersion");

	return version && !json_is_null(version) ? 1 : expand_short(doc, who, ret, err);
}

static void expansion_done(struct expansion *e)
{
	json_decref(e->doc);
	free(e->mount_index);
}

static int lay_over(json_t *doc, const char *overlay, struct err *err)
{
	json_auto *over = NULL;
	int r = text_parse(overlay, strlen(overlay), &over, err);

	if (r == 0 && expand_merge(doc, over) < 0)
		r = err_nomem(err);
	return r;
}

int spec_parse_as(const struct spec_user *who, const char *text, size_t len, const char *name,
		  const char *bundle, struct spec **ret, struct err *err)
{
	return spec_parse_over(who, text, len, NULL, name, bundle, ret, err);
}

int spec_parse_over(const struct spec_user *who, const char *text, size_t len, const char *overlay,
		    const char *name, const char *bundle, struct spec **ret, struct err *err)
{
	__attribute__((cleanup(expansion_done))) struct expansion e = { 0 };
	json_auto *doc = NULL;
	int r = text_parse(text, len, &doc, err);

	if (r == 0 && overlay)
		r = lay_over(doc, overlay, err);
	if (r == 0)
		r = expand_if_short(doc, who, &e, err);
	if (r >= 0)
		r = build(e.doc ? e.doc : doc, e.doc ? &e : NULL, who, name, bundle, e.doc != NULL,
			  parse_document, 0, ret, err);
	if (r < 0)
		text_clean_err(err);
	return r;
}

int spec_parse(const char *text, size_t len, const char *name, const char *bundle,
	       struct spec **ret, struct err *err)
{
	return spec_parse_as(NULL, text, len, name, bundle, ret, err);
}

static int parse_part(const char *text, size_t len, const char *name, bool strict, field_fn fn,
		      size_t offset, struct spec **ret, struct err *err)
{
	json_auto *doc = NULL;
	int r = text_parse(text, len, &doc, err);

	if (r == 0)
		r = build(doc, NULL, NULL, name, "/", strict, fn, offset, ret, err);
	if (r < 0)
		text_clean_err(err);
	return r;
}

int spec_parse_part(const char *text, size_t len, const char *name, bool strict, field_fn fn,
		    struct spec **ret, struct err *err)
{
	return parse_part(text, len, name, strict, fn, 0, ret, err);
}

int spec_parse_process(const char *text, size_t len, const char *name, struct spec **ret,
		       struct err *err)
{
	return parse_part(text, len, name, false, parse_process, offsetof(struct spec, process), ret, err);
}

int spec_parse_resources(const char *text, size_t len, const char *name, struct spec **ret,
			 struct err *err)
{
	return parse_part(text, len, name, false, parse_resources, 0, ret, err);
}

int spec_builtin_seccomp(bool system, struct spec **ret, struct err *err)
{
	json_auto *doc = profile_object(system, err);

	if (!doc)
		return -EINVAL;
	return build(doc, NULL, NULL,
		     system ? "config/seccomp/system.json" : "config/seccomp/default.json", "/",
		     false, parse_seccomp, offsetof(struct spec, seccomp), ret, err);
}

int spec_parse_seccomp(const char *text, size_t len, const char *name, struct spec **ret,
		       struct err *err)
{
	return parse_part(text, len, name, false, parse_seccomp, offsetof(struct spec, seccomp), ret, err);
}

/* Check it first: what is printed is a spec that works. */
int spec_expand_as(const struct spec_user *who, const char *text, size_t len, const char *name,
		   char **ret, struct err *err)
{
	__attribute__((cleanup(expansion_done))) struct expansion e = { 0 };
	__attribute__((cleanup(spec_done))) struct spec *s = NULL;
	json_auto *doc = NULL;
	int r = text_parse(text, len, &doc, err);

	if (r == 0)
		r = expand_if_short(doc, who, &e, err);
	if (r >= 0)
		r = build(e.doc ? e.doc : doc, e.doc ? &e : NULL, who, name, "/", e.doc != NULL,
			  parse_document, 0, &s, err);
	if (r == 0 && e.doc)
		r = expand_finish(&e.doc, err);
	if (r == 0)
		r = text_print(e.doc ? e.doc : doc, ret, err);
	if (r < 0)
		text_clean_err(err);
	return r;
}

int spec_expand(const char *text, size_t len, const char *name, char **ret, struct err *err)
{
	return spec_expand_as(NULL, text, len, name, ret, err);
}
