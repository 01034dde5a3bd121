/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * compile.h - from a checked spec to a plan
 *
 * Pure: looks neither at the machine nor at the file system, so a plan can be made, printed and
 * compared without privileges.
 */
#pragma once

#include <stdio.h>

#include "plan/build.h"
#include "spec/spec.h"

/* The jail's own network as it was decided: what is printed, and the messages for the inside. */
struct plan_link {
	const char *place, *network, *host, *to;        /* host NULL: nothing is on the host's side */
	const char *summary;
	const void *messages;
	size_t messages_len;
	struct spec_pairs sysctls;      /* set before it is configured */
};

struct plan_port {
	const char *host, *jail;
};

struct plan_network {
	const struct plan_link *links;
	size_t n_links;
	const struct plan_port *ports;
	size_t n_ports;
	bool outside;                   /* the runtime has something to do before the links are configured */
	bool sysctls;                   /* some link has some */
};

struct plan_request {
	const struct spec *spec;
	const char *id, *bundle;
	const char *cgroup;             /* path below the cgroup2 mount; NULL: no cgroup */
	const char *unit, *slice;       /* systemd's names for it; NULL: we make it */
	bool users;                     /* that systemd is an ordinary user's */
	bool gated;                     /* create: wait for start before the program is executed */
	bool no_pivot, no_new_keyring;
	bool newline;                   /* the pty turns "\n" into "\r\n" */
	bool privileged;                /* the runtime may open trees on behalf of a user namespace */
	bool no_setgroups;              /* the user namespace that it is in has given up setgroups(2) */
	uint32_t preserve_fds;
	const char *const *env;         /* "K=V", added to the program's; up to a NULL, NULL: none */
	const char *const *pid_env;     /* names of variables that get the program's own pid; the same */
	const void *devices;            /* program of device rules; NULL: none */
	size_t devices_len;
	const void *seccomp;            /* filter; NULL: none */
	size_t seccomp_len;
	const struct plan_network *network;     /* NULL: nothing of ours */
	const char *upper;              /* directory that holds the upper layer; NULL: it is in memory */
};

/* Annotations as a JSON object, for state documents and records. */
void plan_put_annotations(struct buf *out, const struct spec_pairs *notes);

int plan_compile(const struct plan_request *req, struct plan **ret, struct err *err);

/* One more process in a jail that was made by @base. */
struct plan_exec {
	const struct plan *base;
	const struct spec_process *process;     /* from --process: used instead of the jail's own */
	/* Overrides; NULL or unset: the jail's own */
	char *const *argv;
	size_t n_argv;
	char *const *env;                       /* added */
	size_t n_env;
	const char *cwd;
	bool has_user;
	uint32_t uid, gid;
	const uint32_t *groups;
	size_t n_groups;
	bool has_groups;
	uint64_t caps;                          /* added */
	bool no_new_privs;
	const char *apparmor, *selinux;
	bool terminal, newline;
	uint16_t height, width;
	uint64_t ns_flags;                      /* CLONE_NEW* of the namespaces the jail has */
	bool moved;                             /* the runtime moves the process into the cgroup */
	uint32_t preserve_fds;
};

int plan_compile_exec(const struct plan_exec *req, struct plan **ret, struct err *err);

/* ---- between the files of the compiler ---- */

int compile_cgroup(struct plan_builder *b, const struct plan_request *req, struct err *err);
void compile_namespaces(struct plan_builder *b, const struct plan_request *req);
void compile_rootfs(struct plan_builder *b, const struct plan_request *req);
/* Lines as /proc/PID/uid_map takes them. */
uint32_t compile_put_maps(struct plan_builder *b, const struct spec_idmaps *maps);
void compile_devices(struct plan_builder *b, const struct plan_request *req);
void compile_outside_mounts(struct plan_builder *b, const struct plan_request *req);
/* mounts.c: those of the spec: trees that are sent, all of them, what becomes read-only, and what is told its
 * propagation again, when they are there;
 * @base: the propagation of "/" */
void compile_send_mounts(struct plan_builder *b, const struct plan_request *req);
void compile_mounts(struct plan_builder *b, const struct plan_request *req, uint64_t base);
void compile_filled(struct plan_builder *b, const struct plan_request *req);
void compile_unshared(struct plan_builder *b, const struct plan_request *req);
/* layers.c: a root that is an overlay */
void compile_send_layers(struct plan_builder *b, const struct plan_request *req);
void compile_layers(struct plan_builder *b, const struct plan_request *req, uint64_t base);
/* binfmt.c: who runs programs of other machines */
void compile_binfmt(struct plan_builder *b, const struct spec *spec);
/* One step that sets a sysctl. */
void compile_sysctl(struct plan_builder *b, const char *place, const struct spec_pair *pair);

/* network.c: outside steps; and the inside ones, at the earlier or the later of two moments. */
void compile_network_outside(struct plan_builder *b, const struct plan_request *req);
void compile_network(struct plan_builder *b, const struct plan_request *req, bool early);
/* Is the network configured before anything is mounted, for hooks and sysctls to see it? */
bool network_early(const struct spec *spec);
void compile_hooks(struct plan_builder *b, const struct spec *spec, enum spec_hook_kind kind,
		   enum plan_op op, enum plan_stage stage);

/* The process' own settings, in two halves with the gate between them. */
struct compile_last {
	const struct spec_process *process;
	const struct spec *spec;                /* its hooks and environment; NULL for exec */
	const struct plan *base;                /* exec: where the environment is copied from */
	const void *seccomp;
	size_t seccomp_len;
	const char *listener, *metadata;
	uint64_t seccomp_flags;
	bool notify, groups_denied;
	const char *const *env, *const *pid_env;        /* as in struct plan_request */
};

/* What /proc/self takes: forks inherit it. */
void compile_proc_writes(struct plan_builder *b, const struct spec_process *p);
/* What SCHED carries: sched_setattr(2), SCHED_ATTR_SIZE_VER0. */
struct compile_sched_attr {
	uint32_t size, policy;
	uint64_t flags;
	int32_t nice;
	uint32_t priority;
	uint64_t runtime, deadline, period;
};

void compile_process_early(struct plan_builder *b, const struct spec_process *p);
void compile_ids_to_exec(struct plan_builder *b, const struct compile_last *l);
/* Is there such a program?  For what waits before it is executed. */
void compile_find_program(struct plan_builder *b, const struct spec *spec);
/* @newline: the pty turns "\n" into "\r\n". */
void compile_pty(struct plan_builder *b, const struct spec_process *p, const char *console,
		 bool newline);
/* A cpu list ("0-3,7") as the mask that exec sets before or after it enters the cgroup. */
void compile_affinity(struct plan_builder *b, const char *cpus, const char *place,
		      enum plan_stage stage, bool final);

/* Does the runtime, not jail-init, open the trees: for a user namespace whose root may not? */
static inline bool trees_from_outside(const struct plan_request *req)
{
	const struct spec_ns_entry *user = &req->spec->ns[SPEC_NS_USER];

	return user->set && req->privileged;
}

/*
 * Is the root an overlay?  A single image that is not changed needs none.  A single directory does: a mount that is
 * read-only can be made writable by a jail that has CAP_SYS_ADMIN, an overlay without an upper layer cannot; and locks and
 * leases of files would be seen by all who share them.
 */
static inline bool plan_layered(const struct spec *s)
{
	return s->rootfs.n_lower > 1 || (s->rootfs.n_lower && (s->rootfs.upper != SPEC_UPPER_NONE ||
							       !spec_layer_is_image(s->rootfs.lower[0])));
}

static inline bool ns_new(const struct spec *s, enum spec_ns n)
{
	return s->ns[n].set && !s->ns[n].path;
}

/* Does the runtime have something to do while namespaces exist and nothing is mounted? */
static inline bool plan_meets(const struct spec *s)
{
	return s->hooks[SPEC_HOOK_PRESTART].n || s->hooks[SPEC_HOOK_CREATE_RUNTIME].n || s->n_netdevs;
}

/*
 * Is the process moved into its cgroup when it exists?  A user who lets systemd make the scope may not
 * clone into it, but systemd may move it there.
 */
static inline bool moved_into_scope(const struct plan_request *req)
{
	return req->unit && req->users;
}

static inline bool ns_joined(const struct spec *s, enum spec_ns n)
{
	return s->ns[n].set && s->ns[n].path;
}

static inline const char *lower_place(size_t i, char buf[40])
{
	snprintf(buf, 40, "jail.rootfs.lower[%zu]", i);
	return buf;
}

static inline const char *mount_place(const struct spec *s, size_t i, char buf[40])
{
	if (s->mounts[i].doc_index == UINT32_MAX)
		snprintf(buf, 40, "default mount");
	else if (s->mounts[i].doc_index == SPEC_MOUNT_LXCFS)
		snprintf(buf, 40, "jail.lxcfs");
	else if (s->mounts[i].doc_index == SPEC_MOUNT_NOTIFY)
		snprintf(buf, 40, "notify socket");
	else if (s->mounts[i].doc_index == SPEC_MOUNT_NETWORK)
		snprintf(buf, 40, "jail.network");
	else
		snprintf(buf, 40, "mounts[%u]", s->mounts[i].doc_index);
	return buf;
}
