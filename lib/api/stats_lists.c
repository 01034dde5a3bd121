/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * stats_lists.c - the parts of a jail's statistics that have no fixed number of members
 *
 * A list is gathered in a buffer and moved to the arena when it is whole.  Text that the jail has a say
 * in, cgroups and interfaces, has been cut to STATS_TEXT_MAX, so the lists are bounded.
 */
#include "api/stats.h"

#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include "run/process.h"

/* Move a list of @size bytes each to the arena. */
static int keep(struct stats *s, struct buf *list, size_t size, const void *ret_list, size_t *ret_n)
{
	void *p;

	if (list->failed)
		return -ENOMEM;
	if (!list->len)
		return 0;
	p = arena_alloc(&s->arena, list->len);
	if (!p)
		return -ENOMEM;
	memcpy(p, list->text, list->len);
	memcpy((void *)ret_list, &p, sizeof(p));
	*ret_n = list->len / size;
	return 0;
}

static const char *keep_word(struct stats *s, struct stat_word word)
{
	return arena_printf(&s->arena, "%.*s", (int)word.n, word.p);
}

/* ---- io.stat: "8:0 rbytes=1 wbytes=2 rios=3 wios=4 dbytes=5 dios=6" ---- */

static bool parse_device(struct stat_word word, struct jail_stats_device *ret)
{
	struct stat_word major, minor;
	uint64_t a, b;

	if (!stat_split(word, ':', &major, &minor) || !stat_number(major, &a) ||
	    !stat_number(minor, &b) || a > UINT32_MAX || b > UINT32_MAX)
		return false;
	*ret = (struct jail_stats_device){ .major = (uint32_t)a, .minor = (uint32_t)b };
	return true;
}

static void parse_device_value(struct stat_word word, struct jail_stats_device *d)
{
	const struct {
		const char *key;
		uint64_t *value;
	} keys[] = {
		{ "rbytes", &d->read_bytes }, { "wbytes", &d->write_bytes },
		{ "dbytes", &d->discard_bytes }, { "rios", &d->reads }, { "wios", &d->writes },
		{ "dios", &d->discards },
	};
	struct stat_word key, value;

	if (!stat_split(word, '=', &key, &value))
		return;
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (stat_is(key, keys[i].key))
			stat_number(value, keys[i].value);
}

int stats_parse_io(struct stats *s, const char *text)
{
	struct stat_word line, word;
	buf_auto list = { 0 };

	while (stat_next_line(&text, &line)) {
		struct jail_stats_device d;
		bool any = false;

		if (!stat_next_word(&line, &word) || !parse_device(word, &d))
			continue;
		while (stat_next_word(&line, &word)) {
			/* Linux before 5.18 leaves devices without numbers at the start of the line. */
			any |= !parse_device(word, &d);
			parse_device_value(word, &d);
		}
		if (any)
			buf_put(&list, &d, sizeof(d));
	}
	return keep(s, &list, sizeof(struct jail_stats_device), &s->pub.io.devices,
		    &s->pub.io.n_devices);
}

/* ---- rdma.current: "mlx4_0 hca_handle=2 hca_object=2000" ---- */

int stats_parse_rdma(struct stats *s, const char *text)
{
	struct stat_word line, word, key, value;
	buf_auto list = { 0 };

	while (stat_next_line(&text, &line)) {
		struct jail_stats_rdma d = { 0 };

		if (!stat_next_word(&line, &word))
			continue;
		d.device = keep_word(s, word);
		if (!d.device)
			return -ENOMEM;
		while (stat_next_word(&line, &word)) {
			if (!stat_split(word, '=', &key, &value))
				continue;
			if (stat_is(key, "hca_handle"))
				stat_number(value, &d.handles);
			else if (stat_is(key, "hca_object"))
				stat_number(value, &d.objects);
		}
		buf_put(&list, &d, sizeof(d));
	}
	return keep(s, &list, sizeof(struct jail_stats_rdma), &s->pub.rdma, &s->pub.n_rdma);
}

/* ---- memory.stat ---- */

int stats_parse_detail(struct stats *s, const char *text)
{
	struct stat_word line, name, number;
	buf_auto list = { 0 };

	while (stat_next_line(&text, &line)) {
		struct jail_stats_value v;

		if (!stat_next_word(&line, &name) || !stat_next_word(&line, &number) ||
		    !stat_number(number, &v.value))
			continue;
		v.name = keep_word(s, name);
		if (!v.name)
			return -ENOMEM;
		buf_put(&list, &v, sizeof(v));
	}
	return keep(s, &list, sizeof(struct jail_stats_value), &s->pub.memory.detail,
		    &s->pub.memory.n_detail);
}

/* ---- hugetlb.SIZE.current, .max, .events ---- */

/* "hugepages-2048kB" is "2MB" in the names of the files. */
static bool page_size_name(const char *dir, char *ret, size_t size)
{
	static const char *const units[] = { "KB", "MB", "GB" };
	struct stat_word prefix, number = { dir, strlen(dir) };
	uint64_t kb;
	size_t u = 0;

	if (!stat_split(number, '-', &prefix, &number) || !stat_is(prefix, "hugepages") || number.n < 3)
		return false;
	number.n -= 2;                  /* "kB" */
	if (!stat_number(number, &kb) || !kb)
		return false;
	for (; u + 1 < ARRAY_SIZE(units) && kb % 1024 == 0; u++)
		kb /= 1024;
	snprintf(ret, size, "%llu%s", (unsigned long long)kb, units[u]);
	return true;
}

static void read_number(struct stats *s, const char *page_size, const char *file, uint64_t *ret)
{
	char name[64];

	snprintf(name, sizeof(name), "hugetlb.%s.%s", page_size, file);
	if (stat_read(s->cgroup, name, s->text, sizeof(s->text)) >= 0)
		stat_parse_number(s->text, ret);
}

static bool read_page_size(struct stats *s, const char *page_size, struct jail_stats_hugetlb *h)
{
	static const struct stat_key keys[] = {
		{ "max", offsetof(struct jail_stats_hugetlb, events), 0 }, { 0 },
	};
	char name[64];

	snprintf(name, sizeof(name), "hugetlb.%s.events", page_size);
	if (stat_read(s->cgroup, name, s->text, sizeof(s->text)) < 0)
		return false;
	stat_parse_keys(s->text, keys, h);
	h->max = JAIL_UNLIMITED;
	if (s->wanted & JAIL_STATS_DETAIL) {
		read_number(s, page_size, "current", &h->current);
		read_number(s, page_size, "max", &h->max);
	}
	h->page_size = arena_strdup(&s->arena, page_size);
	return true;
}

static int read_hugetlb(struct stats *s)
{
	DIR *dir = opendir("/sys/kernel/mm/hugepages");
	buf_auto list = { 0 };
	struct dirent *e;
	char size[32];

	while (dir && (e = readdir(dir))) {
		struct jail_stats_hugetlb h = { 0 };

		if (page_size_name(e->d_name, size, sizeof(size)) && read_page_size(s, size, &h))
			buf_put(&list, &h, sizeof(h));
	}
	if (dir)
		closedir(dir);
	if (list.len)
		s->pub.parts |= JAIL_STATS_HUGETLB;
	return keep(s, &list, sizeof(struct jail_stats_hugetlb), &s->pub.hugetlb, &s->pub.n_hugetlb);
}

/* ---- network ---- */

/* "  eth0: 1 2 …": received bytes, packets, errors, drops and four more, then the same sent. */
static bool parse_interface(struct stats *s, struct stat_word line, struct jail_stats_interface *i)
{
	uint64_t *const fields[] = {
		&i->rx_bytes, &i->rx_packets, &i->rx_errors, &i->rx_dropped, NULL, NULL, NULL, NULL,
		&i->tx_bytes, &i->tx_packets, &i->tx_errors, &i->tx_dropped,
	};
	struct stat_word name, word;
	uint64_t v;

	*i = (struct jail_stats_interface){ 0 };
	/* A name holds no colon and no blank; there may be none behind the colon, either. */
	if (!stat_split(line, ':', &name, &line) || !stat_next_word(&name, &word) || name.n)
		return false;
	for (size_t k = 0; k < ARRAY_SIZE(fields); k++) {
		struct stat_word number;

		if (!stat_next_word(&line, &number) || !stat_number(number, &v))
			return false;
		if (fields[k])
			*fields[k] = v;
	}
	i->name = keep_word(s, word);
	return true;
}

int stats_parse_interfaces(struct stats *s, const char *text)
{
	struct jail_stats_interface i;
	struct stat_word line;
	buf_auto list = { 0 };

	while (stat_next_line(&text, &line))
		if (parse_interface(s, line, &i)) {
			if (!i.name)
				return -ENOMEM;
			buf_put(&list, &i, sizeof(i));
		}
	return keep(s, &list, sizeof(struct jail_stats_interface), &s->pub.interfaces,
		    &s->pub.n_interfaces);
}

int stats_read_network(struct stats *s, const struct jail *jail)
{
	char path[40];

	if (!s->pub.pid || !(jail->state.ns_flags & CLONE_NEWNET))
		return 0;
	snprintf(path, sizeof(path), "/proc/%d/net/dev", (int)s->pub.pid);
	if (stat_read(AT_FDCWD, path, s->text, sizeof(s->text)) < 0)
		return 0;
	/* Had it ended before, the file could be another process's, with the host's numbers. */
	if (process_ended(jail->pidfd))
		return 0;
	s->pub.parts |= JAIL_STATS_NETWORK;
	return stats_parse_interfaces(s, s->text);
}

/* ---- all that is in the cgroup ---- */

int stats_read_lists(struct stats *s)
{
	static const struct {
		const char *controller, *file;
		uint32_t part;
		int (*parse)(struct stats *s, const char *text);
	} lists[] = {
		{ "memory", "memory.stat",  JAIL_STATS_DETAIL, stats_parse_detail },
		{ "io",     "io.stat",      JAIL_STATS_IO,     stats_parse_io },
		{ "rdma",   "rdma.current", JAIL_STATS_RDMA,   stats_parse_rdma },
	};
	int r = 0;

	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(lists); i++) {
		if (!(s->wanted & lists[i].part) || !stats_has_controller(s, lists[i].controller) ||
		    stat_read(s->cgroup, lists[i].file, s->text, sizeof(s->text)) < 0)
			continue;
		s->pub.parts |= lists[i].part;
		r = lists[i].parse(s, s->text);
	}
	if (r == 0 && s->wanted & JAIL_STATS_HUGETLB && stats_has_controller(s, "hugetlb"))
		r = read_hugetlb(s);
	return r;
}
