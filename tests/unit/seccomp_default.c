/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The built-in profile: what it refuses, what it must never refuse, and that it loads.
 */
#include "test.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "seccomp_vm.h"

#define ALLOW SCMP_ACT_ALLOW
#define ENOSYS_ACT SCMP_ACT_ERRNO(38)

static const struct spec_seccomp builtin = { .set = true, .builtin = true };

static struct seccomp_program *program(void)
{
	static struct seccomp_program p;
	struct err err = { 0 };

	if (!p.insns)
		CHECK_INT(seccomp_get(-1, &builtin, &p, &err), 0);
	if (err.code)
		printf("# %s\n", err.text);
	return &p;
}

static const char *const refused[] = {
	"acct", "add_key", "bpf", "clock_settime", "clone3", "delete_module", "finit_module", "fsconfig",
	"fsmount", "fsopen", "fspick", "init_module", "io_uring_enter", "io_uring_register",
	"io_uring_setup", "ioperm", "iopl", "kexec_file_load", "kexec_load", "keyctl", "lookup_dcookie",
	"mount", "mount_setattr", "move_mount", "nfsservctl", "open_by_handle_at", "open_tree",
	"perf_event_open", "pivot_root", "quotactl", "quotactl_fd", "reboot", "request_key", "setns",
	"settimeofday", "swapoff", "swapon", "syslog", "umount2", "userfaultfd", "vm86", "vm86old",
	"stime", "umount", "clock_settime64", "uselib", "_sysctl", "create_module",
};

#if defined(__x86_64__)
static const uint32_t archs[] = { SCMP_ARCH_X86_64, SCMP_ARCH_X86, SCMP_ARCH_X32 };
#elif defined(__aarch64__)
static const uint32_t archs[] = { SCMP_ARCH_AARCH64, SCMP_ARCH_ARM };
#endif

TEST(refused_on_every_architecture)
{
	for (size_t a = 0; a < ARRAY_SIZE(archs); a++)
		for (size_t i = 0; i < ARRAY_SIZE(refused); i++) {
			int nr = seccomp_syscall_resolve_name_arch(archs[a], refused[i]);
			uint32_t got = vm_call(program(), archs[a], refused[i], 0);

			if (nr >= 0 && got != ENOSYS_ACT) {
				printf("# %s on %08x: %08x\n", refused[i], archs[a], got);
				test_failed = 1;
			}
		}
}

static bool is_refused(const char *name)
{
	static const char *const conditional[] = { "clone", "unshare", "personality", "socket" };

	for (size_t i = 0; i < ARRAY_SIZE(refused); i++)
		if (strcmp(refused[i], name) == 0)
			return true;
	for (size_t i = 0; i < ARRAY_SIZE(conditional); i++)
		if (strcmp(conditional[i], name) == 0)
			return true;
	return false;
}

/* Obsolete before any program that runs here was written. */
static bool is_obsolete(const char *name)
{
	static const char *const names[] = {
		"afs_syscall", "bdflush", "break", "epoll_ctl_old", "epoll_wait_old", "ftime",
		"get_kernel_syms", "getpmsg", "gtty", "idle", "lock", "mpx", "prof", "profil", "putpmsg",
		"query_module", "security", "stty", "sysfs", "tuxcall", "ulimit", "ustat", "vserver",
		"usr26", "usr32",
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

/* Nothing is forgotten: each number that libseccomp knows is refused on purpose, or allowed. */
TEST(everything_else_is_allowed)
{
	int allowed = 0;

	for (size_t a = 0; a < ARRAY_SIZE(archs); a++)
		for (uint32_t nr = 0; nr < 1024; nr++) {
			bool x32 = archs[a] == SCMP_ARCH_X32;
			uint32_t full = nr | (x32 ? 0x40000000 : 0);
			mem_auto char *name = seccomp_syscall_resolve_num_arch(archs[a], (int)full);
			uint32_t got = vm_run(program(), x32 ? (uint32_t)SCMP_ARCH_X86_64 : archs[a],
					      full, NULL);

			if (!name)
				continue;
			allowed += got == ALLOW;
			if ((got == ALLOW) == (is_obsolete(name) || (is_refused(name) &&
			     strcmp(name, "clone") && strcmp(name, "unshare") &&
			     strcmp(name, "personality")))) {
				printf("# %s on %08x: %08x\n", name, archs[a], got);
				test_failed = 1;
			}
		}
	CHECK(allowed > 700);
}

TEST(newer_than_libseccomp)
{
	static const struct {
		uint32_t nr, action;
	} calls[] = {
		{ 451, ALLOW }, { 452, ALLOW }, { 454, ALLOW }, { 457, ALLOW }, { 458, ALLOW }, { 462, ALLOW },
		{ 463, ALLOW }, { 467, ENOSYS_ACT }, { 468, ALLOW }, { 470, ENOSYS_ACT }, { 999, ENOSYS_ACT },
	};

	for (size_t a = 0; a < ARRAY_SIZE(archs); a++)
		for (size_t i = 0; i < ARRAY_SIZE(calls); i++)
			if (archs[a] != SCMP_ARCH_X32)
				CHECK_INT(vm_run(program(), archs[a], calls[i].nr, NULL),
					  calls[i].action);
}

TEST(conditions)
{
	static const struct {
		const char *name;
		uint64_t arg0;
		uint32_t action;
	} calls[] = {
		{ "clone", 0x11, ALLOW },                       /* fork */
		{ "clone", 0x3d0f00, ALLOW },                   /* pthread_create */
		{ "clone", 0x00020011, ENOSYS_ACT },            /* CLONE_NEWNS */
		{ "clone", 0x02000011, ENOSYS_ACT },
		{ "clone", 0x10000011, ENOSYS_ACT },            /* CLONE_NEWUSER */
		{ "clone", 0x40000011, ENOSYS_ACT },
		{ "clone", 0x110000011, ENOSYS_ACT },           /* the kernel ignores the upper half */
		{ "unshare", 0x400, ALLOW },                    /* CLONE_FILES */
		{ "unshare", 0x10000000, ENOSYS_ACT },
		{ "unshare", 0x80, ENOSYS_ACT },                /* CLONE_NEWTIME */
		{ "personality", 0, ALLOW },
		{ "personality", 8, ALLOW },
		{ "personality", 0xffffffff, ALLOW },
		{ "personality", 0x40000, ENOSYS_ACT },         /* ADDR_NO_RANDOMIZE */
		{ "socket", 1, ALLOW },
		{ "socket", 2, ALLOW },
		{ "socket", 10, ALLOW },
		{ "socket", 16, ALLOW },
		{ "socket", 17, ALLOW },
		{ "socket", 40, SCMP_ACT_ERRNO(97) },           /* vsock */
		{ "socket", 0x100000028, SCMP_ACT_ERRNO(97) },  /* the same, disguised */
		{ "socket", 38, SCMP_ACT_ERRNO(97) },
		{ "socket", 31, SCMP_ACT_ERRNO(97) },
		{ "socket", 9, SCMP_ACT_ERRNO(97) },
		{ "socket", 1000, ENOSYS_ACT },
	};

	for (size_t i = 0; i < ARRAY_SIZE(calls); i++) {
		uint32_t got = vm_call(program(), seccomp_arch_native(), calls[i].name, calls[i].arg0);

		if (got != calls[i].action) {
			printf("# %s(0x%llx): %08x\n", calls[i].name, (unsigned long long)calls[i].arg0,
			       got);
			test_failed = 1;
		}
	}
}

/* The real thing: a child that lives under the filter. Exit status: the number of the first wrong answer */
static int live_under_it(void)
{
	struct seccomp_program *p = program();
	struct sock_fprog prog = { (unsigned short)(p->len_bytes / 8), p->insns };
	int status;
	pid_t pid;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
	    syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &prog) < 0)
		return 1;
	if (syscall(SYS_mount, "none", "/", "none", 0, NULL) != -1 || errno != ENOSYS)
		return 2;
	if (syscall(SYS_unshare, 0x10000000) != -1 || errno != ENOSYS)
		return 3;
	if (socket(40, SOCK_STREAM, 0) != -1 || errno != EAFNOSUPPORT)
		return 4;
	if (syscall(SYS_io_uring_setup, 1, NULL) != -1 || errno != ENOSYS)
		return 5;
	if (syscall(999) != -1 || errno != ENOSYS)
		return 6;
	pid = fork();
	if (pid == 0)
		_exit(close(socket(AF_UNIX, SOCK_STREAM, 0)) == 0 ? 0 : 1);
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0)
		return 7;
	return 0;
}

TEST(the_kernel_takes_it)
{
	int status = -1;
	pid_t pid;

	program();
	fflush(stdout);
	pid = fork();
	if (pid == 0)
		_exit(live_under_it());
	waitpid(pid, &status, 0);
	CHECK_INT(status, 0);
}

TEST(it_is_cached)
{
	char path[] = "/tmp/jail-seccomp-XXXXXX", command[64];
	struct seccomp_program p = { 0 };
	struct err err = { 0 };
	struct stat a, b;
	int dir;

	CHECK(mkdtemp(path) != NULL);
	dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (int i = 0; i < 2; i++) {
		CHECK_INT(seccomp_get(dir, &builtin, &p, &err), 0);
		CHECK_INT(p.len_bytes, program()->len_bytes);
		CHECK(p.insns && memcmp(p.insns, program()->insns, p.len_bytes) == 0);
		seccomp_program_done(&p);
		CHECK_INT(fstat(dir, i ? &b : &a), 0);
	}
	CHECK_INT(a.st_mtim.tv_sec, b.st_mtim.tv_sec);
	CHECK_INT(a.st_mtim.tv_nsec, b.st_mtim.tv_nsec);
	close(dir);
	snprintf(command, sizeof(command), "rm -r %s", path);
	CHECK_INT(system(command), 0);
}
