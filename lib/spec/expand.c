/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * expand.c - from a short spec to the OCI configuration that it stands for
 *
 * The short spec is laid over config/spec/default.json: objects merge, everything else replaces,
 * and null is the same as absent.  Three exceptions:
 *   mounts       are added after the default ones; one with the destination of a default mount
 *                takes that one's position, so that what lies below it still comes later
 *   process.env  merges by name
 *   id mappings  the default ones are one whole with the user namespace and with the id-mapped
 *                root: whoever gives mappings of their own, or has no new user namespace, gets none.
 *                An ordinary user has other defaults; see user.c
 * Between the two comes config/spec/system.json, by the same rules, when the program is the init of an
 * operating system; see is_system().
 *
 * Elements of arrays keep the user's own indices, or can be told them, for messages.
 */
#include "spec/parse.h"

#include <string.h>

#include "base/embed.h"
#include "spec/text.h"

static json_t *get(const json_t *object, const char *key)
{
	json_t *v = json_object_get(object, key);

	return json_is_null(v) ? NULL : v;
}

int expand_merge(json_t *base, const json_t *over)
{
	const char *key;
	json_t *v;

	json_object_foreach((json_t *)over, key, v) {
		json_t *old = json_object_get(base, key);

		if (json_is_null(v))
			continue;
		if (json_is_object(old) && json_is_object(v)) {
			if (expand_merge(old, v) < 0)
				return -1;
		} else if (json_object_set(base, key, v) < 0) {
			return -1;
		}
	}
	return 0;
}

/* ---- mounts ---- */

static bool same_destination(const char *a, const char *b)
{
	size_t na, nb;

	a += strspn(a, "/");
	b += strspn(b, "/");
	na = strlen(a);
	nb = strlen(b);
	while (na && a[na - 1] == '/')
		na--;
	while (nb && b[nb - 1] == '/')
		nb--;
	return na == nb && !memcmp(a, b, na);
}

static const char *destination(const json_t *mount)
{
	const char *s = json_string_value(json_object_get(mount, "destination"));

	return s ? s : "";
}

/* Where user mount number @i goes: over a default mount that is still one, or behind them all. */
static size_t mount_position(const json_t *mounts, const struct expansion *e, const json_t *mount)
{
	for (size_t i = 0; i < e->n_default_mounts; i++)
		if (e->mount_index[i] == UINT32_MAX &&
		    same_destination(destination(json_array_get(mounts, i)), destination(mount)))
			return i;
	return json_array_size(mounts);
}

static int merge_mounts(json_t *doc, json_t *mounts, const json_t *user, struct expansion *e)
{
	size_t n_user = json_array_size(user), n = json_array_size(mounts);
	int r = 0;

	e->n_default_mounts = n;
	e->mount_index = malloc((n + n_user + 1) * sizeof(*e->mount_index));
	if (!e->mount_index)
		return -1;
	for (size_t i = 0; i < n; i++)
		e->mount_index[i] = UINT32_MAX;
	for (size_t i = 0; r == 0 && i < n_user; i++) {
		json_t *mount = json_array_get(user, i);
		size_t at = mount_position(mounts, e, mount);

		r = at < json_array_size(mounts) ? json_array_set(mounts, at, mount) :
						   json_array_append(mounts, mount);
		e->mount_index[at] = (uint32_t)i;
	}
	return r < 0 ? r : json_object_set(doc, "mounts", mounts);
}

/* ---- environment ---- */

static bool env_has(const json_t *env, const char *text)
{
	size_t n = strcspn(text, "=");

	for (size_t i = 0; i < json_array_size(env); i++) {
		const char *s = json_string_value(json_array_get(env, i));

		if (s && !strncmp(s, text, n) && s[n] == '=')
			return true;
	}
	return false;
}

/* The user's entries come first and keep their indices. */
static int merge_env(json_t *process, const json_t *defaults, const json_t *user)
{
	json_auto *env = json_array();

	if (!env || json_array_extend(env, (json_t *)user) < 0)
		return -1;
	for (size_t i = 0; i < json_array_size(defaults); i++) {
		json_t *d = json_array_get(defaults, i);

		if (!env_has(user, json_string_value(d)) && json_array_append(env, d) < 0)
			return -1;
	}
	return json_object_set(process, "env", env);
}

/* ---- the user namespace ---- */

static bool new_user_ns(const json_t *lnx)
{
	const json_t *list = get(lnx, "namespaces");

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *ns = json_array_get(list, i);
		const char *type = json_string_value(get(ns, "type"));

		if (type && !strcmp(type, "user") && str_empty(json_string_value(get(ns, "path"))))
			return true;
	}
	return false;
}

static void settle_mappings(json_t *doc, const json_t *user)
{
	const json_t *own = get(user, "linux");
	json_t *lnx = get(doc, "linux"), *rootfs = get(get(doc, "jail"), "rootfs");
	bool own_maps = get(own, "uidMappings") || get(own, "gidMappings");

	if (!own_maps && new_user_ns(lnx))
		return;
	if (!get(own, "uidMappings"))
		json_object_del(lnx, "uidMappings");
	if (!get(own, "gidMappings"))
		json_object_del(lnx, "gidMappings");
	if (!get(get(get(user, "jail"), "rootfs"), "idmap"))
		json_object_del(rootfs, "idmap");
}

/* ---- an operating system ---- */

/* Programs that expect to be process 1 of a system, by the names that distributions start them by. */
static const char *const inits[] = {
	"/sbin/init", "/usr/sbin/init", "/bin/init", "/usr/bin/init", "/lib/systemd/systemd",
	"/usr/lib/systemd/systemd", "/bin/systemd", "/usr/bin/systemd", "/sbin/openrc-init",
	"/usr/sbin/openrc-init",
};

static bool is_system(const json_t *user)
{
	const json_t *said = get(get(user, "jail"), "system");
	const char *program = json_string_value(json_array_get(get(get(user, "process"), "args"), 0));

	for (size_t i = 0; !said && program && i < ARRAY_SIZE(inits); i++)
		if (!strcmp(program, inits[i]))
			return true;
	return json_is_true(said);
}

static bool new_network(const json_t *lnx)
{
	const json_t *list = get(lnx, "namespaces");

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *ns = json_array_get(list, i);
		const char *type = json_string_value(get(ns, "type"));

		if (type && !strcmp(type, "network"))
			return str_empty(json_string_value(get(ns, "path")));
	}
	return false;
}

/* ping(1) works without privileges in a network of the jail's own. */
static int allow_ping(json_t *doc, const json_t *user)
{
	static const char key[] = "net.ipv4.ping_group_range";
	const json_t *network = get(get(user, "jail"), "network");
	const char *mode = json_string_value(get(network, "mode"));
	json_t *lnx = get(doc, "linux"), *sysctl;

	if (!json_is_object(network) || (mode && strcmp(mode, "bridge") != 0) || get(network, "path") ||
	    !new_network(lnx) || get(get(lnx, "sysctl"), key))
		return 0;
	sysctl = json_is_object(get(lnx, "sysctl")) ? json_deep_copy(get(lnx, "sysctl")) : json_object();
	if (!sysctl || json_object_set_new(sysctl, key, json_string("0 65535")) < 0)
		return -1;
	return json_object_set_new(lnx, "sysctl", sysctl);
}

/* A system may set up its network; with somebody else's it may not. */
static int guard_network(json_t *doc, const json_t *user)
{
	json_t *lnx = get(doc, "linux");

	if (!is_system(user) || get(get(user, "linux"), "readonlyPaths") || new_network(lnx))
		return 0;
	return json_array_append_new(get(lnx, "readonlyPaths"), json_string("/proc/sys/net"));
}

/* ---- all of it ---- */

static json_t *embedded(const char *start, const char *end, const char *what, struct err *err)
{
	json_t *doc = NULL;

	if (text_parse(start, (size_t)(end - start), &doc, err) < 0)
		err_add(err, -EINVAL, "the built-in %s", what);
	return doc;
}

static int lay_over(json_t *doc, const json_t *user, struct expansion *e)
{
	json_auto *mounts = json_incref(get(doc, "mounts"));
	json_auto *env = json_incref(get(get(doc, "process"), "env"));
	const json_t *user_env = get(get(user, "process"), "env");
	const json_t *user_mounts = get(user, "mounts");

	if (expand_merge(doc, user) < 0)
		return -1;
	if ((!user_mounts || json_is_array(user_mounts)) &&
	    merge_mounts(doc, mounts, user_mounts, e) < 0)
		return -1;
	if (json_is_array(user_env) && merge_env(get(doc, "process"), env, user_env) < 0)
		return -1;
	return 0;
}

/* What a short spec is laid over; the caller's. */
static json_t *defaults(const json_t *user, const struct spec_user *who, struct err *err)
{
	json_auto *doc = embedded(embed_spec, embed_spec_end, "default spec", err);
	json_auto *system = NULL;
	struct expansion e = { 0 };
	int r;

	if (doc && who && user_defaults(doc, who) < 0) {
		err_nomem(err);
		return NULL;
	}
	if (!doc || !is_system(user))
		return mem_take(&doc);
	system = embedded(embed_system, embed_system_end, "system spec", err);
	if (!system)
		return NULL;
	r = lay_over(doc, system, &e);
	free(e.mount_index);
	if (r < 0)
		err_nomem(err);
	return r < 0 ? NULL : mem_take(&doc);
}

int expand_short(const json_t *user, const struct spec_user *who, struct expansion *ret, struct err *err)
{
	json_auto *doc = defaults(user, who, err);

	if (!doc)
		return -EINVAL;
	if (lay_over(doc, user, ret) < 0 || guard_network(doc, user) < 0 || (!who && allow_ping(doc, user) < 0))
		return err_nomem(err);
	settle_mappings(doc, user);
	if (who && new_user_ns(get(doc, "linux")))
		user_drop_groups(ret, doc);
	ret->own_pids = get(get(get(user, "linux"), "resources"), "pids");
	ret->doc = mem_take(&doc);
	return 0;
}

int expand_finish(json_t **doc, struct err *err)
{
	const char *profile = json_string_value(get(get(*doc, "linux"), "seccomp"));
	json_auto *out = json_object();
	bool system = false;
	json_t *seccomp;

	if (profile) {
		seccomp = profile_named(profile, &system) ? profile_object(system, err) : NULL;
		if (!seccomp)
			return -EINVAL;
		if (json_object_set_new(get(*doc, "linux"), "seccomp", seccomp) < 0)
			return err_nomem(err);
	}
	if (!out || json_object_set_new(out, "ociVersion", json_string(OCI_VERSION_MAX)) < 0 ||
	    json_object_update(out, *doc) < 0)
		return err_nomem(err);
	json_decref(*doc);
	*doc = mem_take(&out);
	return 0;
}
