/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * hosts.c - how jails of one network find each other by name
 *
 * All jails of a network see one file as their /etc/hosts, by a read-only bind mount.  It is the lightest
 * thing that glibc and musl programs both understand: no daemon, no port 53, nothing to supervise, and a
 * start costs one line whatever the number of jails.  Both libraries read the file at each look-up.
 *
 *	hosts/NETWORK           what jails with this network and nothing else to tell see
 *	hosts/NETWORK:/HASH     the file of a jail with names of its own, or several networks: then one file
 *	                        with a link in each; no interface has a colon in its name
 *
 * A bind mount holds on to the inode, so files are changed in place.  A line has a slot of a multiple of
 * SLOT bytes, padded with blanks, and is written by one write(2); a free one is blank.  Who reads while a
 * line is written sees the old or the new one, or, at worst, a name that is not found.
 */
#include "net/hosts.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define SLOT      64
#define HOSTS_MAX (64U << 20)
#define NAME_LEN  96            /* "hosts/NETWORK:/0123456789abcdef" */

static const char head[] =
	HOSTS_LOCALHOST
	"# jails of this network, kept up to date by jail(1)\n";

/* ---- names of files ---- */

static void shared_name(const char *network, char out[NAME_LEN])
{
	snprintf(out, NAME_LEN, "hosts/%s", network);
}

static void private_name(const char *network, const char *owner, char out[NAME_LEN])
{
	snprintf(out, NAME_LEN, "hosts/%s:/%016llx", network,
		 (unsigned long long)hash_bytes(owner, strlen(owner)));
}

static bool is_private(const struct spec_network *n)
{
	const char *first = spec_first_network(n);

	for (size_t i = 0; i < n->n_interfaces; i++)
		if (n->interfaces[i].kind == SPEC_LINK_BRIDGE && strcmp(n->interfaces[i].network, first) != 0)
			return true;
	return n->hosts.n > 0;
}

const char *hosts_source(const struct spec_network *n, const char *owner, struct arena *arena)
{
	const char *network = spec_first_network(n);
	char name[NAME_LEN];

	if (!network)
		return NULL;
	if (is_private(n))
		private_name(network, owner, name);
	else
		shared_name(network, name);
	return arena_printf(arena, NET_DIR "/%s", name);
}

const char *hosts_of(const char *owner, struct arena *arena)
{
	table_auto t = { 0 };
	char name[NAME_LEN];
	fd_auto dir = -1;

	if (table_lock_existing(&dir, NULL) < 0 || table_read(dir, &t, NULL) < 0)
		return NULL;
	for (size_t i = 0; i < t.n_leases; i++) {
		if (strcmp(t.leases[i].owner, owner) != 0)
			continue;
		private_name(t.leases[i].network, owner, name);
		if (faccessat(dir, name, F_OK, 0) < 0)
			shared_name(t.leases[i].network, name);
		return arena_printf(arena, NET_DIR "/%s", name);
	}
	return NULL;
}

/* ---- lines ---- */

/* Where a line of @need bytes fits: a blank one of that size or behind the last whole one. */
static off_t find_room(const char *text, size_t need, size_t *ret_size)
{
	const char *line = text;

	for (const char *end; (end = strchr(line, '\n')); line = end + 1) {
		size_t size = (size_t)(end - line) + 1;

		if (size >= need && strspn(line, " ") >= size - 1) {
			*ret_size = size;
			return line - text;
		}
	}
	*ret_size = need;
	return line - text;
}

static int put_slot(int fd, off_t at, size_t size, const char *text, struct err *err)
{
	mem_auto char *slot = malloc(size + 1);
	int r;

	if (!slot)
		return err_nomem(err);
	snprintf(slot, size + 1, "%-*s\n", (int)size - 1, text);
	r = fd_write_at(fd, slot, size, at);
	return r < 0 ? err_code(err, r, "write a hosts file") : 0;
}

struct change {
	char line[1024];                /* "ADDRESS NAME NAME" */
	bool add;
	const char *network;
};

static int add_line(int fd, const char *text, size_t len, const char *line, struct err *err)
{
	size_t size, need = (strlen(line) + 1 + SLOT - 1) / SLOT * SLOT;
	off_t at = find_room(text, need, &size);
	int r = put_slot(fd, at, size, line, err);

	/* A part of a line might be a line to those who read it. */
	return r < 0 && at == (off_t)len && ftruncate(fd, at) < 0 ? -errno : r;
}

/* Only one of ours: a line of the jail's own that says the same has no slot. */
static int remove_line(int fd, const char *text, const char *line, struct err *err)
{
	size_t n = strlen(line);
	int r = 0;

	for (const char *p = text, *end; r == 0 && (end = strchr(p, '\n')); p = end + 1) {
		size_t size = (size_t)(end - p) + 1;

		if (size % SLOT == 0 && !strncmp(p, line, n) && n + strspn(p + n, " ") == size - 1)
			r = put_slot(fd, p - text, size, "", err);
	}
	return r;
}

/*
 * A jail without a user namespace that is root may hold a lease on its hosts file (fcntl(2), F_SETLEASE): whoever opens
 * it would wait for 45 s, and with him all who want the table.  What it keeps from being written is missing there.
 */
static int open_unleased(int dir, const char *file, int flags)
{
	int fd = openat(dir, file, flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

	return fd < 0 ? -errno : fd;
}

static int change_file(int dir, const char *file, const struct change *c, struct err *err)
{
	fd_auto fd = open_unleased(dir, file, O_RDWR);
	mem_auto char *text = NULL;
	size_t len;
	int r;

	if (fd < 0)
		return fd == -ENOENT || fd == -EWOULDBLOCK ? 0 : err_code(err, fd, "open %s/%s", NET_DIR, file);
	r = file_read_fd(fd, file, HOSTS_MAX, &text, &len, err);
	if (r < 0)
		return r;
	return c->add ? add_line(fd, text, len, c->line, err) : remove_line(fd, text, c->line, err);
}

/* ---- in all files of a network ---- */

static int change_private(int dir, const struct change *c, struct err *err)
{
	char sub[NAME_LEN], file[2 * NAME_LEN + 256];
	const struct dirent *e;
	int fd, r = 0;
	DIR *d;

	snprintf(sub, sizeof(sub), "hosts/%s:", c->network);
	fd = openat(dir, sub, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? 0 : err_sys(err, "open %s/%s", NET_DIR, sub);
	d = fdopendir(fd);
	if (!d) {
		close(fd);
		return err_nomem(err);
	}
	while (r == 0 && (e = readdir(d)))
		if (e->d_name[0] != '.') {
			snprintf(file, sizeof(file), "%s/%s", sub, e->d_name);
			r = change_file(dir, file, c, err);
		}
	closedir(d);
	return r;
}

/* localhost is everybody's own: many C libraries take all lines of a name together. */
static bool put_line(struct change *c, const struct ip *ip, const char *names)
{
	char address[IP_TEXT_MAX];
	size_t n = (size_t)snprintf(c->line, sizeof(c->line), "%s", ip_text(ip, address)), empty = n;

	for (const char *name = names; *name;) {
		int len = (int)strcspn(name, ",");

		if (n < sizeof(c->line) && (len != 9 || strncasecmp(name, "localhost", 9) != 0))
			n += (size_t)snprintf(c->line + n, sizeof(c->line) - n, " %.*s", len, name);
		name += len + (name[len] == ',');
	}
	return n > empty;
}

static int change(int dir, const char *network, const struct ip *ip, const char *names, bool add, struct err *err)
{
	struct change c = { .add = add, .network = network };
	char file[NAME_LEN];
	int r;

	if (!put_line(&c, ip, names))
		return 0;
	shared_name(network, file);
	r = change_file(dir, file, &c, err);
	return r < 0 ? r : change_private(dir, &c, err);
}

int hosts_add(int dir, const char *network, const struct ip *ip, const char *names, struct err *err)
{
	return change(dir, network, ip, names, true, err);
}

int hosts_remove(int dir, const char *network, const struct ip *ip, const char *names, struct err *err)
{
	return change(dir, network, ip, names, false, err);
}

/* ---- making and forgetting ---- */

static int make_shared(int dir, const char *network, struct err *err)
{
	char file[NAME_LEN];
	int r;

	shared_name(network, file);
	if (faccessat(dir, file, F_OK, 0) == 0)
		return 0;
	if (mkdirat(dir, "hosts", 0700) < 0 && errno != EEXIST)
		return err_sys(err, "make %s/hosts", NET_DIR);
	r = file_put_at(dir, file, head, sizeof(head) - 1, 0644);
	return r < 0 ? err_code(err, r, "make %s/%s", NET_DIR, file) : 0;
}

/* What those who are in @network already are called. */
static int put_others(int dir, const char *network, struct buf *out, struct err *err)
{
	mem_auto char *text = NULL;
	char file[NAME_LEN];
	fd_auto fd = -1;
	size_t len;
	int r;

	shared_name(network, file);
	fd = open_unleased(dir, file, O_RDONLY);
	if (fd < 0)
		return fd == -EWOULDBLOCK ? 0 : err_code(err, fd, "open %s/%s", NET_DIR, file);
	r = file_read_fd(fd, file, HOSTS_MAX, &text, &len, err);
	if (r == 0 && len > sizeof(head) - 1)
		buf_put(out, text + sizeof(head) - 1, len - (sizeof(head) - 1));
	return r;
}

static int make_private(int dir, const struct net_claim *c, struct err *err)
{
	const struct spec_pairs *own = &c->spec->hosts;
	char first[NAME_LEN], file[NAME_LEN], sub[NAME_LEN];
	buf_auto out = { 0 };
	int r = 0;

	buf_put(&out, head, sizeof(head) - 1);
	for (size_t i = 0; i < own->n; i++)
		buf_printf(&out, "%s %s\n", own->v[i].value, own->v[i].key);
	for (size_t i = 0; r == 0 && i < c->n_defs; i++)
		r = put_others(dir, c->defs[i]->netdef.name, &out, err);
	if (r < 0 || out.failed)
		return r < 0 ? r : err_nomem(err);
	private_name(spec_first_network(c->spec), c->owner, first);
	for (size_t i = 0; r == 0 && i < c->n_defs; i++) {
		snprintf(sub, sizeof(sub), "hosts/%s:", c->defs[i]->netdef.name);
		private_name(c->defs[i]->netdef.name, c->owner, file);
		if (mkdirat(dir, sub, 0700) < 0 && errno != EEXIST)
			return err_sys(err, "make %s/%s", NET_DIR, sub);
		if (i == 0)
			r = file_put_at(dir, first, out.text, out.len, 0644);
		else if (unlinkat(dir, file, 0) < 0 && errno != ENOENT)
			r = -errno;
		else if (linkat(dir, first, dir, file, 0) < 0)
			r = -errno;
	}
	return r < 0 ? err_code(err, r, "make %s/%s", NET_DIR, first) : 0;
}

int hosts_make(int dir, const struct net_claim *c, struct err *err)
{
	int r = 0;

	for (size_t i = 0; r == 0 && i < c->n_defs; i++)
		r = make_shared(dir, c->defs[i]->netdef.name, err);
	return r == 0 && c->n_defs && is_private(c->spec) ? make_private(dir, c, err) : r;
}

void hosts_forget(int dir, const char *network, const char *owner)
{
	char file[NAME_LEN];

	private_name(network, owner, file);
	unlinkat(dir, file, 0);
}

void hosts_drop(int dir, const char *network)
{
	char name[NAME_LEN];

	shared_name(network, name);
	unlinkat(dir, name, 0);
	snprintf(name, sizeof(name), "hosts/%s:", network);
	unlinkat(dir, name, AT_REMOVEDIR);
}
