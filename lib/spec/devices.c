/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * devices.c - linux.devices (nodes to make) and linux.resources.devices (who may open them)
 */
#include "spec/parse.h"

#include <string.h>
#include <sys/stat.h>

/* A dev_t has 12 bits of major and 20 bits of minor number inside the kernel. */
#define DEV_MAJOR_MAX 4095
#define DEV_MINOR_MAX 1048575

/* ---- nodes ---- */

static const struct word node_words[] = {
	{ "c", S_IFCHR },
	{ "b", S_IFBLK },
	{ "u", S_IFCHR },       /* unbuffered: the same to Linux */
	{ "p", S_IFIFO },
	{ 0 },
};

struct node {
	char *path;
	uint32_t type, major, minor, uid, gid;
	struct spec_opt_uint mode;
};

/* Engines that copy st_mode leave the file type in: it has to be the right one. */
static int parse_file_mode(const struct at *at, void *out)
{
	struct node *n = out;
	uint64_t v;
	int r = at_uint(at, 0, UINT32_MAX, &v);

	if (r < 0)
		return r;
	if (v > 0777 && ((v & S_IFMT) != n->type || (v & ~(uint64_t)S_IFMT) > 0777))
		return at_fail(at, "must be from 0 to 511 (permission bits, as a decimal number)");
	n->mode = (struct spec_opt_uint){ true, v & 0777 };
	return 0;
}

/* "type" stands first: others look at it. */
static const struct field node_fields[] = {
	{ "type", F_WORD, F_REQUIRED, FIELD_SIZE(struct node, type), .words = node_words },
	{ "path", F_STRING, F_REQUIRED | F_ABSOLUTE, FIELD_SIZE(struct node, path) },
	{ "major", F_UINT, FIELD_SIZE(struct node, major), .max = DEV_MAJOR_MAX },
	{ "minor", F_UINT, FIELD_SIZE(struct node, minor), .max = DEV_MINOR_MAX },
	{ "fileMode", F_CALL, .fn = parse_file_mode },
	{ "uid", F_UINT, FIELD_SIZE(struct node, uid), .max = UINT32_MAX - 1 },
	{ "gid", F_UINT, FIELD_SIZE(struct node, gid), .max = UINT32_MAX - 1 },
	{ 0 },
};

int parse_device(const struct at *at, void *out)
{
	struct at major = at_member(at, "major"), minor = at_member(at, "minor");
	struct node n = { 0 };
	int r = object_parse(at, node_fields, &n);

	if (r < 0)
		return r;
	if (n.type != S_IFIFO && !major.v)
		return at_fail(&major, "is required");
	if (n.type != S_IFIFO && !minor.v)
		return at_fail(&minor, "is required");
	if (n.type == S_IFIFO)
		n.major = n.minor = 0;
	*(struct spec_device *)out = (struct spec_device){
		.path = n.path, .type = n.type, .major = n.major, .minor = n.minor,
		.mode = n.mode.set ? (mode_t)n.mode.v : 0666, .uid = n.uid, .gid = n.gid,
	};
	return 0;
}

/* ---- rules ---- */

static const struct word rule_words[] = {
	{ "a", 'a' },
	{ "b", 'b' },
	{ "c", 'c' },
	{ 0 },
};

struct rule {
	bool allow;
	uint32_t type;
	int64_t major, minor;
	uint8_t access;
};

static int parse_access(const struct at *at, void *out)
{
	static const char letters[] = "rwm";    /* in the order of enum spec_dev_access */
	uint8_t *access = out;
	const char *text;
	int r = at_text(at, &text);

	if (r < 0)
		return r;
	*access = 0;
	for (const char *c = text; *c; c++) {
		const char *letter = strchr(letters, *c);

		if (!letter)
			return at_fail(at, "must be made of r, w and m, not \"%.80s\"", text);
		*access |= (uint8_t)(1 << (letter - letters));
	}
	return *access ? 0 : at_fail(at, "must be made of r, w and m");
}

static const struct field rule_fields[] = {
	{ "allow", F_BOOL, F_REQUIRED, FIELD_SIZE(struct rule, allow) },
	{ "type", F_WORD, FIELD_SIZE(struct rule, type), .words = rule_words },
	{ "major", F_INT, FIELD_SIZE(struct rule, major), .min = -1, .max = UINT32_MAX },
	{ "minor", F_INT, FIELD_SIZE(struct rule, minor), .min = -1, .max = UINT32_MAX },
	{ "access", F_CALL, FIELD_SIZE(struct rule, access), .fn = parse_access },
	{ 0 },
};

static int parse_rule(const struct at *at, void *out)
{
	struct at type = at_member(at, "type");
	struct rule rule = { .type = 'a', .major = -1, .minor = -1, .access = 7 };
	int r = object_parse(at, rule_fields, &rule);

	if (r < 0)
		return r;
	if (rule.type == 'a' && (rule.major >= 0 || rule.minor >= 0))
		return at_fail(&type, "must be \"b\" or \"c\" for a rule with device numbers");
	*(struct spec_dev_rule *)out = (struct spec_dev_rule){
		rule.allow, (char)rule.type, rule.major, rule.minor, rule.access
	};
	return 0;
}

int parse_device_rules(const struct at *at, void *out)
{
	struct spec *s = out;
	void *v;
	int r = list_parse(at, sizeof(*s->dev_rules), parse_rule, &v, &s->n_dev_rules);

	if (r < 0)
		return r;
	s->dev_rules = v;
	s->has_dev_rules = true;
	return 0;
}
