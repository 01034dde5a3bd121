/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * netshow.c - addresses and ports of jails, for lists
 */
#include "netshow.h"

#include <string.h>

#include "cli.h"

json_t *netshow_load(void)
{
	mem_auto char *text = NULL;

	if (jail_network_json(NULL, &text, NULL) < 0)
		return NULL;
	return json_loads(text, 0, NULL);
}

/* Call @each for every entry of the jail, one a network. */
static void each_entry(const json_t *networks, const char *state, void (*each)(const json_t *entry, json_t *out),
		       json_t *out)
{
	for (size_t i = 0; i < json_array_size(networks); i++) {
		const json_t *jails = json_object_get(json_array_get(networks, i), "jails");

		for (size_t k = 0; k < json_array_size(jails); k++) {
			const json_t *entry = json_array_get(jails, k);

			if (str_equal(json_string_value(json_object_get(entry, "state")), state))
				each(entry, out);
		}
	}
}

static void take_addresses(const json_t *entry, json_t *out)
{
	const json_t *addresses = json_object_get(entry, "addresses");

	for (size_t i = 0; i < json_array_size(addresses); i++) {
		const char *text = json_string_value(json_array_get(addresses, i));

		json_array_append_new(out, json_stringn(text, strcspn(text, "/")));
	}
}

/* A jail's ports are told with each of its networks: once is enough. */
static void take_ports(const json_t *entry, json_t *out)
{
	if (!json_array_size(out))
		json_array_extend(out, json_object_get(entry, "ports"));
}

json_t *netshow_address_array(const json_t *networks, const char *state)
{
	json_t *out = json_array();

	each_entry(networks, state, take_addresses, out);
	return out;
}

json_t *netshow_port_array(const json_t *networks, const char *state)
{
	json_t *out = json_array();

	each_entry(networks, state, take_ports, out);
	return out;
}

/* ---- text ---- */

static char *append(char *text, char *more)
{
	char *longer = strstr(text, more) ? x_strdup(text) : x_printf("%s%s%s", text, *text ? ", " : "", more);

	free(text);
	free(more);
	return longer;
}

static char *range(long long first, long long length)
{
	return length ? x_printf("%lld-%lld", first, first + length) : x_printf("%lld", first);
}

static long long number(const json_t *o, const char *key)
{
	return json_integer_value(json_object_get(o, key));
}

/* All addresses of the host need no word. */
static char *port_text(const json_t *p)
{
	const char *host = json_string_value(json_object_get(p, "host"));
	long long length = number(p, "last") - number(p, "port");
	mem_auto char *from = range(number(p, "port"), length), *to = range(number(p, "jailPort"), length);
	const char *protocol = json_string_value(json_object_get(p, "protocol"));

	if (!strcmp(host, "0.0.0.0") || !strcmp(host, "::"))
		return x_printf("%s->%s/%s", from, to, protocol);
	return x_printf(strchr(host, ':') ? "[%s]:%s->%s/%s" : "%s:%s->%s/%s", host, from, to, protocol);
}

char *netshow_addresses(const json_t *networks, const char *state)
{
	json_t *all = netshow_address_array(networks, state);
	char *text = x_strdup("");

	for (size_t i = 0; i < json_array_size(all); i++)
		text = append(text, x_strdup(json_string_value(json_array_get(all, i))));
	json_decref(all);
	return text;
}

char *netshow_ports(const json_t *networks, const char *state)
{
	json_t *all = netshow_port_array(networks, state);
	char *text = x_strdup("");

	for (size_t i = 0; i < json_array_size(all); i++)
		text = append(text, port_text(json_array_get(all, i)));
	json_decref(all);
	return text;
}
