/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * completion_zsh.c - the script for zsh: one _arguments specification a verb
 */
#include <stdio.h>
#include <string.h>

#include "completion.h"

/* In an _arguments specification, a colon and brackets have a meaning. */
static void zsh_text(const char *s)
{
	for (; *s; s++) {
		if (strchr("[]:\\", *s))
			putchar('\\');
		if (*s == '\'')
			fputs("'\\'", stdout);
		putchar(*s);
	}
}

static void zsh_value(const char *what, enum opt_complete kind, const char *choices)
{
	mem_auto char *words = completion_words(kind, choices);

	putchar(':');
	zsh_text(what ? what : "argument");
	putchar(':');
	if (words) {
		putchar('(');
		for (const char *w = words; *w; w++)
			printf("%s%c", *w == ':' ? "\\" : "", *w);
		putchar(')');
	} else if (kind == COMPLETE_FILE) {
		printf("_files");
	} else if (kind == COMPLETE_DIR) {
		printf("_files -/");
	} else if (kind == COMPLETE_JAIL) {
		printf("_jail_ids");
	} else if (kind == COMPLETE_COMMAND) {
		printf("_default");
	} else {
		putchar(' ');
	}
}

static void zsh_form(const struct opt *o, const char *dashes, const char *name, char joint)
{
	bool again = o->kind == OPT_LIST || o->kind == OPT_U32_LIST;

	printf("\t\t'%s%s%s", again ? "*" : "", dashes, name);
	if (o->kind != OPT_FLAG)
		putchar(joint);
	putchar('[');
	zsh_text(o->help);
	putchar(']');
	if (o->kind != OPT_FLAG)
		zsh_value(o->arg, o->complete, o->choices);
	printf("' \\\n");
}

static void zsh_options(const struct opt *opts)
{
	for (const struct opt *o = opts; o && o->name; o++) {
		char letter[2] = { o->letter, '\0' };

		zsh_form(o, "--", o->name, '=');
		if (o->letter)
			zsh_form(o, "-", letter, '+');
	}
	printf("\t\t'(- *)'{--help,-h}'[print help]' \\\n");
}

static void zsh_verb(const struct verb *verb)
{
	if (verb->complete[1] == COMPLETE_TOOL) {
		printf("\t%s)\n\t\t_jail_tool %s ;;\n", verb->name, verb->choices);
		return;
	}
	printf("\t%s)\n\t\t_arguments -S \\\n", verb->name);
	zsh_options(verb->opts);
	printf("\t\t'1");
	zsh_value(NULL, verb->complete[0], verb->choices);
	printf("' \\\n\t\t'*");
	zsh_value(NULL, verb->complete[1], NULL);
	printf("' ;;\n");
}

void completion_zsh(void)
{
	puts("#compdef jail\n"
	     "# zsh completion for jail - made by `jail completion zsh`; do not edit\n\n"
	     "_jail_ids() {\n"
	     "\tlocal -a ids root\n"
	     "\troot=(${opt_args[--root]:+--root ${opt_args[--root]}})\n"
	     "\tids=(${(f)\"$(jail $root list -q 2>/dev/null)\"})\n"
	     "\tcompadd -a ids\n"
	     "}\n\n"
	     "_jail_tool() {\n"
	     "\tlocal -a offers=($@)\n"
	     "\t((CURRENT == 2)) || offers=(${(f)\"$(jail $words[1] words $words[2] 2>/dev/null)\"})\n"
	     "\t[[ $PREFIX == -* ]] || offers=(${offers:#--*})\n"
	     "\tcompadd -a offers || _files\n"
	     "}\n\n"
	     "_jail_verbs() {\n"
	     "\tlocal -a verbs\n"
	     "\tverbs=(");
	for (const struct verb *const *v = verbs; *v; v++) {
		if ((*v)->group == VERB_HIDDEN)
			continue;
		printf("\t\t'%s:", (*v)->name);
		zsh_text((*v)->summary);
		puts("'");
	}
	puts("\t)\n"
	     "\t_describe -t verbs verb verbs\n"
	     "}\n\n"
	     "_jail() {\n"
	     "\tlocal curcontext=\"$curcontext\" state line\n"
	     "\ttypeset -A opt_args\n\n"
	     "\t_arguments -C -S \\");
	zsh_options(cli_options);
	puts("\t\t'1: :_jail_verbs' \\\n"
	     "\t\t'*:: :->verb'\n"
	     "\t[[ $state == verb ]] || return 0\n\n"
	     "\tcase $line[1] in");
	for (const struct verb *const *v = verbs; *v; v++)
		if ((*v)->group != VERB_HIDDEN)
			zsh_verb(*v);
	puts("\tesac\n"
	     "}\n\n"
	     "if [[ $funcstack[1] == _jail ]]; then _jail \"$@\"; else compdef _jail jail; fi");
}
