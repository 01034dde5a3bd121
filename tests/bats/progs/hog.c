/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * hog.c - take as much of something as is asked for, and say how much there was
 *
 *   hog memory MIB             touch that much; "held MIB"
 *   hog processes N            fork that many that stay; "made N"
 *   hog cpu MS                 spin for so long by the wall; "spun"
 *   hog write FILE KIB         write to FILE past the page cache; "wrote KIB in MS ms"
 *   hog pages N                map and touch N huge pages of 2 MiB; "held N" or "refused"
 *   hog hold MIB               like memory, and stay
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int memory(long mib)
{
	for (long i = 0; i < mib; i++) {
		char *p = mmap(NULL, 1 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

		if (p == MAP_FAILED) {
			printf("held %ld\n", i);
			return 1;
		}
		memset(p, 1, 1 << 20);
	}
	printf("held %ld\n", mib);
	fflush(stdout);
	return 0;
}

static int processes(long n)
{
	long made = 0;

	for (; made < n; made++) {
		pid_t pid = fork();

		if (pid < 0)
			break;
		if (pid == 0)
			for (;;)
				pause();
	}
	printf("made %ld\n", made);
	fflush(stdout);
	signal(SIGTERM, SIG_IGN);
	kill(0, SIGTERM);
	return made < n;
}

static int cpu(long ms)
{
	long end = now_ms() + ms;

	while (now_ms() < end)
		for (volatile int i = 0; i < 100000; i++)
			;
	puts("spun");
	return 0;
}

static int write_file(const char *path, long kib)
{
	char *block = aligned_alloc(4096, 65536);
	int fd = open(path, O_WRONLY | O_CREAT | O_DIRECT, 0600);
	long start = now_ms();

	if (fd < 0 || !block) {
		perror(path);
		return 2;
	}
	memset(block, 1, 65536);
	for (long i = 0; i < kib; i += 64)
		if (write(fd, block, 65536) != 65536) {
			perror("write");
			return 2;
		}
	printf("wrote %ld in %ld ms\n", kib, now_ms() - start);
	return 0;
}

static int pages(long n)
{
	char *p = mmap(NULL, (size_t)n << 21, PROT_READ | PROT_WRITE,
		       MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);

	if (p == MAP_FAILED) {
		puts("refused");
		return 1;
	}
	for (long i = 0; i < n; i++)
		p[i << 21] = 1;
	printf("held %ld\n", n);
	return 0;
}

int main(int argc, char **argv)
{
	const char *what = argc > 2 ? argv[1] : "";
	long n = argc > 2 ? atol(argv[argc - 1]) : 0;

	if (!strcmp(what, "memory"))
		return memory(n);
	if (!strcmp(what, "hold") && memory(n) == 0)
		for (;;)
			pause();
	if (!strcmp(what, "processes"))
		return processes(n);
	if (!strcmp(what, "cpu"))
		return cpu(n);
	if (!strcmp(what, "write") && argc == 4)
		return write_file(argv[2], n);
	if (!strcmp(what, "pages"))
		return pages(n);
	fprintf(stderr, "usage: see hog.c\n");
	return 2;
}
