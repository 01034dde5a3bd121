/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * parse.h - the sections of the specification, one file each
 *
 * A field_fn named parse_X reads one value into what its comment says.
 */
#pragma once

#include "spec/field.h"

#define OCI_VERSION_MAX "1.3.0"

/* mounts.c */
int parse_mounts(const struct at *at, void *spec);
int check_mounts(const struct at *mounts, const struct spec *s);

/* mount_options.c: what is wrong with an option, or NULL when it has been applied to @m. */
const char *mount_option_apply(struct spec *s, struct spec_mount *m, const char *option);

/* process.c, caps.c, sched.c */
int parse_process(const struct at *at, void *process);
int parse_caps(const struct at *at, void *caps);
int parse_scheduler(const struct at *at, void *scheduler);
int parse_io_priority(const struct at *at, void *opt_uint);
int parse_cpu_list(const struct at *at, void *text);
int parse_mempolicy(const struct at *at, void *mempolicy);

/* hooks.c */
int parse_hooks(const struct at *at, void *spec);

/* linux.c and its parts */
int parse_linux(const struct at *at, void *spec);
int parse_personality(const struct at *at, void *spec);
int parse_propagation(const struct at *at, void *spec);
int parse_rdt(const struct at *at, void *rdt);

/* netdevices.c */
int parse_netdevs(const struct at *at, void *spec);
int check_netdevs(const struct at *lnx, const struct spec *s);

/* network.c */
int parse_jail_network(const struct at *at, void *network);
int finish_network(const struct at *jail, struct spec *s);

/* namespaces.c */
int parse_namespaces(const struct at *at, void *spec);
int parse_idmap(const struct at *at, void *idmap);
int parse_time_offsets(const struct at *at, void *spec);
int check_namespaces(const struct at *doc, const struct spec *s);

/* devices.c */
int parse_device(const struct at *at, void *device);
int parse_device_rules(const struct at *at, void *spec);

/* resources.c */
int parse_resources(const struct at *at, void *spec);

/* seccomp.c */
int parse_seccomp(const struct at *at, void *seccomp);

/* parse.c: a document of its own; @strict: every member must be known. @fn reads it into a struct spec. */
int spec_parse_part(const char *text, size_t len, const char *name, bool strict, field_fn fn,
		    struct spec **ret, struct err *err);

/* jail.c */
int parse_jail(const struct at *at, void *spec);
/* The value of an annotation; NULL: there is none. */
const char *annotation(const struct spec *s, const char *key);
int finish_jail(const struct at *jail, struct spec *s);
int parse_jail_rootfs(const struct at *at, void *rootfs);
int finish_rootfs(const struct at *doc, struct spec *s);

/* binfmt.c */
int parse_binfmt(const struct at *at, void *spec);
int finish_binfmt(const struct at *jail, const struct spec *s);

/* sysctl.c */
int check_sysctls(const struct at *lnx, struct spec *s);
/* Its path under /proc/sys, in @out of at least strlen(key) + 1 bytes; -EINVAL: no good name. */
int sysctl_path(const char *key, char *out);

/* version.c: 0, -EINVAL: not SemVer 2.0.0, -ENOTSUP: one of another major version */
int version_check(const char *text);

/* expand.c */
struct expansion {
	json_t *doc;                     /* the OCI form; the caller's */
	uint32_t *mount_index;           /* as in struct spec_mount; the caller's, malloc'd */
	size_t n_default_mounts;
	bool own_pids;                   /* linux.resources.pids is not the default one */
};
/* Objects merge, everything else replaces, null is the same as absent. -1: no memory */
int expand_merge(json_t *base, const json_t *over);
int expand_short(const json_t *user, const struct spec_user *who, struct expansion *ret, struct err *err);
/* Make *doc, expanded, a configuration for any OCI runtime: version and seccomp profile. */
int expand_finish(json_t **doc, struct err *err);

/* user.c: what changes for an ordinary user, in a parsed spec… */
int user_settle(const struct at *doc, struct spec *s);
/* …and in the defaults of a short one, before (-1: no memory) and after it has been laid over them. */
int user_defaults(json_t *doc, const struct spec_user *u);
void user_drop_groups(const struct expansion *e, json_t *doc);

/* profile.c: whether @name is that of a built-in seccomp profile, and the object it stands for
 * (the caller's; NULL: @err says why) */
bool profile_named(const char *name, bool *ret_system);
json_t *profile_object(bool system, struct err *err);
