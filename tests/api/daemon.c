/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * daemon.c - a large daemon that makes jails from many threads at once
 *
 * daemon [ignore] BUNDLE-TRUE BUNDLE-PAUSE
 *
 * DAEMON_THREADS threads, of which DAEMON_WORKERS create, start, exec in, kill and delete jails,
 * DAEMON_ITERATIONS of them each, while the others allocate, free and lock; DAEMON_MB of touched
 * memory.  Then all that belongs to the process has to be as it was.  "ignore": SIGCHLD is ignored,
 * so that the kernel reaps.  Prints TAP lines without numbers.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "jail.h"
#include "snapshot.h"

#define MAX_THREADS 256

static const char *bundle_true, *bundle_pause;
static struct jail_runtime *rt;
static struct jail_spec *spec_true, *spec_pause;
static long iterations;
static bool ignoring;
static atomic_bool stop;
static atomic_long made, failures, chld_signals, logged;

static void check(bool good, const char *what)
{
	printf("%s - %s\n", good ? "ok" : "not ok", what);
}

static long number(const char *name, long otherwise)
{
	const char *text = getenv(name);

	return text ? atol(text) : otherwise;
}

/* ---- the daemon's own life ---- */

static pthread_mutex_t busy_lock = PTHREAD_MUTEX_INITIALIZER;
static long busy_work;

static void *be_busy(void *arg)
{
	unsigned seed = (unsigned)(uintptr_t)arg;

	while (!atomic_load(&stop)) {
		size_t n = 16 + (size_t)rand_r(&seed) % 65536;
		char *p = malloc(n);

		pthread_mutex_lock(&busy_lock);
		if (p)
			p[n - 1] = (char)busy_work++;
		pthread_mutex_unlock(&busy_lock);
		free(p);
		/* Two processors and 48 of us: the workers are to get on, too. */
		if (rand_r(&seed) % 64 == 0)
			nanosleep(&(struct timespec){ .tv_nsec = 1000000 }, NULL);
	}
	return NULL;
}

static void *nothing(void *arg)
{
	return arg;
}

static void *watch(void *arg)
{
	long seconds = (long)(intptr_t)arg;

	for (long i = 0; i < seconds * 10; i++) {
		if (atomic_load(&stop))
			return NULL;
		nanosleep(&(struct timespec){ .tv_nsec = 100000000 }, NULL);
	}
	check(false, "no deadlock: the workers did not end in time");
	fflush(stdout);
	_exit(1);
}

static void on_chld(int sig)
{
	(void)sig;
	atomic_fetch_add(&chld_signals, 1);
}

static void on_log(void *userdata, enum jail_log_level level, const char *message)
{
	(void)level;
	printf("# %s: %s\n", (const char *)userdata, message);
	atomic_fetch_add(&logged, 1);
}

/* Memory in small pages, all of it touched: what a copy of the page tables would cost most. */
static void *touch_memory(size_t size)
{
	char *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		return NULL;
	madvise(p, size, MADV_NOHUGEPAGE);
	for (size_t i = 0; i < size; i += 4096)
		p[i] = 1;
	return p;
}

/* ---- the workers ---- */

static bool good(int r, struct jail_error **err, const char *what, const char *id)
{
	if (r >= 0)
		return true;
	printf("# %s %s: %s\n", what, id, *err ? jail_error_message(*err) : "no error object");
	jail_error_free(*err);
	*err = NULL;
	atomic_fetch_add(&failures, 1);
	return false;
}

static void expect(bool is, const char *what, const char *id)
{
	if (is)
		return;
	printf("# %s: %s\n", id, what);
	atomic_fetch_add(&failures, 1);
}

/* With SIGCHLD ignored the status is what the kernel still tells: on old ones -1. */
static bool ended_with(int status, int code)
{
	return status == code || (ignoring && status == -1);
}

static void exec_true(struct jail *jail, const char *id)
{
	static const char *const argv[] = { "/bin/true", NULL };
	struct jail_exec_options o = JAIL_INIT(struct jail_exec_options);
	struct jail_process *p = NULL;
	struct jail_error *err = NULL;
	int status = 0;

	o.argv = argv;
	if (!good(jail_exec(jail, &o, &p, &err), &err, "exec in", id))
		return;
	if (good(jail_process_wait(p, &status, &err), &err, "wait for a process of", id))
		expect(ended_with(status, 0), "a process did not end with 0", id);
	jail_process_free(p);
}

static void live(struct jail *jail, const char *id)
{
	struct jail_error *err = NULL;
	enum jail_status status;
	int ended = 0;

	if (good(jail_get_status(jail, &status, &err), &err, "status of", id))
		expect(status == JAIL_CREATED, "is not created", id);
	if (good(jail_start(jail, &err), &err, "start", id))
		exec_true(jail, id);
	good(jail_kill(jail, SIGKILL, 0, &err), &err, "kill", id);
	if (good(jail_wait(jail, &ended, &err), &err, "wait for", id))
		expect(ended_with(ended, SIGKILL), "was not killed", id);
}

static void create_and_delete(const char *id)
{
	struct jail_error *err = NULL;
	struct jail *jail = NULL;

	if (!good(jail_create(rt, id, spec_pause, NULL, &jail, &err), &err, "create", id))
		return;
	live(jail, id);
	good(jail_delete(jail, 0, &err), &err, "delete", id);
	jail_free(jail);
}

static void run_and_delete(const char *id)
{
	struct jail_error *err = NULL;
	struct jail *jail = NULL;
	int status = -1;

	if (!good(jail_run(rt, id, spec_true, NULL, &jail, &err), &err, "run", id))
		return;
	if (good(jail_wait(jail, &status, &err), &err, "wait for", id))
		expect(ended_with(status, 0), "did not end with 0", id);
	good(jail_delete(jail, 0, &err), &err, "delete", id);
	jail_free(jail);
}

/* Two threads want one id: one of them gets it. */
static void contend(void)
{
	struct jail_error *err = NULL;
	struct jail *jail = NULL;
	int r = jail_create(rt, "contended", spec_pause, NULL, &jail, &err);

	if (r == 0) {
		good(jail_delete(jail, JAIL_DELETE_FORCE, &err), &err, "delete", "contended");
		jail_free(jail);
	} else {
		expect(r == -EEXIST && jail_error_code(err) == -EEXIST, "is not just in use",
		       "contended");
		jail_error_free(err);
	}
}

static void *work(void *arg)
{
	sigset_t before = { 0 }, after = { 0 };
	char id[32];

	pthread_sigmask(SIG_SETMASK, NULL, &before);
	for (long i = 0; i < iterations; i++) {
		snprintf(id, sizeof(id), "w%ld-%ld", (long)(intptr_t)arg, i);
		create_and_delete(id);
		run_and_delete(id);
		contend();
		atomic_fetch_add(&made, 2);
	}
	pthread_sigmask(SIG_SETMASK, NULL, &after);
	expect(memcmp(&before, &after, sizeof(before)) == 0, "the signal mask was changed", id);
	return NULL;
}

static void run_threads(long threads, long workers)
{
	pthread_t all[MAX_THREADS], watcher;

	pthread_create(&watcher, NULL, watch, (void *)(intptr_t)number("DAEMON_TIMEOUT", 240));
	for (long i = 0; i < threads; i++)
		pthread_create(&all[i], NULL, i < workers ? work : be_busy, (void *)(intptr_t)i);
	for (long i = 0; i < workers; i++)
		pthread_join(all[i], NULL);
	atomic_store(&stop, true);
	for (long i = workers; i < threads; i++)
		pthread_join(all[i], NULL);
	pthread_join(watcher, NULL);
}

/* ---- children that are not the library's ---- */

/* One that ends at once and waits to be waited for; one that ends when our end of the pipe closes. */
static pid_t start_child(const int *pipe_fd)
{
	pid_t pid = fork();
	char byte;

	if (pid)
		return pid;
	if (!pipe_fd)
		_exit(41);
	close(pipe_fd[1]);
	_exit(read(pipe_fd[0], &byte, 1) < 0 ? 1 : 42);
}

static bool wait_for(pid_t pid, int code)
{
	int status = 0;

	return waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == code;
}

/* ---- the whole ---- */

static bool set_up(void)
{
	struct jail_runtime_options o = JAIL_INIT(struct jail_runtime_options);
	struct jail_error *err = NULL;

	o.log = on_log;
	o.log_userdata = (void *)"log";
	return good(jail_runtime_new(&o, &rt, &err), &err, "make", "a runtime") &&
	       good(jail_spec_load(bundle_true, &spec_true, &err), &err, "load", bundle_true) &&
	       good(jail_spec_load(bundle_pause, &spec_pause, &err), &err, "load", bundle_pause);
}

static void tear_down(void)
{
	jail_spec_free(spec_true);
	jail_spec_free(spec_pause);
	jail_runtime_free(rt);
}

static void be_particular(void)
{
	struct sigaction action = { .sa_flags = SA_RESTART };
	sigset_t mask;

	action.sa_handler = ignoring ? SIG_IGN : on_chld;
	sigaction(SIGCHLD, &action, NULL);
	sigemptyset(&mask);
	sigaddset(&mask, SIGUSR2);
	sigprocmask(SIG_BLOCK, &mask, NULL);
	umask(0027);
	setenv("DAEMON_MARK", "as it was", 1);
}

static void check_children(pid_t ended, pid_t waiting, int pipe_end)
{
	if (ignoring) {
		close(pipe_end);
		return;                 /* the kernel reaps them, and nobody may wait */
	}
	check(wait_for(ended, 41), "a child that ended long ago was left for us to wait for");
	check(waitpid(waiting, NULL, WNOHANG) == 0, "a child that lives was left alone");
	close(pipe_end);
	check(wait_for(waiting, 42), "a child that ended now was left for us to wait for");
	check(waitpid(-1, NULL, WNOHANG) < 0 && errno == ECHILD, "there are no other children");
}

int main(int argc, char **argv)
{
	long threads = number("DAEMON_THREADS", 64), workers = number("DAEMON_WORKERS", 16);
	size_t bytes = (size_t)number("DAEMON_MB", 2048) << 20;
	struct snapshot *before, *after;
	pid_t ended, waiting;
	int pipe_fd[2];
	pthread_t first;
	void *memory;
	char text[200];

	ignoring = argc > 1 && !strcmp(argv[1], "ignore");
	if (argc < 3 + ignoring || threads > MAX_THREADS || workers > threads || pipe(pipe_fd) < 0)
		return 2;
	setlinebuf(stdout);
	bundle_true = argv[1 + ignoring];
	bundle_pause = argv[2 + ignoring];
	iterations = number("DAEMON_ITERATIONS", 10);
	be_particular();
	ended = start_child(NULL);
	waiting = start_child(pipe_fd);
	close(pipe_fd[0]);
	memory = touch_memory(bytes);
	if (!memory || !set_up())
		return 2;
	/* Sanitizers and the allocator open and start things when they are first used. */
	pthread_create(&first, NULL, nothing, NULL);
	pthread_join(first, NULL);
	run_and_delete("first");
	before = snapshot_take();
	run_threads(threads, workers);
	after = snapshot_take();

	snprintf(text, sizeof(text), "%ld jails from %ld of %ld threads with %zu MB%s",
		 atomic_load(&made), workers, threads, bytes >> 20,
		 ignoring ? ", SIGCHLD ignored" : "");
	check(atomic_load(&failures) == 0 && atomic_load(&made) == 2 * iterations * workers, text);
	check(before && after && snapshot_same(before, after),
	      "descriptors, threads, children, signals, umask, directory, environment, limits: as before");
	check(snapshot_cgroups() == 0, "no cgroup is left");
	check(count_names("/run/jail") == 0, "no state is left");
	check(atomic_load(&logged) == 0, "nothing was warned of");
	check_children(ended, waiting, pipe_fd[1]);
	tear_down();
	free(before);
	free(after);
	munmap(memory, bytes);
	return 0;
}
