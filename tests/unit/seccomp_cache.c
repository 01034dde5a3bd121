/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The cache of compiled profiles: what is a hit, what is not, and what a damaged file does.
 */
#include "test.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "seccomp_vm.h"

static char dir_path[64];
static char *mkdir_name[] = { "mkdir", NULL }, *rmdir_name[] = { "rmdir", NULL };

static int cache_open(void)
{
	snprintf(dir_path, sizeof(dir_path), "/tmp/jail-seccomp-XXXXXX");
	return mkdtemp(dir_path) ? open(dir_path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
}

/* The only file in the cache; counts them in *ret_n. */
static void only_file(int dir, char name[256], int *ret_n)
{
	DIR *d = fdopendir(dup(dir));
	struct dirent *e;

	*ret_n = 0;
	rewinddir(d);
	while ((e = readdir(d)))
		if (e->d_name[0] != '.' || e->d_name[1] == 't') {
			snprintf(name, 256, "%s", e->d_name);
			++*ret_n;
		}
	closedir(d);
}

static void cache_close(int dir)
{
	char name[256];
	int n;

	do {
		only_file(dir, name, &n);
		if (n)
			unlinkat(dir, name, 0);
	} while (n);
	close(dir);
	rmdir(dir_path);
}

static struct spec_seccomp profile(struct spec_seccomp_rule *rule, char **names, uint32_t action)
{
	*rule = (struct spec_seccomp_rule){ .names = { names, 1 }, .action = action };
	return (struct spec_seccomp){ .set = true, .default_action = SCMP_ACT_ALLOW, .rules = rule,
				      .n_rules = 1 };
}

static uint32_t ask(int dir, const struct spec_seccomp *s, const char *call)
{
	struct seccomp_program p = { 0 };
	struct err err = { 0 };
	uint32_t action;

	CHECK_INT(seccomp_get(dir, s, &p, &err), 0);
	action = p.insns ? vm_call(&p, seccomp_arch_native(), call, 0) : VM_BAD;
	seccomp_program_done(&p);
	return action;
}

TEST(a_second_request_is_answered_from_the_file)
{
	struct spec_seccomp_rule rule;
	struct spec_seccomp s = profile(&rule, mkdir_name, SCMP_ACT_ERRNO(1));
	int dir = cache_open(), n;
	struct stat a, b;
	char name[256];

	CHECK_INT(ask(dir, &s, "mkdir"), SCMP_ACT_ERRNO(1));
	only_file(dir, name, &n);
	CHECK_INT(n, 1);
	CHECK_INT(fstatat(dir, name, &a, 0), 0);
	CHECK_INT(a.st_mode & 07777, 0600);
	CHECK_INT(ask(dir, &s, "mkdir"), SCMP_ACT_ERRNO(1));
	CHECK_INT(ask(dir, &s, "rmdir"), SCMP_ACT_ALLOW);
	CHECK_INT(fstatat(dir, name, &b, 0), 0);
	CHECK_INT(a.st_ino, b.st_ino);
	cache_close(dir);
}

TEST(profiles_do_not_get_mixed_up)
{
	struct spec_seccomp_rule r1, r2, r3;
	struct spec_seccomp s1 = profile(&r1, mkdir_name, SCMP_ACT_ERRNO(1));
	struct spec_seccomp s2 = profile(&r2, mkdir_name, SCMP_ACT_ERRNO(2));
	struct spec_seccomp s3 = profile(&r3, rmdir_name, SCMP_ACT_ERRNO(1));
	int dir = cache_open(), n;
	char name[256], copy[256];

	CHECK_INT(ask(dir, &s1, "mkdir"), SCMP_ACT_ERRNO(1));
	only_file(dir, copy, &n);
	CHECK_INT(ask(dir, &s2, "mkdir"), SCMP_ACT_ERRNO(2));
	CHECK_INT(ask(dir, &s3, "mkdir"), SCMP_ACT_ALLOW);
	CHECK_INT(ask(dir, &s3, "rmdir"), SCMP_ACT_ERRNO(1));
	only_file(dir, name, &n);
	CHECK_INT(n, 3);

	/* as if two keys had one hash: the name of s1, the contents of another */
	unlinkat(dir, copy, 0);
	only_file(dir, name, &n);
	CHECK_INT(linkat(dir, name, dir, copy, 0), 0);
	CHECK_INT(ask(dir, &s1, "mkdir"), SCMP_ACT_ERRNO(1));
	cache_close(dir);
}

TEST(a_damaged_file_is_a_miss_and_is_replaced)
{
	struct spec_seccomp_rule rule;
	struct spec_seccomp s = profile(&rule, mkdir_name, SCMP_ACT_ERRNO(1));
	int dir = cache_open(), n, fd;
	char name[256], good[65536], bad[65536];
	ssize_t size;

	CHECK_INT(ask(dir, &s, "mkdir"), SCMP_ACT_ERRNO(1));
	only_file(dir, name, &n);
	fd = openat(dir, name, O_RDONLY);
	size = read(fd, good, sizeof(good));
	close(fd);

	for (ssize_t at = -3; at < size; at++) {
		memcpy(bad, good, (size_t)size);
		if (at >= 0)
			bad[at] ^= 1;
		fd = openat(dir, name, O_WRONLY | O_TRUNC);
		CHECK(fd_write_all(fd, bad, (size_t)(at == -1 ? 0 : at == -2 ? size / 2 : size)) == 0);
		if (at == -3)
			CHECK(fd_write_all(fd, "more", 4) == 0);
		close(fd);
		CHECK_INT(ask(dir, &s, "mkdir"), SCMP_ACT_ERRNO(1));
		fd = openat(dir, name, O_RDONLY);
		CHECK_INT(read(fd, bad, sizeof(bad)), size);
		close(fd);
		CHECK(memcmp(good, bad, (size_t)size) == 0);
	}
	cache_close(dir);
}

TEST(no_cache_is_no_error)
{
	struct spec_seccomp_rule rule;
	struct spec_seccomp s = profile(&rule, mkdir_name, SCMP_ACT_ERRNO(1));
	int dir = cache_open(), file = openat(dir, "file", O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	CHECK_INT(ask(-1, &s, "mkdir"), SCMP_ACT_ERRNO(1));
	CHECK_INT(ask(file, &s, "mkdir"), SCMP_ACT_ERRNO(1));   /* ENOTDIR */
	CHECK_INT(ask(9999, &s, "mkdir"), SCMP_ACT_ERRNO(1));   /* EBADF */
	close(file);
	cache_close(dir);
}

TEST(the_directory_does_not_grow_for_ever)
{
	int dir = cache_open(), n;
	char name[256];

	for (uint32_t i = 1; i < 300; i++) {
		struct spec_seccomp_rule rule;
		struct spec_seccomp s = profile(&rule, mkdir_name, SCMP_ACT_ERRNO(i));

		CHECK_INT(ask(dir, &s, "mkdir"), SCMP_ACT_ERRNO(i));
	}
	only_file(dir, name, &n);
	CHECK(n >= 1 && n <= 256);
	cache_close(dir);
}
