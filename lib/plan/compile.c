/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * compile.c - from a checked spec to a plan
 *
 * Read top to bottom this is the life of a jail: what is made outside, the clone, what is done inside
 * before the root changes, the process, and what follows when it runs and when it is deleted.
 */
#include "plan/compile.h"

#include <limits.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>

#include "base/json.h"

/* ---- hooks ---- */

void compile_hooks(struct plan_builder *b, const struct spec *spec, enum spec_hook_kind kind,
		   enum plan_op op, enum plan_stage stage)
{
	for (size_t i = 0; i < spec->hooks[kind].n; i++) {
		const struct spec_hook *h = &spec->hooks[kind].v[i];
		uint32_t path = plan_put_str(b, h->path);
		uint32_t args = plan_put_list(b, h->args.v, h->args.n);
		uint32_t env = plan_put_list(b, h->env.v, h->env.n);
		struct plan_step *s = plan_add(b, op, stage, "hooks.%s[%zu]", spec_hook_names[kind], i);

		s->s[0] = path;
		s->s[1] = args;
		s->s[2] = env;
		s->a[0] = kind;
		s->a[1] = h->timeout_s;
	}
}

void plan_put_annotations(struct buf *out, const struct spec_pairs *notes)
{
	buf_printf(out, "{");
	for (size_t i = 0; i < notes->n; i++) {
		buf_printf(out, i ? "," : "");
		json_put_string(out, notes->v[i].key);
		buf_printf(out, ":");
		json_put_string(out, notes->v[i].value);
	}
	buf_printf(out, "}");
}

/* The state document of a hook, without its status and pid. */
static void compile_state(struct plan_builder *b, const struct plan_request *req)
{
	const struct spec_pairs *notes = &req->spec->annotations;
	buf_auto head = { 0 };
	buf_auto tail = { 0 };
	uint32_t at[4];

	buf_printf(&head, "{\"ociVersion\":");
	json_put_string(&head, req->spec->oci_version);
	buf_printf(&head, ",\"id\":");
	json_put_string(&head, req->id);
	buf_printf(&head, ",\"status\":\"");
	buf_printf(&tail, ",\"bundle\":");
	json_put_string(&tail, req->bundle);
	if (notes->n) {
		buf_printf(&tail, ",\"annotations\":");
		plan_put_annotations(&tail, notes);
	}
	buf_printf(&tail, "}");
	if (head.failed || tail.failed)
		b->failed = true;
	at[0] = plan_put_str(b, req->id);
	at[1] = plan_put_str(b, head.text);
	at[2] = plan_put_str(b, tail.text);
	at[3] = plan_put_str(b, req->spec->name);
	plan_header(b)->id = at[0];
	plan_header(b)->state_head = at[1];
	plan_header(b)->state_tail = at[2];
	plan_header(b)->name = at[3];
	plan_header(b)->preserve_fds = req->preserve_fds;
}

/* ---- outside, before the clone ---- */

static int compile_before(struct plan_builder *b, const struct plan_request *req, struct err *err)
{
	uint32_t id = plan_put_str(b, req->id);

	plan_add(b, OP_STATE, STAGE_BEFORE, "%s", "")->s[0] = id;
	return req->cgroup ? compile_cgroup(b, req, err) : 0;
}

uint32_t compile_put_maps(struct plan_builder *b, const struct spec_idmaps *maps)
{
	buf_auto text = { 0 };

	for (size_t i = 0; i < maps->n; i++)
		buf_printf(&text, "%u %u %u\n", maps->v[i].container_id, maps->v[i].host_id,
			   maps->v[i].size);
	b->failed |= text.failed;
	return plan_put_str(b, text.text);
}

static void compile_maps(struct plan_builder *b, const struct spec *spec)
{
	uint32_t uid = compile_put_maps(b, &spec->uid_maps), gid = compile_put_maps(b, &spec->gid_maps);
	struct plan_step *s = plan_add(b, OP_ID_MAPS, STAGE_CLONED, "linux.uidMappings");

	s->s[0] = uid;
	s->s[1] = gid;
}

static void compile_netdevs(struct plan_builder *b, const struct spec *spec)
{
	for (size_t i = 0; i < spec->n_netdevs; i++) {
		uint32_t host = plan_put_str(b, spec->netdevs[i].host_name);
		uint32_t name = plan_put_str(b, spec->netdevs[i].name);
		struct plan_step *s = plan_add(b, OP_NETDEV, STAGE_NAMESPACES, "linux.netDevices.%s",
					       spec->netdevs[i].host_name);

		s->s[0] = host;
		s->s[1] = name;
	}
}

/* ---- the system that the program sees ---- */

static void add_str(struct plan_builder *b, enum plan_op op, const char *place, const char *value)
{
	uint32_t at = plan_put_str(b, value);

	plan_add(b, op, STAGE_INSIDE, "%s", place)->s[0] = at;
}

/* A jail that was not given a name is called by its id, as far as the kernel takes it. */
static void add_hostname(struct plan_builder *b, const struct plan_request *req)
{
	char name[HOST_NAME_MAX + 1];

	if (req->spec->hostname) {
		add_str(b, OP_HOSTNAME, "hostname", req->spec->hostname);
	} else if (req->spec->hostname_from_id) {
		snprintf(name, sizeof(name), "%.*s", HOST_NAME_MAX, req->id);
		add_str(b, OP_HOSTNAME, "", name);
	}
}

void compile_sysctl(struct plan_builder *b, const char *place, const struct spec_pair *pair)
{
	uint32_t key = plan_put_str(b, pair->key), value = plan_put_str(b, pair->value);
	struct plan_step *s = plan_add(b, OP_SYSCTL, STAGE_INSIDE, "%s", place);

	s->s[0] = key;
	s->s[1] = value;
}

static void compile_sysctls(struct plan_builder *b, const struct spec *spec)
{
	char place[ERR_PLACE_MAX];

	for (size_t i = 0; i < spec->sysctl.n; i++) {
		snprintf(place, sizeof(place), "linux.sysctl.%s", spec->sysctl.v[i].key);
		compile_sysctl(b, place, &spec->sysctl.v[i]);
	}
}

static bool needs_proc(const struct plan_request *req)
{
	const struct spec *spec = req->spec;
	const struct spec_process *p = &spec->process;

	return spec->sysctl.n || (req->network && req->network->sysctls) || p->oom_score_adj.set ||
	       p->apparmor_profile || p->selinux_label || ns_new(spec, SPEC_NS_TIME);
}

static void compile_time(struct plan_builder *b, const struct spec *spec)
{
	buf_auto text = { 0 };
	uint32_t at;

	for (size_t i = 0; i < spec->n_time_offsets; i++)
		buf_printf(&text, "%s %lld %u\n", spec->time_offsets[i].clock,
			   (long long)spec->time_offsets[i].secs, spec->time_offsets[i].nanosecs);
	b->failed |= text.failed;
	at = plan_put_str(b, text.text);
	plan_add(b, OP_TIME_NS, STAGE_INSIDE, "linux.timeOffsets")->s[0] = at;
}

/* Meet the runtime while namespaces exist and nothing is mounted, if it has something to do then. */
static void compile_meeting(struct plan_builder *b, const struct spec *spec)
{
	if (!plan_meets(spec))
		return;
	plan_add(b, OP_TELL, STAGE_INSIDE, "%s", "")->a[0] = POINT_NAMESPACES;
	plan_add(b, OP_WAIT, STAGE_INSIDE, "%s", "")->a[0] = POINT_NAMESPACES;
}

static void compile_system(struct plan_builder *b, const struct plan_request *req)
{
	const struct spec *spec = req->spec;

	if (needs_proc(req))
		plan_add(b, OP_OPEN_PROC, STAGE_INSIDE, "%s", "");
	if (ns_new(spec, SPEC_NS_TIME))
		compile_time(b, spec);
	compile_network(b, req, true);
	compile_meeting(b, spec);
	add_hostname(b, req);
	if (spec->domainname)
		add_str(b, OP_DOMAINNAME, "domainname", spec->domainname);
	compile_sysctls(b, spec);
}

/* ---- the process ---- */

/*
 * An unprivileged runtime that maps one group by itself has to give up setgroups(2) for the whole
 * namespace, and those made in it inherit that, see user_namespaces(7).
 */
static bool groups_denied(const struct plan_request *req)
{
	return req->no_setgroups ||
		(ns_new(req->spec, SPEC_NS_USER) && !req->privileged && req->spec->gid_maps.n <= 1);
}

static void compile_init_process(struct plan_builder *b, const struct plan_request *req)
{
	const struct spec *spec = req->spec;
	const struct spec_process *p = &spec->process;
	struct compile_last last = {
		.process = p, .spec = spec,
		.seccomp = req->seccomp, .seccomp_len = req->seccomp_len,
		.listener = spec->seccomp.listener_path,
		.metadata = spec->seccomp.listener_metadata,
		.seccomp_flags = spec->seccomp.flags.set ? spec->seccomp.flags.v : 0,
		.notify = spec->seccomp.has_notify,
		.groups_denied = groups_denied(req) || spec->keep_groups, .env = req->env, .pid_env = req->pid_env,
	};

	if (!req->no_new_keyring)
		plan_add(b, OP_KEYRING, STAGE_INSIDE, "%s", "");
	compile_proc_writes(b, p);
	compile_process_early(b, p);
	plan_add(b, OP_UNGUARD, STAGE_INSIDE, "%s", "");
	if (req->gated)
		compile_find_program(b, spec);
	/*
	 * What waits for a start has to go if its runtime is killed before that could tell of it: conmon waits until
	 * nobody holds its pipes.  And without a cgroup nothing but the recorded pid finds this process again.
	 */
	if (req->gated || !req->cgroup) {
		plan_add(b, OP_TELL, STAGE_INSIDE, "%s", "")->a[0] = POINT_CREATED;
		plan_add(b, OP_WAIT, STAGE_INSIDE, "%s", "")->a[0] = POINT_CREATED;
	}
	if (req->gated)
		plan_add(b, OP_GATE, STAGE_INSIDE, "%s", "");
	compile_ids_to_exec(b, &last);
}

/* What exec needs to know besides the process' own settings. */
static void compile_for_exec(struct plan_builder *b, const struct spec_process *p)
{
	if (p->exec_cpu_initial)
		compile_affinity(b, p->exec_cpu_initial, "process.execCPUAffinity.initial",
				 STAGE_EXEC, false);
	if (p->exec_cpu_final)
		compile_affinity(b, p->exec_cpu_final, "process.execCPUAffinity.final",
				 STAGE_EXEC, true);
}

/* Whoever made a joined mount namespace has arranged its root; what is asked for on top would be lost. */
static int check_joined_mounts(const struct spec *s, struct err *err)
{
	const struct { const char *place; bool asked; } lost[] = {
		{ "mounts", s->n_mounts > 0 },
		{ "root.readonly", s->root_readonly },
		{ "linux.maskedPaths", s->masked_paths.n > 0 },
		{ "linux.readonlyPaths", s->readonly_paths.n > 0 },
		{ "linux.devices", s->n_devices > 0 },
		{ "hooks.createContainer", s->hooks[SPEC_HOOK_CREATE_CONTAINER].n > 0 },
		{ "process.terminal", s->process.terminal },
	};

	for (size_t i = 0; i < ARRAY_SIZE(lost); i++)
		if (lost[i].asked)
			return err_spec(err, lost[i].place,
					"cannot be had in a mount namespace that is joined by path");
	return 0;
}

static bool is_mapped(const struct spec_idmaps *maps, uint32_t id)
{
	for (size_t i = 0; i < maps->n; i++)
		if (id >= maps->v[i].container_id && id - maps->v[i].container_id < maps->v[i].size)
			return true;
	return false;
}

/* What a new user namespace does not have, and what an ordinary user cannot map. */
static int check_ids(const struct plan_request *req, struct err *err)
{
	static const char privileged[] = "an id-mapped mount needs privileges on the host";
	const struct spec *s = req->spec;
	char place[40];

	if (s->process.set && !is_mapped(&s->uid_maps, s->process.uid))
		return err_spec(err, "process.user.uid", "%u is not mapped (linux.uidMappings)", s->process.uid);
	if (s->process.set && !is_mapped(&s->gid_maps, s->process.gid))
		return err_spec(err, "process.user.gid", "%u is not mapped (linux.gidMappings)", s->process.gid);
	if (!req->privileged && s->rootfs.idmap)
		return err_spec(err, "jail.rootfs.idmap", "%s", privileged);
	for (size_t i = 0; !req->privileged && i < s->n_mounts; i++)
		if (s->mounts[i].flags & (SPEC_MOUNT_IDMAP | SPEC_MOUNT_RIDMAP))
			return err_spec(err, mount_place(s, i, place), "%s", privileged);
	return 0;
}

/* What an ordinary user cannot have of layers: images are mounted, and files of many owners removed, by root. */
static int check_layers(const struct spec *s, struct err *err)
{
	char place[40];

	for (size_t i = 0; i < s->rootfs.n_lower; i++)
		if (spec_layer_is_image(s->rootfs.lower[i]))
			return err_spec(err, lower_place(i, place), "an EROFS image needs privileges on the host");
	if (s->rootfs.n_lower && s->rootfs.upper == SPEC_UPPER_DISK)
		return err_spec(err, "jail.rootfs.upper",
				"\"disk\" needs privileges on the host; \"ephemeral\" and \"kept\" do not");
	return 0;
}

static int check(const struct plan_request *req, struct err *err)
{
	const struct spec *s = req->spec;
	char place[40];
	int r = 0;

	for (size_t i = 0; i < s->n_mounts; i++)
		if (strspn(s->mounts[i].destination, "/.") == strlen(s->mounts[i].destination))
			return err_spec(err, mount_place(s, i, place),
					"the root itself cannot be a mount's destination");
	if (ns_new(s, SPEC_NS_USER))
		r = check_ids(req, err);
	if (r == 0 && !req->privileged)
		r = check_layers(s, err);
	if (r == 0 && ns_joined(s, SPEC_NS_MOUNT))
		r = check_joined_mounts(s, err);
	if (r < 0)
		return r;
	if (groups_denied(req) && s->process.n_additional_gids && !s->keep_groups)
		return err_spec(err, "process.user.additionalGids",
				"cannot be set: a user namespace made without privileges, with one "
				"group in it, may not call setgroups");
	if (!req->gated && !s->process.set)
		return err_spec(err, "process", "is required to start a program");
	return 0;
}

int plan_compile(const struct plan_request *req, struct plan **ret, struct err *err)
{
	const struct spec *spec = req->spec;
	struct plan_builder b;
	int r;

	r = check(req, err);
	if (r < 0)
		return r;
	plan_begin(&b);
	compile_state(&b, req);
	r = compile_before(&b, req, err);
	if (r < 0) {
		plan_builder_done(&b);
		return r;
	}
	compile_namespaces(&b, req);
	if (ns_new(spec, SPEC_NS_USER))
		compile_maps(&b, spec);
	compile_network_outside(&b, req);
	compile_netdevs(&b, spec);
	compile_hooks(&b, spec, SPEC_HOOK_PRESTART, OP_HOOK_OUT, STAGE_NAMESPACES);
	compile_hooks(&b, spec, SPEC_HOOK_CREATE_RUNTIME, OP_HOOK_OUT, STAGE_NAMESPACES);
	compile_outside_mounts(&b, req);

	compile_system(&b, req);
	compile_rootfs(&b, req);
	compile_init_process(&b, req);

	compile_for_exec(&b, &spec->process);
	compile_hooks(&b, spec, SPEC_HOOK_POSTSTART, OP_HOOK_OUT, STAGE_STARTED);
	compile_hooks(&b, spec, SPEC_HOOK_POSTSTOP, OP_HOOK_OUT, STAGE_DELETED);
	return plan_finish(&b, ret, err);
}
