/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cgroup.c - the cgroup of a jail that is being made: its intent, limits, device rules, owner
 */
#include "run/making.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "cgroup/devices.h"
#include "cgroup/limits.h"

/*
 * The intent: should we be killed, this is what gc removes, from the topmost directory that is
 * missing now.  A leaf that exists already is not ours; see cgroup_remove().
 */
int making_intend_cgroup(struct making *m, struct err *err)
{
	const char *p = m->cgroup_path;
	char *top;
	int r;

	if (!p)
		return 0;
	r = cgroup_root_open(&m->cgroup_root, &m->cgroup_mount, err);
	if (r < 0)
		return r;
	do {
		struct stat st;

		p += strcspn(p, "/");
		top = arena_printf(&m->state.arena, "%.*s", (int)(p - m->cgroup_path), m->cgroup_path);
		if (!top)
			return err_nomem(err);
		if (fstatat(m->cgroup_root, top, &st, AT_SYMLINK_NOFOLLOW) < 0) {
			m->state.cgroup_made = top;
			break;
		}
	} while (*p++);
	return 0;
}

static int attach_device_rules(const struct making *m, struct err *err)
{
	const struct plan_step *s = plan_find_step(m->plan, OP_DEVICE_RULES);
	const void *insns;
	size_t len;
	int r;

	if (!s)
		return 0;
	insns = plan_blob(m->plan, s->s[0], &len);
	r = cgroup_devices_attach(m->cgroup.fd, insns, len / sizeof(struct bpf_insn), err);
	/* In a user namespace nobody loads such programs or makes nodes; who is around it has rules. */
	if ((r == -EPERM || r == -ENOSYS) && scope_user())
		return 0;
	return r < 0 ? err_place(err, r, "linux.resources.devices") : 0;
}

/* Before anything runs in it.  A cgroup that was there before keeps what it had when one is refused. */
static int set_limits(const struct making *m, const struct cgroup_place *at, struct err *err)
{
	const struct plan_step *s = plan_steps(m->plan);
	mem_auto struct limit *v = calloc(m->plan->n_steps, sizeof(*v));
	size_t n = 0;

	if (!v)
		return err_nomem(err);
	for (uint32_t i = 0; i < m->plan->n_steps; i++, s++)
		if (s->op == OP_LIMIT)
			v[n++] = (struct limit){
				.file = plan_str(m->plan, s->s[0]),
				.value = plan_str(m->plan, s->s[1]),
				.place = plan_str(m->plan, s->place),
				.optional = s->a[0], .or_next = s->a[1],
			};
	return cgroup_limits_apply(at, v, n, !m->cgroup.top, err);
}

static int fit_out_cgroup(const struct making *m, struct err *err)
{
	const struct plan_step *s = plan_find_step(m->plan, OP_DELEGATE);
	const struct cgroup_place at = {
		.root_fd = m->cgroup_root, .root = m->cgroup_mount,
		.path = m->cgroup_path, .fd = m->cgroup.fd,
	};
	int r = attach_device_rules(m, err);

	if (!m->scope.path)             /* systemd counts what it was told to */
		cgroup_count(&at);
	if (r == 0)
		r = set_limits(m, &at, err);
	if (r == 0 && s)
		r = cgroup_delegate(&at, (uid_t)s->a[0], (gid_t)s->a[1], err);
	return r;
}

int making_scope(struct making *m, struct err *err)
{
	__attribute__((cleanup(arena_done))) struct arena arena = { 0 };
	const struct create_request *req = m->req;
	struct scope_names names;
	int r;

	if (!req->use_cgroup || !req->scope_program || req->cgroup_parent)
		return 0;
	r = scope_names(req->spec->cgroups_path, req->id, &arena, &names, err);
	if (r == 0)
		r = scope_start(req->scope_program, &names, req->id, req->spec, &m->scope, err);
	m->moved = r == 0 && scope_user();
	return r;
}

int making_cgroup(struct making *m, struct err *err)
{
	int r;

	if (!m->cgroup_path)
		return 0;
	if (m->scope.path) {            /* jail-scope is in it, and nobody else */
		r = cgroup_open(m->cgroup_root, m->cgroup_path, &m->cgroup.fd, err);
		return r < 0 ? r : fit_out_cgroup(m, err);
	}
	r = cgroup_make(m->cgroup_root, m->cgroup_path, &m->cgroup, err);
	if (r < 0)
		return m->req->spec->cgroups_path ? err_place(err, r, "linux.cgroupsPath") : r;
	m->state.cgroup_made = m->cgroup.top ? arena_strdup(&m->state.arena, m->cgroup.top) : NULL;
	if (m->cgroup.top && !m->state.cgroup_made)
		return err_nomem(err);
	return fit_out_cgroup(m, err);
}
