/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cli.c - global options, the runtime they describe, exit codes
 */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/wait.h>

#include "cli.h"

const struct opt cli_options[] = {
	{ "root", 0, OPT_TEXT, "DIR", offsetof(struct cli, root),
	  .help = "keep state in DIR (default /run/jail, or $XDG_RUNTIME_DIR/jail)",
	  .complete = COMPLETE_DIR },
	{ "data", 0, OPT_TEXT, "DIR", offsetof(struct cli, data),
	  .help = "images and upper layers are in DIR (default $JAIL_DATA_DIR, or /var/lib/jail)",
	  .complete = COMPLETE_DIR },
	{ "log", 0, OPT_TEXT, "FILE", offsetof(struct cli, log),
	  .help = "write errors and warnings to the end of FILE, too", .complete = COMPLETE_FILE },
	{ "log-format", 0, OPT_TEXT, "FORMAT", offsetof(struct cli, log_format),
	  .help = "write them as text (default) or json", .choices = "text json" },
	{ "debug", 0, OPT_FLAG, NULL, offsetof(struct cli, debug), .help = "say what is being done" },
	{ "cgroup-manager", 0, OPT_TEXT, "MANAGER", offsetof(struct cli, cgroup_manager),
	  .help = "who makes cgroups: cgroupfs (default of root), systemd (of users) or disabled",
	  .choices = "cgroupfs systemd disabled" },
	{ "systemd-cgroup", 0, OPT_FLAG, NULL, offsetof(struct cli, systemd_cgroup),
	  .help = "the same as --cgroup-manager systemd" },
	{ "rootless", 0, OPT_TEXT, "MODE", offsetof(struct cli, rootless),
	  .help = "accepted for engines and ignored: the kernel is asked instead",
	  .choices = "auto true false" },
	{ "version", 'v', OPT_FLAG, NULL, offsetof(struct cli, version), .help = "print the version" },
	{ 0 },
};

static enum jail_cgroup_manager cgroup_manager(const struct cli *cli)
{
	if (cli->systemd_cgroup || str_equal(cli->cgroup_manager, "systemd"))
		return JAIL_CGROUP_SYSTEMD;
	if (str_equal(cli->cgroup_manager, "disabled"))
		return JAIL_CGROUP_DISABLED;
	return cli->cgroup_manager ? JAIL_CGROUP_FS : JAIL_CGROUP_AUTO;
}

char *cli_self(char path[PATH_MAX])
{
	ssize_t n = readlink("/proc/self/exe", path, PATH_MAX - 1);

	path[n > 0 ? n : 0] = '\0';
	return strrchr(path, '/');
}

/* A command that was not installed has its helpers beside it.  NULL: it has none there. */
static const char *helpers_here(char dir[PATH_MAX])
{
	char *slash = cli_self(dir);

	if (!slash || slash - dir + sizeof("/jail-scope") > PATH_MAX)
		return NULL;
	strcpy(slash, "/jail-scope");
	if (access(dir, X_OK) < 0)
		return NULL;
	*slash = '\0';
	return dir;
}

struct jail_runtime *cli_runtime(struct cli *cli)
{
	struct jail_runtime_options options = JAIL_INIT(struct jail_runtime_options);
	struct jail_error *err = NULL;
	char dir[PATH_MAX];

	if (cli->rt)
		return cli->rt;
	options.root = cli->root;
	options.data = cli->data;
	options.cgroup_manager = cgroup_manager(cli);
	options.log = msg_log;
	if (options.cgroup_manager == JAIL_CGROUP_SYSTEMD ||
	    (options.cgroup_manager == JAIL_CGROUP_AUTO && getauxval(AT_EUID)))
		options.helpers = helpers_here(dir);
	if (jail_runtime_new(&options, &cli->rt, &err) < 0) {
		msg_fail(err);
		return NULL;
	}
	return cli->rt;
}

struct jail *cli_open(struct cli *cli, const char *id)
{
	struct jail_error *err = NULL;
	struct jail *jail = NULL;

	if (!cli_runtime(cli))
		return NULL;
	if (jail_open(cli->rt, id, &jail, &err) < 0) {
		msg_fail(err);
		return NULL;
	}
	return jail;
}

int cli_act(struct cli *cli, const char *id, int (*how)(struct jail *, struct jail_error **))
{
	struct jail_error *err = NULL;
	struct jail *jail = cli_open(cli, id);
	int code = 0;

	if (!jail)
		return 1;
	if (how(jail, &err) < 0)
		code = msg_fail(err);
	jail_free(jail);
	return code;
}

int cli_print(char *text)
{
	bool failed = fputs(text, stdout) == EOF || fflush(stdout) == EOF;

	if (failed)
		msg_error("write to standard output: %s", strerror(errno));
	free(text);
	return failed;
}

int cli_exit_code(const struct jail_error *err)
{
	static const struct {
		int code, exit;
	} codes[] = {
		{ -ENOENT,  EXIT_NOT_FOUND },      { -ENOTDIR, EXIT_NOT_FOUND },
		{ -EACCES,  EXIT_NOT_EXECUTABLE }, { -ENOEXEC, EXIT_NOT_EXECUTABLE },
		{ -EISDIR,  EXIT_NOT_EXECUTABLE },
	};

	if (!err || !str_equal(jail_error_step(err), "exec"))
		return 1;
	for (size_t i = 0; i < ARRAY_SIZE(codes); i++)
		if (codes[i].code == jail_error_code(err))
			return codes[i].exit;
	return 1;
}

int cli_exit_status(int status)
{
	if (WIFSIGNALED(status))
		return EXIT_BY_SIGNAL + WTERMSIG(status);
	return WEXITSTATUS(status);
}
