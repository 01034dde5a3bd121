/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * binfmt.c - jail.binfmt: programs of other machines, and who runs them
 *
 * A line is what the kernel's own file takes, see binfmt.d(5).  It is read as the kernel reads it
 * (fs/binfmt_misc.c, create_entry()), which says EINVAL to whatever is wrong with it.
 */
#include "spec/parse.h"

#include <ctype.h>
#include <string.h>

#define BINFMT_MAX    64
#define LINE_MAX_     1920      /* MAX_REGISTER_LENGTH */
#define MAGIC_END_MAX 256U      /* BINPRM_BUF_SIZE: what the kernel has read of a program */

enum { NAME, TYPE, OFFSET, MAGIC, MASK, INTERPRETER, FLAGS, FIELDS };

/* In place.  A separator that is written as \x3a is none.  False: there are too few. */
static bool split(char *line, char *fields[FIELDS])
{
	char *p = line + 1, separator = *line;

	for (int i = 0; i < FIELDS; i++) {
		char *end = i < FLAGS ? strchr(p, separator) : p + strlen(p);

		if (!end)
			return false;
		fields[i] = p;
		p = end + 1;
		*end = '\0';
	}
	return true;
}

static int check_name(const struct at *at, const char *name)
{
	static const char *const taken[] = { ".", "..", "register", "status" };

	if (!*name)
		return at_fail(at, "has no name");
	if (strchr(name, '/'))
		return at_fail(at, "its name \"%.80s\" contains \"/\"", name);
	for (size_t i = 0; i < ARRAY_SIZE(taken); i++)
		if (!strcmp(name, taken[i]))
			return at_fail(at, "its name cannot be \"%s\"", name);
	return 0;
}

/* Bytes, of which some are written as \xHH; -1: one is not finished. */
static int bytes_of(const char *p)
{
	int n = 0;

	for (; *p; n++) {
		if (p[0] != '\\' || p[1] != 'x')
			p++;
		else if (isxdigit((unsigned char)p[2]) && isxdigit((unsigned char)p[3]))
			p += 4;
		else
			return -1;
	}
	return n;
}

static int check_magic(const struct at *at, char *const f[FIELDS])
{
	int magic = bytes_of(f[MAGIC]), mask = bytes_of(f[MASK]);
	size_t digits = strspn(f[OFFSET], "0123456789");
	unsigned offset = 0;

	if (f[OFFSET][digits] || digits > 3)
		return at_fail(at, "its offset must be a number up to 255, not \"%.80s\"", f[OFFSET]);
	for (size_t i = 0; i < digits; i++)
		offset = offset * 10 + (unsigned)(f[OFFSET][i] - '0');
	if (magic < 0 || mask < 0)
		return at_fail(at, "its %s has a \\x without two hexadecimal digits", magic < 0 ? "magic" : "mask");
	if (!magic)
		return at_fail(at, "has no magic");
	if (mask && mask != magic)
		return at_fail(at, "its mask has %d bytes, its magic %d", mask, magic);
	if (offset + (unsigned)magic > MAGIC_END_MAX)
		return at_fail(at, "its magic ends behind the first %u bytes of a program", MAGIC_END_MAX);
	return 0;
}

static int check_extension(const struct at *at, const char *extension)
{
	if (!*extension || strchr(extension, '/'))
		return at_fail(at, "must have an extension without \"/\" in the place of the magic");
	return 0;
}

static int check_flags(const struct at *at, const char *flags)
{
	size_t known = strspn(flags, "POCF");

	if (flags[known])
		return at_fail(at, "has an unknown flag \"%.1s\"; there are P, O, C and F", flags + known);
	if (!strchr(flags, 'F'))
		return at_fail(at, "must have the flag F: the interpreter is a file outside of the jail, "
			       "opened before its root is");
	return 0;
}

static int check_fields(const struct at *at, char *const f[FIELDS])
{
	int r = check_name(at, f[NAME]);

	if (r < 0)
		return r;
	if (!strcmp(f[TYPE], "M"))
		r = check_magic(at, f);
	else if (!strcmp(f[TYPE], "E"))
		r = check_extension(at, f[MAGIC]);
	else
		r = at_fail(at, "its type must be M or E, not \"%.80s\"", f[TYPE]);
	if (r == 0 && f[INTERPRETER][0] != '/')
		r = at_fail(at, "its interpreter must be an absolute path, not \"%.80s\"", f[INTERPRETER]);
	return r < 0 ? r : check_flags(at, f[FLAGS]);
}

static int parse_line(const struct at *at, void *out)
{
	struct spec_binfmt *b = out;
	char *fields[FIELDS] = { 0 }, *copy;
	int r = at_string(at, &b->line);

	if (r < 0)
		return r;
	copy = arena_strdup(&at->p->spec->arena, b->line);
	if (!copy)
		return at_nomem(at);
	if (strlen(copy) > LINE_MAX_)
		return at_fail(at, "must be at most %d bytes long, not %zu", LINE_MAX_, strlen(copy));
	if (strchr(copy, '\n'))
		return at_fail(at, "must be a single line");
	if (!ispunct((unsigned char)*copy) || strchr("/\\", *copy))
		return at_fail(at, "must start with the separator of its fields, such as \":\"");
	if (!split(copy, fields))
		return at_fail(at, "must be :name:type:offset:magic:mask:interpreter:flags, as in binfmt.d(5)");
	r = check_fields(at, fields);
	if (r < 0)
		return r;
	b->name = fields[NAME];
	b->interpreter = fields[INTERPRETER];
	return 0;
}

int parse_binfmt(const struct at *at, void *out)
{
	struct spec *s = out;
	void *v = NULL;
	size_t n = 0;
	int r = list_parse(at, sizeof(*s->binfmt), parse_line, &v, &n);

	if (r < 0)
		return r;
	if (n > BINFMT_MAX)
		return at_fail(at, "must have at most %d elements, not %zu", BINFMT_MAX, n);
	s->binfmt = v;
	s->n_binfmt = n;
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < i; k++)
			if (!strcmp(s->binfmt[i].name, s->binfmt[k].name)) {
				struct at again = at_element(at, i);

				return at_fail(&again, "the name \"%.80s\" occurs twice", s->binfmt[i].name);
			}
	return 0;
}

/* A user namespace has registrations of its own; others would be those of the machine, or of another jail. */
int finish_binfmt(const struct at *jail, const struct spec *s)
{
	struct at binfmt = at_member(jail, "binfmt");

	if (!s->n_binfmt)
		return 0;
	if (!s->ns[SPEC_NS_USER].set)
		return at_fail(&binfmt, "needs a new user namespace: without one it would be for the whole machine");
	if (s->ns[SPEC_NS_USER].path)
		return at_fail(&binfmt, "cannot be had in a user namespace that is joined by path");
	if (s->ns[SPEC_NS_MOUNT].set && s->ns[SPEC_NS_MOUNT].path)
		return at_fail(&binfmt, "cannot be had in a mount namespace that is joined by path");
	return 0;
}
