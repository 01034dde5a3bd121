/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * completion_bash.c - the script for bash
 *
 * It finds the verb and counts the arguments before the cursor (so it has to know which options
 * take a value), then offers what the verb's table row says.
 */
#include <stdio.h>
#include <string.h>

#include "completion.h"

/* What bash completes a value with: a function of the script and its words. */
static void bash_value(enum opt_complete kind, const char *choices)
{
	mem_auto char *words = completion_words(kind, choices);

	if (words)
		printf("_jail_words \"%s\"", words);
	else if (kind == COMPLETE_FILE)
		printf("_jail_files");
	else if (kind == COMPLETE_DIR)
		printf("_jail_files -d");
	else if (kind == COMPLETE_JAIL)
		printf("_jail_ids");
	else if (kind == COMPLETE_COMMAND)
		printf("_jail_words \"\"");
	else if (kind == COMPLETE_TOOL)
		printf("_jail_tool");
	else
		putchar(':');
}

static void bash_options(const char *name, const struct opt *opts)
{
	printf("\t%s)\n\t\toptions=\"", name);
	for (const struct opt *o = opts; o && o->name; o++) {
		printf("--%s ", o->name);
		if (o->letter)
			printf("-%c ", o->letter);
	}
	printf("--help -h\"\n\t\tcase $previous in\n");
	for (const struct opt *o = opts; o && o->name; o++) {
		if (o->kind == OPT_FLAG)
			continue;
		printf("\t\t--%s", o->name);
		if (o->letter)
			printf("|-%c", o->letter);
		printf(") ");
		bash_value(o->complete, o->choices);
		printf("; return ;;\n");
	}
	printf("\t\tesac\n");
}

static void bash_arguments(const struct verb *verb)
{
	printf("\t\tif ((nth == 0)); then ");
	bash_value(verb->complete[0], verb->choices);
	printf("; else ");
	bash_value(verb->complete[1], NULL);
	printf("; fi ;;\n");
}

static void bash_valued(void)
{
	printf("_jail_takes_value() {\n\tcase $1:$2 in\n");
	for (const struct opt *o = cli_options; o->name; o++)
		if (o->kind != OPT_FLAG)
			printf("\t:--%s) return 0 ;;\n", o->name);
	for (const struct verb *const *v = verbs; *v; v++)
		for (const struct opt *o = (*v)->opts; o && o->name; o++) {
			if (o->kind == OPT_FLAG)
				continue;
			printf("\t%s:--%s", (*v)->name, o->name);
			if (o->letter)
				printf("|%s:-%c", (*v)->name, o->letter);
			printf(") return 0 ;;\n");
		}
	puts("\tesac\n\treturn 1\n}\n");
}

void completion_bash(void)
{
	mem_auto char *names = completion_words(COMPLETE_VERB, NULL);

	puts("# bash completion for jail - made by `jail completion bash`; do not edit\n"
	     "# shellcheck shell=bash disable=SC2207\n\n"
	     "_jail_words() {\n"
	     "\tCOMPREPLY=($(compgen -W \"$1\" -- \"$current\"))\n"
	     "}\n\n"
	     "_jail_files() {\n"
	     "\tlocal IFS=$'\\n'\n"
	     "\tcompopt -o filenames 2>/dev/null\n"
	     "\tCOMPREPLY=($(compgen \"${1:--f}\" -- \"$current\"))\n"
	     "}\n\n"
	     "_jail_ids() {\n"
	     "\t_jail_words \"$(jail ${root:+--root \"$root\"} list -q 2>/dev/null)\"\n"
	     "}\n\n"
	     "_jail_tool() {\n"
	     "\tlocal words\n"
	     "\twords=$(jail \"$verb\" words \"$first\" 2>/dev/null)\n"
	     "\toptions=$(grep -e ^-- <<< \"$words\")\n"
	     "\t_jail_words \"$(grep -ve ^-- <<< \"$words\")\"\n"
	     "\t((${#COMPREPLY[@]})) || _jail_files\n"
	     "}\n");
	bash_valued();
	puts("_jail() {\n"
	     "\tlocal current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD - 1]}\n"
	     "\tlocal verb='' root='' options='' first='' word nth=0 i\n\n"
	     "\tCOMPREPLY=()\n"
	     "\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
	     "\t\tword=${COMP_WORDS[i]}\n"
	     "\t\tif [[ $word == --root && -z $verb ]]; then root=${COMP_WORDS[i + 1]}; fi\n"
	     "\t\tif _jail_takes_value \"$verb\" \"$word\"; then i=$((i + 1));\n"
	     "\t\telif [[ $word == -* ]]; then :;\n"
	     "\t\telif [[ -z $verb ]]; then verb=$word;\n"
	     "\t\telse nth=$((nth + 1)) first=${first:-$word}; fi\n"
	     "\tdone\n\n"
	     "\tcase $verb in");
	bash_options("''", cli_options);
	printf("\t\t_jail_words \"%s\" ;;\n", names);
	for (const struct verb *const *v = verbs; *v; v++) {
		if ((*v)->group == VERB_HIDDEN)
			continue;
		bash_options((*v)->name, (*v)->opts);
		bash_arguments(*v);
	}
	puts("\tesac\n"
	     "\tif [[ $current == -* ]]; then _jail_words \"$options\"; fi\n"
	     "}\n\n"
	     "complete -F _jail jail");
}
