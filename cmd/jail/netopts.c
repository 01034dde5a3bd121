/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * netopts.c - the options of run that are about the network, as a piece of a spec
 *
 * What they say stands in the place of what the spec says, and is checked as if it stood there.
 */
#include "netopts.h"

#include <jansson.h>
#include <string.h>

static json_t *strings(const struct opt_list *list)
{
	json_t *array = json_array();

	for (size_t i = 0; i < list->n; i++)
		json_array_append_new(array, json_string(list->v[i]));
	return array;
}

static bool is_mode(const char *net)
{
	return words_have("none host bridge pasta", net) || !strncmp(net, "jail:", 5);
}

static void put_one(json_t *network, const char *net)
{
	if (is_mode(net))
		json_object_set_new(network, "mode", json_string(net));
	else if (*net == '/')
		json_object_set_new(network, "path", json_string(net));
	else
		json_object_set_new(network, "bridge", json_string(net));
}

/* Several are interfaces in their order; addresses belong to the first. */
static void put_networks(json_t *network, const struct net_opts *o)
{
	json_t *list = json_array();

	for (size_t i = 0; i < o->net.n; i++) {
		json_t *one = json_object();

		if (!is_mode(o->net.v[i]))
			json_object_set_new(one, "bridge", json_string(o->net.v[i]));
		else if (strcmp(o->net.v[i], "bridge") != 0)
			put_one(one, o->net.v[i]);
		if (i == 0 && o->ip.n)
			json_object_set_new(one, "address", strings(&o->ip));
		json_array_append_new(list, one);
	}
	json_object_set_new(network, "interfaces", list);
}

void net_overlay(const struct net_opts *o, json_t *spec)
{
	json_t *network = json_object();

	if (o->net.n > 1)
		put_networks(network, o);
	else if (o->net.n)
		put_one(network, o->net.v[0]);
	if (o->ip.n && o->net.n < 2)
		json_object_set_new(network, "address", strings(&o->ip));
	if (o->publish.n)
		json_object_set_new(network, "publish", strings(&o->publish));
	if (o->dns.n)
		json_object_set_new(network, "dns", strings(&o->dns));
	if (o->search.n)
		json_object_set_new(network, "search", strings(&o->search));
	if (json_object_size(network))
		json_object_set_new(spec, "jail", json_pack("{s:o}", "network", network));
	else
		json_decref(network);
	if (o->hostname)
		json_object_set_new(spec, "hostname", json_string(o->hostname));
}
