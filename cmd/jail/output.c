/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * output.c - the output of a jail in the background: a file, or the journal
 *
 * The program gets the descriptor itself, and nothing of ours stays behind to copy.  The journal's
 * stream socket takes a few header lines first (sd_journal_stream_fd(3)); after them every line
 * the program writes is an entry.
 *
 * Without a journal the output goes to DATA/logs/HASH/ID.log, where HASH is that of the state directory: on disk, as
 * what a program writes has no limit, and the state is in memory.  The note of such a file is "log:PATH", and by that it
 * goes with its jail; "file:PATH" is the user's own.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "output.h"

#define JOURNAL_SOCKET "/run/systemd/journal/stdout"

/* ---- default files ---- */

/* Several state directories may have one data directory: FNV-1a, 64 bits. */
static char *default_dir(const struct jail_runtime *rt)
{
	uint64_t hash = 0xcbf29ce484222325;

	for (const char *c = jail_runtime_root(rt); *c; c++)
		hash = (hash ^ (unsigned char)*c) * 0x100000001b3;
	return x_printf("%s/logs/%016llx", jail_runtime_data(rt), (unsigned long long)hash);
}

/* The directories above @path that are missing: nobody else's business */
static int make_parents(const char *path)
{
	mem_auto char *part = x_strdup(path);

	for (char *slash = strchr(part + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(part, 0700) < 0 && errno != EEXIST) {
			msg_error("make directory %s: %s (--log-output says where output goes instead)", part,
				  strerror(errno));
			return -1;
		}
		*slash = '/';
	}
	return 0;
}

/* Nobody else may have put a link there. */
static int check_dir(const char *path)
{
	struct stat st;

	if (lstat(path, &st) == 0 && S_ISDIR(st.st_mode) && st.st_uid == geteuid() && !(st.st_mode & 022))
		return 0;
	msg_error("%s is not a directory that only we can write to", path);
	return -1;
}

/* "…/logs/HASH/ID.log", whose directories are there then; NULL after a message */
static char *default_path(const struct jail_runtime *rt, const char *id)
{
	mem_auto char *dir = default_dir(rt), *logs = x_printf("%s/logs", jail_runtime_data(rt));
	char *path = x_printf("%s/%s.log", dir, id);

	if (make_parents(path) == 0 && check_dir(logs) == 0 && check_dir(dir) == 0)
		return path;
	free(path);
	return NULL;
}

/* An id that is none, which the library will say, must not name a path, either. */
static bool is_id(const char *id)
{
	return *id && *id != '.' && !strchr(id, '/');
}

static bool has_jail(struct jail_runtime *rt, const char *id)
{
	struct jail *jail = NULL;
	bool found = jail_open(rt, id, &jail, NULL) == 0;

	jail_free(jail);
	return found;
}

/* ---- destinations: each returns a descriptor, or -1 after a message ---- */

static int open_null(void)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		msg_error("open /dev/null: %s", strerror(errno));
	return fd;
}

static int open_file(const char *path, int flags)
{
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | flags, 0640);

	if (fd < 0)
		msg_error("open output file %s: %s", path, strerror(errno));
	return fd;
}

static int open_own_file(const char *path, struct output *o)
{
	mem_auto char *absolute = path_absolute(path);
	int fd = open_file(absolute, 0);

	if (fd >= 0)
		o->note = x_printf("file:%s", absolute);
	return fd;
}

/*
 * Locked as long as we or the program have it, so that it is not swept before there is a jail; false: it was.  The
 * program of a jail of that name may hold any lock: nobody waits for it.
 */
static bool claim(int *fd)
{
	struct stat st;

	flock(*fd, LOCK_SH | LOCK_NB);
	if (fstat(*fd, &st) < 0 || st.st_nlink)
		return true;
	fd_close(fd);
	return false;
}

/* What is there already may be of a jail that went with a reboot. */
static int open_default_file(struct jail_runtime *rt, const char *id, struct output *o)
{
	mem_auto char *path = NULL;
	int fd, flags;

	if (!is_id(id))
		return open_null();
	path = default_path(rt, id);
	if (!path)
		return -1;
	do {
		flags = access(path, F_OK) == 0 && !has_jail(rt, id) ? O_TRUNC : 0;
		fd = open_file(path, flags | O_NOFOLLOW);
	} while (fd >= 0 && !claim(&fd));
	if (fd >= 0)
		o->note = x_printf("log:%s", path);
	return fd;
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
		return open_own_file(path, o);
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

/* ---- the end ---- */

void output_forget(const char *note)
{
	const char *path = str_after(note, "log:");

	if (path)
		unlink(path);
}

void output_undo(const struct output *o, struct jail_runtime *rt, const char *id)
{
	/* Somebody else's may have been quicker. */
	if (o->note && !has_jail(rt, id))
		output_forget(o->note);
}

static bool in_list(char **ids, const char *name, size_t len)
{
	for (; *ids; ids++)
		if (strlen(*ids) == len && !memcmp(*ids, name, len))
			return true;
	return false;
}

static void sweep_file(int dir, const char *name)
{
	fd_auto fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

	if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
		unlinkat(dir, name, 0);
}

void output_sweep(struct jail_runtime *rt)
{
	mem_auto char *path = default_dir(rt);
	mem_auto char **ids = NULL;
	struct dirent *e;
	DIR *dir;

	dir = opendir(path);
	if (!dir)
		return;
	if (jail_list(rt, &ids, NULL) >= 0)
		while ((e = readdir(dir))) {
			size_t n = strlen(e->d_name);

			if (n > 4 && !strcmp(e->d_name + n - 4, ".log") &&
			    !in_list(ids, e->d_name, n - 4))
				sweep_file(dirfd(dir), e->d_name);
		}
	closedir(dir);
}
