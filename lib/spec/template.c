/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * template.c - the starting points that `jail spec` writes
 *
 * The short form says what a jail cannot do without.  The OCI form is the expansion of a short
 * one, so it follows config/spec/default.json, less what only some machines or users want: the
 * user namespace (its host ids are the administrator's to choose; an ordinary user has no choice but
 * to have one), the long seccomp profile, and the limit of processes: one that is written down is never
 * left out, and not every host can set it.
 */
#include "spec/parse.h"

#include <string.h>

#include "spec/text.h"

static const char short_text[] =
	"{\n"
	"  \"root\": {\n"
	"    \"path\": \"rootfs\"\n"
	"  },\n"
	"  \"process\": {\n"
	"    \"terminal\": true,\n"
	"    \"args\": [\n"
	"      \"/bin/sh\"\n"
	"    ]\n"
	"  }\n"
	"}\n";

static const char oci_text[] =
	"{"
	"  'root': { 'path': 'rootfs', 'readonly': true },"
	"  'process': { 'terminal': true, 'args': ['sh'] },"
	"  'hostname': 'jail',"
	"  'linux': { 'namespaces': [ { 'type': 'pid' }, { 'type': 'network' }, { 'type': 'ipc' },"
	"    { 'type': 'uts' }, { 'type': 'mount' }, { 'type': 'cgroup' } ] }"
	"}";

static int add_user_ns(json_t *doc)
{
	json_t *list = json_object_get(json_object_get(doc, "linux"), "namespaces");

	return json_array_append_new(list, json_pack("{ss}", "type", "user"));
}

static int oci_template(const struct spec_user *who, char **ret, struct err *err)
{
	struct expansion e = { 0 };
	json_auto *doc = NULL;
	char text[sizeof(oci_text)];
	int r;

	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = oci_text[i] == '\'' ? '"' : oci_text[i];
	r = text_parse(text, strlen(text), &doc, err);
	if (r == 0 && who && add_user_ns(doc) < 0)
		r = err_nomem(err);
	if (r == 0)
		r = expand_short(doc, who, &e, err);
	free(e.mount_index);
	if (r < 0)
		return r;
	json_object_del(json_object_get(e.doc, "linux"), "seccomp");
	json_object_del(json_object_get(e.doc, "linux"), "uidMappings");
	json_object_del(json_object_get(e.doc, "linux"), "gidMappings");
	json_object_del(json_object_get(json_object_get(e.doc, "linux"), "resources"), "pids");
	json_object_del(e.doc, "jail");
	r = expand_finish(&e.doc, err);
	if (r == 0)
		r = text_print(e.doc, ret, err);
	json_decref(e.doc);
	return r;
}

int spec_template_as(const struct spec_user *who, bool oci, char **ret, struct err *err)
{
	if (oci)
		return oci_template(who, ret, err);
	*ret = strdup(short_text);
	return *ret ? 0 : err_nomem(err);
}

int spec_template(bool oci, char **ret, struct err *err)
{
	return spec_template_as(NULL, oci, ret, err);
}
