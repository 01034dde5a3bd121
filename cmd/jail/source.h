/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * source.h - which spec a command line means, and the id that goes with it
 */
#pragma once

#include "cli.h"

struct source {
	const char *bundle, *config; /* --bundle, --config; NULL: not given */
	const char *path;            /* a spec file or a bundle directory, or NULL */
	const char *id;              /* as given, or NULL */
	const char *overlay;         /* JSON laid over the spec, or NULL */
};

/*
 * "SPEC [ID]", "DIR [ID]", or "[ID]" with a bundle (the current directory if it is one).
 * 0, or -1 after a message.
 */
int source_from_args(struct source *s, const char *verb, int argc, char **argv);

/* NULL after a message. */
struct jail_spec *source_load(const struct source *s);

/* An id made from what the spec is called, which the caller frees; @unique: plus random letters. */
char *source_default_id(const char *path, bool unique);

/* What the spec is called: a path. */
const char *source_name(const struct source *s);
