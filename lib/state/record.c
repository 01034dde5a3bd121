/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * record.c - the record of a jail as JSON
 */
#include "state/state.h"

#include <jansson.h>
#include <stddef.h>
#include <string.h>
#include <fcntl.h>

#include "base/json.h"

#define RECORD_MAX (4U << 20)
#define RECORD_VERSION 4

static const char *const status_names[] = { "creating", "created", "running" };

/* One row a member; the kinds are those of the struct's fields. */
enum kind { K_STATUS, K_INT, K_U64, K_BOOL, K_STR, K_BOOT, K_JSON };

static const struct member {
	const char *name;
	enum kind kind;
	size_t at;
} members[] = {
#define M(name, kind) { #name, kind, offsetof(struct state, name) }
	M(status, K_STATUS), M(pid, K_INT), M(start_time, K_U64), M(ns_flags, K_U64),
	M(owner, K_INT), M(own_pid_ns, K_BOOL), M(poststop, K_BOOL), M(boot_id, K_BOOT),
	M(stop_signal, K_INT),
	M(oci_version, K_STR), M(bundle, K_STR), M(rootfs, K_STR), M(created, K_STR),
	M(log_note, K_STR), M(cgroup, K_STR), M(cgroup_made, K_STR), M(scope, K_STR), M(network, K_STR),
	M(pasta, K_STR), M(upper, K_STR), M(annotations, K_JSON),
#undef M
};

/* ---- writing ---- */

static void put_member(struct buf *out, const struct state *s, const struct member *m)
{
	const char *p = (const char *)s + m->at, *text;

	buf_printf(out, ",\"%s\":", m->name);
	switch (m->kind) {
	case K_STATUS:
		buf_printf(out, "\"%s\"", status_names[s->status]);
		break;
	case K_INT:
		buf_printf(out, "%d", *(const int *)p);
		break;
	case K_U64:
		buf_printf(out, "%llu", (unsigned long long)*(const uint64_t *)p);
		break;
	case K_BOOL:
		buf_printf(out, *(const bool *)p ? "true" : "false");
		break;
	case K_BOOT:
		json_put_string(out, p);
		break;
	case K_STR:
		json_put_string(out, *(const char *const *)p);
		break;
	case K_JSON:
		text = *(const char *const *)p;
		buf_printf(out, "%s", text ? text : "null");
		break;
	}
}

static int write_record(int dir_fd, const char *name, const struct state *s, struct err *err)
{
	buf_auto text = { 0 };
	fd_auto fd = -1;
	int r;

	buf_printf(&text, "{\"version\":%d", RECORD_VERSION);
	for (size_t i = 0; i < ARRAY_SIZE(members); i++)
		put_member(&text, s, &members[i]);
	buf_printf(&text, "}\n");
	if (text.failed)
		return err_nomem(err);
	fd = openat(dir_fd, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		return err_sys(err, "make the state record");
	r = fd_write_all(fd, text.text, text.len);
	return r < 0 ? err_code(err, r, "write the state record") : 0;
}

int state_prepare(int dir_fd, const struct state *s, struct err *err)
{
	return write_record(dir_fd, "state.json.new", s, err);
}

int state_commit(int dir_fd, struct err *err)
{
	if (renameat(dir_fd, "state.json.new", dir_fd, "state.json") < 0)
		return err_sys(err, "replace the state record");
	return 0;
}

/* ---- reading ---- */

static bool get_status(const json_t *v, struct state *s)
{
	const char *text = json_string_value(v);

	for (size_t i = 0; text && i < ARRAY_SIZE(status_names); i++)
		if (!strcmp(text, status_names[i])) {
			s->status = (enum state_status)i;
			return true;
		}
	return false;
}

static bool get_string(const json_t *v, struct state *s, const char **ret)
{
	*ret = NULL;
	if (json_is_null(v))
		return true;
	if (!json_is_string(v))
		return false;
	*ret = arena_strdup(&s->arena, json_string_value(v));
	return *ret;
}

static bool get_json(const json_t *v, struct state *s, const char **ret)
{
	mem_auto char *text = NULL;

	*ret = NULL;
	if (json_is_null(v))
		return true;
	text = json_is_object(v) ? json_dumps(v, JSON_COMPACT) : NULL;
	*ret = text ? arena_strdup(&s->arena, text) : NULL;
	return *ret;
}

static bool get_member(const json_t *v, struct state *s, const struct member *m)
{
	char *p = (char *)s + m->at;
	json_int_t n = json_integer_value(v);

	switch (m->kind) {
	case K_STATUS:
		return get_status(v, s);
	case K_INT:
		*(int *)p = (int)n;
		return json_is_integer(v) && n >= INT32_MIN && n <= UINT32_MAX;
	case K_U64:
		*(uint64_t *)p = (uint64_t)n;
		return json_is_integer(v);
	case K_BOOL:
		*(bool *)p = json_is_true(v);
		return json_is_boolean(v);
	case K_BOOT:
		if (!json_is_string(v) || json_string_length(v) >= sizeof(s->boot_id))
			return false;
		memcpy(p, json_string_value(v), json_string_length(v) + 1);
		return true;
	case K_STR:
		return get_string(v, s, (const char **)p);
	case K_JSON:
		return get_json(v, s, (const char **)p);
	}
	return false;
}

int state_parse(const char *text, size_t len, struct state *ret, struct err *err)
{
	struct state s = { 0 };
	json_error_t je;
	json_t *o = json_loadb(text, len, JSON_REJECT_DUPLICATES, &je);
	const json_t *version = json_object_get(o, "version");
	int r = 0;

	if (!json_is_integer(version))
		r = err_set(err, -EBADMSG, "the state record is damaged");
	else if (json_integer_value(version) != RECORD_VERSION)
		r = err_set(err, -EPROTONOSUPPORT, "the state record is of another version");
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(members); i++) {
		const json_t *v = json_object_get(o, members[i].name);

		if (!v || !get_member(v, &s, &members[i]))
			r = err_set(err, -EBADMSG, "the state record is damaged: %s", members[i].name);
	}
	if (r == 0 && s.pid < 0)
		r = err_set(err, -EBADMSG, "the state record is damaged: pid");
	json_decref(o);
	if (r < 0)
		state_done(&s);
	else
		*ret = s;
	return r;
}

int state_read(int dir_fd, struct state *ret, struct err *err)
{
	mem_auto char *text = NULL;
	size_t len;
	int r = file_read_at(dir_fd, "state.json", RECORD_MAX, &text, &len, err);

	return r < 0 ? r : state_parse(text, len, ret, err);
}

void state_done(struct state *s)
{
	arena_done(&s->arena);
}
