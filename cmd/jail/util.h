/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * util.h - the command's few helpers: scope-bound descriptors and memory, small strings
 *
 * The command knows nothing of the library but lib/jail.h, so it has these of its own.  Where
 * memory runs out it says so and exits: nothing has been made yet that would be lost by it.
 */
#pragma once

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/types.h>
#include <unistd.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static inline void fd_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static inline int fd_take(int *fd)
{
	int v = *fd;

	*fd = -1;
	return v;
}

static inline void mem_free(void *p)
{
	free(*(void **)p);
}

#define fd_auto  __attribute__((cleanup(fd_close))) int
#define mem_auto __attribute__((cleanup(mem_free)))

/* realloc(3), strdup(3) and asprintf(3) that exit with an error when there is no memory. */
void *x_realloc(void *p, size_t n, size_t size);
char *x_strdup(const char *s);
char *x_printf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

bool str_equal(const char *a, const char *b);             /* NULL equals nothing */
const char *str_after(const char *s, const char *prefix); /* what follows @prefix in @s, or NULL */
bool str_u32(const char *s, uint32_t *ret);               /* decimal digits only */

/* Is @word one of the blank-separated @words? */
bool words_have(const char *words, const char *word);

/* Walk blank-separated words: copies the next one to @word, false at the end. */
bool words_next(const char **words, char *word, size_t size);

/* Write all of it; returns 0 or -errno. */
int write_all(int fd, const void *data, size_t len);

/* The whole file, NUL-terminated, at most @max bytes; NULL with errno set. */
char *read_file(const char *path, size_t max, size_t *ret_len);

/* Absolute form of @path from the current directory, links not followed. */
char *path_absolute(const char *path);

/* The name in /etc/passwd, read as a file (no name service), or the number. */
char *user_name(uid_t uid);
