/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * killstep.c - kill a jail command at each of its system calls; then nothing may be left
 *
 * killstep JAIL ROOT WORK STRIDE NAME PREPARE COMMAND
 *
 * For N = 1, 2, … until the command ends by itself: PREPARE, then COMMAND is run under ptrace and
 * gets SIGKILL at its N-th system call stop (entering and leaving one are two stops).  Calls in
 * which it waits for somebody are interrupted in the middle, too.  Its children are not traced and
 * run freely.  STRIDE 0: a sample.  Then `jail delete --force` of the ids and `jail gc` have to leave nothing behind:
 * no process, state, cgroup, or temporary file; and the id can be used again.
 *
 * PREPARE is commands separated by ";", empty for none; words are separated by blanks; the word
 * "jail" stands for JAIL --root ROOT.  "@CALL COMMAND" is killed when it enters the system call CALL.
 * The ids are a and b.  Prints one TAP line without its number.
 */
#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "left.h"

#define MAX_ARGS 64
#define MAX_BAD  10
#define REUSE_EVERY 25

/* Where to kill: at the stop-th stop, or when @call is entered; -1: not. */
struct when {
	long stop, call;
	long delay_us;                  /* ≥ 0: let it enter the call, and kill after that time */
};

struct seen {
	bool ended;                     /* by itself, before it was to be killed */
	int status;
	long stops, call;               /* how many stops; the call it was killed at */
	long first;                     /* the first stop at which it names a file of ours */
	bool entering;
};

static const char *jail, *root, *name;
static struct places places;
static int log_fd, null_fd;

/* ---- running commands ---- */

static void split(char *text, char *argv[MAX_ARGS])
{
	char *save = NULL;
	int n = 0;

	for (char *w = strtok_r(text, " ", &save); w && n < MAX_ARGS - 4; w = strtok_r(NULL, " ", &save)) {
		if (strcmp(w, "jail")) {
			argv[n++] = w;
			continue;
		}
		argv[n++] = (char *)jail;
		argv[n++] = (char *)"--root";
		argv[n++] = (char *)root;
	}
	argv[n] = NULL;
}

__attribute__((noreturn)) static void child(char **argv, bool traced)
{
	dup2(null_fd, 0);
	dup2(log_fd, 1);
	dup2(log_fd, 2);
	if (traced)
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
	execv(argv[0], argv);
	perror(argv[0]);
	_exit(127);
}

static pid_t spawn(const char *command, bool traced)
{
	char *argv[MAX_ARGS], *text = strdup(command);
	pid_t pid;

	split(text, argv);
	pid = fork();
	if (pid == 0)
		child(argv, traced);
	free(text);
	if (pid < 0) {
		perror("fork");
		exit(1);
	}
	return pid;
}

/* As the reaper of orphans we must not let any of them wait for us meanwhile. */
static int await(pid_t pid)
{
	int status = 0;
	pid_t got;

	do
		got = waitpid(-1, &status, __WALL);
	while (got != pid && (got > 0 || errno == EINTR));
	return status;
}

static bool run(const char *command)
{
	int status = await(spawn(command, false));

	if (status)
		printf("# %s: status 0x%x\n", command, (unsigned)status);
	return status == 0;
}

/* ---- killing ---- */

/* Before that it is the loader, libc and sanitizers that make system calls. */
static bool is_ours(pid_t pid, uint64_t at)
{
	char path[64] = "";
	struct iovec ours = { path, sizeof(path) - 1 }, theirs = { (void *)(uintptr_t)at, sizeof(path) - 1 };

	/* Less is read where the page ends. */
	if (process_vm_readv(pid, &ours, 1, &theirs, 1, 0) < 0) {
		theirs.iov_len = 4096 - at % 4096;
		if (theirs.iov_len < sizeof(path))
			process_vm_readv(pid, &ours, 1, &theirs, 1, 0);
	}
	return !strncmp(path, root, strlen(root)) || strstr(path, "config.json");
}

static void note_call(pid_t pid, struct seen *seen)
{
	struct __ptrace_syscall_info info = { 0 };

	ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof(info), &info);
	seen->entering = info.op == PTRACE_SYSCALL_INFO_ENTRY;
	if (seen->entering)
		seen->call = (long)info.entry.nr;
	if (seen->entering && !seen->first && seen->call == SYS_openat && is_ours(pid, info.entry.args[1]))
		seen->first = seen->stops;
}

static bool is_time(const struct when *when, const struct seen *seen)
{
	return seen->stops == when->stop ||
	       (when->call >= 0 && seen->entering && seen->call == when->call);
}

static void kill_it(pid_t pid, const struct when *when)
{
	if (when->delay_us >= 0) {
		struct timespec t = { .tv_nsec = when->delay_us * 1000 };

		ptrace(PTRACE_SYSCALL, pid, NULL, NULL);
		nanosleep(&t, NULL);
	}
	kill(pid, SIGKILL);
	await(pid);
}

static struct seen run_and_kill(const char *command, const struct when *when)
{
	pid_t pid = spawn(command, true);
	struct seen seen = { .call = -1 };
	int status;
	long sig = 0;

	waitpid(pid, &status, __WALL);          /* at its execve */
	ptrace(PTRACE_SETOPTIONS, pid, NULL, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL);
	for (;;) {
		ptrace(PTRACE_SYSCALL, pid, NULL, sig);
		if (waitpid(pid, &status, __WALL) != pid || !WIFSTOPPED(status)) {
			seen.ended = true;
			seen.status = status;
			return seen;
		}
		sig = WSTOPSIG(status);
		if (sig != (SIGTRAP | 0x80))
			continue;
		sig = 0;
		seen.stops++;
		note_call(pid, &seen);
		if (is_time(when, &seen)) {
			kill_it(pid, when);
			return seen;
		}
	}
}

static const char *call_name(long nr)
{
	static char text[64];
	char *s = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, (int)nr);

	snprintf(text, sizeof(text), "%s", s ? s : "?");
	free(s);
	return text;
}

/* ---- one step ---- */

static bool prepare(const char *commands)
{
	char *text = strdup(commands), *save = NULL;
	bool good = true;

	for (char *c = strtok_r(text, ";", &save); c && good; c = strtok_r(NULL, ";", &save)) {
		struct when when = { -1, -1, -1 };

		c += strspn(c, " ");
		if (*c != '@') {
			good = run(c);
			continue;
		}
		c++;
		c[strcspn(c, " ")] = '\0';
		when.call = seccomp_syscall_resolve_name(c);
		good = !run_and_kill(c + strlen(c) + 1, &when).ended;
		left_settle();
	}
	free(text);
	return good;
}

/* Both orders have to work. */
static bool clean(const char *command, bool gc_first)
{
	bool good = true;

	/* Hooks are the host's programs and outlive the runtime; what they do is undone when they end. */
	if (strstr(command, "hooks"))
		left_settle();
	if (gc_first)
		good &= run("jail gc");
	good &= run("jail delete --force a b");
	if (!gc_first)
		good &= run("jail gc");
	return good;
}

/* One kill; *seen tells where it was.  Returns whether all went well. */
static bool step(const char *before, const char *command, const struct when *when,
		 struct seen *seen, long count)
{
	char where[128];
	bool good;

	if (!prepare(before)) {
		printf("# %s: could not be prepared\n", name);
		left_remove(&places);
		return false;
	}
	*seen = run_and_kill(command, when);
	good = clean(command, count & 1);
	if (left_count(&places))
		good = false;
	if (good && count % REUSE_EVERY == 0)
		good = run("jail run --bundle plain a") && left_count(&places) == 0;
	if (good)
		return true;
	snprintf(where, sizeof(where), "%s %s%s", seen->entering ? "entering" : "leaving",
		 call_name(seen->call), when->delay_us >= 0 ? ", in the middle" : "");
	printf("# %s: killed at stop %ld, %s\n", name, when->stop, seen->ended ? "its end" : where);
	left_remove(&places);
	return false;
}

/* Calls in which the runtime waits while a child goes on. */
static bool is_waiting(const struct seen *seen)
{
	static const long calls[] = { SYS_clone3, SYS_recvmsg, SYS_ppoll, SYS_waitid,
#ifdef SYS_poll
		SYS_poll,
#endif
	};

	for (size_t i = 0; seen->entering && i < sizeof(calls) / sizeof(*calls); i++)
		if (seen->call == calls[i])
			return true;
	return false;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int kill_everywhere(const char *before, const char *command, long stop, long stride)
{
	static const long delays_us[] = { 20, 60, 150, 400, 1000 };
	double start = now();
	long kills = 0, bad = 0, first = stop;
	struct seen seen;

	for (;; stop += stride) {
		struct when when = { stop, -1, -1 };

		bad += !step(before, command, &when, &seen, ++kills);
		if (seen.ended || bad >= MAX_BAD)
			break;
		for (size_t i = 0; is_waiting(&seen) && i < sizeof(delays_us) / sizeof(*delays_us); i++) {
			struct seen again;

			when.delay_us = delays_us[i];
			bad += !step(before, command, &when, &again, ++kills);
		}
	}
	if (stop < first + 20) {
		printf("# %s ended after %ld stops\n", command, stop);
		bad++;
	}
	printf("%s - %s: %ld kills at stops %ld to %ld, stride %ld, %.1f ms each\n", bad ? "not ok" : "ok",
	       name, kills, first, seen.stops, stride, (now() - start) * 1000 / (double)kills);
	return bad ? 1 : 0;
}

/*
 * Stride 0.  A sanitized command makes several times as many calls, most of them before main(), and
 * takes ten times as long: that start is left out, and a sample is taken of what follows.
 */
static void choose_stops(const char *before, const char *command, long *first, long *stride)
{
	struct when never = { -1, -1, -1 };
	struct seen seen = { 0 };

	step(before, command, &never, &seen, 1);
	*first = 1;
	if (*stride > 0)
		return;
	*first = seen.first ? seen.first : 1;
	*stride = (seen.stops - *first) / 50 | 1;
}

int main(int argc, char **argv)
{
	long stride, first;

	if (argc != 8) {
		fprintf(stderr, "usage: killstep JAIL ROOT WORK STRIDE NAME PREPARE COMMAND\n");
		return 2;
	}
	setlinebuf(stdout);
	jail = argv[1];
	root = places.root = argv[2];
	places.work = argv[3];
	stride = atol(argv[4]);
	name = argv[5];
	if (chdir(places.work) < 0 || prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0) {
		perror(places.work);
		return 2;
	}
	log_fd = open("log", O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
	null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	choose_stops(argv[6], argv[7], &first, &stride);
	return kill_everywhere(argv[6], argv[7], first, stride);
}
