/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * stats_table.c - the table of stats and top: a row of columns[] is all there is to a column
 *
 * What the kernel does not count for a jail is shown as "-", which is not the same as 0.
 */
#include <string.h>

#include "stats.h"

#define CELL_MAX 160

/* ---- cells ---- */

static void format_bytes(double v, char *out, size_t size)
{
	static const char *const units[] = { "B", "KiB", "MiB", "GiB", "TiB", "PiB" };
	size_t u = 0;

	for (; u + 1 < ARRAY_SIZE(units) && v >= 1024; u++)
		v /= 1024;
	snprintf(out, size, u && v < 99.95 ? "%.1f%s" : "%.0f%s", v, units[u]);
}

static void format_two(double a, double b, char *out, size_t size)
{
	char x[32], y[32];

	format_bytes(a, x, sizeof(x));
	format_bytes(b, y, sizeof(y));
	snprintf(out, size, "%s / %s", x, y);
}

static void put_id(const struct table *t, const struct sample *x, char *out, size_t size)
{
	(void)t;
	snprintf(out, size, "%s", x->id);
}

static void put_cpu(const struct table *t, const struct sample *x, char *out, size_t size)
{
	(void)t;
	if (x->s->pid && x->s->parts & JAIL_STATS_CPU)
		snprintf(out, size, "%.2f%%", x->cpu);
}

static void put_memory(const struct table *t, const struct sample *x, char *out, size_t size)
{
	char used[32], limit[32] = "unlimited";

	(void)t;
	if (!(x->s->parts & JAIL_STATS_MEMORY))
		return;
	format_bytes((double)x->s->memory.current, used, sizeof(used));
	if (x->s->memory.max != JAIL_UNLIMITED)
		format_bytes((double)x->s->memory.max, limit, sizeof(limit));
	snprintf(out, size, "%s / %s", used, limit);
}

static void put_share(const struct table *t, const struct sample *x, char *out, size_t size)
{
	(void)t;
	if (x->s->parts & JAIL_STATS_MEMORY)
		snprintf(out, size, "%.2f%%", stats_memory_percent(x->s));
}

static void put_pids(const struct table *t, const struct sample *x, char *out, size_t size)
{
	unsigned long long now = x->s->pids.current, max = x->s->pids.max;

	(void)t;
	if (x->s->parts & JAIL_STATS_PIDS)
		snprintf(out, size, max == JAIL_UNLIMITED ? "%llu" : "%llu / %llu", now, max);
}

static void put_io(const struct table *t, const struct sample *x, char *out, size_t size)
{
	if (!(x->s->parts & JAIL_STATS_IO))
		return;
	if (t->rates)
		format_two(x->read, x->write, out, size);
	else
		format_two((double)stats_read_bytes(x->s), (double)stats_written_bytes(x->s), out, size);
}

static void put_net(const struct table *t, const struct sample *x, char *out, size_t size)
{
	if (!(x->s->parts & JAIL_STATS_NETWORK))
		return;
	if (t->rates)
		format_two(x->rx, x->tx, out, size);
	else
		format_two((double)stats_received_bytes(x->s), (double)stats_sent_bytes(x->s), out, size);
}

static void put_pressure(const struct table *t, const struct sample *x, char *out, size_t size)
{
	(void)t;
	if (x->s->parts & JAIL_STATS_PRESSURE)
		snprintf(out, size, "%.1f/%.1f/%.1f", x->s->cpu.pressure.some.avg10,
			 x->s->memory.pressure.some.avg10, x->s->io.pressure.some.avg10);
}

/* "mem 3, pids 12"; "none": counted, and no limit was hit. */
static void put_limits(const struct table *t, const struct sample *x, char *out, size_t size)
{
	struct limit_hit hit;
	bool counted = false;
	size_t n = 0;

	(void)t;
	for (size_t i = 0; stats_limit_hit(x->s, i, &hit); i++) {
		counted |= hit.there;
		if (hit.count && n < size)
			n += (size_t)snprintf(out + n, size - n, "%s%s %llu", n ? ", " : "", hit.word,
					      (unsigned long long)hit.count);
	}
	if (counted && !n)
		snprintf(out, size, "none");
}

/* ---- what to sort by ---- */

static double by_cpu(const struct table *t, const struct sample *x)
{
	(void)t;
	return x->cpu;
}

static double by_memory(const struct table *t, const struct sample *x)
{
	(void)t;
	return (double)x->s->memory.current;
}

static double by_share(const struct table *t, const struct sample *x)
{
	(void)t;
	return stats_memory_percent(x->s);
}

static double by_pids(const struct table *t, const struct sample *x)
{
	(void)t;
	return (double)x->s->pids.current;
}

static double by_io(const struct table *t, const struct sample *x)
{
	return t->rates ? x->read + x->write :
		(double)stats_read_bytes(x->s) + (double)stats_written_bytes(x->s);
}

static double by_net(const struct table *t, const struct sample *x)
{
	return t->rates ? x->rx + x->tx :
		(double)stats_received_bytes(x->s) + (double)stats_sent_bytes(x->s);
}

static double by_pressure(const struct table *t, const struct sample *x)
{
	(void)t;
	return x->s->cpu.pressure.some.avg10 + x->s->memory.pressure.some.avg10 +
	       x->s->io.pressure.some.avg10;
}

static double by_limits(const struct table *t, const struct sample *x)
{
	struct limit_hit hit;
	double sum = 0;

	(void)t;
	for (size_t i = 0; stats_limit_hit(x->s, i, &hit); i++)
		sum += (double)hit.count;
	return sum;
}

/* ---- columns ---- */

static const struct column {
	const char *name;               /* for --sort */
	const char *title, *rate_title; /* rate_title NULL: the same */
	void (*put)(const struct table *t, const struct sample *x, char *out, size_t size);
	double (*value)(const struct table *t, const struct sample *x);  /* NULL: by id */
} columns[] = {
	{ "id",       "ID", NULL,                        put_id,       NULL },
	{ "cpu",      "CPU %", NULL,                     put_cpu,      by_cpu },
	{ "memory",   "MEM USAGE / LIMIT", NULL,         put_memory,   by_memory },
	{ "share",    "MEM %", NULL,                     put_share,    by_share },
	{ "pids",     "PIDS", NULL,                      put_pids,     by_pids },
	{ "io",       "BLOCK READ / WRITE", "BLOCK R / W per s", put_io, by_io },
	{ "net",      "NET RX / TX", "NET RX / TX per s", put_net,     by_net },
	{ "pressure", "PSI CPU/MEM/IO", NULL,            put_pressure, by_pressure },
	{ "limits",   "LIMITS HIT", NULL,                put_limits,   by_limits },
};
#define N_COLUMNS ARRAY_SIZE(columns)

int table_column(const char *name)
{
	for (size_t i = 0; i < N_COLUMNS; i++)
		if (!strcmp(columns[i].name, name))
			return (int)i;
	return -1;
}

size_t table_n_columns(void)
{
	return N_COLUMNS;
}

const char *table_column_name(size_t column)
{
	return columns[column].name;
}

/* ---- sorting ---- */

/* Largest first, but ids from a to z; what is equal by id. */
static int compare(const void *a, const void *b, void *data)
{
	const struct sample *x = a, *y = b;
	const struct table *t = data;
	double v = 0, w = 0;
	int order;

	if (columns[t->sort].value) {
		v = columns[t->sort].value(t, x);
		w = columns[t->sort].value(t, y);
	}
	order = v > w ? -1 : v < w ? 1 : strcmp(x->id, y->id);
	return t->reverse ? -order : order;
}

void table_sort(const struct table *t, struct samples *s)
{
	if (s->n)
		qsort_r(s->v, s->n, sizeof(*s->v), compare, (void *)t);
}

/* ---- printing ---- */

static const char *title(const struct table *t, size_t c)
{
	return t->rates && columns[c].rate_title ? columns[c].rate_title : columns[c].title;
}

static void fill_cell(const struct table *t, const struct sample *x, size_t c, char cell[CELL_MAX])
{
	cell[0] = '\0';
	columns[c].put(t, x, cell, CELL_MAX);
	if (!cell[0])
		strcpy(cell, "-");
}

/* All but the last column are padded; cut where the room ends. */
static void print_row(const struct table *t, const char (*cells)[CELL_MAX], const size_t *widths,
		      FILE *f)
{
	char line[N_COLUMNS * (CELL_MAX + 2) + 1];
	size_t n = 0;

	for (size_t c = 0; c < N_COLUMNS; c++)
		n += (size_t)snprintf(line + n, sizeof(line) - n, "%-*s%s",
				      c + 1 < N_COLUMNS ? (int)widths[c] : 0, cells[c],
				      c + 1 < N_COLUMNS ? "  " : "");
	if (t->columns && n > (size_t)t->columns)
		line[t->columns] = '\0';
	fprintf(f, "%s%s", line, t->newline);
}

void table_print(const struct table *t, const struct samples *s, FILE *f)
{
	size_t n = s->n, widths[N_COLUMNS] = { 0 };
	char (*cells)[N_COLUMNS][CELL_MAX];

	/* The heading takes a line, and so does saying that there is more. */
	if (t->rows && n > (size_t)t->rows - 1)
		n = t->rows > 2 ? (size_t)t->rows - 2 : 0;
	cells = x_realloc(NULL, n + 1, sizeof(*cells));
	for (size_t i = 0; i <= n; i++)
		for (size_t c = 0; c < N_COLUMNS; c++) {
			if (i)
				fill_cell(t, &s->v[i - 1], c, cells[i][c]);
			else
				snprintf(cells[0][c], CELL_MAX, "%s", title(t, c));
			if (strlen(cells[i][c]) > widths[c])
				widths[c] = strlen(cells[i][c]);
		}
	for (size_t i = 0; i <= n; i++)
		print_row(t, (const char (*)[CELL_MAX])cells[i], widths, f);
	if (n < s->n)
		fprintf(f, "… and %zu more%s", s->n - n, t->newline);
	free(cells);
}
