/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * clone.c - starting jail-init, or a helper, without copying the caller
 *
 * clone3(2) with CLONE_VM | CLONE_VFORK and a stack of the child's own.  glibc does not export
 * clone3, and its clone() knows neither CLONE_INTO_CGROUP nor CLONE_CLEAR_SIGHAND, so the call is
 * written down here for each architecture.
 */
#include "run/clone.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/embed.h"
#include "base/util.h"
#include "run/restrict.h"

#ifndef MFD_EXEC
#define MFD_EXEC 0x0010U                /* Linux 6.3 */
#endif
#ifndef CLONE_CLEAR_SIGHAND
#define CLONE_CLEAR_SIGHAND 0x100000000ULL
#endif
#ifndef CLONE_INTO_CGROUP
#define CLONE_INTO_CGROUP 0x200000000ULL
#endif

#define STACK_SIZE 32768

struct child {
	const struct clone_request *req;
	int error;                      /* written by the child, read by us: memory is shared */
};

/*
 * What the child runs.  It shares our memory and leaves by exec, so it must do nothing that our side
 * keeps books of: raw system calls only, and none of the sanitizers' own records.
 */
#ifdef __clang__
#define NO_SANITIZE_UNDEFINED no_sanitize("undefined")
#else
#define NO_SANITIZE_UNDEFINED no_sanitize_undefined
#endif
#define IN_CHILD \
	__attribute__((no_sanitize_address, no_sanitize_thread, NO_SANITIZE_UNDEFINED))

/*
 * Capabilities do not survive an exec in a user namespace that has no mapping yet, for nobody is
 * root there; ambient ones do.
 */
IN_CHILD static int keep_caps(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2];

	if (syscall(SYS_capget, &head, data) < 0)
		return -errno;
	for (int i = 0; i < 2; i++)
		data[i].inheritable = data[i].permitted;
	if (syscall(SYS_capset, &head, data) < 0)
		return -errno;
	for (unsigned cap = 0; cap < 64; cap++)
		if (data[cap / 32].permitted & 1U << cap % 32)
			if (syscall(SYS_prctl, PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0) < 0 &&
			    errno != EINVAL)
				return -errno;
	return 0;
}

/* dup2 that also works in place: the descriptor stays open across the exec. */
IN_CHILD static long place_fd(int fd, int at)
{
	return fd == at ? syscall(SYS_fcntl, fd, F_SETFD, 0) : syscall(SYS_dup3, fd, at, 0);
}

IN_CHILD static int prepare(const struct clone_request *req)
{
	uint64_t none = 0;
	int r = req->keep_caps ? keep_caps() : 0;

	if (r < 0)
		return r;
	for (size_t i = 0; i < req->n_inherit; i++)
		if (syscall(SYS_fcntl, req->inherit[i], F_SETFD, 0) < 0)
			return -errno;
	for (int i = 0; i < 3; i++)
		if (req->stdio[i] >= 0 && place_fd(req->stdio[i], i) < 0)
			return -errno;
	if (req->cwd && syscall(SYS_chdir, req->cwd) < 0)
		return -errno;
	/* jail-init empties its mask by itself, when it has made sure of its end. */
	if (req->exec_fd < 0 &&
	    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &none, NULL, sizeof(none)) < 0)
		return -errno;
	return 0;
}

IN_CHILD __attribute__((noreturn)) static void child_main(struct child *c)
{
	const struct clone_request *req = c->req;

	c->error = prepare(req);
	if (c->error == 0) {
		if (req->exec_fd >= 0)
			syscall(SYS_execveat, req->exec_fd, "", req->argv, req->envp, AT_EMPTY_PATH);
		else
			syscall(SYS_execve, req->path, req->argv, req->envp);
		c->error = -errno;
	}
	for (;;)
		syscall(SYS_exit_group, 127);
}

/* Returns in the caller only: the child starts in child_main(@c) on its stack. */
static long clone3_call(struct clone_args *args, struct child *c)
{
	long ret;

#if defined(__x86_64__)
	register struct child *arg __asm__("r12") = c;

	__asm__ volatile("syscall\n\t"
			 "test %%rax, %%rax\n\t"
			 "jnz 1f\n\t"
			 "xor %%ebp, %%ebp\n\t"
			 "mov %%r12, %%rdi\n\t"
			 "call *%[fn]\n"
			 "1:"
			 : "=a"(ret)
			 : "a"(SYS_clone3), "D"(args), "S"(sizeof(*args)), "r"(arg),
			   [fn] "r"(child_main)
			 : "rcx", "r11", "memory");
#elif defined(__aarch64__)
	register long x8 __asm__("x8") = SYS_clone3;
	register long x0 __asm__("x0") = (long)args;
	register long x1 __asm__("x1") = sizeof(*args);
	register struct child *arg __asm__("x20") = c;
	register void *fn __asm__("x21") = child_main;

	__asm__ volatile("svc 0\n\t"
			 "cbnz x0, 1f\n\t"
			 "mov x0, x20\n\t"
			 "blr x21\n"
			 "1:"
			 : "+r"(x0)
			 : "r"(x8), "r"(x1), "r"(arg), "r"(fn)
			 : "memory", "x30");
	ret = x0;
#else
#error "this architecture's clone3 is not written down yet"
#endif
	return ret;
}

/* What clone(2)'s errno means here, in words that lead somewhere. */
static const char *clone_hint(uint64_t flags, int code)
{
	const char *setting = flags & CLONE_NEWUSER ? restrict_clone_hint(code) : "";

	if (*setting)
		return setting;
	if (code == -EPERM && flags && !(flags & CLONE_NEWUSER) && geteuid())
		return " (an ordinary user needs \"user\" in linux.namespaces)";
	if (code == -EPERM && flags & CLONE_NEWUSER)
		return " (user namespaces cannot be made in a chroot, and may be restricted on this host)";
	if (code == -EPERM && flags)
		return " (new namespaces need CAP_SYS_ADMIN, or a user namespace)";
	if (code == -EAGAIN)
		return " (a limit on processes is reached: the cgroup's pids.max, or the user's)";
	if (code == -ENOSPC || code == -EUSERS)
		return " (see the limits in /proc/sys/user)";
	return "";
}

int clone_exec(const struct clone_request *req, pid_t *ret_pid, int *ret_pidfd, struct err *err)
{
	char stack[STACK_SIZE] __attribute__((aligned(16)));
	struct child c = { .req = req };
	int pidfd = -1;
	struct clone_args args = {
		.flags = req->flags | CLONE_VM | CLONE_VFORK | CLONE_PIDFD | CLONE_CLEAR_SIGHAND,
		.pidfd = (uint64_t)(uintptr_t)&pidfd,
		.exit_signal = SIGCHLD,
		.stack = (uint64_t)(uintptr_t)stack,
		.stack_size = sizeof(stack),
	};
	sigset_t all, old;
	long pid;

	if (req->cgroup_fd >= 0) {
		args.flags |= CLONE_INTO_CGROUP;
		args.cgroup = (uint64_t)req->cgroup_fd;
	}
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	pid = clone3_call(&args, &c);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (pid < 0)
		return err_set(err, (int)pid, "clone: %s%s", err_text((int)pid),
			       clone_hint(req->flags, (int)pid));
	if (c.error < 0) {
		waitid(P_PIDFD, (id_t)pidfd, &(siginfo_t){ 0 }, WEXITED | __WALL);
		close(pidfd);
		return err_code(err, c.error, "execute %s", req->exec_fd >= 0 ? "jail-init" : req->path);
	}
	*ret_pid = (pid_t)pid;
	*ret_pidfd = pidfd;
	return 0;
}

int clone_init_fd(int *ret_fd, struct err *err)
{
	size_t len = (uintptr_t)embed_init_end - (uintptr_t)embed_init;
	fd_auto fd = memfd_create("jail-init", MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_EXEC);
	int r;

	if (fd < 0 && errno == EINVAL)
		fd = memfd_create("jail-init", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (fd < 0)
		return err_sys(err, "make a memfd");
	r = fd_write_all(fd, embed_init, len);
	if (r < 0)
		return err_code(err, r, "copy jail-init");
	if (fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) < 0)
		return err_sys(err, "seal jail-init");
	*ret_fd = fd_take(&fd);
	return 0;
}
