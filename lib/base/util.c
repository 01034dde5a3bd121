/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * util.c - an arena, text buffers, whole-file reads and writes
 */
#include "base/util.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* ---- arena ---- */

struct arena_block {
	struct arena_block *next;
	size_t size;
	char data[] __attribute__((aligned(16)));
};

#define ARENA_BLOCK 16384

void *arena_alloc(struct arena *a, size_t size)
{
	struct arena_block *b = a->blocks;
	void *p;

	if (size > SIZE_MAX / 2)
		return NULL;
	size = (size + 15) & ~(size_t)15;
	if (!b || b->size - a->used < size) {
		size_t want = MAX(size, (size_t)ARENA_BLOCK);

		b = calloc(1, sizeof(*b) + want);
		if (!b)
			return NULL;
		b->size = want;
		b->next = a->blocks;
		a->blocks = b;
		a->used = 0;
	}
	p = b->data + a->used;
	a->used += size;
	return p;
}

char *arena_strdup(struct arena *a, const char *s)
{
	size_t n = strlen(s) + 1;
	char *p = arena_alloc(a, n);

	return p ? memcpy(p, s, n) : NULL;
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap, copy;
	char *p = NULL;
	int n;

	va_start(ap, fmt);
	va_copy(copy, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	if (n >= 0)
		p = arena_alloc(a, (size_t)n + 1);
	if (p)
		vsnprintf(p, (size_t)n + 1, fmt, copy);
	va_end(copy);
	va_end(ap);
	return p;
}

void arena_done(struct arena *a)
{
	while (a->blocks) {
		struct arena_block *b = a->blocks;

		a->blocks = b->next;
		free(b);
	}
	a->used = 0;
}

char *program_find(const char *name, char out[PROGRAM_PATH_MAX])
{
	static const char *const dirs[] = { "/usr/sbin", "/usr/bin", "/sbin", "/bin", "/usr/local/sbin", "/usr/local/bin" };

	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++) {
		int n = snprintf(out, PROGRAM_PATH_MAX, "%s/%s", dirs[i], name);

		if (n < PROGRAM_PATH_MAX && access(out, X_OK) == 0)
			return out;
	}
	return NULL;
}

uint64_t hash_bytes(const void *data, size_t len)
{
	const unsigned char *p = data;
	uint64_t h = 0xcbf29ce484222325ULL ^ len;

	while (len) {
		size_t n = MIN(len, sizeof(uint64_t));
		uint64_t word = 0;

		memcpy(&word, p, n);
		h = (h ^ word) * 0x100000001b3ULL;
		h ^= h >> 29;
		p += n;
		len -= n;
	}
	return h;
}

/* ---- strings ---- */

bool str_starts(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

int str_u64(const char *s, uint64_t *ret)
{
	uint64_t v = 0;

	if (!*s)
		return -EINVAL;
	for (; *s; s++) {
		if (*s < '0' || *s > '9')
			return -EINVAL;
		if (__builtin_mul_overflow(v, 10U, &v) ||
		    __builtin_add_overflow(v, (unsigned)(*s - '0'), &v))
			return -EINVAL;
	}
	*ret = v;
	return 0;
}

int str_u32(const char *s, uint32_t *ret)
{
	uint64_t v;

	if (str_u64(s, &v) < 0 || v > UINT32_MAX)
		return -EINVAL;
	*ret = (uint32_t)v;
	return 0;
}

static bool buf_room(struct buf *b, size_t more)
{
	size_t cap = b->cap ? b->cap : 256;
	char *p;

	if (b->failed)
		return false;
	if (b->cap - b->len > more && b->text)
		return true;
	while (cap - b->len <= more)
		cap *= 2;
	p = realloc(b->text, cap);
	if (!p) {
		buf_done(b);
		b->failed = true;
		return false;
	}
	b->text = p;
	b->cap = cap;
	return true;
}

void buf_put(struct buf *b, const void *data, size_t len)
{
	if (!buf_room(b, len))
		return;
	if (len)                        /* data may be NULL then */
		memcpy(b->text + b->len, data, len);
	b->len += len;
	b->text[b->len] = '\0';
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap, copy;
	int n;

	va_start(ap, fmt);
	va_copy(copy, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	if (n >= 0 && buf_room(b, (size_t)n)) {
		vsnprintf(b->text + b->len, (size_t)n + 1, fmt, copy);
		b->len += (size_t)n;
	}
	va_end(copy);
	va_end(ap);
}

void buf_done(struct buf *b)
{
	free(b->text);
	b->text = NULL;
	b->len = b->cap = 0;
}

/* ---- directories ---- */

DIR *dir_list(int fd)
{
	fd_auto own = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *d = own < 0 ? NULL : fdopendir(own);

	if (d)
		fd_take(&own);         /* closedir(3) closes it */
	return d;
}

struct dirent *dir_next(DIR *d)
{
	struct dirent *e;

	do
		e = readdir(d);
	while (e && (!strcmp(e->d_name, ".") || !strcmp(e->d_name, "..")));
	return e;
}

/* ---- files ---- */

int file_read_fd(int fd, const char *name, size_t max, char **ret, size_t *ret_len,
		 struct err *err)
{
	mem_auto char *p = NULL;
	size_t cap = 4096, len = 0;
	struct stat st;

	if (fstat(fd, &st) < 0)
		return err_sys(err, "stat %s", name);
	if (S_ISDIR(st.st_mode))
		return err_code(err, -EISDIR, "read %s", name);
	if (st.st_size > 0 && (uint64_t)st.st_size <= max)
		cap = (size_t)st.st_size + 1;
	p = malloc(cap + 1);
	for (;;) {
		ssize_t n;

		if (!p)
			return err_nomem(err);
		n = read(fd, p + len, cap - len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_sys(err, "read %s", name);
		if (n == 0)
			break;
		len += (size_t)n;
		if (len > max)
			return err_set(err, -EFBIG, "read %s: longer than %zu bytes", name, max);
		if (len == cap) {
			char *q;

			cap *= 2;
			q = realloc(p, cap + 1);
			if (!q)
				return err_nomem(err);
			p = q;
		}
	}
	p[len] = '\0';
	*ret = mem_take(&p);
	if (ret_len)
		*ret_len = len;
	return 0;
}

int file_read_at(int dir_fd, const char *path, size_t max, char **ret, size_t *ret_len,
		 struct err *err)
{
	fd_auto fd = openat(dir_fd, path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	if (fd < 0)
		return err_sys(err, "open %s", path);
	return file_read_fd(fd, path, max, ret, ret_len, err);
}

int fd_write_all(int fd, const void *data, size_t len)
{
	const char *p = data;

	while (len) {
		ssize_t n = write(fd, p, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}

int fd_write_at(int fd, const void *data, size_t len, off_t at)
{
	ssize_t n = pwrite(fd, data, len, at);

	return n == (ssize_t)len ? 0 : n < 0 ? -errno : -ENOSPC;
}

/* The directory that @path is in; NULL: out of memory. */
static char *parent_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
}

/* link(2) replaces nothing, so what is there goes first; somebody else may be quicker, once or twice. */
static int link_over(int fd, int dir_fd, const char *path)
{
	char self[32];

	snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	for (int i = 0; i < 16; i++) {
		if (linkat(AT_FDCWD, self, dir_fd, path, AT_SYMLINK_FOLLOW) == 0)
			return 0;
		if (errno != EEXIST)
			break;
		if (unlinkat(dir_fd, path, 0) < 0 && errno != ENOENT)
			break;
	}
	return -errno;
}

/* For file systems without unnamed files (NFS, 9p): under a name beside it, then rename(2). */
static int put_beside(int dir_fd, const char *path, const void *data, size_t len, mode_t mode)
{
	mem_auto char *temp = NULL;
	fd_auto fd = -1;
	int r;

	if (asprintf(&temp, "%s.%d.tmp", path, (int)gettid()) < 0) {
		temp = NULL;
		return -ENOMEM;
	}
	fd = openat(dir_fd, temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
	if (fd < 0)
		return -errno;
	if (mode & 077)
		fchmod(fd, mode);
	r = fd_write_all(fd, data, len);
	if (r == 0 && renameat(dir_fd, temp, dir_fd, path) < 0)
		r = -errno;
	if (r < 0)
		unlinkat(dir_fd, temp, 0);
	return r;
}

int file_put_at(int dir_fd, const char *path, const void *data, size_t len, mode_t mode)
{
	mem_auto char *parent = parent_of(path);
	fd_auto fd = -1;
	int r;

	if (!parent)
		return -ENOMEM;
	fd = openat(dir_fd, parent, O_WRONLY | O_TMPFILE | O_CLOEXEC, mode);
	if (fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR))
		return put_beside(dir_fd, path, data, len, mode);
	if (fd < 0)
		return -errno;
	/* What others may read they may read whatever the caller's umask is. */
	if (mode & 077)
		fchmod(fd, mode);
	r = fd_write_all(fd, data, len);
	return r < 0 ? r : link_over(fd, dir_fd, path);
}

int file_poke_at(int dir_fd, const char *path, const char *text)
{
	fd_auto fd = openat(dir_fd, path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	size_t len = strlen(text);
	ssize_t n;

	if (fd < 0)
		return -errno;
	do
		n = write(fd, text, len);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	return (size_t)n == len ? 0 : -EIO;
}
