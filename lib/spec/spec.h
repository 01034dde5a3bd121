/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * spec.h - a checked OCI configuration (runtime-spec 1.3, Linux) as a C structure
 *
 * spec_parse() turns JSON text into this; everything in it has been checked as far as it can
 * be without looking at the machine: types, ranges, enumerations, absolute paths, duplicates.
 * Names the kernel has numbers for are already numbers.  All memory hangs on spec->arena.
 * Strings are NUL-terminated and hold no NUL; an absent optional string is NULL.
 *
 * An element's place for error messages is its JSON path: "mounts[3].options[1]".
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"
#include "base/util.h"
#include "spec/network.h"
#include "spec/resources.h"
#include "spec/types.h"

/* ---- mounts ---- */

enum spec_mount_flag {
	SPEC_MOUNT_BIND       = 1 << 0, /* "bind" or "rbind" in options, or type "bind" */
	SPEC_MOUNT_RECURSIVE  = 1 << 1, /* "rbind" */
	SPEC_MOUNT_REMOUNT    = 1 << 2,
	SPEC_MOUNT_IDMAP      = 1 << 3, /* "idmap", or mappings without it */
	SPEC_MOUNT_RIDMAP     = 1 << 4, /* "ridmap": recursive */
	SPEC_MOUNT_TMPCOPYUP  = 1 << 5,
};

/* MOUNT_ATTR_* bits to set and to clear; an attribute of the atime group sets ATTR__ATIME in clr. */
struct spec_mount_attrs {
	uint64_t set, clr;
};

struct spec_mount {
	char *destination;              /* absolute; a relative one has had "/" put in front */
	char *type;                     /* NULL for a bind */
	char *source;                   /* NULL if absent; a relative bind source is joined with
					 * the bundle and so absolute */
	uint32_t flags;                 /* enum spec_mount_flag */
	struct spec_mount_attrs attrs;  /* of the mount: ro nosuid nodev noexec atime… nosymfollow */
	struct spec_mount_attrs rec;    /* of it and all below: rro rnosuid … */
	struct strv fs_options;         /* for fsconfig, in order: "key", or "key=value".  Contains
					 * what is not a mount attribute: sync dirsync lazytime mand
					 * silent iversion (under their fsconfig names) and the
					 * file system's own */
	uint64_t propagation;           /* MS_PRIVATE/SHARED/SLAVE/UNBINDABLE, 0: not asked for */
	bool propagation_recursive;
	struct spec_idmaps uid_maps, gid_maps;
	uint32_t doc_index;             /* its place is mounts[doc_index] of the document as written;
					 * UINT32_MAX: it comes from the defaults; or the next one: */
#define SPEC_MOUNT_LXCFS (UINT32_MAX - 1)       /* jail.lxcfs asked for it */
#define SPEC_MOUNT_NETWORK (UINT32_MAX - 3)     /* /etc/hosts and its like, made by lib/run */
#define SPEC_MOUNT_NOTIFY (UINT32_MAX - 2)      /* the caller's NOTIFY_SOCKET, made by lib/run */
};

/* ---- the root ---- */

enum spec_upper {
	SPEC_UPPER_EPHEMERAL,           /* in memory, gone with the jail */
	SPEC_UPPER_DISK,                /* below the data directory, gone with the jail */
	SPEC_UPPER_KEPT,                /* below the data directory, kept by name */
	SPEC_UPPER_NONE,                /* nothing can be changed */
};

struct spec_rootfs {
	bool idmap;                     /* map the owner ids of the root, or of all layers, with id-mapped
					 * mounts: the default of short specs */
	char **lower;                   /* from the topmost to the lowest, absolute; NULL: root.path is the root */
	size_t n_lower;
	uint32_t upper;                 /* enum spec_upper */
	char *name;                     /* of a kept one; NULL: the jail's id */
	uint64_t size_bytes;            /* of an ephemeral one; 0: the kernel's default, half of memory */
};

/* ---- programs of other machines ---- */

struct spec_binfmt {
	char *line;                     /* as the kernel's "register" takes it */
	char *name, *interpreter;       /* of it; the interpreter is an absolute path outside */
};

/* ---- process ---- */

struct spec_rlimit {
	int resource;                   /* RLIMIT_* */
	uint64_t soft, hard;            /* UINT64_MAX: unlimited */
};

struct spec_caps {                      /* bit n: capability number n */
	bool set;                       /* the object is present */
	uint64_t effective, bounding, inheritable, permitted, ambient;
	struct strv unknown;            /* names this build does not know: a warning, not an error */
};

struct spec_scheduler {
	bool set;
	uint32_t policy;                /* SCHED_* */
	int32_t nice, priority;
	uint64_t flags;                 /* SCHED_FLAG_* */
	uint64_t runtime, deadline, period;
};

struct spec_process {
	bool set;                       /* the object is present */
	bool terminal;
	uint16_t console_height, console_width;   /* 0: not asked for */
	uint32_t uid, gid;
	struct spec_opt_uint umask;
	uint32_t *additional_gids;
	size_t n_additional_gids;
	char *username;                 /* ignored on Linux, kept for features of our own */
	struct strv args, env;          /* env: duplicates removed, the last one wins, order kept */
	char *cwd;
	struct spec_caps caps;
	struct spec_rlimit *rlimits;
	size_t n_rlimits;
	bool no_new_privileges;
	char *apparmor_profile;         /* NULL if absent or empty; the same for selinux_label */
	char *selinux_label;
	struct spec_opt_int oom_score_adj;
	struct spec_scheduler scheduler;
	struct spec_opt_uint io_priority;         /* the value ioprio_set(2) takes: class << 13 | prio */
	char *exec_cpu_initial, *exec_cpu_final;  /* cpu lists, checked for syntax */
};

/* ---- linux ---- */

enum spec_ns {                          /* index into spec->ns[] */
	SPEC_NS_USER, SPEC_NS_PID, SPEC_NS_MOUNT, SPEC_NS_NETWORK,
	SPEC_NS_IPC, SPEC_NS_UTS, SPEC_NS_CGROUP, SPEC_NS_TIME,
	SPEC_NS_COUNT
};

struct spec_ns_entry {
	bool set;                       /* listed: new, or joined when path is set */
	char *path;                     /* absolute */
};

/* name: the spec's word; proc: the file in /proc/PID/ns; flag: CLONE_NEW*; by enum spec_ns. */
struct spec_ns_type {
	const char *name, *proc;
	uint64_t flag;
};
extern const struct spec_ns_type spec_ns_types[SPEC_NS_COUNT];

struct spec_time_offset {
	const char *clock;              /* "monotonic" or "boottime" */
	int64_t secs;
	uint32_t nanosecs;
};

struct spec_device {
	char *path;                     /* absolute */
	mode_t type;                    /* S_IFCHR, S_IFBLK or S_IFIFO */
	uint32_t major, minor;
	mode_t mode;                    /* permission bits, default 0666 */
	uint32_t uid, gid;              /* container ids */
};

struct spec_netdev {
	char *host_name, *name;         /* name: in the jail; the same when not given */
};

enum spec_dev_access { SPEC_DEV_READ = 1, SPEC_DEV_WRITE = 2, SPEC_DEV_MKNOD = 4 };

struct spec_dev_rule {                  /* linux.resources.devices[] */
	bool allow;
	char type;                      /* 'a', 'b' or 'c' */
	int64_t major, minor;           /* -1: any */
	uint8_t access;                 /* enum spec_dev_access; absent: all three */
};

struct spec_seccomp_arg {
	uint32_t index;
	uint64_t value, value_two;
	int op;                         /* enum scmp_compare */
};

struct spec_seccomp_rule {
	struct strv names;
	uint32_t action;                /* SCMP_ACT_* with its errno or trace value filled in */
	struct spec_seccomp_arg *args;
	size_t n_args;
};

struct spec_seccomp {
	bool set;
	bool builtin;                   /* the default profile of config/seccomp/default.json, named
					 * not copied: nothing below is filled in */
	bool system;                    /* builtin, with config/seccomp/system.json over it */
	uint32_t default_action;        /* SCMP_ACT_* with its errno filled in */
	uint32_t *archs;                /* SCMP_ARCH_*, without the native one's duplicate */
	size_t n_archs;
	struct spec_opt_uint flags;     /* SECCOMP_FILTER_FLAG_*; set: the array is present */
	char *listener_path, *listener_metadata;
	struct spec_seccomp_rule *rules;
	size_t n_rules;
	bool has_notify;                /* some action is SCMP_ACT_NOTIFY */
};

struct spec_mempolicy {
	bool set;
	int mode;                       /* MPOL_* with MPOL_F_* flags or'ed in */
	uint64_t nodes[16];             /* node mask, 1024 nodes */
};

struct spec_rdt {
	bool set;
	char *clos_id, *l3_schema, *mem_bw_schema;
	struct strv schemata;
	bool monitoring;
};

struct spec_hook {
	char *path;                     /* absolute */
	struct strv args, env;          /* args: never empty; env: empty when absent */
	uint32_t timeout_s;             /* 0: none */
};

enum spec_hook_kind {
	SPEC_HOOK_PRESTART, SPEC_HOOK_CREATE_RUNTIME, SPEC_HOOK_CREATE_CONTAINER,
	SPEC_HOOK_START_CONTAINER, SPEC_HOOK_POSTSTART, SPEC_HOOK_POSTSTOP,
	SPEC_HOOK_COUNT
};
extern const char *const spec_hook_names[SPEC_HOOK_COUNT];

struct spec_hooks {
	struct spec_hook *v;
	size_t n;
};

struct spec {
	struct arena arena;
	char *name;                     /* what messages call it: "spec.json" */
	char *oci_version;
	char *root_path;                /* absolute: joined with the bundle; with layers the topmost of them */
	bool root_readonly;
	char *hostname, *domainname;
	bool hostname_from_id;          /* short spec without one, with a UTS namespace of its own */
	struct spec_mount *mounts;
	size_t n_mounts;
	size_t n_default_mounts;        /* short spec: the first ones, defaults or what replaces one of
					 * them in its position; see doc_index */
	struct spec_process process;
	struct spec_hooks hooks[SPEC_HOOK_COUNT];
	struct spec_pairs annotations;
	bool keep_groups;               /* annotation: the caller's additional groups, none of the spec's */

	struct spec_ns_entry ns[SPEC_NS_COUNT];
	struct spec_idmaps uid_maps, gid_maps;
	struct spec_time_offset time_offsets[2];
	size_t n_time_offsets;
	struct spec_device *devices;
	size_t n_devices;
	struct spec_netdev *netdevs;
	size_t n_netdevs;
	struct spec_dev_rule *dev_rules;
	size_t n_dev_rules;
	bool has_dev_rules;             /* linux.resources.devices is present */
	struct spec_resources resources;        /* the limits of linux.resources */
	char *cgroups_path;             /* as written; NULL if absent */
	struct strv masked_paths, readonly_paths;
	char *mount_label;              /* NULL if absent or empty */
	uint64_t rootfs_propagation;    /* MS_*, 0: absent */
	bool rootfs_propagation_recursive;
	bool has_personality;
	uint32_t personality;           /* PER_LINUX, PER_LINUX32 */
	struct spec_pairs sysctl;
	struct spec_seccomp seccomp;
	struct spec_mempolicy mempolicy;
	struct spec_rdt rdt;
	bool system;                    /* jail.system: an operating system, its init is the program */
	bool notify;                    /* jail.notify: it says itself when it is ready */
	bool lxcfs;                     /* jail.lxcfs: files of /proc come from lxcfs, see jail.c */
	int stop_signal;                /* jail.stopSignal, or the image's annotation; 0: neither */
	struct spec_network network;    /* jail.network */
	struct spec_netdef netdef;      /* spec_parse_netdef() fills in nothing else */
	struct spec_rootfs rootfs;      /* jail.rootfs */
	struct spec_binfmt *binfmt;     /* jail.binfmt */
	size_t n_binfmt;
};

/* A layer that is a file with an EROFS file system: by its name, as nothing is looked at before a jail is made. */
bool spec_layer_is_image(const char *path);

/* ---- who runs it ---- */

#define SPEC_SUBIDS_MAX 8

struct spec_subids {                    /* ranges of subordinate ids: subuid(5) */
	struct { uint32_t first, count; } v[SPEC_SUBIDS_MAX];
	size_t n;
};

/*
 * An ordinary user.  A new user namespace without mappings gets one to these ids: 0 inside is the
 * user, 1 and up are the ranges; when either kind has none, only the user is mapped.
 */
struct spec_user {
	uint32_t uid, gid;
	struct spec_subids uids, gids;
};

/*
 * Parse the JSON @text (@len bytes, need not be NUL-terminated).  @name is what messages call it,
 * @bundle the absolute directory that relative paths start from.  A spec without "ociVersion" is a
 * short spec and gets the defaults first (see expand.c).  On success *ret is the caller's, freed
 * with spec_free(); on failure *ret is untouched and @err names the place.
 * Unknown members: ignored in an OCI configuration, an error in a short spec.
 */
int spec_parse(const char *text, size_t len, const char *name, const char *bundle,
	       struct spec **ret, struct err *err);
void spec_free(struct spec *s);

/* The same for user @who, who has no privileges; NULL: root. See user.c for what changes. */
int spec_parse_as(const struct spec_user *who, const char *text, size_t len, const char *name,
		  const char *bundle, struct spec **ret, struct err *err);

/* The same with the JSON object @overlay laid over the document first: objects merge, all else replaces. */
int spec_parse_over(const struct spec_user *who, const char *text, size_t len, const char *overlay,
		    const char *name, const char *bundle, struct spec **ret, struct err *err);

/* Parse a lone linux.resources object (update): ->resources and the device rules are filled in. */
int spec_parse_resources(const char *text, size_t len, const char *name,
			 struct spec **ret, struct err *err);

/* Parse the definition of a network, in which every member must be known: only ->netdef is filled in. */
int spec_parse_netdef(const char *text, size_t len, const char *name, struct spec **ret, struct err *err);

/* Parse a lone process object (exec --process): no defaults are filled in. */
int spec_parse_process(const char *text, size_t len, const char *name,
		       struct spec **ret, struct err *err);

/*
 * The OCI configuration that @text stands for, as indented JSON the caller frees: a short spec with
 * the defaults filled in (the default seccomp profile too), an OCI configuration unchanged.
 */
int spec_expand(const char *text, size_t len, const char *name, char **ret, struct err *err);
int spec_expand_as(const struct spec_user *who, const char *text, size_t len, const char *name,
		   char **ret, struct err *err);

/* The starting point that `jail spec` writes: OCI form, or the short form. Static text. */
int spec_template(bool oci, char **ret, struct err *err);
/* The OCI form for ordinary users has a user namespace, and leaves its mappings to the runtime. */
int spec_template_as(const struct spec_user *who, bool oci, char **ret, struct err *err);

/* ---- tables for features and completion: NULL-terminated ---- */
const char *const *spec_mount_option_names(void);  /* all spec words, idmap ridmap tmpcopyup too */

/* Capability number of "CAP_CHOWN" (any case, prefix optional), -1 if unknown. */
int spec_cap_number(const char *name);

/* Parse a comma-free option word into @m, as the spec's mounts[].options; for --mount and fuzzing. */
int spec_mount_option(struct spec *s, struct spec_mount *m, const char *option,
		      const char *place, struct err *err);

/* A built-in seccomp profile, as parsed: what ->builtin and ->system stand for. */
int spec_builtin_seccomp(bool system, struct spec **ret, struct err *err);

/* A lone linux.seccomp object, such as config/seccomp/default.json: only ->seccomp is filled in. */
int spec_parse_seccomp(const char *text, size_t len, const char *name,
		       struct spec **ret, struct err *err);
