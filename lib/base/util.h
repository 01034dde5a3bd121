/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * util.h - scope-bound descriptors and memory, an arena, whole-file reads and writes
 */
#pragma once

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/err.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))

/* ---- descriptors: close-on-exec from birth, closed at the end of scope ---- */

static inline void fd_close(int *fd)
{
	if (*fd >= 0) {
		int saved = errno;

		close(*fd);
		errno = saved;
		*fd = -1;
	}
}

static inline int fd_take(int *fd)
{
	int v = *fd;

	*fd = -1;
	return v;
}

#define fd_auto __attribute__((cleanup(fd_close))) int

/* ---- memory ---- */

static inline void mem_free(void *p)
{
	free(*(void **)p);
}

#define mem_take(pp) ({ __typeof__(*(pp)) v_ = *(pp); *(pp) = NULL; v_; })
#define mem_auto __attribute__((cleanup(mem_free)))

/*
 * An arena: many small allocations that die together (a parsed spec, a plan being
 * compiled).  Returns zeroed, 16-byte aligned memory, NULL when there is none.
 * A zeroed struct arena is empty and ready.  Not thread-safe.
 */
struct arena_block;
struct arena {
	struct arena_block *blocks;
	size_t used;            /* in the first block */
};

void *arena_alloc(struct arena *a, size_t size);
char *arena_strdup(struct arena *a, const char *s);
char *arena_printf(struct arena *a, const char *fmt, ...) ERR_FORMAT(2, 3);
void arena_done(struct arena *a);

#define PROGRAM_PATH_MAX 64

/* Where the host has program @name, in a system's own directories: @out, or NULL. */
char *program_find(const char *name, char out[PROGRAM_PATH_MAX]);

/* FNV-1a over 8-byte words, folded after each so that every bit reaches the low ones. */
uint64_t hash_bytes(const void *data, size_t len);

/* ---- strings ---- */

struct strv {
	char **v;               /* n strings and a terminating NULL; v is NULL when n is 0 */
	size_t n;
};

static inline bool str_empty(const char *s)
{
	return !s || !*s;
}

bool str_starts(const char *s, const char *prefix);

/* Decimal digits only, no sign, no blanks, within uint64: 0 or -EINVAL. */
int str_u64(const char *s, uint64_t *ret);
int str_u32(const char *s, uint32_t *ret);

/* A growing text buffer; after an allocation failure it stays failed and text is NULL. */
struct buf {
	char *text;             /* NUL-terminated while text is set */
	size_t len, cap;
	bool failed;
};

void buf_put(struct buf *b, const void *data, size_t len);
void buf_printf(struct buf *b, const char *fmt, ...) ERR_FORMAT(2, 3);
void buf_done(struct buf *b);
#define buf_auto __attribute__((cleanup(buf_done))) struct buf

/* ---- directories ---- */

/* What is in the directory @fd, which stays the caller's and where it was.  closedir(3) it; NULL: errno tells. */
DIR *dir_list(int fd);
/* The next entry but "." and "..", NULL: there is none. */
struct dirent *dir_next(DIR *d);

/* ---- files ---- */

/*
 * Read a whole regular or procfs file, at most @max bytes; *ret is malloc'd and has a NUL behind
 * its last byte.  -EFBIG: longer than @max.  @name is for the message only.
 */
int file_read_fd(int fd, const char *name, size_t max, char **ret, size_t *ret_len,
		 struct err *err);
int file_read_at(int dir_fd, const char *path, size_t max, char **ret, size_t *ret_len,
		 struct err *err);

/* Write all of @data to an open descriptor; returns 0 or -errno. */
int fd_write_all(int fd, const void *data, size_t len);

/* The same by one pwrite(2) at @at: -ENOSPC: there was room for a part only, which is written. */
int fd_write_at(int fd, const void *data, size_t len, off_t at);

/*
 * Put a file with @data at @path, in place of what is there.  It is written without a name and linked
 * when it is whole: whoever is killed meanwhile leaves nothing.  What @mode lets others do holds whatever
 * the caller's umask is.  Returns 0 or -errno.
 */
int file_put_at(int dir_fd, const char *path, const void *data, size_t len, mode_t mode);

/* One write(2) to an existing kernel file (proc, sysfs, cgroup); returns 0 or -errno. */
int file_poke_at(int dir_fd, const char *path, const char *text);
