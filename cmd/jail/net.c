/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * net.c - jail net: the networks of this machine
 */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"

struct net_verb_opts {
	const char *format;
};

static const struct opt net_options[] = {
	{ "format", 'f', OPT_TEXT, "FORMAT", offsetof(struct net_verb_opts, format),
	  .help = "ls: table (default) or json", .choices = "table json" },
	{ 0 },
};

/* ---- ls ---- */

/* "a, b" of an array of strings; the caller frees it. */
static char *joined(const json_t *array)
{
	char *text = x_strdup("");

	for (size_t i = 0; i < json_array_size(array); i++) {
		char *longer = x_printf("%s%s%s", text, i ? ", " : "", json_string_value(json_array_get(array, i)));

		free(text);
		text = longer;
	}
	return text;
}

static const char *kind_of(const json_t *network)
{
	return json_is_true(json_object_get(network, "internal")) ? "internal" :
	       json_is_true(json_object_get(network, "routed")) ? "routed" : "nat";
}

static void print_network(const json_t *network)
{
	mem_auto char *subnets = joined(json_object_get(network, "subnets"));
	const char *bridge = json_string_value(json_object_get(network, "bridge"));

	printf("%-15s  %-8s  %-12s  %5zu  %s\n", json_string_value(json_object_get(network, "name")),
	       kind_of(network), bridge, json_array_size(json_object_get(network, "jails")), subnets);
}

static int list(struct cli *cli, const struct net_verb_opts *o, const char *name)
{
	struct jail_error *err = NULL;
	char *text = NULL;
	json_t *networks;

	(void)cli;
	(void)name;
	if (jail_network_json(NULL, &text, &err) < 0)
		return msg_fail(err);
	if (str_equal(o->format, "json"))
		return cli_print(text);
	networks = json_loads(text, 0, NULL);
	free(text);
	printf("%-15s  %-8s  %-12s  %5s  %s\n", "NETWORK", "KIND", "BRIDGE", "JAILS", "SUBNETS");
	for (size_t i = 0; i < json_array_size(networks); i++)
		print_network(json_array_get(networks, i));
	json_decref(networks);
	return cli_print(x_strdup(""));
}

/* ---- the others ---- */

static int inspect(struct cli *cli, const struct net_verb_opts *o, const char *name)
{
	struct jail_error *err = NULL;
	char *text = NULL, *pretty;
	json_t *network;

	(void)cli;
	(void)o;
	if (jail_network_json(name, &text, &err) < 0)
		return msg_fail(err);
	network = json_loads(text, 0, NULL);
	pretty = network ? json_dumps(network, JSON_INDENT(2) | JSON_PRESERVE_ORDER) : NULL;
	json_decref(network);
	if (!pretty)
		return cli_print(text);
	free(text);
	text = x_printf("%s\n", pretty);
	free(pretty);
	return cli_print(text);
}

static int reload(struct cli *cli, const struct net_verb_opts *o, const char *name)
{
	struct jail_error *err = NULL;

	(void)o;
	(void)name;
	if (!cli_runtime(cli))
		return 1;
	return jail_network_reload(cli->rt, &err) < 0 ? msg_fail(err) : 0;
}

static void print_line(void *userdata, const char *what)
{
	(void)userdata;
	printf("%s\n", what);
}

static int collect(struct cli *cli, const struct net_verb_opts *o, const char *name)
{
	struct jail_error *err = NULL;

	(void)o;
	(void)name;
	if (!cli_runtime(cli))
		return 1;
	if (jail_network_gc(cli->rt, print_line, NULL, &err) < 0)
		return msg_fail(err);
	return cli_print(x_strdup(""));
}

static int doctor(struct cli *cli, const struct net_verb_opts *o, const char *name)
{
	struct jail_error *err = NULL;
	int n;

	(void)cli;
	(void)o;
	(void)name;
	n = jail_network_check(print_line, NULL, &err);
	if (n < 0)
		return msg_fail(err);
	return cli_print(x_strdup("")) || n > 0;
}

static const struct action {
	const char *name;
	bool named;                  /* takes the name of a network */
	int (*run)(struct cli *cli, const struct net_verb_opts *o, const char *name);
} actions[] = {
	{ "ls", false, list },       { "inspect", true, inspect }, { "reload", false, reload },
	{ "gc", false, collect },    { "doctor", false, doctor },
};

static int run_net(struct cli *cli, const void *opts, int argc, char **argv)
{
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
		const struct action *a = &actions[i];

		if (strcmp(a->name, argv[0]) != 0)
			continue;
		if (argc != 1 + a->named) {
			msg_error("net %s: %s", a->name, a->named ? "name a network" : "takes no argument");
			return 1;
		}
		return a->run(cli, opts, a->named ? argv[1] : NULL);
	}
	msg_error("net: \"%s\" is not ls, inspect, reload, gc or doctor", argv[0]);
	return 1;
}

const struct verb verb_net = {
	.name = "net",
	.group = VERB_LOOK,
	.args = "ls|inspect NETWORK|reload|gc|doctor",
	.summary = "look at the networks of this machine and keep them in order",
	.about = "ls lists them, inspect shows one with the jails in it. reload makes bridges and firewall as\n"
		 "they should be, after somebody else has changed them. gc removes what no jail uses. doctor\n"
		 "looks for what keeps networks from working and says what to do; its status is 1 if it\n"
		 "found something.",
	.opts = net_options,
	.opts_size = sizeof(struct net_verb_opts),
	.min_args = 1,
	.max_args = 2,
	.choices = "ls inspect reload gc doctor",
	.examples = (const char *const[]){ "jail net ls", "jail net inspect jail0 | jq .jails", NULL },
	.run = run_net,
};
