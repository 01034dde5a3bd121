/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cmd_options.c - the command's option parser, suggestions and escaped messages
 */
#include <fcntl.h>
#include <unistd.h>

#include "test.h"

#include "../../cmd/jail/message.c"
#include "../../cmd/jail/options.c"
#include "../../cmd/jail/suggest.c"
#include "../../cmd/jail/util.c"

struct opts {
	bool flag, other;
	const char *text, *choice, *open;
	uint32_t number;
	struct opt_list list;
	struct opt_u32_list ids;
};

static const struct opt table[] = {
	{ "flag", 'f', OPT_FLAG, NULL, offsetof(struct opts, flag), .help = "" },
	{ "other", 'o', OPT_FLAG, NULL, offsetof(struct opts, other), .help = "" },
	{ "text", 't', OPT_TEXT, "T", offsetof(struct opts, text), .help = "" },
	{ "choice", 0, OPT_TEXT, "C", offsetof(struct opts, choice), .choices = "red green" },
	{ "open", 0, OPT_TEXT, "C", offsetof(struct opts, open), .choices = "red", .open = true },
	{ "number", 'n', OPT_U32, "N", offsetof(struct opts, number), .help = "" },
	{ "list", 'l', OPT_LIST, "L", offsetof(struct opts, list), .help = "" },
	{ "ids", 'i', OPT_U32_LIST, "I", offsetof(struct opts, ids), .help = "" },
	{ 0 },
};

static struct opts got;
static char *args[32];

static void reset(void)
{
	options_done(table, &got);
	memset(&got, 0, sizeof(got));
}

/* Parse without telling anybody. */
static int parse_with(int (*command_after)(const void *), char **argv)
{
	struct opt_parser p = {
		.opts = table, .dest = &got, .verb = "test", .command_after = command_after,
	};
	int argc = 0, saved = dup(STDERR_FILENO), null = open("/dev/null", O_WRONLY | O_CLOEXEC), r;

	reset();
	while (argv[argc])
		argc++;
	dup2(null, STDERR_FILENO);
	r = options_parse(&p, argc, argv, args);
	dup2(saved, STDERR_FILENO);
	close(saved);
	close(null);
	return r;
}

#define PARSE(...) parse_with(NULL, (char *[]){ __VA_ARGS__, NULL })

static int after_one(const void *opts)
{
	(void)opts;
	return 1;
}

static int after_none_if_flag(const void *opts)
{
	return ((const struct opts *)opts)->flag ? 0 : -1;
}

TEST(long_forms)
{
	CHECK_INT(PARSE("--flag", "--text", "a", "--number=7"), 0);
	CHECK(got.flag);
	CHECK_STR(got.text, "a");
	CHECK_INT(got.number, 7);
	CHECK_INT(PARSE("--text="), 0);
	CHECK_STR(got.text, "");
	CHECK_INT(PARSE("--text", "--flag"), 0);
	CHECK_STR(got.text, "--flag");
	CHECK_INT(PARSE("--text"), OPT_ERROR);
	CHECK_INT(PARSE("--fla"), OPT_ERROR);
	CHECK_INT(PARSE("--flags"), OPT_ERROR);
	CHECK_INT(PARSE("--=x"), OPT_ERROR);
}

TEST(letters)
{
	CHECK_INT(PARSE("-fo", "-ta", "-n", "5"), 0);
	CHECK(got.flag && got.other);
	CHECK_STR(got.text, "a");
	CHECK_INT(got.number, 5);
	CHECK_INT(PARSE("-fot", "x"), 0);
	CHECK_STR(got.text, "x");
	CHECK_INT(PARSE("-t=x"), 0);
	CHECK_STR(got.text, "x");
	CHECK_INT(PARSE("-fx"), OPT_ERROR);
	CHECK_INT(PARSE("-t"), OPT_ERROR);
}

TEST(flags_with_values)
{
	CHECK_INT(PARSE("--flag", "--flag=false", "--other=1"), 0);
	CHECK(!got.flag && got.other);
	CHECK_INT(PARSE("--flag=yes"), OPT_ERROR);
	CHECK_INT(PARSE("--flag="), OPT_ERROR);
	CHECK_INT(PARSE("--flag", "false"), 1);
	CHECK_STR(args[0], "false");
}

TEST(values)
{
	CHECK_INT(PARSE("--choice", "green"), 0);
	CHECK_INT(PARSE("--choice", "blue"), OPT_ERROR);
	CHECK_INT(PARSE("--choice", "red green"), OPT_ERROR);
	CHECK_INT(PARSE("--choice", ""), OPT_ERROR);
	CHECK_INT(PARSE("--open", "blue"), 0);
	CHECK_INT(PARSE("-n", "4294967295"), 0);
	CHECK(got.number == UINT32_MAX);
	CHECK_INT(PARSE("-n", "4294967296"), OPT_ERROR);
	CHECK_INT(PARSE("-n", "99999999999999999999999"), OPT_ERROR);
	CHECK_INT(PARSE("-n", "-1"), OPT_ERROR);
	CHECK_INT(PARSE("-n", "+1"), OPT_ERROR);
	CHECK_INT(PARSE("-n", " 1"), OPT_ERROR);
	CHECK_INT(PARSE("-n", "0x1"), OPT_ERROR);
	CHECK_INT(PARSE("-n", ""), OPT_ERROR);
}

TEST(lists)
{
	CHECK_INT(PARSE("-la", "--list", "b=c", "-i", "1,2", "--ids=3"), 0);
	CHECK_INT(got.list.n, 2);
	CHECK_STR(got.list.v[1], "b=c");
	CHECK(!got.list.v[2]);
	CHECK_INT(got.ids.n, 3);
	CHECK_INT(got.ids.v[2], 3);
	CHECK_INT(PARSE("-i", "1,,2"), OPT_ERROR);
}

TEST(arguments_and_options_mix)
{
	CHECK_INT(PARSE("a", "-f", "b", "--text", "x", "c"), 3);
	CHECK(got.flag);
	CHECK_STR(args[1], "b");
	CHECK(!args[3]);
	CHECK_INT(PARSE("a", "--", "-f", "--"), 3);
	CHECK(!got.flag);
	CHECK_STR(args[2], "--");
	CHECK_INT(PARSE("-"), 1);
	CHECK_INT(PARSE(""), 1);
}

TEST(a_command_keeps_its_options)
{
	char *exec[] = { "-f", "id", "-o", "cmd", "-t", "--what", NULL };
	char *rootfs[] = { "a", "-f", "cmd", "-x", NULL };

	CHECK_INT(parse_with(after_one, exec), 4);
	CHECK(got.flag && got.other && !got.text);
	CHECK_STR(args[3], "--what");
	CHECK_INT(parse_with(after_none_if_flag, rootfs), 3);
	CHECK_STR(args[2], "-x");
}

TEST(help)
{
	CHECK_INT(PARSE("--help"), OPT_HELP);
	CHECK_INT(PARSE("a", "-fh"), OPT_HELP);
	CHECK_INT(PARSE("--", "--help"), 1);
	CHECK_INT(PARSE("--text", "--help"), 0);
	reset();
}

TEST(distance)
{
	CHECK_INT(suggest_distance("", ""), 0);
	CHECK_INT(suggest_distance("", "abc"), 3);
	CHECK_INT(suggest_distance("run", "rnu"), 1);
	CHECK_INT(suggest_distance("delete", "delte"), 1);
	CHECK_INT(suggest_distance("kitten", "sitting"), 3);
	CHECK_INT(suggest_distance("0123456789012345678901234567890123456789", "a"), 40);
	CHECK_STR(suggest_option(table, "numbr"), "number");
	CHECK(!suggest_option(table, "qqqqqq"));
}

static void escaped(const char *s, bool json, char *out, size_t size)
{
	FILE *f = fmemopen(out, size, "w");

	put_escaped(f, s, json);
	fclose(f);
}

TEST(messages_are_escaped)
{
	char out[128];

	escaped("a\nb\x1b[m\x7f\"\\", false, out, sizeof(out));
	CHECK_STR(out, "a\\x0ab\\x1b[m\\x7f\"\\");
	escaped("a\nb\"\\", true, out, sizeof(out));
	CHECK_STR(out, "a\\u000ab\\\"\\\\");
	escaped("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", true, out, sizeof(out));
	CHECK_STR(out, "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80");
	/* overlong, surrogate, above U+10FFFF, cut short, C1 control */
	escaped("\xc0\x80", true, out, sizeof(out));
	CHECK_STR(out, "\\ufffd\\ufffd");
	escaped("\xed\xa0\x80", true, out, sizeof(out));
	CHECK_STR(out, "\\ufffd\\ufffd\\ufffd");
	escaped("\xf4\x90\x80\x80", false, out, sizeof(out));
	CHECK_STR(out, "\\?\\?\\?\\?");
	escaped("\xe2\x82", false, out, sizeof(out));
	CHECK_STR(out, "\\?\\?");
	escaped("\xc2\x9b", false, out, sizeof(out));
	CHECK_STR(out, "\\x9b");
}

TEST(words)
{
	const char *w = " one  two";
	char word[8];

	CHECK(words_have("one two", "two"));
	CHECK(!words_have("one two", "tw"));
	CHECK(!words_have("one two", ""));
	CHECK(words_next(&w, word, sizeof(word)));
	CHECK_STR(word, "one");
	CHECK(words_next(&w, word, sizeof(word)));
	CHECK(!words_next(&w, word, sizeof(word)));
	CHECK_STR(str_after("file:/x", "file:"), "/x");
	CHECK(!str_after(NULL, "x"));
}
