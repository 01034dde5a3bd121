/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * profile.c - the built-in seccomp profiles: "default", and "system" for whole operating systems
 *
 * The second is the first with config/seccomp/system.json laid over it: a call that is named there
 * is taken out of the default's rules, conditions included, and gets the rule that is there.
 */
#include "spec/parse.h"

#include <string.h>

#include "base/embed.h"
#include "spec/text.h"

bool profile_named(const char *name, bool *ret_system)
{
	*ret_system = !strcmp(name, "system");
	return *ret_system || !strcmp(name, "default");
}

static json_t *embedded(const char *start, const char *end, struct err *err)
{
	json_t *doc = NULL;

	if (text_parse(start, (size_t)(end - start), &doc, err) < 0)
		err_add(err, -EINVAL, "the built-in seccomp profile");
	return doc;
}

static bool has_name(const json_t *rules, const char *name)
{
	for (size_t i = 0; i < json_array_size(rules); i++) {
		const json_t *names = json_object_get(json_array_get(rules, i), "names");

		for (size_t j = 0; j < json_array_size(names); j++)
			if (!strcmp(json_string_value(json_array_get(names, j)), name))
				return true;
	}
	return false;
}

/* Take the names that @over has out of one rule; whether any are left. */
static bool strip(json_t *rule, const json_t *over)
{
	json_t *names = json_object_get(rule, "names");

	for (size_t i = json_array_size(names); i-- > 0;)
		if (has_name(over, json_string_value(json_array_get(names, i))))
			json_array_remove(names, i);
	return json_array_size(names) > 0;
}

json_t *profile_object(bool system, struct err *err)
{
	json_t *doc = embedded(embed_seccomp, embed_seccomp_end, err), *rules;
	json_auto *over = NULL;

	if (!doc || !system)
		return doc;
	over = embedded(embed_seccomp_system, embed_seccomp_system_end, err);
	rules = json_object_get(doc, "syscalls");
	for (size_t i = json_array_size(rules); over && i-- > 0;)
		if (!strip(json_array_get(rules, i), json_object_get(over, "syscalls")))
			json_array_remove(rules, i);
	if (over && json_array_extend(rules, json_object_get(over, "syscalls")) == 0)
		return doc;
	if (over)
		err_nomem(err);
	json_decref(doc);
	return NULL;
}
