/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * scope.c - cgroups that systemd makes
 *
 * A runtime that is killed leaves nothing: jail-scope ends with it, and systemd removes a scope that
 * nobody is in.
 */
#include "run/scope.h"

#include <ctype.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>

#include "cgroup/cgroup.h"
#include "run/clone.h"
#include "run/process.h"

#define TIMEOUT_S      30       /* for each answer of systemd's */
#define REPLY_MAX      6000
#define SELF_REMOVE_MS 500      /* what systemd usually needs to see that a scope is empty */

/* ---- names ---- */

/* "a-b.slice" is a.slice/a-b.slice: systemd.slice(5) */
static char *slice_path(struct arena *arena, const char *slice)
{
	buf_auto text = { 0 };
	size_t len = strlen(slice) - strlen(".slice");

	if (!strcmp(slice, "-.slice"))
		return arena_strdup(arena, "");
	for (size_t i = 1; i <= len; i++)
		if (i == len || slice[i] == '-')
			buf_printf(&text, "%.*s.slice/", (int)i, slice);
	return text.failed ? NULL : arena_strdup(arena, text.text);
}

static bool slice_name_ok(const char *slice)
{
	size_t n = strlen(slice);

	return n > 6 && !strcmp(slice + n - 6, ".slice") && !strchr(slice, '/') &&
	       (!strcmp(slice, "-.slice") ||
		(slice[0] != '-' && slice[n - 7] != '-' && !strstr(slice, "--")));
}

/* Unit names have fewer characters than ids: systemd.unit(5). */
static char *unit_name(struct arena *arena, const char *prefix, const char *name)
{
	buf_auto text = { 0 };

	if (*prefix)
		buf_printf(&text, "%s-", prefix);
	for (const char *p = name; *p; p++)
		if (isalnum((unsigned char)*p) || strchr(":-_.\\", *p))
			buf_printf(&text, "%c", *p);
		else
			buf_printf(&text, "\\x%02x", (unsigned char)*p);
	buf_printf(&text, ".scope");
	return text.failed ? NULL : arena_strdup(arena, text.text);
}

int scope_names(const char *cgroups_path, const char *id, struct arena *arena,
		struct scope_names *ret, struct err *err)
{
	static const char place[] = "linux.cgroupsPath";
	const char *prefix = "jail", *name = id;
	struct scope_names n = { .slice = "jail.slice" };
	char *copy, *slice_path_text;

	if (!str_empty(cgroups_path)) {
		copy = arena_strdup(arena, cgroups_path);
		if (!copy)
			return err_nomem(err);
		prefix = strchr(copy, ':');
		name = prefix ? strchr(prefix + 1, ':') : NULL;
		if (!name || strchr(copy, '/') || !name[1] || strchr(name + 1, ':'))
			return err_spec(err, place, "must be SLICE:PREFIX:NAME for the systemd cgroup "
						    "manager, not \"%.200s\"", cgroups_path);
		copy[prefix++ - copy] = '\0';
		copy[name++ - copy] = '\0';
		n.slice = *copy ? copy : "jail.slice";
	}
	if (strlen(name) > 6 && !strcmp(name + strlen(name) - 6, ".slice"))
		return err_spec(err, place, "\"%.200s\" is a slice: a jail runs in a scope", name);
	if (!slice_name_ok(n.slice))
		return err_spec(err, place, "\"%.200s\" is not the name of a slice", n.slice);
	n.unit = unit_name(arena, prefix, name);
	slice_path_text = slice_path(arena, n.slice);
	n.path = n.unit && slice_path_text ? arena_printf(arena, "%s%s", slice_path_text, n.unit) : NULL;
	if (!n.path)
		return err_nomem(err);
	*ret = n;
	return 0;
}

bool scope_user(void)
{
	mem_auto char *map = NULL;
	unsigned long from, to, count;
	char *rest;
	size_t len;

	if (geteuid() != 0)
		return true;
	if (file_read_at(AT_FDCWD, "/proc/self/uid_map", 4096, &map, &len, NULL) < 0)
		return false;
	from = strtoul(map, &rest, 10);
	to = strtoul(rest, &rest, 10);
	count = strtoul(rest, NULL, 10);
	return from || to || count != UINT32_MAX;
}

/* ---- talking to jail-scope ---- */


static void put_limits(struct buf *b, const struct limits *limits)
{
	for (size_t i = 0; i < limits->n; i++)
		buf_printf(b, "limit %s %s\n", limits->v[i].file, limits->v[i].value);
}

static int spawn(const char *program, struct scope *s, struct err *err)
{
	fd_auto null = open("/dev/null", O_RDWR | O_CLOEXEC);
	fd_auto theirs = -1;
	char *const argv[] = { "jail-scope", NULL };
	struct clone_request req = {
		.cgroup_fd = -1, .exec_fd = -1, .path = program, .argv = argv, .envp = environ,
	};
	int pair[2], r;
	pid_t pid;

	if (null < 0 || socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return err_sys(err, "make a socket");
	s->socket = pair[0];
	theirs = pair[1];
	req.stdio[0] = theirs;
	req.stdio[1] = req.stdio[2] = null;
	r = clone_exec(&req, &pid, &s->pidfd, err);
	return r < 0 ? err_add(err, r, "run %s, which asks systemd for a cgroup", program) : 0;
}

/* jail-scope has time-outs of its own, and says more than we could. */
static int receive(const struct scope *s, char reply[REPLY_MAX], struct err *err)
{
	struct pollfd p = { .fd = s->socket, .events = POLLIN };
	ssize_t n;
	int r;

	do
		r = poll(&p, 1, 4 * TIMEOUT_S * 1000);
	while (r < 0 && errno == EINTR);
	n = r > 0 ? recv(s->socket, reply, REPLY_MAX - 1, 0) : -1;
	if (n <= 0)
		return err_set(err, r == 0 ? -ETIMEDOUT : -EIO, "jail-scope ended without an answer from systemd");
	reply[n] = '\0';
	return 0;
}

/* @s: a jail-scope that runs. */
static int ask_again(const struct buf *request, const struct scope *s, char reply[REPLY_MAX],
		     struct err *err)
{
	unsigned long code;
	char *text;
	int r;

	if (request->failed)
		return err_nomem(err);
	if (send(s->socket, request->text, request->len, MSG_NOSIGNAL) < 0)
		return err_sys(err, "ask jail-scope");
	r = receive(s, reply, err);
	if (r == 0 && str_starts(reply, "error ")) {
		code = strtoul(reply + strlen("error "), &text, 10);
		if (code && code < 4096)
			return err_set(err, -(int)code, "%s", text + strspn(text, " "));
	}
	if (r == 0 && strncmp(reply, "ok", 2) != 0)
		return err_set(err, -EPROTO, "jail-scope: %.200s", reply);
	return r;
}

static int ask(const char *program, const struct buf *request, struct scope *s, char reply[REPLY_MAX],
	       struct err *err)
{
	int r = request->failed ? err_nomem(err) : spawn(program, s, err);

	return r < 0 ? r : ask_again(request, s, reply, err);
}

void scope_release(struct scope *s)
{
	int status;

	fd_close(&s->socket);
	if (s->pidfd >= 0)
		process_wait(s->pidfd, &status, NULL);
	fd_close(&s->pidfd);
}

void scope_done(struct scope *s)
{
	scope_release(s);
	free(s->path);
	free(s->record);
	s->path = s->record = NULL;
}

/* ---- start ---- */

static const char property_prefix[] = "org.systemd.property.";

static bool property_name_ok(const char *name)
{
	if (!isupper((unsigned char)*name))
		return false;
	while (isalnum((unsigned char)*name))
		name++;
	return !*name;
}

static int put_properties(struct buf *b, const struct spec *spec, struct err *err)
{
	for (size_t i = 0; i < spec->annotations.n; i++) {
		const struct spec_pair *a = &spec->annotations.v[i];
		const char *name = a->key + strlen(property_prefix);

		if (!str_starts(a->key, property_prefix))
			continue;
		if (!property_name_ok(name) || strchr(a->value, '\n')) {
			err_set(err, -EINVAL, "is not a property of a unit");
			return err_place(err, -EINVAL, "annotations[\"%s\"]", a->key);
		}
		buf_printf(b, "property %s %s\n", name, a->value);
	}
	return 0;
}

static int start_request(struct buf *b, const struct scope_names *names, const char *id, const char *bus,
			 const struct spec *spec, struct err *err)
{
	struct limits limits;
	int r = limits_compile(&spec->resources, "linux.resources.", &limits, err);

	if (r < 0)
		return r;
	buf_printf(b, "do start\nbus %s\nunit %s\nslice %s\ndescription jail %s\ntimeout %d\n", bus,
		   names->unit, names->slice, id, TIMEOUT_S);
	put_limits(b, &limits);
	limits_done(&limits);
	return put_properties(b, spec, err);
}

int scope_start(const char *program, const struct scope_names *names, const char *id,
		const struct spec *spec, struct scope *ret, struct err *err)
{
	const char *bus = scope_user() ? "user" : "system";
	buf_auto request = { 0 };
	struct scope s = SCOPE_NONE;
	char reply[REPLY_MAX];
	int r = start_request(&request, names, id, bus, spec, err);

	if (r == 0)
		r = ask(program, &request, &s, reply, err);
	if (r == 0) {
		const char *path = reply + 2 + strspn(reply + 2, " /");

		s.path = strdup(path);
		if (asprintf(&s.record, "%s %s %s", bus, names->unit, program) < 0)
			s.record = NULL;
		if (!s.path || !s.record)
			r = err_nomem(err);
		else if (!cgroup_path_ok(path))
			r = err_set(err, -EPROTO, "systemd made the scope %s in cgroup /%.200s", names->unit, path);
	}
	if (r < 0)
		scope_done(&s);
	else
		*ret = s;
	return r;
}

/* ---- later ---- */

/* "BUS UNIT PROGRAM"; *ret_program is within @record. */
static int request_for(struct buf *b, const char *what, const char *record, const char **ret_program,
		       struct err *err)
{
	const char *unit = strchr(record, ' '), *program = unit ? strchr(unit + 1, ' ') : NULL;

	if (!program)
		return err_set(err, -EBADMSG, "the state record is damaged: scope");
	buf_printf(b, "do %s\nbus %.*s\nunit %.*s\ntimeout %d\n", what, (int)(unit - record), record,
		   (int)(program - unit - 1), unit + 1, TIMEOUT_S);
	*ret_program = program + 1;
	return 0;
}

int scope_set(const char *record, const struct limits *limits, struct err *err)
{
	buf_auto request = { 0 };
	struct scope s = SCOPE_NONE;
	char reply[REPLY_MAX];
	const char *program = NULL;
	int r = request_for(&request, "set", record, &program, err);

	put_limits(&request, limits);
	if (r == 0)
		r = ask(program, &request, &s, reply, err);
	scope_done(&s);
	return r;
}

/* ---- moving processes ---- */

static void put_process(struct buf *b, const char *below, pid_t pid)
{
	buf_printf(b, "pid %d\n", (int)pid);
	if (!str_empty(below))
		buf_printf(b, "below /%s\n", below + strspn(below, "/"));
}

int scope_attach(const struct scope *s, pid_t pid, struct err *err)
{
	buf_auto request = { 0 };
	char reply[REPLY_MAX];
	const char *program = NULL;
	int r = request_for(&request, "attach", s->record, &program, err);

	put_process(&request, NULL, pid);
	return r < 0 ? r : ask_again(&request, s, reply, err);
}

int scope_attach_to(const char *record, const char *below, pid_t pid, struct err *err)
{
	buf_auto request = { 0 };
	struct scope s = SCOPE_NONE;
	char reply[REPLY_MAX];
	const char *program = NULL;
	int r = request_for(&request, "attach", record, &program, err);

	put_process(&request, below, pid);
	if (r == 0)
		r = ask(program, &request, &s, reply, err);
	scope_done(&s);
	return r;
}

/* ---- the end ---- */

static bool vanished(int cgroup_root, const char *path, int timeout_ms)
{
	const struct timespec pause = { .tv_nsec = 2000000 };
	struct stat st;

	for (int i = 0; i < timeout_ms / 2; i++) {
		if (fstatat(cgroup_root, path, &st, AT_SYMLINK_NOFOLLOW) < 0 && errno == ENOENT)
			return true;
		nanosleep(&pause, NULL);
	}
	return false;
}

int scope_remove(const char *record, int cgroup_root, const char *path, struct err *err)
{
	buf_auto request = { 0 };
	struct scope s = SCOPE_NONE;
	char reply[REPLY_MAX];
	const char *program = NULL;
	int r;

	if (vanished(cgroup_root, path, SELF_REMOVE_MS))
		return 0;
	r = request_for(&request, "stop", record, &program, err);
	if (r == 0)
		r = ask(program, &request, &s, reply, err);
	scope_done(&s);
	return r;
}
