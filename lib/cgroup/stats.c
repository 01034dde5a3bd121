/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * stats.c - reading the kernel's statistics files
 */
#include "cgroup/stats.h"

#include <fcntl.h>
#include <string.h>

/* ---- text, piece by piece ---- */

bool stat_next_line(const char **text, struct stat_word *ret)
{
	size_t n = strcspn(*text, "\n");

	if (!**text)
		return false;
	*ret = (struct stat_word){ *text, n };
	*text += n + ((*text)[n] == '\n');
	return true;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

bool stat_next_word(struct stat_word *line, struct stat_word *ret)
{
	size_t n = 0;

	while (line->n && is_blank(*line->p)) {
		line->p++;
		line->n--;
	}
	while (n < line->n && !is_blank(line->p[n]))
		n++;
	if (!n)
		return false;
	*ret = (struct stat_word){ line->p, n };
	line->p += n;
	line->n -= n;
	return true;
}

bool stat_split(struct stat_word word, char sep, struct stat_word *before, struct stat_word *after)
{
	const char *at = memchr(word.p, sep, word.n);
	size_t n;

	if (!at)
		return false;
	n = (size_t)(at - word.p);
	*before = (struct stat_word){ word.p, n };
	*after = (struct stat_word){ at + 1, word.n - n - 1 };
	return true;
}

bool stat_is(struct stat_word word, const char *text)
{
	return word.n == strlen(text) && !memcmp(word.p, text, word.n);
}

bool stat_number(struct stat_word word, uint64_t *ret)
{
	uint64_t v = 0;

	if (stat_is(word, "max")) {
		*ret = CGROUP_STAT_MAX;
		return true;
	}
	if (!word.n)
		return false;
	for (size_t i = 0; i < word.n; i++) {
		if (word.p[i] < '0' || word.p[i] > '9')
			return false;
		if (__builtin_mul_overflow(v, 10U, &v) ||
		    __builtin_add_overflow(v, (unsigned)(word.p[i] - '0'), &v))
			return false;
	}
	*ret = v;
	return true;
}

/* ---- whole files ---- */

bool stat_parse_number(const char *text, uint64_t *ret)
{
	struct stat_word line, word;

	return stat_next_line(&text, &line) && stat_next_word(&line, &word) &&
	       stat_number(word, ret);
}

static const struct stat_key *find_key(const struct stat_key *keys, struct stat_word name)
{
	for (; keys->key; keys++)
		if (stat_is(name, keys->key))
			return keys;
	return NULL;
}

int stat_parse_keys(const char *text, const struct stat_key *keys, void *dest)
{
	struct stat_word line, name, value;
	const struct stat_key *key;
	uint64_t v;
	int n = 0;

	while (stat_next_line(&text, &line)) {
		if (!stat_next_word(&line, &name) || !(key = find_key(keys, name)) ||
		    !stat_next_word(&line, &value) || !stat_number(value, &v))
			continue;
		if (key->scale && __builtin_mul_overflow(v, key->scale, &v))
			continue;
		memcpy((char *)dest + key->offset, &v, sizeof(v));
		n++;
	}
	return n;
}

/* "12.34": the kernel writes two digits; not strtod(3), which minds the locale and takes "nan". */
static bool parse_percent(struct stat_word word, double *ret)
{
	struct stat_word whole, part;
	uint64_t w, p;

	if (!stat_split(word, '.', &whole, &part) || part.n != 2 || !stat_number(whole, &w) ||
	    !stat_number(part, &p) || w > 100)
		return false;
	*ret = (double)w + (double)p / 100;
	return true;
}

bool stat_parse_pressure(const char *text, const char *kind, double ret_avg[3], uint64_t *ret_total)
{
	static const char *const names[] = { "avg10", "avg60", "avg300" };
	struct stat_word line, word, key, value;
	uint64_t total = 0;
	double avg[3] = { 0 };
	int found = 0;

	while (stat_next_line(&text, &line)) {
		if (!stat_next_word(&line, &word) || !stat_is(word, kind))
			continue;
		while (stat_next_word(&line, &word)) {
			if (!stat_split(word, '=', &key, &value))
				continue;
			for (size_t i = 0; i < ARRAY_SIZE(names); i++)
				if (stat_is(key, names[i]))
					found += parse_percent(value, &avg[i]);
			if (stat_is(key, "total"))
				found += stat_number(value, &total);
		}
		if (found != 4)
			return false;
		memcpy(ret_avg, avg, sizeof(avg));
		*ret_total = total;
		return true;
	}
	return false;
}

int stat_read(int dir_fd, const char *name, char *buf, size_t size)
{
	fd_auto fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	size_t len = 0;

	if (fd < 0)
		return -errno;
	while (len < size - 1) {
		ssize_t n = read(fd, buf + len, size - 1 - len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		len += (size_t)n;
		/* A cgroup file that ends within less than a page has been read whole. */
		if (buf[len - 1] == '\n' && len < 4000 && dir_fd != AT_FDCWD)
			break;
	}
	if (len == size - 1)
		while (len && buf[len - 1] != '\n')
			len--;
	buf[len] = '\0';
	return (int)len;
}
