/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * update.c - jail update: change the limits of a jail
 *
 * Options become an OCI linux.resources object, which the library checks: a fault is told once, in one
 * way, wherever the object comes from.
 */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"

#define RESOURCES_MAX (1U << 20)

struct update_opts {
	const char *resources, *spec;
	const char *memory, *reservation, *swap;
	const char *cpus, *shares, *quota, *period, *burst, *idle, *cpuset_cpus, *cpuset_mems;
	const char *pids, *blkio_weight;
};

#define O(m) offsetof(struct update_opts, m)

static const struct opt update_options[] = {
	{ "resources", 'r', OPT_TEXT, "FILE", O(resources), .complete = COMPLETE_FILE,
	  .help = "an OCI linux.resources object; \"-\": from standard input" },
	{ "from-spec", 0, OPT_TEXT, "FILE", O(spec), .complete = COMPLETE_FILE,
	  .help = "exactly the limits of a spec: those that it does not have are lifted" },
	{ "memory", 'm', OPT_TEXT, "BYTES", O(memory), .help = "memory limit" },
	{ "memory-reservation", 0, OPT_TEXT, "BYTES", O(reservation),
	  .help = "memory that is kept from reclaim" },
	{ "memory-swap", 0, OPT_TEXT, "BYTES", O(swap), .help = "limit of memory and swap together" },
	{ "cpus", 0, OPT_TEXT, "N", O(cpus), .help = "processors' worth of time: 1.5" },
	{ "cpu-share", 0, OPT_TEXT, "N", O(shares), .help = "cpu shares, 2 to 262144; 1024 is usual" },
	{ "cpu-quota", 0, OPT_TEXT, "USEC", O(quota), .help = "cpu time in each period" },
	{ "cpu-period", 0, OPT_TEXT, "USEC", O(period), .help = "length of a period" },
	{ "cpu-burst", 0, OPT_TEXT, "USEC", O(burst), .help = "unused quota that may be saved up" },
	{ "cpu-idle", 0, OPT_TEXT, "0|1", O(idle), .help = "run only when nobody else wants to" },
	{ "cpuset-cpus", 0, OPT_TEXT, "LIST", O(cpuset_cpus), .help = "processors: 0-3,7" },
	{ "cpuset-mems", 0, OPT_TEXT, "LIST", O(cpuset_mems), .help = "memory nodes" },
	{ "pids-limit", 0, OPT_TEXT, "N", O(pids), .help = "number of processes and threads" },
	{ "blkio-weight", 0, OPT_TEXT, "N", O(blkio_weight), .help = "share of I/O, 10 to 1000" },
	{ 0 },
};

/* ---- from options to JSON ---- */

/* What is no number becomes text, for the library to refuse. */
static json_t *number(const char *text)
{
	json_t *v = json_loads(text, JSON_DECODE_ANY, NULL);

	if (json_is_integer(v))
		return v;
	json_decref(v);
	return json_string(text);
}

/* A number of bytes with one of K, M, G, T behind it, each 1024 times the one before. */
static json_t *bytes(const char *text)
{
	static const char units[] = "kmgt";
	size_t n = strspn(text, "0123456789");
	const char *unit = n && text[n] ? strchr(units, text[n] | 0x20) : NULL;
	long long v;

	if (!unit || n > 15 || (text[n + 1] && strcasecmp(text + n + 1, "b") != 0 &&
				strcasecmp(text + n + 1, "ib") != 0))
		return number(text);
	v = strtoll(text, NULL, 10);
	for (const char *u = units; u <= unit; u++)
		v = v > INT64_MAX / 1024 ? INT64_MAX : v * 1024;
	return json_integer(v);
}

static const struct member {
	const char *object, *name;
	size_t offset;
	json_t *(*make)(const char *text);
} members[] = {
	{ "memory", "limit", O(memory), bytes },
	{ "memory", "reservation", O(reservation), bytes },
	{ "memory", "swap", O(swap), bytes },
	{ "cpu", "shares", O(shares), number },
	{ "cpu", "quota", O(quota), number },
	{ "cpu", "period", O(period), number },
	{ "cpu", "burst", O(burst), number },
	{ "cpu", "idle", O(idle), number },
	{ "cpu", "cpus", O(cpuset_cpus), json_string },
	{ "cpu", "mems", O(cpuset_mems), json_string },
	{ "pids", "limit", O(pids), number },
	{ "blockIO", "weight", O(blkio_weight), number },
};

static const char *value_of(const struct update_opts *o, const struct member *m)
{
	return *(const char *const *)((const char *)o + m->offset);
}

/* The caller frees it; NULL: no option was given. */
static char *build_resources(const struct update_opts *o)
{
	json_t *all = json_object();
	char *text = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(members); i++) {
		const struct member *m = &members[i];

		if (!value_of(o, m))
			continue;
		if (!json_object_get(all, m->object))
			json_object_set_new(all, m->object, json_object());
		json_object_set_new(json_object_get(all, m->object), m->name,
				    m->make(value_of(o, m)));
	}
	if (json_object_size(all))
		text = json_dumps(all, JSON_COMPACT);
	json_decref(all);
	return text;
}

/* --cpus is a quota for periods of 100 ms. */
static int cpus_to_quota(struct update_opts *o, char quota[32])
{
	char *end;
	double n = strtod(o->cpus, &end);

	if (o->quota || o->period) {
		msg_error("update: --cpus is --cpu-quota and --cpu-period in one: give one or the other");
		return -1;
	}
	if (*end || end == o->cpus || !(n >= 0.01 && n <= 100000)) {
		msg_error("update: --cpus must be a number of processors such as 1.5, not \"%s\"", o->cpus);
		return -1;
	}
	snprintf(quota, 32, "%.0f", n * 100000);
	o->quota = quota;
	o->period = "100000";
	return 0;
}

/* ---- the verb ---- */

/* The text of the resources object and what messages call it; NULL after a message. */
static char *resources(struct update_opts *o, const char **ret_name)
{
	char quota[32], *text, *given;

	if (o->cpus && cpus_to_quota(o, quota) < 0)
		return NULL;
	given = build_resources(o);
	*ret_name = "update";
	if (!o->resources) {
		if (!given)
			msg_error("update: nothing to change, see jail update --help");
		return given;
	}
	if (given) {
		free(given);
		msg_error("update: --resources and limits as options cannot be combined");
		return NULL;
	}
	*ret_name = str_equal(o->resources, "-") ? "standard input" : o->resources;
	text = read_file(str_equal(o->resources, "-") ? "/dev/stdin" : o->resources, RESOURCES_MAX, NULL);
	if (!text)
		msg_error("update: read %s: %s", *ret_name, strerror(errno));
	return text;
}

static int update_from_spec(struct jail *jail, const struct update_opts *o)
{
	struct jail_error *err = NULL;
	struct jail_spec *spec = NULL;
	int code = 0;

	if (jail_spec_load(o->spec, &spec, &err) < 0)
		return msg_fail(err);
	if (jail_update_spec(jail, spec, &err) < 0)
		code = msg_fail(err);
	jail_spec_free(spec);
	return code;
}

static int run_update(struct cli *cli, const void *opts, int argc, char **argv)
{
	struct update_opts o = *(const struct update_opts *)opts;
	mem_auto char *text = NULL;
	struct jail_error *err = NULL;
	const char *name = NULL;
	struct jail *jail;
	int code = 0;

	(void)argc;
	if (o.spec && (o.resources || o.cpus || (text = build_resources(&o)))) {
		msg_error("update: --from-spec cannot be combined with other limits");
		return 1;
	}
	if (!o.spec)
		text = resources(&o, &name);
	if (!o.spec && !text)
		return 1;
	jail = cli_open(cli, argv[0]);
	if (!jail)
		return 1;
	if (!text)
		code = update_from_spec(jail, &o);
	else if (jail_update(jail, text, strlen(text), name, &err) < 0)
		code = msg_fail(err);
	jail_free(jail);
	return code;
}

static const char *const examples[] = {
	"jail update --memory 512M --cpus 1.5 web",
	"jail update --pids-limit -1 web",
	"echo '{\"memory\":{\"limit\":536870912}}' | jail update -r - web",
	"jail update --from-spec /etc/jail/web.json web",
	NULL,
};

const struct verb verb_update = {
	.name = "update",
	.group = VERB_RUN,
	.args = "ID",
	.summary = "change the limits of a jail",
	.about = "What is not named stays as it is.  BYTES may end with K, M, G or T; -1 is no limit.\n"
		 "When the kernel refuses one value, none is changed.",
	.opts = update_options,
	.opts_size = sizeof(struct update_opts),
	.min_args = 1,
	.max_args = 1,
	.complete = { COMPLETE_JAIL },
	.examples = examples,
	.run = run_update,
};
