/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * list.c - jail list: all jails as ids, as a table, as JSON with runc's member names
 */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "netshow.h"

struct list_opts {
	bool quiet;
	const char *format;
};

static const struct opt list_options[] = {
	{ "quiet", 'q', OPT_FLAG, NULL, offsetof(struct list_opts, quiet), .help = "print only the ids" },
	{ "format", 'f', OPT_TEXT, "FORMAT", offsetof(struct list_opts, format),
	  .help = "table (default) or json", .choices = "table json" },
	{ 0 },
};

/* The last two are only there when some jail has a network of ours: engines know the others. */
enum { ID, PID, STATUS, BUNDLE, CREATED, OWNER, N_ALWAYS, ADDRESSES = N_ALWAYS, PORTS, N_COLUMNS };

static const char *const titles[N_COLUMNS] = {
	"ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER", "ADDRESSES", "PORTS",
};

struct row {
	char *cell[N_COLUMNS];
};

static const char *or_dash(const char *s)
{
	return s && *s ? s : "-";
}

/* ---- the table ---- */

static void print_row(const char *const *cells, const size_t *widths, int n)
{
	for (int c = 0; c < n; c++)
		printf("%-*s%s", c + 1 < n ? (int)widths[c] : 0, cells[c], c + 1 < n ? "  " : "\n");
}

static void fill_row(struct jail *jail, enum jail_status status, const char *state, const json_t *networks,
		     struct row *row)
{
	row->cell[ID] = x_strdup(jail_id(jail));
	row->cell[PID] = x_printf("%d", (int)(status == JAIL_STOPPED ? 0 : jail_pid(jail)));
	row->cell[STATUS] = x_strdup(jail_status_name(status));
	row->cell[BUNDLE] = x_strdup(or_dash(jail_bundle(jail)));
	row->cell[CREATED] = x_strdup(or_dash(jail_created(jail)));
	row->cell[OWNER] = user_name(jail_owner_uid(jail));
	row->cell[ADDRESSES] = netshow_addresses(networks, state);
	row->cell[PORTS] = netshow_ports(networks, state);
}

static void print_table(const struct row *rows, size_t n)
{
	size_t widths[N_COLUMNS];
	int columns = N_ALWAYS;

	for (size_t i = 0; i < n; i++)
		if (*rows[i].cell[ADDRESSES])
			columns = N_COLUMNS;
	for (int c = 0; c < N_COLUMNS; c++) {
		widths[c] = strlen(titles[c]);
		for (size_t i = 0; i < n; i++)
			if (strlen(rows[i].cell[c]) > widths[c])
				widths[c] = strlen(rows[i].cell[c]);
	}
	print_row(titles, widths, columns);
	for (size_t i = 0; i < n; i++)
		print_row((const char *const *)rows[i].cell, widths, columns);
}

/* ---- JSON: the state document and what runc adds to it ---- */

static json_t *make_object(struct jail *jail, const struct row *row, const char *state, const json_t *networks)
{
	mem_auto char *text = NULL;
	json_t *o;

	if (jail_state_json(jail, &text, NULL) < 0)
		return NULL;
	o = json_loads(text, 0, NULL);
	if (!o)
		return NULL;
	json_object_set_new(o, "rootfs", json_string(jail_rootfs(jail)));
	json_object_set_new(o, "created", json_string(row->cell[CREATED]));
	json_object_set_new(o, "owner", json_string(row->cell[OWNER]));
	if (*row->cell[ADDRESSES]) {
		json_object_set_new(o, "addresses", netshow_address_array(networks, state));
		json_object_set_new(o, "ports", netshow_port_array(networks, state));
	}
	if (!json_object_get(o, "pid"))
		json_object_set_new(o, "pid", json_integer(0));
	return o;
}

static int print_json(json_t *array)
{
	char *text = json_dumps(array, JSON_COMPACT);

	if (!text) {
		msg_error("list: out of memory");
		return 1;
	}
	printf("%s\n", text);
	free(text);
	return 0;
}

/* ---- gathering ---- */

struct gathered {
	struct row *rows;
	size_t n;
	json_t *array;               /* NULL: no JSON wanted */
	json_t *networks;
};

static void complain(const char *id, struct jail_error *err)
{
	/* Deleted since its name was read: no news. */
	if (jail_error_code(err) != -ENOENT)
		msg_warning("%s: %s", id, jail_error_message(err));
	jail_error_free(err);
}

static void gather(struct cli *cli, const char *id, struct gathered *g)
{
	struct jail_error *err = NULL;
	enum jail_status status;
	struct jail *jail = NULL;
	mem_auto char *state = x_printf("%s/%s", jail_runtime_root(cli->rt), id);

	if (jail_open(cli->rt, id, &jail, &err) < 0 || jail_get_status(jail, &status, &err) < 0) {
		complain(id, err);
	} else {
		g->rows = x_realloc(g->rows, g->n + 1, sizeof(*g->rows));
		fill_row(jail, status, state, g->networks, &g->rows[g->n]);
		if (g->array)
			json_array_append_new(g->array, make_object(jail, &g->rows[g->n], state, g->networks));
		g->n++;
	}
	jail_free(jail);
}

static void gathered_done(struct gathered *g)
{
	for (size_t i = 0; i < g->n; i++)
		for (int c = 0; c < N_COLUMNS; c++)
			free(g->rows[i].cell[c]);
	free(g->rows);
	json_decref(g->array);
	json_decref(g->networks);
}

static int run_list(struct cli *cli, const void *opts, int argc, char **argv)
{
	const struct list_opts *o = opts;
	struct gathered g = { 0 };
	struct jail_error *err = NULL;
	mem_auto char **ids = NULL;
	int code = 0;

	(void)argc;
	(void)argv;
	if (!cli_runtime(cli))
		return 1;
	if (jail_list(cli->rt, &ids, &err) < 0)
		return msg_fail(err);
	g.networks = o->quiet || !*ids ? NULL : netshow_load();
	g.array = str_equal(o->format, "json") && !o->quiet ? json_array() : NULL;
	for (char **id = ids; *id; id++)
		if (o->quiet)
			printf("%s\n", *id);
		else
			gather(cli, *id, &g);
	if (g.array)
		code = print_json(g.array);
	else if (!o->quiet)
		print_table(g.rows, g.n);
	gathered_done(&g);
	return cli_print(x_strdup("")) ? 1 : code;
}

const struct verb verb_list = {
	.name = "list",
	.group = VERB_LOOK,
	.args = "",
	.summary = "list all jails",
	.opts = list_options,
	.opts_size = sizeof(struct list_opts),
	.examples = (const char *const[]){ "jail list", "jail list -q | xargs jail delete --force", NULL },
	.run = run_list,
};
