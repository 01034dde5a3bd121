/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * util.c - memory that does not run out quietly, words, whole files
 */
#include <fcntl.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "message.h"
#include "util.h"

static void no_memory(void)
{
	msg_error("out of memory");
	exit(1);
}

void *x_realloc(void *p, size_t n, size_t size)
{
	void *q = reallocarray(p, n ? n : 1, size);

	if (!q)
		no_memory();
	return q;
}

char *x_strdup(const char *s)
{
	char *q = strdup(s);

	if (!q)
		no_memory();
	return q;
}

char *x_printf(const char *fmt, ...)
{
	char *text = NULL;
	va_list ap;
	int r;

	va_start(ap, fmt);
	r = vasprintf(&text, fmt, ap);
	va_end(ap);
	if (r < 0)
		no_memory();
	return text;
}

bool str_equal(const char *a, const char *b)
{
	return a && b && !strcmp(a, b);
}

const char *str_after(const char *s, const char *prefix)
{
	size_t n = strlen(prefix);

	return s && !strncmp(s, prefix, n) ? s + n : NULL;
}

bool str_u32(const char *s, uint32_t *ret)
{
	uint64_t v = 0;

	if (!*s)
		return false;
	for (; *s; s++) {
		if (*s < '0' || *s > '9')
			return false;
		v = v * 10 + (uint64_t)(*s - '0');
		if (v > UINT32_MAX)
			return false;
	}
	*ret = (uint32_t)v;
	return true;
}

bool words_next(const char **words, char *word, size_t size)
{
	const char *s = *words + strspn(*words, " ");
	size_t n = strcspn(s, " ");

	if (!n || n >= size)
		return false;
	memcpy(word, s, n);
	word[n] = '\0';
	*words = s + n;
	return true;
}

bool words_have(const char *words, const char *word)
{
	char w[64];

	while (words_next(&words, w, sizeof(w)))
		if (!strcmp(w, word))
			return true;
	return false;
}

int write_all(int fd, const void *data, size_t len)
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

char *read_file(const char *path, size_t max, size_t *ret_len)
{
	fd_auto fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	mem_auto char *text = NULL;
	size_t len = 0, cap = 0;
	char *out;
	ssize_t n;

	if (fd < 0)
		return NULL;
	for (;;) {
		if (cap - len < 4096)
			text = x_realloc(text, cap = cap * 2 + 8192, 1);
		n = read(fd, text + len, cap - len - 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return NULL;
		if (!n)
			break;
		len += (size_t)n;
		if (len > max) {
			errno = EFBIG;
			return NULL;
		}
	}
	text[len] = '\0';
	if (ret_len)
		*ret_len = len;
	out = text;
	text = NULL;
	return out;
}

char *path_absolute(const char *path)
{
	mem_auto char *cwd = NULL;

	if (*path == '/')
		return x_strdup(path);
	cwd = getcwd(NULL, 0);
	return cwd ? x_printf("%s/%s", cwd, path) : x_strdup(path);
}

char *user_name(uid_t uid)
{
	FILE *f = fopen("/etc/passwd", "re");
	struct passwd *pw = NULL;
	char *name;

	while (f && (pw = fgetpwent(f)) && pw->pw_uid != uid)
		;
	name = pw ? x_strdup(pw->pw_name) : x_printf("%u", uid);
	if (f)
		fclose(f);
	return name;
}
