/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * exec.c - the plan of one more process in a jail
 *
 * The jail's own plan is the record of how its process was set up.  It is read back into a
 * struct spec_process, changed as asked for, and compiled again with another beginning: all
 * namespaces are joined at once through the first process' pidfd.
 */
#include "plan/compile.h"

#include <sched.h>
#include <string.h>

/* What reading a plan back yields: strings still belong to the plan. */
struct recovered {
	struct spec_process process;
	struct arena arena;
	const void *seccomp;
	size_t seccomp_len;
	const char *listener, *metadata;
	uint64_t seccomp_flags;
	bool notify, groups_denied, failed;
};

static void recover_rlimit(struct recovered *r, const struct plan_step *s)
{
	struct spec_process *p = &r->process;
	struct spec_rlimit *v = arena_alloc(&r->arena, (p->n_rlimits + 1) * sizeof(*v));

	if (!v) {
		r->failed = true;
		return;
	}
	if (p->n_rlimits)
		memcpy(v, p->rlimits, p->n_rlimits * sizeof(*v));
	v[p->n_rlimits++] = (struct spec_rlimit){ (int)s->a[0], s->a[1], s->a[2] };
	p->rlimits = v;
}

static void recover_proc(struct recovered *r, const struct plan *base, const struct plan_step *s)
{
	const char *file = plan_str(base, s->s[0]);
	char *value = (char *)plan_str(base, s->s[1]);

	if (!strcmp(file, "self/oom_score_adj"))
		r->process.oom_score_adj = (struct spec_opt_int){ true, strtol(value, NULL, 10) };
	else if (!strcmp(file, "self/attr/apparmor/exec"))
		r->process.apparmor_profile = value + strlen("exec ");
	else if (!strcmp(file, "self/attr/exec"))
		r->process.selinux_label = value;
}

static void recover_ids(struct recovered *r, const struct plan *base, const struct plan_step *s)
{
	size_t len;
	const void *groups = plan_blob(base, s->s[0], &len);

	r->process.uid = (uint32_t)s->a[0];
	r->process.gid = (uint32_t)s->a[1];
	r->process.additional_gids = (uint32_t *)groups;
	r->process.n_additional_gids = len / sizeof(uint32_t);
	r->groups_denied = s->a[3];
}

/* What the first process alone was told: its readiness, its watchdog, the sockets it was given. */
static bool is_for_first(const char *var)
{
	static const char *const names[] = {
		"LISTEN_FDNAMES", "LISTEN_FDS", "LISTEN_PID", "NOTIFY_SOCKET", "WATCHDOG_PID",
		"WATCHDOG_USEC",
	};
	size_t len = strcspn(var, "=");

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strlen(names[i]) == len && !memcmp(var, names[i], len))
			return true;
	return false;
}

static void forget_first(struct strv *env)
{
	size_t n = 0;

	for (size_t i = 0; i < env->n; i++)
		if (!is_for_first(env->v[i]))
			env->v[n++] = env->v[i];
	env->n = n;
}

/* A copy of a list, without the item at offset @skip (the HOME that was to be found). */
static void recover_list(struct recovered *r, const struct plan *base, uint32_t at, uint32_t skip,
			 struct strv *ret)
{
	uint64_t n = plan_list_count(base, at);

	ret->n = 0;
	ret->v = arena_alloc(&r->arena, (n + 1) * sizeof(*ret->v));
	if (!ret->v) {
		r->failed = true;
		return;
	}
	for (uint64_t i = 0; i < n; i++) {
		const char *item = plan_list_item(base, at, i);

		if (item != plan_str(base, skip))
			ret->v[ret->n++] = (char *)item;
	}
}

static void recover_sched(struct recovered *r, const struct plan *base, const struct plan_step *s)
{
	struct compile_sched_attr a;
	size_t len;
	const void *blob = plan_blob(base, s->s[0], &len);

	if (len != sizeof(a))
		return;
	memcpy(&a, blob, len);
	r->process.scheduler = (struct spec_scheduler){
		.set = true, .policy = a.policy, .nice = a.nice, .priority = (int32_t)a.priority,
		.flags = a.flags, .runtime = a.runtime, .deadline = a.deadline, .period = a.period,
	};
}

static void recover_step(struct recovered *r, const struct plan *base, const struct plan_step *s,
			 uint32_t *home)
{
	struct spec_process *p = &r->process;

	switch ((enum plan_op)s->op) {
	case OP_RLIMIT:
		recover_rlimit(r, s);
		break;
	case OP_WRITE_PROC:
		recover_proc(r, base, s);
		break;
	case OP_IDS:
		recover_ids(r, base, s);
		break;
	case OP_SCHED:
		recover_sched(r, base, s);
		break;
	case OP_IOPRIO:
		p->io_priority = (struct spec_opt_uint){ true, s->a[0] };
		break;
	case OP_UMASK:
		p->umask = (struct spec_opt_uint){ !s->a[1], s->a[0] };
		break;
	case OP_CWD:
		p->cwd = (char *)plan_str(base, s->s[0]);
		break;
	case OP_BOUNDING:
		p->caps.bounding = s->a[0];
		break;
	case OP_CAPS:
		p->caps.effective = s->a[0];
		p->caps.permitted = s->a[1];
		p->caps.inheritable = s->a[2];
		p->caps.ambient = s->a[3];
		break;
	case OP_NO_NEW_PRIVS:
		p->no_new_privileges = true;
		break;
	case OP_SECCOMP:
		r->seccomp = plan_blob(base, s->s[0], &r->seccomp_len);
		r->listener = plan_str(base, s->s[1]);
		r->metadata = plan_str(base, s->s[2]);
		r->seccomp_flags = s->a[0];
		r->notify = s->a[1];
		break;
	case OP_HOME:
		*home = s->s[0];
		break;
	case OP_EXEC:
		p->set = true;
		recover_list(r, base, s->s[0], 0, &p->args);
		recover_list(r, base, s->s[1], *home, &p->env);
		forget_first(&p->env);
		break;
	default:
		break;
	}
}

static void recover(struct recovered *r, const struct plan *base)
{
	const struct plan_step *s = plan_steps(base);
	uint32_t home = 0;

	for (uint32_t i = 0; i < base->n_steps; i++, s++)
		if (s->stage == STAGE_INSIDE)
			recover_step(r, base, s, &home);
}

/* ---- overrides ---- */

/* Add or replace "K=V". */
static void set_env(struct strv *env, char *var)
{
	size_t len = strcspn(var, "=");

	for (size_t i = 0; i < env->n; i++)
		if (!strncmp(env->v[i], var, len) && env->v[i][len] == '=') {
			env->v[i] = var;
			return;
		}
	env->v[env->n++] = var;
}

static void override_env(struct recovered *r, const struct plan_exec *req)
{
	struct strv *env = &r->process.env;
	char **v = arena_alloc(&r->arena, (env->n + req->n_env + 1) * sizeof(*v));

	if (!v) {
		r->failed = true;
		return;
	}
	if (env->n)
		memcpy(v, env->v, env->n * sizeof(*v));
	env->v = v;
	for (size_t i = 0; i < req->n_env; i++)
		set_env(env, req->env[i]);
}

static void override(struct recovered *r, const struct plan_exec *req)
{
	struct spec_process *p = &r->process;

	if (req->n_argv)
		p->args = (struct strv){ (char **)req->argv, req->n_argv };
	if (req->n_env)
		override_env(r, req);
	if (req->cwd)
		p->cwd = (char *)req->cwd;
	if (req->has_user) {
		p->uid = req->uid;
		p->gid = req->gid;
	}
	if (req->has_groups) {
		p->additional_gids = (uint32_t *)req->groups;
		p->n_additional_gids = req->n_groups;
	}
	p->caps.bounding |= req->caps;
	p->caps.effective |= req->caps;
	p->caps.permitted |= req->caps;
	/* Not inheritable: files with such capabilities would give more, CVE-2022-29162. */
	p->no_new_privileges |= req->no_new_privs;
	if (req->apparmor)
		p->apparmor_profile = (char *)req->apparmor;
	if (req->selinux)
		p->selinux_label = (char *)req->selinux;
	p->terminal |= req->terminal;
	if (req->height || req->width) {
		p->console_height = req->height;
		p->console_width = req->width;
	}
}

/* ---- compiling ---- */

static void affinity(struct plan_builder *b, const struct plan_exec *req, bool final)
{
	const struct spec_process *p = req->process;
	const struct plan_step *s = plan_steps(req->base);
	const char *cpus = !p ? NULL : final ? p->exec_cpu_final : p->exec_cpu_initial;

	if (cpus) {
		compile_affinity(b, cpus, "execCPUAffinity", STAGE_INSIDE, final);
		return;
	}
	for (uint32_t i = 0; !p && i < req->base->n_steps; i++, s++)
		if (s->stage == STAGE_EXEC && s->op == OP_AFFINITY && s->a[0] == final)
			plan_copy_step(b, req->base, s, STAGE_INSIDE);
}

/* The caller's session keyring holds the caller's secrets: it stays outside as it did at create. */
static void keyring(struct plan_builder *b, const struct plan *base)
{
	const struct plan_step *s = plan_steps(base);

	for (uint32_t i = 0; i < base->n_steps; i++, s++)
		if (s->op == OP_KEYRING && s->stage == STAGE_INSIDE)
			plan_copy_step(b, base, s, STAGE_INSIDE);
}

static void begin(struct plan_builder *b, const struct plan_exec *req, const struct spec_process *p)
{
	uint64_t flags = req->ns_flags;
	/* The first process may have gone where a user namespace of its own making is the owner. */
	bool same_owner = !(flags & CLONE_NEWUSER) && flags & CLONE_NEWNS;
	struct plan_step *join;

	/* While we may: root of the jail's user namespace may not. */
	for (size_t i = 0; flags & CLONE_NEWUSER && i < p->n_rlimits; i++) {
		struct plan_step *s = plan_add(b, OP_RAISE, STAGE_INSIDE, "process.rlimits[%zu]", i);

		s->a[0] = (uint64_t)p->rlimits[i].resource;
		s->a[1] = p->rlimits[i].hard;
	}
	plan_add(b, OP_GUARD, STAGE_INSIDE, "%s", "");
	affinity(b, req, false);
	if (p->oom_score_adj.set || p->apparmor_profile || p->selinux_label || same_owner)
		plan_add(b, OP_OPEN_PROC, STAGE_INSIDE, "%s", "");
	/* In a user namespace our own /proc/self would not be ours to write: we are not dumpable. */
	compile_proc_writes(b, p);
	/*
	 * The cgroup namespace last: where it is a boundary of delegation (nsdelegate), nobody who is in
	 * it can come from a cgroup outside, see cgroups(7).
	 */
	if (flags & ~(uint64_t)CLONE_NEWCGROUP) {
		join = plan_add(b, OP_JOIN_PID, STAGE_INSIDE, "%s", "");
		join->a[0] = flags & ~(uint64_t)CLONE_NEWCGROUP;
		join->a[2] = same_owner;
	}
	plan_add(b, OP_FORK, STAGE_INSIDE, "%s", "");
	if (req->moved)
		plan_add(b, OP_WAIT, STAGE_INSIDE, "%s", "")->a[0] = POINT_MAPS;
	if (flags & CLONE_NEWCGROUP)
		plan_add(b, OP_JOIN_PID, STAGE_INSIDE, "%s", "")->a[0] = CLONE_NEWCGROUP;
	affinity(b, req, true);
	if (flags & CLONE_NEWUSER)
		plan_add(b, OP_NS_ROOT, STAGE_INSIDE, "%s", "");
	plan_add(b, OP_SESSION, STAGE_INSIDE, "%s", "");
	keyring(b, req->base);
	if (p->terminal) {
		plan_add(b, OP_HERE, STAGE_INSIDE, "%s", "");
		compile_pty(b, p, NULL, req->newline);
	}
}

static int check(const struct spec_process *p, struct err *err)
{
	if (!p->args.n)
		return err_spec(err, "process.args", "is required: no program was named");
	if (!p->cwd || p->cwd[0] != '/')
		return err_spec(err, "process.cwd", "must be an absolute path");
	return 0;
}

static void header(struct plan_builder *b, const struct plan_exec *req)
{
	const struct plan *base = req->base;
	uint32_t at[4] = {
		plan_put_str(b, plan_str(base, base->id)), plan_put_str(b, plan_str(base, base->state_head)),
		plan_put_str(b, plan_str(base, base->state_tail)), plan_put_str(b, plan_str(base, base->name)),
	};
	struct plan *head = plan_header(b);

	head->id = at[0];
	head->state_head = at[1];
	head->state_tail = at[2];
	head->name = at[3];
	head->preserve_fds = req->preserve_fds;
}

int plan_compile_exec(const struct plan_exec *req, struct plan **ret, struct err *err)
{
	struct recovered r = { 0 };
	struct plan_builder b;
	int rc;

	recover(&r, req->base);
	if (req->process)
		r.process = *req->process;
	override(&r, req);
	rc = r.failed ? err_nomem(err) : check(&r.process, err);
	if (rc == 0) {
		struct compile_last last = {
			.process = &r.process, .base = req->base,
			.seccomp = r.seccomp, .seccomp_len = r.seccomp_len,
			.listener = r.listener, .metadata = r.metadata,
			.seccomp_flags = r.seccomp_flags, .notify = r.notify,
			.groups_denied = r.groups_denied,
		};

		r.process.set = true;
		plan_begin(&b);
		header(&b, req);
		begin(&b, req, &r.process);
		compile_process_early(&b, &r.process);
		plan_add(&b, OP_UNGUARD, STAGE_INSIDE, "%s", "");
		compile_ids_to_exec(&b, &last);
		rc = plan_finish(&b, ret, err);
	}
	arena_done(&r.arena);
	return rc;
}
