/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * options.c - parse a command line by a table
 *
 * Not getopt_long(3): that would accept abbreviations, which break when an option is added, hides
 * which argument was wrong, and keeps its state in globals.
 */
#include <string.h>

#include "message.h"
#include "options.h"
#include "suggest.h"
#include "util.h"

struct cursor {
	const struct opt_parser *p;
	int argc, i;         /* argv[i] is looked at */
	char **argv;
};

static const struct opt *find_long(const struct opt *opts, const char *name, size_t len)
{
	for (; opts && opts->name; opts++)
		if (strlen(opts->name) == len && !memcmp(opts->name, name, len))
			return opts;
	return NULL;
}

static const struct opt *find_letter(const struct opt *opts, char letter)
{
	for (; opts && opts->name; opts++)
		if (opts->letter == letter)
			return opts;
	return NULL;
}

/* ---- values ---- */

static int bad_value(const struct opt_parser *p, const struct opt *o, const char *value,
		     const char *want)
{
	msg_error("%s%s--%s: \"%s\" is not %s", p->verb, *p->verb ? ": " : "", o->name, value,
		  want);
	return OPT_ERROR;
}

static int set_flag(const struct opt_parser *p, const struct opt *o, const char *value)
{
	bool *dest = (bool *)((char *)p->dest + o->offset);

	if (!value || words_have("true 1", value))
		*dest = true;
	else if (words_have("false 0", value))
		*dest = false;
	else
		return bad_value(p, o, value, "true or false");
	return 0;
}

static int set_text(const struct opt_parser *p, const struct opt *o, const char *value)
{
	mem_auto char *want = NULL;

	if (o->choices && !o->open && !words_have(o->choices, value)) {
		want = x_printf("one of: %s", o->choices);
		return bad_value(p, o, value, want);
	}
	*(const char **)((char *)p->dest + o->offset) = value;
	return 0;
}

static int set_u32(const struct opt_parser *p, const struct opt *o, const char *value)
{
	uint32_t *dest = (uint32_t *)((char *)p->dest + o->offset);

	return str_u32(value, dest) ? 0 : bad_value(p, o, value, "a number");
}

static int add_text(const struct opt_parser *p, const struct opt *o, const char *value)
{
	struct opt_list *list = (struct opt_list *)((char *)p->dest + o->offset);

	list->v = x_realloc(list->v, list->n + 2, sizeof(*list->v));
	list->v[list->n++] = value;
	list->v[list->n] = NULL;
	return 0;
}

static int add_u32(const struct opt_parser *p, const struct opt *o, const char *value)
{
	struct opt_u32_list *list = (struct opt_u32_list *)((char *)p->dest + o->offset);
	mem_auto char *copy = x_strdup(value);
	char *rest = copy, *word;
	uint32_t v;

	while ((word = strsep(&rest, ","))) {
		if (!str_u32(word, &v))
			return bad_value(p, o, value, "a number, or numbers separated by commas");
		list->v = x_realloc(list->v, list->n + 1, sizeof(*list->v));
		list->v[list->n++] = v;
	}
	return 0;
}

static int set_value(const struct opt_parser *p, const struct opt *o, const char *value)
{
	static int (*const setters[])(const struct opt_parser *, const struct opt *, const char *) = {
		[OPT_FLAG] = set_flag, [OPT_TEXT] = set_text, [OPT_U32] = set_u32,
		[OPT_LIST] = add_text, [OPT_U32_LIST] = add_u32,
	};

	return setters[o->kind](p, o, value);
}

/* ---- options ---- */

static int no_such_option(const struct opt_parser *p, const char *word, size_t len)
{
	mem_auto char *name = x_printf("%.*s", (int)len, word);
	const char *bare = name + strspn(name, "-"), *near;
	const char *colon = *p->verb ? ": " : "";

	if (p->elsewhere && find_long(p->elsewhere, bare, strlen(bare)))
		msg_error("%s%soption %s goes before the verb: jail %s … %s", p->verb, colon, name,
			  name, p->verb);
	else if (len > 2 && (near = suggest_option(p->opts, bare)))
		msg_error("%s%sunknown option %s, did you mean --%s?", p->verb, colon, name, near);
	else
		msg_error("%s%sunknown option %s, see jail %s%s--help", p->verb, colon, name,
			  p->verb, *p->verb ? " " : "");
	return OPT_ERROR;
}

static int no_value(const struct opt_parser *p, const struct opt *o)
{
	msg_error("%s%s--%s needs a value: --%s %s", p->verb, *p->verb ? ": " : "", o->name,
		  o->name, o->arg);
	return OPT_ERROR;
}

/* "--name", "--name=value", "--name value" */
static int parse_long(struct cursor *c)
{
	const char *word = c->argv[c->i], *name = word + 2;
	size_t len = strcspn(name, "=");
	const char *value = name[len] ? name + len + 1 : NULL;
	const struct opt *o = find_long(c->p->opts, name, len);

	if (!o && len == strlen(OPT_HELP_NAME) && !memcmp(name, OPT_HELP_NAME, len))
		return OPT_HELP;
	if (!o)
		return no_such_option(c->p, word, len + 2);
	if (o->kind != OPT_FLAG && !value) {
		if (c->i + 1 >= c->argc)
			return no_value(c->p, o);
		value = c->argv[++c->i];
	}
	return set_value(c->p, o, value);
}

/* "-x", "-xyz" for three flags, "-xvalue", "-x value", "-x=value" */
static int parse_letters(struct cursor *c)
{
	const char *word = c->argv[c->i];
	int r;

	for (const char *l = word + 1; *l; l++) {
		const struct opt *o = find_letter(c->p->opts, *l);
		const char *value = l + 1;

		if (!o && *l == OPT_HELP_LETTER)
			return OPT_HELP;
		if (!o)
			return no_such_option(c->p, word, strlen(word));
		if (o->kind == OPT_FLAG) {
			r = set_flag(c->p, o, NULL);
			if (r < 0)
				return r;
			continue;
		}
		if (*value == '=')
			value++;
		else if (!*value && c->i + 1 >= c->argc)
			return no_value(c->p, o);
		else if (!*value)
			value = c->argv[++c->i];
		return set_value(c->p, o, value);
	}
	return 0;
}

static bool command_begins(const struct opt_parser *p, int n)
{
	int before = p->command_after ? p->command_after(p->dest) : -1;

	return before >= 0 && n >= before;
}

void options_done(const struct opt *opts, void *dest)
{
	for (; opts && opts->name; opts++) {
		char *at = (char *)dest + opts->offset;

		if (opts->kind == OPT_LIST)
			free(((struct opt_list *)at)->v);
		else if (opts->kind == OPT_U32_LIST)
			free(((struct opt_u32_list *)at)->v);
	}
}

int options_parse(const struct opt_parser *p, int argc, char **argv, char **args)
{
	struct cursor c = { .p = p, .argc = argc, .argv = argv };
	int n = 0, r = 0;

	for (; c.i < argc; c.i++) {
		const char *word = argv[c.i];

		if (word[0] != '-' || !word[1]) {
			if (command_begins(p, n))
				break;
			args[n++] = argv[c.i];
			continue;
		}
		if (!strcmp(word, "--")) {
			c.i++;
			break;
		}
		r = word[1] == '-' ? parse_long(&c) : parse_letters(&c);
		if (r < 0)
			return r;
	}
	for (; c.i < argc; c.i++)
		args[n++] = argv[c.i];
	args[n] = NULL;
	return n;
}
