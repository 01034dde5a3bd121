/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * plan.h - the plan: flat bytes that say, step by step, how a jail is made
 *
 * A plan is one position-independent buffer: a header, an array of steps, and data.  References are
 * offsets from its start; offset 0 means "none".  It is compiled from a spec without looking at the
 * machine, printed by `jail plan`, saved in the state directory (exec and delete read it there), and
 * handed in a memfd to jail-init, which carries out the inside steps.  This header is the contract
 * between the library and jail-init and uses nothing but <stdint.h>.
 *
 *   string  NUL-terminated bytes
 *   list    8-aligned: uint64 count, then count+1 uint64 offsets of strings, the last one 0.
 *           jail-init turns it into an argv in place.
 *   blob    8-aligned: uint64 length, then bytes
 */
#pragma once

#include <stdint.h>

#define PLAN_MAGIC   0x6e616c706c69616aULL     /* "jailplan" */
#define PLAN_VERSION 5U
#define PLAN_MAX     (64U << 20)

/* Who carries a step out, and when. Inside steps run in jail-init, in order. */
enum plan_stage {
	STAGE_BEFORE,           /* outside, before the clone */
	STAGE_CLONED,           /* outside, as soon as the process exists */
	STAGE_INSIDE,           /* inside */
	STAGE_NAMESPACES,       /* outside, while jail-init waits at POINT_NAMESPACES */
	STAGE_STARTED,          /* outside, after the program has been executed */
	STAGE_DELETED,          /* outside, at delete */
	STAGE_EXEC,             /* inside, but only of processes that exec adds */
	STAGE_COUNT
};

/* What an argument is: decides how it is checked, copied and printed. */
enum plan_arg {
	ARG_NONE, ARG_STR, ARG_LIST, ARG_BLOB,
	ARG_OPT_STR, ARG_OPT_LIST, ARG_OPT_BLOB,   /* for s[] */
	ARG_DEC, ARG_OCT, ARG_HEX, ARG_BOOL, ARG_ATTRS, ARG_PROPAGATION, ARG_CAPS, ARG_DEV,
	ARG_NS, ARG_NSFLAGS, ARG_RLIMIT, ARG_POINT, ARG_IDS, ARG_LIMIT, ARG_TARGET,
	ARG_HOOK,
};

/*
 * The opcodes: X(name, "printed name", arguments…); S(i, kind, "label") is s[i], A(i, …) is a[i].
 * Slots of the interpreter: ROOT, TREE (the detached mount in hand), LAYERS (where they are put together),
 * DIR (where nodes are made), PROC (the host's /proc).
 */
#define PLAN_OPS(X, S, A) \
	/* ---- outside ---- */ \
	X(STATE, "make-state", S(0, STR, "id")) \
	X(SCOPE, "ask-systemd-for", S(0, STR, "unit"), S(1, STR, "slice")) \
	X(CGROUP, "make-cgroup", S(0, STR, "path")) \
	X(DEVICE_RULES, "device-rules", S(0, BLOB, "program")) \
	X(LIMIT, "set-limit", S(0, STR, "file"), S(1, STR, "value"), A(0, BOOL, "optional"), \
	  A(1, BOOL, "or-next")) \
	X(DELEGATE, "delegate-cgroup", A(0, DEC, "uid"), A(1, DEC, "gid")) \
	X(CLONE, "clone", A(0, NSFLAGS, "new"), A(1, BOOL, "staged")) \
	X(ID_MAPS, "write-id-maps", S(0, OPT_STR, "uid"), S(1, OPT_STR, "gid")) \
	X(SEND_TREE, "send-tree", S(0, STR, "source"), S(1, OPT_STR, "uid-map"), \
	  S(2, OPT_STR, "gid-map"), A(0, BOOL, "recursive"), \
	  A(1, PROPAGATION, "propagation"), A(2, DEC, "idmap"), A(3, BOOL, "image")) \
	X(JOIN_NET, "join-network", S(0, STR, "network"), S(1, OPT_STR, "link"), S(2, STR, "to")) \
	X(PUBLISH, "publish", S(0, STR, "host"), S(1, STR, "jail")) \
	X(NETDEV, "move-netdev", S(0, STR, "host-name"), S(1, STR, "name")) \
	X(HOOK_OUT, "run-hook", S(0, STR, "path"), S(1, LIST, "args"), \
	  S(2, LIST, "env"), A(0, HOOK, "kind"), A(1, DEC, "timeout")) \
	/* ---- inside: processes and namespaces ---- */ \
	X(JOIN, "join-namespace", S(0, STR, "path"), A(0, NS, "type"), A(1, DEC, "fd")) \
	X(JOIN_PID, "join-jail", A(0, NSFLAGS, "types"), A(1, DEC, "fd"), A(2, BOOL, "same-owner")) \
	X(FORK, "fork", A(0, NSFLAGS, "new")) \
	X(TELL, "tell", A(0, POINT, "point")) \
	X(WAIT, "wait-turn", A(0, POINT, "point")) \
	X(GUARD, "guard", A(0, BOOL, "until-mapped")) \
	X(UNGUARD, "unguard") \
	X(SESSION, "new-session") \
	X(NS_ROOT, "become-namespace-root", A(0, BOOL, "setgroups")) \
	X(OPEN_PROC, "open-proc") \
	X(HERE, "use-own-root") \
	X(LATE_NS, "new-namespaces", A(0, NSFLAGS, "types")) \
	X(TIME_NS, "new-time-namespace", S(0, OPT_STR, "offsets")) \
	X(NETLINK, "configure-network", S(0, STR, "what"), S(1, BLOB, "messages")) \
	/* ---- inside: mounts ---- */ \
	X(PROPAGATION, "set-propagation", A(0, PROPAGATION, "flags")) \
	X(ROOT, "open-root", S(0, STR, "path"), A(0, BOOL, "private-parent"), \
	  A(1, BOOL, "private")) \
	X(ROOT_RECV, "receive-root", S(0, STR, "path"), A(0, BOOL, "private-parent")) \
	X(LAYERS, "open-layers", S(0, LIST, "options"), A(0, BOOL, "private-parent")) \
	X(LAYER, "add-layer", S(0, STR, "name")) \
	X(OVERLAY, "mount-overlay", S(0, LIST, "options"), A(0, DEC, "lower"), A(1, BOOL, "upper")) \
	X(TREE_CLONE, "clone-tree", S(0, STR, "source"), A(0, BOOL, "recursive")) \
	X(TREE_RECV, "receive-tree") \
	X(TREE_FS, "new-fs", S(0, STR, "type"), S(1, OPT_STR, "source"), S(2, OPT_LIST, "options"), \
	  A(0, ATTRS, "attrs")) \
	X(TREE_ATTR, "set-attrs", A(0, ATTRS, "set"), A(1, ATTRS, "clear"), \
	  A(2, PROPAGATION, "propagation"), A(3, BOOL, "recursive")) \
	X(MODE_OF, "take-mode", S(0, STR, "from")) \
	X(COPY_UP, "copy-up", S(0, STR, "from")) \
	X(BINFMT_FS, "new-binfmt-misc") \
	X(BINFMT, "register-binfmt", S(0, STR, "interpreter"), S(1, STR, "line")) \
	X(ATTACH, "attach", S(0, STR, "target"), A(0, TARGET, "kind")) \
	X(REMOUNT, "remount", S(0, STR, "target"), S(1, OPT_LIST, "options"), A(0, ATTRS, "set"), \
	  A(1, ATTRS, "clear"), A(2, PROPAGATION, "propagation"), \
	  A(3, BOOL, "recursive")) \
	X(DIR, "open-dir", S(0, STR, "path")) \
	X(NODE, "make-node", S(0, STR, "name"), S(1, OPT_STR, "or-bind"), A(0, OCT, "mode"), A(1, DEV, "device"), \
	  A(2, IDS, "owner")) \
	X(NODE_BIND, "bind-node", S(0, STR, "name"), S(1, STR, "source"), A(0, OCT, "mode"), \
	  A(1, DEV, "device")) \
	X(SYMLINK, "make-symlink", S(0, STR, "name"), S(1, STR, "to")) \
	X(MASK, "mask", S(0, STR, "path")) \
	X(READONLY, "make-readonly", S(0, STR, "path")) \
	X(ROOT_ATTR, "set-root-attrs", A(0, ATTRS, "set"), A(1, PROPAGATION, "propagation"), \
	  A(2, BOOL, "recursive")) \
	X(PIVOT, "pivot-root", A(0, BOOL, "no-pivot"), A(1, BOOL, "shared")) \
	/* ---- inside: the system that the program sees ---- */ \
	X(HOSTNAME, "set-hostname", S(0, STR, "name")) \
	X(DOMAINNAME, "set-domainname", S(0, STR, "name")) \
	X(SYSCTL, "set-sysctl", S(0, STR, "key"), S(1, STR, "value")) \
	X(PTY, "open-pty", S(0, STR, "ptmx"), S(1, OPT_STR, "console"), A(0, DEC, "height"), \
	  A(1, DEC, "width"), A(2, DEC, "uid"), A(3, BOOL, "newline")) \
	X(HOOK, "run-hook-inside", S(0, STR, "path"), S(1, LIST, "args"), \
	  S(2, LIST, "env"), A(0, HOOK, "kind"), A(1, DEC, "timeout")) \
	X(FIND, "find-program", S(0, STR, "name"), S(1, LIST, "candidates")) \
	X(GATE, "wait-for-start") \
	/* ---- inside: the process ---- */ \
	X(STDIO, "set-stdio", A(0, DEC, "stdin"), A(1, DEC, "stdout"), A(2, DEC, "stderr")) \
	X(KEYRING, "new-session-keyring") \
	X(WRITE_PROC, "write-proc", S(0, STR, "file"), S(1, STR, "value")) \
	X(RAISE, "raise-hard-limit", A(0, RLIMIT, "resource"), A(1, LIMIT, "hard")) \
	X(RLIMIT, "set-rlimit", A(0, RLIMIT, "resource"), A(1, LIMIT, "soft"), \
	  A(2, LIMIT, "hard")) \
	X(SCHED, "set-scheduler", S(0, BLOB, "attr")) \
	X(IOPRIO, "set-io-priority", A(0, HEX, "value")) \
	X(AFFINITY, "set-affinity", S(0, BLOB, "mask"), A(0, BOOL, "final")) \
	X(MEMPOLICY, "set-mempolicy", S(0, OPT_BLOB, "nodes"), A(0, HEX, "mode")) \
	X(PERSONALITY, "set-personality", A(0, HEX, "value")) \
	X(UMASK, "set-umask", A(0, OCT, "mask"), A(1, BOOL, "callers")) \
	X(BOUNDING, "limit-bounding", A(0, CAPS, "keep")) \
	X(IDS, "set-ids", S(0, OPT_BLOB, "groups"), A(0, DEC, "uid"), A(1, DEC, "gid"), \
	  A(2, BOOL, "keep-caps"), A(3, BOOL, "groups-denied")) \
	X(CWD, "change-dir", S(0, STR, "path")) \
	X(NO_NEW_PRIVS, "no-new-privs") \
	X(SECCOMP, "install-seccomp", S(0, BLOB, "program"), S(1, OPT_STR, "listener"), \
	  S(2, OPT_STR, "metadata"), A(0, HEX, "flags"), A(1, BOOL, "notify")) \
	X(CAPS, "set-caps", A(0, CAPS, "effective"), A(1, CAPS, "permitted"), \
	  A(2, CAPS, "inheritable"), A(3, CAPS, "ambient")) \
	X(HOME, "find-home", S(0, STR, "variable"), A(0, DEC, "uid")) \
	X(PID_VARIABLE, "set-pid-variable", S(0, STR, "variable")) \
	X(EXEC, "exec", S(0, LIST, "args"), S(1, LIST, "env"), \
	  S(2, LIST, "candidates"))

enum plan_op {
	OP_INVALID,
#define PLAN_NONE(i, kind, label)
#define PLAN_X(name, ...) OP_##name,
	PLAN_OPS(PLAN_X, PLAN_NONE, PLAN_NONE)
#undef PLAN_X
#undef PLAN_NONE
	OP_COUNT
};

/* Where the two sides meet; the diagram stands in lib/run/protocol.h. */
enum plan_point {
	POINT_MAPS = 1,         /* the id maps are written, the process is in its cgroup */
	POINT_NAMESPACES,       /* namespaces exist, nothing mounted: hooks, devices, trees */
	POINT_CREATED,          /* all done but the program */
	POINT_NETWORK,          /* the jail's interfaces are in its network namespace */
};

/* The room behind "HOME=" that find-home may fill, its NUL included. */
#define PLAN_HOME_MAX 256U

enum plan_target { TARGET_AS_TREE, TARGET_DIR, TARGET_STRICT_DIR };  /* STRICT: no symlink in the path */

enum plan_idmap { IDMAP_NONE, IDMAP_GIVEN, IDMAP_JAIL, IDMAP_RECURSIVE = 16 };

/* Descriptors that jail-init finds open, by role; numbers are filled in just before the clone. */
enum plan_fd { FD_SOCKET, FD_GATE, FD_STDIN, FD_STDOUT, FD_STDERR, FD_NS, FD_COUNT = FD_NS + 8 };

struct plan_step {
	uint16_t op;            /* enum plan_op */
	uint16_t stage;         /* enum plan_stage */
	uint32_t place;         /* string: place in the spec */
	uint32_t s[3];          /* strings, lists, blobs, as the opcode says */
	uint32_t reserved;
	uint64_t a[4];
};

struct plan {
	uint64_t magic;
	uint32_t version, size;         /* size: of all bytes, header included */
	uint32_t n_steps, steps;        /* steps: offset of the array */
	uint32_t id;                    /* string */
	uint32_t state_head, state_tail;/* a hook's state document: head STATUS ","pid": PID tail */
	uint32_t name;                  /* string: what messages call the spec */
	uint32_t preserve_fds;          /* descriptors 3 … 3+n-1 stay open */
	uint32_t reserved;
	int32_t fd[FD_COUNT];           /* by enum plan_fd; -1: none */
	int32_t cgroup_fd;              /* staged clones: where the forked process is placed; -1 */
};

static inline const void *plan_at(const struct plan *p, uint32_t offset)
{
	return (const char *)p + offset;
}

static inline const char *plan_str(const struct plan *p, uint32_t offset)
{
	return offset ? (const char *)p + offset : 0;
}

static inline const struct plan_step *plan_steps(const struct plan *p)
{
	return (const struct plan_step *)plan_at(p, p->steps);
}

/* ---- what jail-init tells: one SOCK_SEQPACKET message each, descriptors by SCM_RIGHTS ---- */

enum plan_msg_type {
	MSG_POINT = 1,          /* reached point @step */
	MSG_FAILED,             /* step @step failed with errno @error; @text: on what, may be empty */
	MSG_WARNING,            /* the same, but it goes on */
	MSG_PID,                /* @step: pid of the forked process; carries a pidfd */
	MSG_CONSOLE,            /* carries the pty's master */
	MSG_LISTENER,           /* carries the seccomp listener; waits for one byte */
	MSG_HOOK_FAILED,        /* hook at @step: @error is its wait status, or -ETIME; @text: output */
};

#define PLAN_MSG_TEXT 480

struct plan_msg {
	uint32_t type, step;
	int32_t error;
	uint32_t text_len;
	char text[PLAN_MSG_TEXT];
};

#define PLAN_MSG_HEAD ((uint32_t)__builtin_offsetof(struct plan_msg, text))
