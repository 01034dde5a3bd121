/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * source.c - which spec a command line means
 *
 *   jail run SPEC [ID]          SPEC is a file
 *   jail run DIR [ID]           DIR is a bundle: it holds config.json
 *   jail run -b DIR [ID]        the OCI form
 *   jail run ID                 the OCI form, the bundle is the current directory
 *
 * The last one is meant when the one argument does not name a file and could be an id.
 */
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>

#include "source.h"

#define NAME_MAX_LEN 48
#define SUFFIX_LEN   4

static bool exists(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0;
}

/* "config.json" and "dir/spec" name a file even where there is none: the error should say so. */
static bool looks_like_path(const char *s)
{
	size_t n = strlen(s);

	return strchr(s, '/') || (n > 5 && !strcmp(s + n - 5, ".json"));
}

static int only_id(struct source *s, const char *verb, int argc, char **argv)
{
	if (argc > 1) {
		msg_error("%s: with --bundle or --config the only argument is the id, not \"%s\"",
			  verb, argv[0]);
		return -1;
	}
	s->id = argv[0];
	return 0;
}

int source_from_args(struct source *s, const char *verb, int argc, char **argv)
{
	if (s->bundle || s->config)
		return only_id(s, verb, argc, argv);
	if (argc == 2 || (argc == 1 && (looks_like_path(argv[0]) || exists(argv[0])))) {
		s->path = argv[0];
		s->id = argv[1];
		return 0;
	}
	if (exists("config.json")) {
		s->id = argv[0];
		return 0;
	}
	if (argc)
		msg_error("%s: %s is neither a spec nor a bundle, and there is no config.json here",
			  verb, argv[0]);
	else
		msg_error("%s: name a spec or a bundle, there is no config.json here", verb);
	return -1;
}

struct jail_spec *source_load(const struct source *s)
{
	struct jail_spec_source source = JAIL_INIT(struct jail_spec_source);
	struct jail_error *err = NULL;
	struct jail_spec *spec = NULL;

	source.path = s->path;
	source.bundle = s->bundle ? s->bundle : ".";
	source.config = s->config;
	source.overlay = s->overlay;
	if (jail_spec_read(&source, &spec, &err) < 0) {
		msg_fail(err);
		return NULL;
	}
	return spec;
}

const char *source_name(const struct source *s)
{
	if (s->path)
		return s->path;
	return s->bundle ? s->bundle : ".";
}

/* ---- ids ---- */

static bool is_generic(const char *base)
{
	return words_have("config.json spec.json rootfs . ..", base);
}

/* The last part of @path that says something: "web" for /srv/web, web.json and web/config.json. */
static char *telling_name(const char *path)
{
	char *real = realpath(path, NULL), *base;

	if (!real)
		real = x_strdup(path);
	base = strrchr(real, '/');
	if (base && base != real && is_generic(base + 1)) {
		*base = '\0';
		base = strrchr(real, '/');
	}
	base = x_strdup(base ? base + 1 : real);
	free(real);
	return base;
}

/* Only what an id may hold, and not starting with what is not a letter or digit. */
static void sanitise(char *s)
{
	static const char letters[] =
		"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
	size_t skip, n = strlen(s);

	if (n > 5 && !strcmp(s + n - 5, ".json"))
		s[n - 5] = '\0';
	skip = strcspn(s, letters);
	memmove(s, s + skip, strlen(s + skip) + 1);
	for (char *c = s; *c; c++)
		if (!strchr(letters, *c) && !strchr("_+-.", *c))
			*c = '-';
	if (strlen(s) > NAME_MAX_LEN)
		s[NAME_MAX_LEN] = '\0';
}

static void random_letters(char *out)
{
	static const char letters[] = "abcdefghijkmnpqrstuvwxyz23456789"; /* 32, none alike */
	unsigned char bytes[SUFFIX_LEN];

	while (getrandom(bytes, sizeof(bytes), 0) != sizeof(bytes))
		;
	for (int i = 0; i < SUFFIX_LEN; i++)
		out[i] = letters[bytes[i] % 32];
	out[SUFFIX_LEN] = '\0';
}

char *source_default_id(const char *path, bool unique)
{
	mem_auto char *name = telling_name(path);
	char suffix[SUFFIX_LEN + 1];

	sanitise(name);
	if (!unique)
		return x_strdup(*name ? name : "jail");
	random_letters(suffix);
	return x_printf("%s-%s", *name ? name : "jail", suffix);
}
