/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * output.c - the output of a jail in the background: a file, or the journal
 *
 * The program gets the descriptor itself, and nothing of ours stays behind to copy.  The journal's
 * stream socket takes a few header lines first (sd_journal_stream_fd(3)); after them every line
 * the program writes is an entry.
 *
 * Without a journal the output goes to DATA/logs/ROOT/ID.log, where ROOT is the state directory with + for /: on disk,
 * as what a program writes has no limit, and the state is in memory.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "output.h"

#define JOURNAL_SOCKET "/run/systemd/journal/stdout"

/* ---- default files ---- */

static char *default_dir(const struct jail_runtime *rt)
{
	char *dir = x_printf("%s/logs/%s", jail_runtime_data(rt), jail_runtime_root(rt) + 1);

	for (char *c = dir + strlen(jail_runtime_data(rt)) + strlen("/logs/"); *c; c++)
		if (*c == '/')
			*c = '+';
	return dir;
}

static char *default_path(const struct jail_runtime *rt, const char *id)
{
	mem_auto char *dir = default_dir(rt);

	return x_printf("%s/%s.log", dir, id);
}

/* The directories above @path that are missing: nobody else's business */
static int make_parents(const char *path)
{
	mem_auto char *part = x_strdup(path);

	for (char *slash = strchr(part + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(part, 0700) < 0 && errno != EEXIST) {
			msg_error("make directory %s: %s", part, strerror(errno));
			return -1;
		}
		*slash = '/';
	}
	return 0;
}

/* ---- destinations: each returns a descriptor, or -1 after a message ---- */

static int open_file(const char *path, struct output *o)
{
	mem_auto char *absolute = path_absolute(path);
	int fd = open(absolute, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0640);

	if (fd < 0) {
		msg_error("open output file %s: %s", path, strerror(errno));
		return -1;
	}
	o->note = x_printf("file:%s", absolute);
	return fd;
}

static int open_default_file(const struct jail_runtime *rt, const char *id, struct output *o)
{
	mem_auto char *path = default_path(rt, id);

	if (make_parents(path) < 0)
		return -1;
	o->is_new = access(path, F_OK) < 0;
	return open_file(path, o);
}

static int connect_journal(void)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX, .sun_path = JOURNAL_SOCKET };
	fd_auto fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || connect(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0)
		return -1;
	shutdown(fd, SHUT_RD);
	return fd_take(&fd);
}

static int open_journal(const char *id, struct output *o)
{
	/* identifier, unit, priority, level prefix, and forward to: syslog, kmsg, console */
	mem_auto char *header = x_printf("jail-%s\n\n6\n0\n0\n0\n0\n", id);
	fd_auto fd = connect_journal();

	if (fd < 0 || write_all(fd, header, strlen(header)) < 0) {
		msg_error("connect to the journal at " JOURNAL_SOCKET ": %s", strerror(errno));
		return -1;
	}
	o->note = x_printf("journal:jail-%s", id);
	return fd_take(&fd);
}

static int open_null(void)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		msg_error("open /dev/null: %s", strerror(errno));
	return fd;
}

static int open_destination(const char *how, const struct jail_runtime *rt, const char *id, struct output *o)
{
	const char *path = str_after(how, "file:");

	if (path && *path)
		return open_file(path, o);
	if (str_equal(how, "journal") || (!how && access(JOURNAL_SOCKET, F_OK) == 0))
		return open_journal(id, o);
	if (str_equal(how, "none"))
		return open_null();
	if (!how)
		return open_default_file(rt, id, o);
	msg_error("--log-output: \"%s\" is not one of: file:PATH journal none inherit", how);
	return -1;
}

int output_open(const char *how, const struct jail_runtime *rt, const char *id, struct output *ret)
{
	struct output o = { .set = true };
	int fd;

	if (str_equal(how, "inherit"))
		return 0;
	fd = open_destination(how, rt, id, &o);
	if (fd < 0)
		return -1;
	o.stdio[0] = open_null();
	o.stdio[1] = o.stdio[2] = fd;
	*ret = o;
	return o.stdio[0] < 0 ? -1 : 0;
}

void output_done(struct output *o)
{
	if (o->set) {
		fd_close(&o->stdio[0]);
		fd_close(&o->stdio[1]);
	}
	mem_free(&o->note);
}

/* ---- the end ---- */

/* An id that came from a command line and named no jail must not name a path, either. */
static bool is_id(const char *id)
{
	return *id && *id != '.' && !strchr(id, '/') && strlen(id) <= 255;
}

void output_forget(const struct jail_runtime *rt, const char *id)
{
	mem_auto char *path = default_path(rt, id);

	if (is_id(id))
		unlink(path);
}

void output_undo(const struct output *o, struct jail_runtime *rt, const char *id)
{
	struct jail *jail = NULL;

	/* Somebody else's may have been quicker. */
	if (o->is_new && jail_open(rt, id, &jail, NULL) < 0)
		output_forget(rt, id);
	jail_free(jail);
}

static bool in_list(char **ids, const char *name, size_t len)
{
	for (; *ids; ids++)
		if (strlen(*ids) == len && !memcmp(*ids, name, len))
			return true;
	return false;
}

void output_sweep(struct jail_runtime *rt)
{
	mem_auto char *path = default_dir(rt);
	mem_auto char **ids = NULL;
	struct dirent *e;
	DIR *dir;

	/* The directory first: a jail made after that is not in it, and is not swept. */
	dir = opendir(path);
	if (!dir)
		return;
	if (jail_list(rt, &ids, NULL) >= 0)
		while ((e = readdir(dir))) {
			size_t n = strlen(e->d_name);

			if (n > 4 && !strcmp(e->d_name + n - 4, ".log") &&
			    !in_list(ids, e->d_name, n - 4))
				unlinkat(dirfd(dir), e->d_name, 0);
		}
	closedir(dir);
}
