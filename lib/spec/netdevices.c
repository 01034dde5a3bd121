/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * netdevices.c - linux.netDevices: interfaces of the host's that move into the jail
 */
#include "spec/parse.h"

#include <net/if.h>
#include <string.h>

#include "spec/netparse.h"

bool netdev_name_ok(const char *name)
{
	return *name && strlen(name) < IFNAMSIZ && strcmp(name, ".") != 0 &&
	       strcmp(name, "..") != 0 && !strpbrk(name, "/: \t\n\v\f\r");
}

static int parse_name(const struct at *at, void *out)
{
	const char *text;
	int r = at_text(at, &text);

	if (r < 0)
		return r;
	if (*text && !netdev_name_ok(text))
		return at_fail(at, NETDEV_NAME_RULE, text);
	return *text ? at_string(at, out) : 0;
}

struct netdevs {
	struct spec *spec;
	json_t *names;          /* those taken in the jail */
};

static int parse_netdev(const struct at *at, void *out)
{
	static const struct field fields[] = {
		{ "name", F_CALL, FIELD_SIZE(struct spec_netdev, name), .fn = parse_name },
		{ 0 },
	};
	struct netdevs *devs = out;
	struct spec *s = devs->spec;
	struct spec_netdev *d = &s->netdevs[s->n_netdevs];
	int r;

	if (!netdev_name_ok(at->key))
		return at_fail(at, NETDEV_NAME_RULE, at->key);
	r = object_parse(at, fields, d);
	if (r < 0)
		return r;
	d->host_name = arena_strdup(&s->arena, at->key);
	if (!d->name)
		d->name = d->host_name;
	if (!d->host_name)
		return at_nomem(at);
	if (!strchr(d->name, '%') && json_object_get(devs->names, d->name))
		return at_fail(at, "a second interface that would be \"%s\" in the jail", d->name);
	if (json_object_set_new(devs->names, d->name, json_true()) < 0)
		return at_nomem(at);
	s->n_netdevs++;
	return 0;
}

int parse_netdevs(const struct at *at, void *out)
{
	struct spec *s = out;
	struct netdevs devs = { s, json_object() };
	int r = devs.names ? at_expect(at, JSON_OBJECT) : at_nomem(at);

	if (r == 0) {
		s->netdevs = arena_alloc(&s->arena,
					 (json_object_size(at->v) + 1) * sizeof(*s->netdevs));
		r = s->netdevs ? map_parse(at, parse_netdev, &devs) : at_nomem(at);
	}
	json_decref(devs.names);
	return r;
}

int check_netdevs(const struct at *lnx, const struct spec *s)
{
	struct at devs = at_member(lnx, "netDevices");

	if (s->n_netdevs && !s->ns[SPEC_NS_NETWORK].set)
		return at_fail(&devs, "needs \"network\" in linux.namespaces");
	return 0;
}
