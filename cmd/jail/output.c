/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * output.c - the output of a jail in the background: a file, or the journal
 *
 * The program gets the descriptor itself, and nothing of ours stays behind to copy.  The journal's
 * stream socket takes a few header lines first (sd_journal_stream_fd(3)); after them every line
 * the program writes is an entry.
 *
 * Without a journal the output goes to a file of ours, see logfile.h.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "logfile.h"
#include "output.h"

#define JOURNAL_SOCKET "/run/systemd/journal/stdout"

/* ---- destinations: each returns a descriptor, or -1 after a message ---- */

static int open_null(void)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		msg_error("open /dev/null: %s", strerror(errno));
	return fd;
}

static int open_file(const char *path, struct output *o)
{
	mem_auto char *absolute = path_absolute(path);
	int fd = logfile_append(absolute, 0);

	if (fd >= 0)
		o->note = x_printf("file:%s", absolute);
	return fd;
}

/* For an id that is none, which the library will say: it must not name a path, either. */
static int open_default_file(struct jail_runtime *rt, const char *id, struct output *o)
{
	return *id && *id != '.' && !strchr(id, '/') ? logfile_open(rt, id, &o->note) : open_null();
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

static int open_destination(const char *how, struct jail_runtime *rt, const char *id, struct output *o)
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

int output_open(const char *how, struct jail_runtime *rt, const char *id, struct output *ret)
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
