/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * latency.c - does a run from a large daemon take longer than from a small process?
 *
 * latency BUNDLE [RUNS] - the parent touches DAEMON_MB of memory in small pages and starts
 * DAEMON_THREADS threads; its child stays small.  They run a jail in turns, so that both see the
 * same machine.  The threads sleep meanwhile: what is measured is the library, not the scheduler.
 * Prints the medians and their ratio; fails when they, and the quickest of each, differ by more
 * than LATENCY_MAX percent: on a busy machine medians of equal processes do, too.
 */
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "jail.h"

#define MAX_RUNS 1000

static double now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

__attribute__((noreturn)) static void give_up(struct jail_error *err)
{
	printf("# %s\nnot ok - latency\n", jail_error_message(err));
	exit(1);
}

/* run until its program has ended; the delete is not counted */
static double run_once(const char *bundle, const char *id)
{
	struct jail_error *err = NULL;
	struct jail_runtime *rt = NULL;
	struct jail_spec *spec = NULL;
	struct jail *jail = NULL;
	double start = now_ms(), end;
	int status;

	if (jail_runtime_new(NULL, &rt, &err) < 0 || jail_spec_load(bundle, &spec, &err) < 0 ||
	    jail_run(rt, id, spec, NULL, &jail, &err) < 0 || jail_wait(jail, &status, &err) < 0)
		give_up(err);
	end = now_ms();
	if (jail_delete(jail, 0, &err) < 0)
		give_up(err);
	jail_free(jail);
	jail_spec_free(spec);
	jail_runtime_free(rt);
	return end - start;
}

/* ---- the small one: a run for each byte it gets ---- */

__attribute__((noreturn)) static void be_small(const char *bundle, int in, int out)
{
	char byte;

	while (read(in, &byte, 1) == 1) {
		double ms = run_once(bundle, "small");

		if (write(out, &ms, sizeof(ms)) != sizeof(ms))
			break;
	}
	_exit(0);
}

static double ask_small(int to, int from)
{
	double ms = 0;

	if (write(to, "", 1) != 1 || read(from, &ms, sizeof(ms)) != sizeof(ms)) {
		printf("# the small process is gone\nnot ok - latency\n");
		exit(1);
	}
	return ms;
}

/* ---- the large one ---- */

static void *sleep_on(void *arg)
{
	(void)arg;
	for (;;)
		pause();
	return NULL;
}

static void grow(size_t bytes, long threads)
{
	char *p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	pthread_t thread;

	if (p == MAP_FAILED)
		exit(2);
	madvise(p, bytes, MADV_NOHUGEPAGE);
	for (size_t i = 0; i < bytes; i += 4096)
		p[i] = 1;
	for (long i = 0; i < threads; i++)
		pthread_create(&thread, NULL, sleep_on, NULL);
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *v, long n)
{
	qsort(v, (size_t)n, sizeof(*v), ascending);
	return v[n / 2];
}

static long number(const char *name, long otherwise)
{
	const char *text = getenv(name);

	return text ? atol(text) : otherwise;
}

int main(int argc, char **argv)
{
	static double small[MAX_RUNS], large[MAX_RUNS];
	long runs = argc > 2 ? atol(argv[2]) : 40, mb = number("DAEMON_MB", 2048);
	long threads = number("DAEMON_THREADS", 64), limit = number("LATENCY_MAX", 150);
	int to[2], from[2];
	double a, b;
	bool good;

	if (argc < 2 || runs < 1 || runs > MAX_RUNS || pipe(to) < 0 || pipe(from) < 0)
		return 2;
	setlinebuf(stdout);
	if (fork() == 0) {
		close(to[1]);
		be_small(argv[1], to[0], from[1]);
	}
	close(from[1]);
	grow((size_t)mb << 20, threads);
	for (long i = -2; i < runs; i++) {      /* the first two warm caches */
		double l = i & 1 ? run_once(argv[1], "large") : 0;
		double s = ask_small(to[1], from[0]);

		if (!(i & 1))                   /* neither has always the first turn */
			l = run_once(argv[1], "large");
		if (i >= 0) {
			small[i] = s;
			large[i] = l;
		}
	}
	close(to[1]);
	wait(NULL);
	a = median(small, runs);
	b = median(large, runs);
	printf("# the quickest of %ld: %.2f and %.2f ms\n", runs, small[0], large[0]);
	good = b * 100 <= a * (double)limit || large[0] * 100 <= small[0] * (double)limit;
	printf("%s - run: %.2f ms in a small process, %.2f ms in one of %ld MB and %ld threads: %.2f x "
	       "(goal 1.2, fails above %ld %%)\n", good ? "ok" : "not ok", a, b, mb, threads, b / a, limit);
	return 0;
}
