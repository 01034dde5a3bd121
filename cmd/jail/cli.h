/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cli.h - what every verb is handed, and what a verb is
 */
#pragma once

#include <limits.h>

#include <stdbool.h>
#include <stddef.h>

#include "jail.h"
#include "message.h"
#include "options.h"
#include "util.h"

/* ---- the global options and the runtime they describe ---- */

struct cli {
	const char *root, *data, *log, *log_format, *cgroup_manager, *rootless;
	bool debug, systemd_cgroup, version;
	struct jail_runtime *rt;     /* made by cli_runtime() */
};

extern const struct opt cli_options[];

/* The runtime, made at the first call; NULL after a message. */
struct jail_runtime *cli_runtime(struct cli *cli);

/* Open an existing jail; NULL after a message. The caller frees it. */
struct jail *cli_open(struct cli *cli, const char *id);

/* All of a verb that does one thing to a jail: @how, negative when it fails. Returns the exit code. */
int cli_act(struct cli *cli, const char *id, int (*how)(struct jail *, struct jail_error **));

/* The path of our program, and the slash before its name; NULL: it is not known. */
char *cli_self(char path[PATH_MAX]);

/* Print @text (freed) and, if it fails, say so. Returns the exit code. */
int cli_print(char *text);

/* ---- exit codes ---- */

enum {
	EXIT_NOT_EXECUTABLE = 126,
	EXIT_NOT_FOUND = 127,
	EXIT_BY_SIGNAL = 128,        /* + the signal's number */
	EXIT_EXEC_FAILED = 255,      /* exec could not run the program */
};

/* 127 or 126 when the program was not found or is not executable, 1 otherwise. */
int cli_exit_code(const struct jail_error *err);

/* Exit code for a status as waitpid(2) gives it. */
int cli_exit_status(int status);

/* ---- verbs ---- */

enum verb_group { VERB_RUN, VERB_LOOK, VERB_OCI, VERB_CLEAN, VERB_HELP, VERB_HIDDEN };

struct verb {
	const char *name;
	enum verb_group group;
	const char *args;            /* positional arguments, for the synopsis */
	const char *summary;         /* one line */
	const char *about;           /* lines of explanation, or NULL */
	const struct opt *opts;      /* NULL: none but --help */
	size_t opts_size;            /* of the struct that the options fill */
	int (*command_after)(const void *opts);
	int min_args, max_args;      /* positional arguments; max_args -1: any number */
	enum opt_complete complete[2]; /* the first one, and all others */
	const char *choices;         /* words for the first one */
	const char *const *examples; /* shell lines, up to a NULL */
	int (*run)(struct cli *cli, const void *opts, int argc, char **argv);
};

extern const struct verb *const verbs[];     /* in the order of help; up to a NULL */
const struct verb *verb_find(const char *name);

/* Say that a verb does not exist, and which one may have been meant. */
void verb_unknown(const char *name);

extern const struct verb verb_console, verb_stop;
extern const struct verb verb_run, verb_create, verb_start, verb_exec, verb_kill, verb_pause,
	verb_resume, verb_update, verb_wait, verb_list, verb_ps, verb_logs, verb_inspect, verb_plan,
	verb_features, verb_spec, verb_state, verb_delete, verb_gc, verb_help, verb_completion,
	verb_options, verb_diff, verb_commit, verb_appliance, verb_publish, verb_events, verb_stats, verb_top, verb_net;
