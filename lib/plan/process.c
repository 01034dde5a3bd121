/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * process.c - the program's own settings, in the order in which they can be made
 *
 * What needs privileges comes before the ids; ids before capabilities (the kernel takes capabilities
 * away with the ids); the seccomp filter as late as can be: last, or, without noNewPrivileges, while
 * CAP_SYS_ADMIN is still held.  startContainer hooks are the jail's own files and so get no more than
 * the jail's program gets.
 */
#include "plan/compile.h"

#include <linux/capability.h>
#include <string.h>

#define PID_ENV_MAX  4
#define DEFAULT_PATH "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

static void write_proc(struct plan_builder *b, const char *place, const char *file, const char *value)
{
	uint32_t at[2] = { plan_put_str(b, file), plan_put_str(b, value) };
	struct plan_step *s = plan_add(b, OP_WRITE_PROC, STAGE_INSIDE, "%s", place);

	s->s[0] = at[0];
	s->s[1] = at[1];
}

static void add_labels(struct plan_builder *b, const struct spec_process *p)
{
	buf_auto text = { 0 };

	if (p->apparmor_profile) {
		buf_printf(&text, "exec %s", p->apparmor_profile);
		b->failed |= text.failed;
		write_proc(b, "process.apparmorProfile", "self/attr/apparmor/exec", text.text);
	}
	if (p->selinux_label)
		write_proc(b, "process.selinuxLabel", "self/attr/exec", p->selinux_label);
}

static void add_scheduler(struct plan_builder *b, const struct spec_scheduler *c)
{
	struct compile_sched_attr attr = {
		.size = sizeof(attr), .policy = c->policy, .flags = c->flags, .nice = c->nice,
		.priority = (uint32_t)c->priority, .runtime = c->runtime, .deadline = c->deadline,
		.period = c->period,
	};
	uint32_t at = plan_put_blob(b, &attr, sizeof(attr));

	plan_add(b, OP_SCHED, STAGE_INSIDE, "process.scheduler")->s[0] = at;
}

static void add_rlimits(struct plan_builder *b, const struct spec_process *p)
{
	for (size_t i = 0; i < p->n_rlimits; i++) {
		struct plan_step *s = plan_add(b, OP_RLIMIT, STAGE_INSIDE, "process.rlimits[%zu]", i);

		s->a[0] = (uint64_t)p->rlimits[i].resource;
		s->a[1] = p->rlimits[i].soft;
		s->a[2] = p->rlimits[i].hard;
	}
}

void compile_proc_writes(struct plan_builder *b, const struct spec_process *p)
{
	char text[24];

	if (p->oom_score_adj.set) {
		snprintf(text, sizeof(text), "%lld", (long long)p->oom_score_adj.v);
		write_proc(b, "process.oomScoreAdj", "self/oom_score_adj", text);
	}
	add_labels(b, p);
}

void compile_process_early(struct plan_builder *b, const struct spec_process *p)
{
	plan_add(b, OP_STDIO, STAGE_INSIDE, "%s", "");
	if (p->scheduler.set)
		add_scheduler(b, &p->scheduler);
	if (p->io_priority.set)
		plan_add(b, OP_IOPRIO, STAGE_INSIDE, "process.ioPriority")->a[0] = p->io_priority.v;
	add_rlimits(b, p);
}

/* ---- ids and capabilities ---- */

static void add_ids(struct plan_builder *b, const struct spec_process *p, bool denied)
{
	uint32_t groups = plan_put_blob(b, p->additional_gids,
					p->n_additional_gids * sizeof(*p->additional_gids));
	struct plan_step *s = plan_add(b, OP_IDS, STAGE_INSIDE, "process.user");

	s->s[0] = groups;
	s->a[0] = p->uid;
	s->a[1] = p->gid;
	s->a[2] = p->uid != 0;
	s->a[3] = denied;
}

static void add_caps(struct plan_builder *b, const struct spec_caps *c)
{
	struct plan_step *s = plan_add(b, OP_CAPS, STAGE_INSIDE, "process.capabilities");

	s->a[0] = c->effective;
	s->a[1] = c->permitted;
	s->a[2] = c->inheritable;
	s->a[3] = c->ambient;
}

static void add_seccomp(struct plan_builder *b, const struct compile_last *l)
{
	uint32_t at[3];
	struct plan_step *s;

	if (!l->seccomp_len)
		return;
	at[0] = plan_put_blob(b, l->seccomp, l->seccomp_len);
	at[1] = plan_put_str(b, l->listener);
	at[2] = plan_put_str(b, l->metadata);
	s = plan_add(b, OP_SECCOMP, STAGE_INSIDE, "linux.seccomp");
	memcpy(s->s, at, sizeof(at));
	s->a[0] = l->seccomp_flags;
	s->a[1] = l->notify;
}

static void add_environment(struct plan_builder *b, const struct spec *spec)
{
	struct plan_step *s;
	uint32_t at;

	if (spec->has_personality)
		plan_add(b, OP_PERSONALITY, STAGE_INSIDE, "linux.personality")->a[0] = spec->personality;
	if (spec->mempolicy.set) {
		size_t n = ARRAY_SIZE(spec->mempolicy.nodes);

		while (n && !spec->mempolicy.nodes[n - 1])
			n--;
		at = plan_put_blob(b, spec->mempolicy.nodes, n * sizeof(uint64_t));
		s = plan_add(b, OP_MEMPOLICY, STAGE_INSIDE, "linux.memoryPolicy");
		s->s[0] = at;
		s->a[0] = (uint64_t)spec->mempolicy.mode;
	}
}

/* ---- the program ---- */

static const char *env_get(char *const *env, size_t n, const char *key)
{
	size_t len = strlen(key);

	for (size_t i = n; i-- > 0;)
		if (!strncmp(env[i], key, len) && env[i][len] == '=')
			return env[i] + len + 1;
	return NULL;
}

/* What execvp(3) would try: a name without a slash, in each directory of PATH. */
static uint32_t put_candidates(struct plan_builder *b, const char *file, const char *path)
{
	uint32_t at[256], n = 0;
	buf_auto full = { 0 };

	if (strchr(file, '/') || !*file) {
		at[n++] = plan_put_str(b, file);
		return plan_put_offsets(b, at, n);
	}
	while (path && n < ARRAY_SIZE(at)) {
		size_t len = strcspn(path, ":");

		full.len = 0;
		buf_printf(&full, "%.*s%s%s", (int)len, path, len ? "/" : "./", file);
		b->failed |= full.failed;
		at[n++] = plan_put_str(b, full.text);
		path = path[len] ? path + len + 1 : NULL;
	}
	return plan_put_offsets(b, at, n);
}

/* "HOME=/" with room behind it, for find-home to fill. */
static uint32_t put_home(struct plan_builder *b)
{
	char room[5 + PLAN_HOME_MAX] = "HOME=/";
	uint32_t at = (uint32_t)b->data.len;

	buf_put(&b->data, room, sizeof(room));
	return at;
}

#define PID_ROOM 12             /* ten digits, see OP_PID_VARIABLE */

struct program { uint32_t args, env, candidates, home, pids[PID_ENV_MAX], n_pids; };

static size_t count(const char *const *v)
{
	size_t n = 0;

	while (v && v[n])
		n++;
	return n;
}

/* Whether the caller gives a variable, so that the spec's own is left out. */
static bool is_given(const struct compile_last *l, const char *var)
{
	size_t len = strcspn(var, "=");

	for (size_t i = 0; i < count(l->env); i++)
		if (!strncmp(l->env[i], var, len) && l->env[i][len] == '=')
			return true;
	for (size_t i = 0; i < count(l->pid_env); i++)
		if (strlen(l->pid_env[i]) == len && !memcmp(l->pid_env[i], var, len))
			return true;
	return false;
}

/* "NAME=0", with room behind it for jail-init to fill. */
static uint32_t put_pid_variable(struct plan_builder *b, const char *name)
{
	uint32_t at = (uint32_t)b->data.len;
	char room[PID_ROOM] = "0";

	buf_put(&b->data, name, strlen(name));
	buf_put(&b->data, "=", 1);
	buf_put(&b->data, room, sizeof(room));
	return at;
}

static uint32_t put_given(struct plan_builder *b, const struct compile_last *l, uint32_t *at, uint32_t n,
			  struct program *ret)
{
	for (size_t i = 0; i < count(l->env); i++)
		at[n++] = plan_put_str(b, l->env[i]);
	for (size_t i = 0; i < count(l->pid_env) && i < PID_ENV_MAX; i++)
		at[n++] = ret->pids[ret->n_pids++] = put_pid_variable(b, l->pid_env[i]);
	return n;
}

static void put_program(struct plan_builder *b, const struct compile_last *l, struct program *ret)
{
	const struct spec_process *p = l->process;
	const char *path = env_get(p->env.v, p->env.n, "PATH");
	bool home = str_empty(env_get(p->env.v, p->env.n, "HOME"));
	mem_auto uint32_t *at = calloc(p->env.n + count(l->env) + count(l->pid_env) + 2, sizeof(*at));
	uint32_t n = 0;

	*ret = (struct program){ 0 };
	if (!at) {
		b->failed = true;
		return;
	}
	for (size_t i = 0; i < p->env.n; i++)
		if ((!home || !str_starts(p->env.v[i], "HOME=")) && !is_given(l, p->env.v[i]))
			at[n++] = plan_put_str(b, p->env.v[i]);
	if (home)
		at[n++] = ret->home = put_home(b);
	n = put_given(b, l, at, n, ret);
	ret->args = plan_put_list(b, p->args.v, p->args.n);
	ret->env = plan_put_offsets(b, at, n);
	ret->candidates = put_candidates(b, p->args.v[0], path ? path : DEFAULT_PATH);
}

/* ---- ids to exec ---- */

static void copy_environment(struct plan_builder *b, const struct plan *base)
{
	const struct plan_step *s = plan_steps(base);

	for (uint32_t i = 0; i < base->n_steps; i++, s++)
		if (s->op == OP_PERSONALITY || s->op == OP_MEMPOLICY)
			plan_copy_step(b, base, s, STAGE_INSIDE);
}

/*
 * Engines expect that create finds out that there is no such program.  What a hook of the jail's own does before
 * it is executed nobody knows.
 */
void compile_find_program(struct plan_builder *b, const struct spec *spec)
{
	const struct spec_process *p = &spec->process;
	const char *path = env_get(p->env.v, p->env.n, "PATH");
	uint32_t at[2];
	struct plan_step *s;

	if (!p->set || spec->hooks[SPEC_HOOK_START_CONTAINER].n)
		return;
	at[0] = plan_put_str(b, p->args.v[0]);
	at[1] = put_candidates(b, p->args.v[0], path ? path : DEFAULT_PATH);
	s = plan_add(b, OP_FIND, STAGE_INSIDE, "process.args");
	memcpy(s->s, at, sizeof(at));
}

void compile_ids_to_exec(struct plan_builder *b, const struct compile_last *l)
{
	const struct spec_process *p = l->process;
	struct program program;
	struct plan_step *s;
	uint32_t at;

	if (l->spec)
		add_environment(b, l->spec);
	else
		copy_environment(b, l->base);
	if (!p->set)
		return;                         /* create without a process: start refuses */
	put_program(b, l, &program);
	if (program.home) {
		s = plan_add(b, OP_HOME, STAGE_INSIDE, "%s", "");
		s->s[0] = program.home;
		s->a[0] = p->uid;
	}
	plan_add(b, OP_BOUNDING, STAGE_INSIDE, "process.capabilities.bounding")->a[0] = p->caps.bounding;
	at = plan_put_str(b, p->cwd);
	plan_add(b, OP_CWD, STAGE_INSIDE, "process.cwd")->s[0] = at;
	s = plan_add(b, OP_UMASK, STAGE_INSIDE, "process.user.umask");
	s->a[0] = p->umask.v;
	s->a[1] = !p->umask.set;
	add_ids(b, p, l->groups_denied);
	if (p->no_new_privileges)
		plan_add(b, OP_NO_NEW_PRIVS, STAGE_INSIDE, "process.noNewPrivileges");
	else
		add_seccomp(b, l);
	add_caps(b, &p->caps);
	if (l->spec)
		compile_hooks(b, l->spec, SPEC_HOOK_START_CONTAINER, OP_HOOK, STAGE_INSIDE);
	if (p->no_new_privileges)
		add_seccomp(b, l);
	for (uint32_t i = 0; i < program.n_pids; i++)
		plan_add(b, OP_PID_VARIABLE, STAGE_INSIDE, "%s", "")->s[0] = program.pids[i];
	s = plan_add(b, OP_EXEC, STAGE_INSIDE, "process.args");
	s->s[0] = program.args;
	s->s[1] = program.env;
	s->s[2] = program.candidates;
}
