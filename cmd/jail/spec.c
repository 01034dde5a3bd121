/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * spec.c - jail spec: a starting point for a spec, or the whole of a short one
 */
#include <fcntl.h>
#include <string.h>

#include "cli.h"

struct spec_opts {
	const char *bundle, *expand;
	bool short_form;
};

static const struct opt spec_options[] = {
	{ "bundle", 'b', OPT_TEXT, "DIR", offsetof(struct spec_opts, bundle),
	  .help = "write it into DIR (default: the current directory)", .complete = COMPLETE_DIR },
	{ "short", 0, OPT_FLAG, NULL, offsetof(struct spec_opts, short_form),
	  .help = "write the short form, spec.json" },
	{ "expand", 0, OPT_TEXT, "FILE", offsetof(struct spec_opts, expand),
	  .help = "print the OCI configuration that FILE stands for", .complete = COMPLETE_FILE },
	{ 0 },
};

static int expand(const char *path)
{
	struct jail_error *err = NULL;
	char *text = NULL;

	if (jail_spec_expand(path, &text, &err) < 0)
		return msg_fail(err);
	return cli_print(text);
}

/* Never over a file that is there: it may be somebody's work. */
static int write_new(const char *path, const char *text)
{
	fd_auto fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	int r;

	if (fd < 0 && errno == EEXIST) {
		msg_error("spec: %s exists, remove it first", path);
		return 1;
	}
	if (fd < 0) {
		msg_error("spec: create %s: %s", path, strerror(errno));
		return 1;
	}
	r = write_all(fd, text, strlen(text));
	if (r == 0)
		return 0;
	unlink(path);
	msg_error("spec: write %s: %s", path, strerror(-r));
	return 1;
}

static int run_spec(struct cli *cli, const void *opts, int argc, char **argv)
{
	const struct spec_opts *o = opts;
	const char *name = o->short_form ? "spec.json" : "config.json";
	mem_auto char *path = x_printf("%s%s%s", o->bundle ? o->bundle : "", o->bundle ? "/" : "",
				       name);
	mem_auto char *text = NULL;
	struct jail_error *err = NULL;

	(void)cli;
	(void)argc;
	(void)argv;
	if (o->expand && (o->bundle || o->short_form)) {
		msg_error("spec: --expand prints, it does not go with --bundle or --short");
		return 1;
	}
	if (o->expand)
		return expand(o->expand);
	if (jail_spec_template(!o->short_form, &text, &err) < 0)
		return msg_fail(err);
	return write_new(path, text);
}

static const char *const examples[] = {
	"jail spec                       config.json, for engines and bundles",
	"jail spec --short               spec.json, for people",
	"jail spec --expand spec.json    what the short form leaves out",
	NULL,
};

const struct verb verb_spec = {
	.name = "spec",
	.group = VERB_OCI,
	.args = "",
	.summary = "write a spec to start from, or expand a short one",
	.opts = spec_options,
	.opts_size = sizeof(struct spec_opts),
	.examples = examples,
	.run = run_spec,
};
