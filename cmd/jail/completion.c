/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * completion.c - jail completion: scripts for shells, made from the option tables
 *
 * Each shell's generator prints the same facts: verbs, their options, which options take a value
 * and what that may be, what the arguments are.  Ids come from `jail list -q` when they are needed.
 */
#include <stdio.h>
#include <string.h>

#include "completion.h"

#define SIGNALS "TERM KILL INT HUP QUIT USR1 USR2 STOP CONT WINCH"

char *completion_words(enum opt_complete kind, const char *choices)
{
	char *words = x_strdup(choices ? choices : ""), *more;
	const char *const *caps;

	if (choices)
		return words;
	switch (kind) {
	case COMPLETE_SIGNAL:
		free(words);
		return x_strdup(SIGNALS);
	case COMPLETE_VERB:
		for (const struct verb *const *v = verbs; *v; v++) {
			if ((*v)->group == VERB_HIDDEN)
				continue;
			more = x_printf("%s%s%s", words, *words ? " " : "", (*v)->name);
			free(words);
			words = more;
		}
		return words;
	case COMPLETE_CAPABILITY:
		caps = jail_words("capabilities");
		for (; caps && *caps; caps++) {
			more = x_printf("%s%s%s", words, *words ? " " : "", *caps);
			free(words);
			words = more;
		}
		return words;
	default:
		free(words);
		return NULL;
	}
}

static const struct {
	const char *name;
	void (*print)(void);
} shells[] = {
	{ "bash", completion_bash },
	{ "zsh",  completion_zsh },
	{ "fish", completion_fish },
};

static int run_completion(struct cli *cli, const void *opts, int argc, char **argv)
{
	(void)cli;
	(void)opts;
	(void)argc;
	for (size_t i = 0; i < ARRAY_SIZE(shells); i++)
		if (!strcmp(shells[i].name, argv[0])) {
			shells[i].print();
			return cli_print(x_strdup(""));
		}
	msg_error("completion: \"%s\" is not one of: bash zsh fish", argv[0]);
	return 1;
}

static const char *const examples[] = {
	". <(jail completion bash)",
	"jail completion fish > ~/.config/fish/completions/jail.fish",
	NULL,
};

const struct verb verb_completion = {
	.name = "completion",
	.group = VERB_HELP,
	.args = "bash|zsh|fish",
	.summary = "print a shell's completion script",
	.min_args = 1,
	.max_args = 1,
	.choices = "bash zsh fish",
	.examples = examples,
	.run = run_completion,
};
