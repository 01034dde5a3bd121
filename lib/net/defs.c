/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * defs.c - the networks that are defined on this machine
 */
#include "net/defs.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/embed.h"

#define DEF_MAX (1U << 20)

/* A file need not say its bridge; if it does, it must be the file's own name. */
static int settle_name(const char *name, struct spec *s, struct err *err)
{
	struct spec_netdef *d = &s->netdef;

	if (d->name && strcmp(d->name, name) != 0)
		return err_spec(err, "bridge", "must be \"%s\", as the file is called", name);
	if (!d->name)
		d->name = arena_strdup(&s->arena, name);
	return d->name ? 0 : err_nomem(err);
}

static int parse(const char *text, size_t len, const char *name, struct spec **ret, struct err *err)
{
	struct spec *s;
	int r = spec_parse_netdef(text, len, name, &s, err);

	if (r == 0) {
		r = settle_name(name, s, err);
		if (r < 0)
			spec_free(s);
		else
			*ret = s;
	}
	return r;
}

static int unknown(const char *name, struct err *err)
{
	return err_set(err, -ENOENT, "there is no network %s: %s/%s.json defines it "
		       "(\"jail net ls\" lists those that are there)", name, NET_DEFS, name);
}

int netdef_load(const char *name, struct spec **ret, struct err *err)
{
	mem_auto char *text = NULL;
	char path[sizeof(NET_DEFS) + 32];
	struct err read = { 0 };
	size_t len;
	int r;

	if ((size_t)snprintf(path, sizeof(path), "%s/%s.json", NET_DEFS, name) >= sizeof(path))
		return unknown(name, err);
	r = file_read_at(AT_FDCWD, path, DEF_MAX, &text, &len, &read);
	if (r == -ENOENT && strcmp(name, NET_DEFAULT) != 0)
		return unknown(name, err);
	if (r < 0 && r != -ENOENT) {
		if (err)
			*err = read;
		return r;
	}
	if (r == -ENOENT) {
		/* cppcheck-suppress comparePointers ; two labels of one object, see embed.S */
		size_t n = (size_t)(embed_network_end - embed_network);

		return parse(embed_network, n, name, ret, err);
	}
	r = parse(text, len, name, ret, err);
	return r < 0 ? err_add(err, r, "%s%s%s", path, err && err->place[0] ? ": " : "",
			       err ? err->place : "") : 0;
}

/* ---- listing ---- */

/* "NAME.json", with a name that an interface can have */
static bool file_is_def(const char *file)
{
	size_t n = strlen(file);

	return n > 5 && n - 5 < 16 && file[0] != '.' && !strcmp(file + n - 5, ".json");
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int add_name(char **names, size_t *n, const char *name, size_t len, struct arena *arena)
{
	for (size_t i = 0; i < *n; i++)
		if (strlen(names[i]) == len && !memcmp(names[i], name, len))
			return 0;
	names[*n] = arena_printf(arena, "%.*s", (int)len, name);
	return names[(*n)++] ? 0 : -ENOMEM;
}

/* One block: the pointers, then the strings. */
static int pack(char *const *names, size_t n, struct strv *ret)
{
	size_t size = (n + 1) * sizeof(char *);
	char **v, *at;

	for (size_t i = 0; i < n; i++)
		size += strlen(names[i]) + 1;
	v = malloc(size);
	if (!v)
		return -ENOMEM;
	at = (char *)(v + n + 1);
	for (size_t i = 0; i < n; i++) {
		v[i] = strcpy(at, names[i]);
		at += strlen(at) + 1;
	}
	v[n] = NULL;
	*ret = (struct strv){ v, n };
	return 0;
}

#define DEFS_MAX 1024

int netdef_list(struct strv *ret, struct err *err)
{
	__attribute__((cleanup(arena_done))) struct arena arena = { 0 };
	mem_auto char **names = calloc(DEFS_MAX + 1, sizeof(*names));
	DIR *dir = opendir(NET_DEFS);
	const struct dirent *e;
	size_t n = 0;
	int r = names ? add_name(names, &n, NET_DEFAULT, strlen(NET_DEFAULT), &arena) : -ENOMEM;

	while (r == 0 && dir && n < DEFS_MAX && (e = readdir(dir)))
		if (file_is_def(e->d_name))
			r = add_name(names, &n, e->d_name, strlen(e->d_name) - 5, &arena);
	if (dir)
		closedir(dir);
	if (r == 0) {
		qsort(names, n, sizeof(*names), compare);
		r = pack(names, n, ret);
	}
	return r < 0 ? err_nomem(err) : 0;
}
