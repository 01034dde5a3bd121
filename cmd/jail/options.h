/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * options.h - the one table format of command line options
 *
 * A row says all there is to know about an option.  The parser, --help, the completion scripts
 * and the check of the man pages read the same rows, so none of them can drift.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum opt_kind {
	OPT_FLAG,            /* bool; "--flag=false" works, too: engines write it */
	OPT_TEXT,            /* const char * */
	OPT_U32,             /* uint32_t */
	OPT_LIST,            /* struct opt_list: may be given again */
	OPT_U32_LIST,        /* struct opt_u32_list: again, or separated by commas */
};

/* What the shell offers for an option's value or for a positional argument. */
enum opt_complete {
	COMPLETE_NONE, COMPLETE_FILE, COMPLETE_DIR, COMPLETE_JAIL, COMPLETE_SIGNAL,
	COMPLETE_VERB, COMPLETE_CAPABILITY, COMPLETE_COMMAND,
	COMPLETE_TOOL,                  /* what the verb's own program offers: "jail VERB words ARGUMENT" */
};

struct opt_list {
	const char **v;      /* n strings and a NULL; NULL when n is 0 */
	size_t n;
};

struct opt_u32_list {
	uint32_t *v;
	size_t n;
};

struct opt {
	const char *name;    /* without its dashes; a row without a name ends the table */
	char letter;         /* 0: none */
	enum opt_kind kind;
	const char *arg;     /* what help calls the value; NULL for a flag */
	size_t offset;       /* of the destination in the verb's option struct */
	const char *help;    /* one line, lower case, without a full stop */
	const char *choices; /* blank-separated values */
	bool open;           /* other values than @choices are allowed, too */
	enum opt_complete complete;
};

/* Both forms that every verb has. */
#define OPT_HELP_NAME   "help"
#define OPT_HELP_LETTER 'h'

enum { OPT_ERROR = -1, OPT_HELP = -2 };

struct opt_parser {
	const struct opt *opts;
	void *dest;          /* zeroed by the caller */
	const char *verb;    /* for messages; "" for the global options */
	/*
	 * How many positional arguments stand before a command whose own options are not ours,
	 * or -1 when there is none.  NULL: none.  Asked at each positional argument.
	 */
	int (*command_after)(const void *dest);
	const struct opt *elsewhere;  /* options that have their place before the verb */
};

/*
 * Options may stand before, between and after the positional arguments, until "--" or the start of
 * a command.  @args has room for argc + 1 pointers and gets the positional arguments and a NULL.
 * Returns their number; OPT_ERROR after a message; OPT_HELP when --help was given.
 */
int options_parse(const struct opt_parser *p, int argc, char **argv, char **args);

/* Free the lists in @dest. */
void options_done(const struct opt *opts, void *dest);
