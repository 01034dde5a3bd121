/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * help.c - jail --help, jail VERB --help, jail help [VERB], jail __options [VERB]
 */
#include <stdio.h>
#include <string.h>

#include "help.h"

static const struct {
	enum verb_group group;
	const char *title;
} groups[] = {
	{ VERB_RUN,   "Run" },
	{ VERB_LOOK,  "Look" },
	{ VERB_OCI,   "OCI, for engines" },
	{ VERB_CLEAN, "Clean up" },
	{ VERB_HELP,  "Help" },
};

static const struct opt help_option = {
	OPT_HELP_NAME, OPT_HELP_LETTER, OPT_FLAG, NULL, 0, "print this help", NULL, false,
	COMPLETE_NONE,
};

/* "  -d, --detach        leave it running…" */
static void print_option(const struct opt *o)
{
	char left[64], letter[8] = "    ";

	if (o->letter)
		snprintf(letter, sizeof(letter), "-%c, ", o->letter);
	snprintf(left, sizeof(left), "%s--%s%s%s", letter, o->name, o->arg ? " " : "",
		 o->arg ? o->arg : "");
	printf("  %-28s %s\n", left, o->help);
}

static void print_options(const struct opt *opts)
{
	for (; opts && opts->name; opts++)
		print_option(opts);
	print_option(&help_option);
}

static int finish(void)
{
	if (fflush(stdout) != EOF)
		return 0;
	msg_error("write to standard output: %s", strerror(errno));
	return 1;
}

int help_version(void)
{
	printf("jail version %s\nspec: 1.3.0\n", jail_version());
	return finish();
}

int help_overview(void)
{
	puts("Usage: jail [OPTION…] VERB [OPTION…] [ARGUMENT…]\n"
	     "\n"
	     "Runs programs in isolated instances of this system.");
	for (size_t i = 0; i < ARRAY_SIZE(groups); i++) {
		printf("\n%s:\n", groups[i].title);
		for (const struct verb *const *v = verbs; *v; v++)
			if ((*v)->group == groups[i].group)
				printf("  %-11s %s\n", (*v)->name, (*v)->summary);
	}
	puts("\nOptions, before the verb:");
	print_options(cli_options);
	puts("\nExamples:\n"
	     "  jail run --rootfs /srv/debian -- /bin/bash   a shell in a directory tree\n"
	     "  jail run -d web.json web                     a service, in the background\n"
	     "  jail exec -t web sh                          look around in it\n"
	     "\n"
	     "More: jail VERB --help, man jail, man jail-VERB, man 5 jail-spec");
	return finish();
}

int help_verb(const struct verb *verb)
{
	printf("Usage: jail %s [OPTION…]%s%s\n\n%c%s.\n", verb->name, *verb->args ? " " : "",
	       verb->args, verb->summary[0] - 'a' + 'A', verb->summary + 1);
	if (verb->about)
		printf("\n%s\n", verb->about);
	puts("\nOptions:");
	print_options(verb->opts);
	if (verb->examples) {
		puts("\nExamples:");
		for (const char *const *e = verb->examples; *e; e++)
			printf("  %s\n", *e);
	}
	return finish();
}

static int run_help(struct cli *cli, const void *opts, int argc, char **argv)
{
	const struct verb *verb;

	(void)cli;
	(void)opts;
	if (!argc)
		return help_overview();
	verb = verb_find(argv[0]);
	if (!verb) {
		verb_unknown(argv[0]);
		return 1;
	}
	return help_verb(verb);
}

const struct verb verb_help = {
	.name = "help",
	.group = VERB_HELP,
	.args = "[VERB]",
	.summary = "explain jail, or one verb",
	.max_args = 1,
	.complete = { COMPLETE_VERB },
	.examples = (const char *const[]){ "jail help run", NULL },
	.run = run_help,
};

/* ---- the tables as text, for the tests ---- */

/* verb, option, letter, value, choices, help; the verb of a global option is "-" */
static void dump_option(const char *verb, const struct opt *o)
{
	printf("%s\t--%s\t%s%c\t%s\t%s\t%s\n", verb, o->name, o->letter ? "-" : "",
	       o->letter ? o->letter : '-', o->arg ? o->arg : "-", o->choices ? o->choices : "-",
	       o->help);
}

static void dump_options(const char *verb, const struct opt *opts)
{
	for (; opts && opts->name; opts++)
		dump_option(verb, opts);
	dump_option(verb, &help_option);
}

static int run_options(struct cli *cli, const void *opts, int argc, char **argv)
{
	(void)cli;
	(void)opts;
	if (!argc || !strcmp(argv[0], "-"))
		dump_options("-", cli_options);
	for (const struct verb *const *v = verbs; *v; v++)
		if ((*v)->group != VERB_HIDDEN && (!argc || !strcmp(argv[0], (*v)->name)))
			dump_options((*v)->name, (*v)->opts);
	return finish();
}

const struct verb verb_options = {
	.name = "__options",
	.group = VERB_HIDDEN,
	.args = "[VERB]",
	.summary = "print the option tables, tab-separated, for tests",
	.max_args = 1,
	.run = run_options,
};
