/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cache.c - finished seccomp programs, kept by content
 *
 * The key is everything that a program depends on, spelled out: our format, libseccomp's version,
 * the architecture, and the profile itself (for the built-in one, its length and hash).  The
 * file's name is a hash of the key; the key stands in the file and is compared as a whole, so
 * that two profiles with one hash are two misses and never a mix-up.
 *
 *	struct head | key | program
 *
 * A file that is torn, foreign or damaged is a miss, and is replaced.
 */
#include "seccomp/seccomp.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>

#include "base/embed.h"

#define CACHE_FORMAT  1         /* of the file and of the code that compile.c generates */
#define CACHE_MAGIC   0x70637365636c696aULL
#define CACHE_FILES   256
#define PROGRAM_MAX   (BPF_MAXINSNS * sizeof(struct sock_filter))
#define KEY_MAX       (16U << 20)
#define NAME_LEN      20        /* 16 digits and ".bpf" */

struct head {
	uint64_t magic;
	uint32_t key_len, program_len;
	uint64_t program_hash;
};

/* ---- the key ---- */

static size_t builtin_len(void)
{
	/* cppcheck-suppress comparePointers ; two labels of one object, see embed.S */
	return (size_t)(embed_seccomp_end - embed_seccomp);
}

static size_t system_len(void)
{
	/* cppcheck-suppress comparePointers ; the same */
	return (size_t)(embed_seccomp_system_end - embed_seccomp_system);
}

static void put_u64(struct buf *b, uint64_t v)
{
	buf_put(b, &v, sizeof(v));
}

static void put_rule(struct buf *b, const struct spec_seccomp_rule *rule)
{
	put_u64(b, rule->action);
	put_u64(b, rule->names.n);
	for (size_t i = 0; i < rule->names.n; i++)
		buf_put(b, rule->names.v[i], strlen(rule->names.v[i]) + 1);
	put_u64(b, rule->n_args);
	for (size_t i = 0; i < rule->n_args; i++) {
		put_u64(b, rule->args[i].index);
		put_u64(b, (uint64_t)rule->args[i].op);
		put_u64(b, rule->args[i].value);
		put_u64(b, rule->args[i].value_two);
	}
}

static void put_key(struct buf *b, const struct spec_seccomp *s)
{
	const struct scmp_version *v = seccomp_version();

	put_u64(b, CACHE_FORMAT);
	put_u64(b, (uint64_t)v->major << 32 | v->minor << 16 | v->micro);
	put_u64(b, seccomp_arch_native());
	put_u64(b, s->builtin);
	if (s->builtin) {
		put_u64(b, builtin_len());
		put_u64(b, hash_bytes(embed_seccomp, builtin_len()));
		put_u64(b, s->system ? hash_bytes(embed_seccomp_system, system_len()) : 0);
		return;
	}
	put_u64(b, s->default_action);
	put_u64(b, s->n_archs);
	for (size_t i = 0; i < s->n_archs; i++)
		put_u64(b, s->archs[i]);
	put_u64(b, s->n_rules);
	for (size_t i = 0; i < s->n_rules; i++)
		put_rule(b, &s->rules[i]);
}

/* ---- reading ---- */

/* All of the file in one read; more than any sound file holds, or less, is a miss. */
static int cache_read(int dir_fd, const char *name, const struct buf *key,
		      struct seccomp_program *ret)
{
	size_t max = sizeof(struct head) + key->len + PROGRAM_MAX, used;
	mem_auto char *file = NULL;
	const struct head *h;
	ssize_t n;

	fd_auto fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return -errno;
	file = malloc(max + 1);
	if (!file)
		return -ENOMEM;
	n = read(fd, file, max + 1);
	h = (const void *)file;
	used = sizeof(*h) + key->len;
	if (n < (ssize_t)used || h->magic != CACHE_MAGIC || h->key_len != key->len ||
	    memcmp(h + 1, key->text, key->len) != 0)
		return -ENOENT;
	if (h->program_len == 0 || h->program_len % sizeof(struct sock_filter) ||
	    h->program_len > PROGRAM_MAX || (size_t)n != used + h->program_len ||
	    h->program_hash != hash_bytes(file + used, h->program_len))
		return -ENOENT;
	ret->len_bytes = h->program_len;
	memmove(file, file + used, ret->len_bytes);
	ret->insns = mem_take(&file);
	return 0;
}

/* ---- writing ---- */

static bool is_cache_name(const char *name)
{
	return strlen(name) == NAME_LEN && strspn(name, "0123456789abcdef") == 16 &&
	       strcmp(name + 16, ".bpf") == 0;
}

/* Profiles that differ for each jail would grow the directory for ever: start over when full. */
static void cache_trim(int dir_fd)
{
	DIR *dir = dir_list(dir_fd);
	struct dirent *e;
	size_t n = 0;

	if (!dir)
		return;
	while ((e = readdir(dir)))
		n += is_cache_name(e->d_name);
	if (n >= CACHE_FILES) {
		rewinddir(dir);
		while ((e = readdir(dir)))
			if (is_cache_name(e->d_name))
				unlinkat(dir_fd, e->d_name, 0);
	}
	closedir(dir);
}

/* Best effort: what fails leaves no file, and the next jail compiles again. */
static void cache_write(int dir_fd, const char *name, const struct buf *key,
			const struct seccomp_program *p)
{
	struct head h = { .magic = CACHE_MAGIC, .key_len = (uint32_t)key->len,
			  .program_len = (uint32_t)p->len_bytes,
			  .program_hash = hash_bytes(p->insns, p->len_bytes) };
	buf_auto file = { 0 };

	buf_put(&file, &h, sizeof(h));
	buf_put(&file, key->text, key->len);
	buf_put(&file, p->insns, p->len_bytes);
	if (file.failed)
		return;
	cache_trim(dir_fd);
	file_put_at(dir_fd, name, file.text, file.len, 0600);
}

/* ---- both ---- */

static int compile_builtin(bool system, struct seccomp_program *ret, struct err *err)
{
	struct spec *spec = NULL;
	int r;

	r = spec_builtin_seccomp(system, &spec, err);
	if (r < 0)
		return err_add(err, r, "read the built-in seccomp profile");
	r = seccomp_compile(&spec->seccomp, ret, err);
	spec_free(spec);
	return r;
}

int seccomp_get(int cache_dir_fd, const struct spec_seccomp *s, struct seccomp_program *ret,
		struct err *err)
{
	struct seccomp_program made = { 0 };
	buf_auto key = { 0 };
	char name[NAME_LEN + 1];
	bool cached;
	int r;

	if (cache_dir_fd >= 0)
		put_key(&key, s);
	cached = cache_dir_fd >= 0 && !key.failed && key.len <= KEY_MAX;
	if (cached) {
		snprintf(name, sizeof(name), "%016llx.bpf",
			 (unsigned long long)hash_bytes(key.text, key.len));
		if (cache_read(cache_dir_fd, name, &key, ret) == 0)
			return 0;
	}
	r = s->builtin ? compile_builtin(s->system, &made, err) : seccomp_compile(s, &made, err);
	if (r < 0)
		return r;
	if (cached)
		cache_write(cache_dir_fd, name, &key, &made);
	*ret = made;
	return 0;
}
