/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * main.c - jail-init: carries out the inside steps of a plan, one after the other
 *
 * Started by the runtime in the new namespaces (or before them, when they have to be joined), with
 * the number of the plan's descriptor as its argument.  It ends by executing the jail's program, or
 * by telling the runtime which step failed.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <linux/keyctl.h>
#include <linux/mman.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include "plan/check.h"
#include "init.h"

#define SIGKILL_ 9
#define NSIG_    64


struct init in = {
	.socket = -1, .root = -1, .tree = -1, .dir = -1, .proc = -1, .tty = -1,
	.dev_null = -1, .empty = -1, .layers = -1,
};

/* ---- small steps ---- */

/*
 * Die with the runtime, be invisible to others (neither ptrace nor /proc/PID/exe), and notice if the
 * runtime has died before that was arranged.
 */
static int guard(const struct plan_step *s)
{
	char byte;
	int r = (int)SYS(prctl, PR_SET_PDEATHSIG, SIGKILL_, 0, 0, 0);

	if (r == 0 && !s->a[0])
		r = (int)SYS(prctl, PR_SET_DUMPABLE, 0, 0, 0, 0);
	if (r == 0 && SYS(recvfrom, in.socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT, NULL, NULL) == 0)
		SYS(exit_group, 1);
	return r;
}

void drop(int *fd)
{
	if (*fd >= 0)
		SYS(close, *fd);
	*fd = -1;
}

/*
 * From here on the jail's own files are opened and executed, and /proc/self/fd/N in one of their
 * links would lead through any descriptor: none of the host's stays open.
 */
static int unguard(void)
{
	int *const all[] = { &in.proc, &in.dev_null, &in.empty, &in.tree, &in.dir, &in.root, &in.layers,
			     &in.plan->cgroup_fd };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		drop(all[i]);
	for (int i = FD_NS; i < FD_COUNT; i++)
		drop(&in.plan->fd[i]);
	return (int)SYS(prctl, PR_SET_PDEATHSIG, 0, 0, 0, 0);
}

/* exec: the root was entered together with the mount namespace. */
static int use_own_root(void)
{
	in.root = (int)SYS(openat, AT_FDCWD, "/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	return in.root < 0 ? in.root : 0;
}

static int receive_tree(void)
{
	drop(&in.tree);
	in.tree_is_dir = 0;
	return await_word(POINT_NAMESPACES, &in.tree);
}

/* Whether that may be is told by set-rlimit, later. */
static int raise_limit(const struct plan_step *s)
{
	struct rlimit64 lim;
	int r = (int)SYS(prlimit64, 0, s->a[0], NULL, &lim);

	if (r == 0 && lim.rlim_max < s->a[1]) {
		lim.rlim_max = s->a[1];
		SYS(prlimit64, 0, s->a[0], &lim, NULL);
	}
	return r;
}

static int set_rlimit(const struct plan_step *s)
{
	struct rlimit64 lim = { .rlim_cur = s->a[1], .rlim_max = s->a[2] };

	return (int)SYS(prlimit64, 0, s->a[0], &lim, NULL);
}

static int set_mempolicy(const struct plan_step *s)
{
	const uint64_t *nodes = s->s[0] ? plan_at(in.plan, s->s[0]) : NULL;

	return (int)SYS(set_mempolicy, s->a[0], nodes ? nodes + 1 : NULL,
			nodes ? nodes[0] * 8 + 1 : 0);
}

/* Without the call, in the kernel or by a filter that is inherited, there is no keyring to reach either. */
static int new_keyring(void)
{
	int r = (int)SYS(keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL);

	return r == -ENOSYS ? 0 : r;
}

static int set_affinity(const struct plan_step *s)
{
	const uint64_t *mask = plan_at(in.plan, s->s[0]);

	return (int)SYS(sched_setaffinity, 0, mask[0], mask + 1);
}

static int set_name(const struct plan_step *s, int domain)
{
	const char *name = plan_str(in.plan, s->s[0]);

	return (int)(domain ? SYS(setdomainname, name, str_len(name)) :
			      SYS(sethostname, name, str_len(name)));
}

/*
 * Wait, without a runtime, until somebody connects to the gate and says "go"; that connection is then
 * the one to report to.  It closes by itself when the program is executed.
 */
int gate_wait(const struct plan_step *s)
{
	(void)s;
	SYS(close, in.socket);
	for (;;) {
		uint32_t word = 0;
		long r = SYS(accept4, in.plan->fd[FD_GATE], NULL, NULL, SOCK_CLOEXEC);

		if (r == -EINTR || r == -ECONNABORTED)
			continue;
		if (r < 0)
			return (int)r;
		in.socket = (int)r;
		do
			r = SYS(recvfrom, in.socket, &word, sizeof(word), 0, NULL, NULL);
		while (r == -EINTR);
		if (r == sizeof(word) && word == POINT_CREATED)
			break;
		SYS(close, in.socket);
	}
	SYS(close, in.plan->fd[FD_GATE]);
	return 0;
}

/* ---- the interpreter ---- */

static int carry_out(const struct plan_step *s)
{
	const struct plan *p = in.plan;

	switch ((enum plan_op)s->op) {
	case OP_JOIN: return ns_join(s);
	case OP_JOIN_PID: return ns_join_pid(s);
	case OP_FORK: return ns_fork(s);
	case OP_TELL: return tell(MSG_POINT, (uint32_t)s->a[0], 0, NULL, -1);
	case OP_WAIT: return await_word((uint32_t)s->a[0], NULL);
	case OP_GUARD: return guard(s);
	case OP_UNGUARD: return unguard();
	case OP_SESSION: return SYS(setsid) < 0 ? -EPERM : 0;
	case OP_NS_ROOT: return ns_root(s);
	case OP_OPEN_PROC: return proc_open_host(s);
	case OP_HERE: return use_own_root();
	case OP_LATE_NS: return (int)SYS(unshare, s->a[0]);
	case OP_TIME_NS: return ns_time(s);
	case OP_NETLINK: return net_configure(s);
	case OP_PROPAGATION: return (int)SYS(mount, NULL, "/", NULL, s->a[0], NULL);
	case OP_ROOT: return mount_root(s, 0);
	case OP_ROOT_RECV:
	{
		int r = receive_tree();

		return r < 0 ? r : mount_root(s, 1);
	}
	case OP_LAYERS: return layers_open(s);
	case OP_LAYER: return layers_add(s);
	case OP_OVERLAY: return layers_mount(s);
	case OP_TREE_CLONE: return mount_tree_clone(s);
	case OP_TREE_RECV: return receive_tree();
	case OP_MODE_OF: return mount_mode_of(s);
	case OP_TREE_FS: return mount_tree_fs(s);
	case OP_TREE_ATTR: return mount_tree_attr(s);
	case OP_COPY_UP: return copy_up(s);
	case OP_BINFMT_FS: return binfmt_open();
	case OP_BINFMT: return binfmt_register(s);
	case OP_ATTACH: return mount_attach(s);
	case OP_REMOUNT: return mount_remount(s);
	case OP_DIR: return node_dir(s);
	case OP_NODE: return node_make(s);
	case OP_NODE_BIND: return node_bind(s);
	case OP_SYMLINK: return node_symlink(s);
	case OP_MASK: return mount_mask(s);
	case OP_READONLY: return mount_readonly(s);
	case OP_ROOT_ATTR: return mount_root_attr(s);
	case OP_PIVOT: return mount_pivot(s);
	case OP_HOSTNAME: return set_name(s, 0);
	case OP_DOMAINNAME: return set_name(s, 1);
	case OP_SYSCTL: return proc_sysctl(s);
	case OP_PTY: return node_pty(s);
	case OP_HOOK: return hook_run(s);
	case OP_GATE: return gate_wait(s);
	case OP_STDIO: return process_stdio(s);
	/* Without a name: one could be joined that another jail has prepared under it. */
	case OP_KEYRING: return new_keyring();
	case OP_WRITE_PROC: return proc_write(plan_str(p, s->s[0]), plan_str(p, s->s[1]));
	case OP_RAISE: return raise_limit(s);
	case OP_RLIMIT: return set_rlimit(s);
	case OP_SCHED: return (int)SYS(sched_setattr, 0, (const uint64_t *)plan_at(p, s->s[0]) + 1, 0);
	case OP_IOPRIO: return (int)SYS(ioprio_set, 1, 0, s->a[0]);
	case OP_AFFINITY: return set_affinity(s);
	case OP_MEMPOLICY: return set_mempolicy(s);
	case OP_PERSONALITY: return (int)SYS(personality, s->a[0]);
	case OP_UMASK: return (int)SYS(umask, s->a[1] ? in.umask : s->a[0]) & 0;
	case OP_BOUNDING: return process_bounding(s);
	case OP_IDS: return process_ids(s);
	case OP_CWD: return process_cwd(s);
	case OP_NO_NEW_PRIVS: return (int)SYS(prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	case OP_SECCOMP: return process_seccomp(s);
	case OP_CAPS: return process_caps(s);
	case OP_HOME: return process_home(s);
	case OP_PID_VARIABLE: return process_pid_variable(s);
	case OP_FIND: return process_find(s);
	case OP_EXEC: return process_exec(s);
	default: return -ENOSYS;        /* an outside step, or no step at all */
	}
}

/* ---- start ---- */

uintptr_t __stack_chk_guard;

__attribute__((noreturn)) void __stack_chk_fail(void);
__attribute__((noreturn)) void init_main(const long *sp);

void __stack_chk_fail(void)
{
	for (;;)
		SYS(exit_group, 134);
}

/* No signal of the caller's is blocked or ignored for the program. */
static void reset_signals(void)
{
	struct { void *handler; unsigned long flags; void *restorer; uint64_t mask; } dfl = { 0 };
	uint64_t none = 0;

	for (int sig = 1; sig <= NSIG_; sig++)
		SYS(rt_sigaction, sig, &dfl, NULL, sizeof(none));
	SYS(rt_sigprocmask, 2 /* SIG_SETMASK */, &none, NULL, sizeof(none));
}

/* The lowest descriptor from @from on that the plan names; ~0: there is none. */
static unsigned next_known(unsigned from)
{
	unsigned next = ~0U;

	for (int i = 0; i <= FD_COUNT; i++) {
		int fd = i < FD_COUNT ? in.plan->fd[i] : in.plan->cgroup_fd;

		if (fd >= 0 && (unsigned)fd >= from && (unsigned)fd < next)
			next = (unsigned)fd;
	}
	return next;
}

/*
 * What the caller left open is not ours to hold, and a jail may wait here for its start for a long
 * time.  What the plan names is closed when the program is executed.
 */
static void close_strangers(void)
{
	unsigned from = 3 + in.plan->preserve_fds, known;

	SYS(close_range, from, ~0U, CLOSE_RANGE_CLOEXEC);
	while ((known = next_known(from)) != ~0U) {
		if (known > from)
			SYS(close_range, from, known - 1, 0);
		from = known + 1;
	}
	SYS(close_range, from, ~0U, 0);
}

static struct plan *map_plan(int fd)
{
	long size = SYS(lseek, fd, 0, 2), at;

	if (size < (long)sizeof(struct plan) || size > (long)PLAN_MAX)
		return NULL;
	/* Private: argument lists are turned into pointers in place. */
	at = SYS(mmap, NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	SYS(close, fd);
	if (at < 0 && at > -4096)
		return NULL;
	return plan_check((struct plan *)at, (size_t)size) ? (struct plan *)at : NULL;
}

__attribute__((noreturn)) static void interpret(void)
{
	const struct plan_step *s = plan_steps(in.plan);
	uint32_t n = in.plan->n_steps;

	for (; n; n--, s++) {
		int r;

		if (s->stage != STAGE_INSIDE)
			continue;
		in.step = s;
		in.detail[0] = '\0';
		r = carry_out(s);
		if (r < 0)
			give_up(r);
	}
	for (;;)
		SYS(exit_group, 1);
}

/* @sp: argc, argv…, NULL, envp…, NULL, auxv… */
__attribute__((no_stack_protector)) void init_main(const long *sp)
{
	const char *arg = (const char *)sp[2];
	const long *aux = sp + 1 + sp[0] + 1;
	int fd = 0;

	while (*aux)
		aux++;
	for (aux++; aux[0]; aux += 2)
		if (aux[0] == 25)               /* AT_RANDOM */
			mem_copy(&__stack_chk_guard, (const void *)aux[1], sizeof(__stack_chk_guard));
	for (; *arg; arg++)
		fd = fd * 10 + (*arg - '0');
	in.plan = map_plan(fd);
	if (!in.plan)
		SYS(exit_group, 1);
	in.socket = in.plan->fd[FD_SOCKET];
	in.umask = (unsigned)SYS(umask, 0);     /* the modes of nodes are meant as they are written */
	close_strangers();
	reset_signals();
	interpret();
}

#if defined(__x86_64__)
__asm__(".globl _start\n_start:\n\txor %ebp, %ebp\n\tmov %rsp, %rdi\n\tand $-16, %rsp\n\t"
	"call init_main\n");
#else
__asm__(".globl _start\n_start:\n\tmov x29, #0\n\tmov x0, sp\n\tbl init_main\n");
#endif
