/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * init.h - what the files of jail-init share
 *
 * jail-init runs between clone and exec: no heap, no library, single-threaded.  It trusts the plan
 * and nothing that it finds in the root file system.  Functions return 0 or more, or -errno; the
 * interpreter reports the step that failed.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "plan/plan.h"
#include "sys.h"

/* ---- the interpreter's registers ---- */

struct init {
	struct plan *plan;
	const struct plan_step *step;   /* the one being carried out */
	int socket;                     /* to the runtime; -1 once it is gone */
	int root;                       /* slot ROOT: the new root directory */
	int tree;                       /* slot TREE: a detached mount */
	int dir;                        /* slot DIR: where nodes are made */
	int proc;                       /* slot PROC: the host's /proc */
	int tty;                        /* the pty's slave, kept until set-stdio */
	unsigned umask;                 /* the caller's */
	int dev_null, empty;            /* what masks are cloned from */
	int layers;                     /* slot LAYERS: where the layers of the root are put together */
	uint8_t tree_is_dir;            /* 0 unknown, 1 directory, 2 something else */
	char mode[5];                   /* of the next tmpfs, "0755"; empty: its own */
	char detail[PLAN_MSG_TEXT];     /* on what a step failed */
};

extern struct init in;

/* ---- small things a C library would have (string.c) ---- */

size_t str_len(const char *s);
int str_eq(const char *a, const char *b);
void *mem_copy(void *to, const void *from, size_t n);
void mem_zero(void *p, size_t n);
/* Append @s to the NUL-terminated @to of @size bytes; 0 or -ENAMETOOLONG. */
int str_append(char *to, size_t size, const char *s);
char *str_dec(char buf[24], uint64_t v);

/* ---- paths.c: everything below the root is found here ---- */

/* Remember what the step failed on; returns @r. */
int failed_on(int r, const char *text);

/* Open @path below the root with openat2(RESOLVE_IN_ROOT); @resolve adds RESOLVE_* bits. */
int path_open(const char *path, uint64_t flags, uint64_t resolve);
/* O_PATH descriptor of @path below the root; missing components are made: directories 0755, and the
 * last one an empty file unless @dir. @resolve as above. */
int path_make(const char *path, int dir, uint64_t resolve);

/* ---- mounts.c: what layers.c and binfmt.c need of it ---- */

/* A detached clone of the mount at @path, or of the one that @fd is on, from there on. */
int clone_tree(int fd, const char *path, int recursive);

/* A file system being made: its descriptor, and one more option for it; then the mount's. Both stay the caller's. */
int fs_open(const char *type, const char *source, uint32_t options);
int fs_string(int fs, const char *key, const char *value);
int fs_mount(int fs, const char *type, uint64_t attrs);
/* Make the mount that holds @fd private. */
int private_parent(int fd);

/* ---- the steps ---- */

/* Close, and forget. */
void drop(int *fd);

/* mount_setattr(2) on the mount @fd. */
int set_attr(int fd, uint64_t set, uint64_t clr, uint64_t propagation, int recursive);

int mount_root(const struct plan_step *s, int received);
int mount_tree_clone(const struct plan_step *s);
int mount_mode_of(const struct plan_step *s);
int mount_tree_fs(const struct plan_step *s);
int mount_tree_attr(const struct plan_step *s);
int mount_attach(const struct plan_step *s);
int mount_remount(const struct plan_step *s);
int mount_mask(const struct plan_step *s);
int mount_readonly(const struct plan_step *s);
int mount_root_attr(const struct plan_step *s);
int mount_pivot(const struct plan_step *s);
/* Attach the detached @tree on @target (both kept open). */
int mount_move(int tree, int target);

int layers_open(const struct plan_step *s);
int layers_add(const struct plan_step *s);
int layers_mount(const struct plan_step *s);

int binfmt_open(void);
int binfmt_register(const struct plan_step *s);

int copy_up(const struct plan_step *s);

int node_dir(const struct plan_step *s);
int node_make(const struct plan_step *s);
int node_bind(const struct plan_step *s);
int node_symlink(const struct plan_step *s);
int node_pty(const struct plan_step *s);

int ns_join(const struct plan_step *s);
int ns_join_pid(const struct plan_step *s);
int ns_fork(const struct plan_step *s);
int ns_root(const struct plan_step *s);
int ns_time(const struct plan_step *s);

int net_configure(const struct plan_step *s);

int proc_open_host(const struct plan_step *s);
int proc_write(const char *file, const char *value);
int proc_sysctl(const struct plan_step *s);
int process_stdio(const struct plan_step *s);
int process_bounding(const struct plan_step *s);
int process_ids(const struct plan_step *s);
int process_caps(const struct plan_step *s);
int process_cwd(const struct plan_step *s);
int process_home(const struct plan_step *s);
int process_pid_variable(const struct plan_step *s);
int process_find(const struct plan_step *s);
int process_exec(const struct plan_step *s);
int process_seccomp(const struct plan_step *s);
/* For a child that runs the jail's files before @s' successors: the filter that is among them. */
int seccomp_ahead(const struct plan_step *s);

int hook_run(const struct plan_step *s);
int gate_wait(const struct plan_step *s);

/* ---- talking to the runtime (tell.c) ---- */

/* One message, with @fd if it is not -1. */
int tell(uint32_t type, uint32_t step, int error, const char *text, int fd);
/* Wait for the runtime's word about @point; *ret_fd, if not NULL, gets the descriptor sent with it. */
int await_word(uint32_t point, int *ret_fd);
uint32_t step_index(const struct plan_step *s);
__attribute__((noreturn)) void give_up(int error);
__attribute__((noreturn)) void leave(int status);
