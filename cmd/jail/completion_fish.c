/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * completion_fish.c - the script for fish: one complete line an option, on condition of the verb
 */
#include <stdio.h>
#include <string.h>

#include "completion.h"

/* Single-quoted text, in which only the quote itself and the backslash are special. */
static void put_quoted(const char *s)
{
	putchar('\'');
	for (; *s; s++)
		printf("%s%c", *s == '\'' || *s == '\\' ? "\\" : "", *s);
	putchar('\'');
}

static void fish_value(enum opt_complete kind, const char *choices)
{
	mem_auto char *words = completion_words(kind, choices);

	if (words)
		printf(" -a \"%s\"", words);
	else if (kind == COMPLETE_FILE)
		printf(" -F");
	else if (kind == COMPLETE_DIR)
		printf(" -a '(__fish_complete_directories)'");
	else if (kind == COMPLETE_JAIL)
		printf(" -a '(__jail_ids)'");
}

static void fish_options(const char *condition, const struct opt *opts)
{
	for (const struct opt *o = opts; o && o->name; o++) {
		printf("complete -c jail -n '%s' -l %s", condition, o->name);
		if (o->letter)
			printf(" -s %c", o->letter);
		printf(" -d ");
		put_quoted(o->help);
		if (o->kind != OPT_FLAG) {
			printf(o->complete == COMPLETE_FILE ? " -r" : " -x");
			fish_value(o->complete, o->choices);
		}
		putchar('\n');
	}
	printf("complete -c jail -n '%s' -l help -s h -d 'print help'\n", condition);
}

static void fish_arguments(const struct verb *verb)
{
	for (int i = 0; i < 2; i++) {
		mem_auto char *words = completion_words(verb->complete[i], i ? NULL : verb->choices);

		if (!words && verb->complete[i] == COMPLETE_NONE)
			continue;
		printf("complete -c jail -n '__jail_at %s %s'", verb->name, i ? "more" : "first");
		fish_value(verb->complete[i], i ? NULL : verb->choices);
		if (verb->complete[i] == COMPLETE_COMMAND)
			printf(" -F");
		else if (verb->complete[i] == COMPLETE_TOOL)
			printf(" -F -a '(__jail_tool %s)'", verb->name);
		putchar('\n');
	}
}

static void fish_valued(void)
{
	printf("# Options of a verb (or of none, \"-\") whose value is the next word\n"
	       "function __jail_takes_value\n\tswitch \"$argv[1] $argv[2]\"\n\t\tcase");
	for (const struct opt *o = cli_options; o->name; o++)
		if (o->kind != OPT_FLAG)
			printf(" '- --%s'", o->name);
	for (const struct verb *const *v = verbs; *v; v++)
		for (const struct opt *o = (*v)->opts; o && o->name; o++) {
			if (o->kind == OPT_FLAG)
				continue;
			printf(" '%s --%s'", (*v)->name, o->name);
			if (o->letter)
				printf(" '%s -%c'", (*v)->name, o->letter);
		}
	puts("\n\t\t\treturn 0\n\tend\n\treturn 1\nend\n");
}

void completion_fish(void)
{
	puts("# fish completion for jail - made by `jail completion fish`; do not edit\n");
	fish_valued();
	puts("# Prints the verb that has been typed, and how many arguments stand behind it\n"
	     "function __jail_where\n"
	     "\tset -l words (commandline -opc)\n"
	     "\tset -l verb -\n"
	     "\tset -l n 0\n"
	     "\tset -l skip 0\n"
	     "\tfor word in $words[2..-1]\n"
	     "\t\tif test $skip = 1\n"
	     "\t\t\tset skip 0\n"
	     "\t\telse if __jail_takes_value $verb $word\n"
	     "\t\t\tset skip 1\n"
	     "\t\telse if string match -q -- '-*' $word\n"
	     "\t\t\tcontinue\n"
	     "\t\telse if test $verb = -\n"
	     "\t\t\tset verb $word\n"
	     "\t\telse\n"
	     "\t\t\tset n (math $n + 1)\n"
	     "\t\tend\n"
	     "\tend\n"
	     "\techo $verb\n"
	     "\techo $n\n"
	     "end\n\n"
	     "function __jail_at\n"
	     "\tset -l where (__jail_where)\n"
	     "\ttest \"$where[1]\" = \"$argv[1]\"; or return 1\n"
	     "\tswitch \"$argv[2]\"\n"
	     "\t\tcase first\n"
	     "\t\t\ttest $where[2] -eq 0\n"
	     "\t\tcase more\n"
	     "\t\t\ttest $where[2] -gt 0\n"
	     "\tend\n"
	     "end\n\n"
	     "function __jail_ids\n"
	     "\tset -l words (commandline -opc)\n"
	     "\tset -l root\n"
	     "\tif set -l i (contains -i -- --root $words)\n"
	     "\t\tset root --root $words[(math $i + 1)]\n"
	     "\tend\n"
	     "\tjail $root list -q 2>/dev/null\n"
	     "end\n\n"
	     "# What follows the verb that is a program of its own\n"
	     "function __jail_tool\n"
	     "\tset -l words (commandline -opc)\n"
	     "\tset -l i (contains -i -- $argv[1] $words); or return\n"
	     "\tset -l rest (string match -v -- '-*' $words[(math $i + 1)..-1])\n"
	     "\tjail $argv[1] words $rest[1] 2>/dev/null\n"
	     "end\n\n"
	     "complete -c jail -f");
	fish_options("__jail_at -", cli_options);
	for (const struct verb *const *v = verbs; *v; v++) {
		mem_auto char *condition = x_printf("__jail_at %s", (*v)->name);

		if ((*v)->group == VERB_HIDDEN)
			continue;
		printf("complete -c jail -n '__jail_at -' -a %s -d ", (*v)->name);
		put_quoted((*v)->summary);
		putchar('\n');
		fish_options(condition, (*v)->opts);
		fish_arguments(*v);
	}
}
