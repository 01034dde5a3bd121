/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * table.c - which jail has which address and which port of the host's
 *
 *	address ADDRESS/PREFIX NETWORK LINK MAC FLAGS NAMES OWNER
 *	port PROTOCOL HOST FIRST LAST ADDRESS FIRST OWNER	("held": one that is taken, but not open yet)
 *
 * The owner comes last because it is a path.  A line that cannot be read is damage, and an error: who
 * goes on without it would give an address away twice.
 */
#include "net/table.h"

#include <fcntl.h>
#include <netinet/ether.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "net/mac.h"

#define TABLE_MAX (64U << 20)
#define FIELDS    8

/* ---- small things ---- */

const char *owner_id(const char *owner)
{
	const char *slash = strrchr(owner, '/');

	return slash ? slash + 1 : owner;
}

bool ip_is_any(const struct ip *ip)
{
	static const uint8_t zero[16];

	return !memcmp(ip->b, zero, ip_bytes(ip->family));
}

/* ---- the directory and its lock ---- */

static int lock(int fd, int *ret_dir_fd, struct err *err)
{
	int r;

	do
		r = flock(fd, LOCK_EX);
	while (r < 0 && errno == EINTR);
	if (r < 0)
		return err_sys(err, "lock %s", NET_DIR);
	*ret_dir_fd = fd;
	return 0;
}

static int open_dir(void)
{
	return open(NET_DIR, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
}

static int make_dirs(struct err *err)
{
	static const char *const dirs[] = { "/run/jail", NET_DIR };

	for (size_t i = 0; i < ARRAY_SIZE(dirs); i++)
		if (mkdir(dirs[i], 0700) < 0 && errno != EEXIST)
			return err_sys(err, "make directory %s", dirs[i]);
	return 0;
}

int table_lock_existing(int *ret_dir_fd, struct err *err)
{
	int fd = open_dir(), r;

	if (fd < 0)
		return errno == ENOENT ? -ENOENT : err_sys(err, "open %s", NET_DIR);
	r = lock(fd, ret_dir_fd, err);
	if (r < 0)
		close(fd);
	return r;
}

int table_lock(int *ret_dir_fd, struct err *err)
{
	int r = table_lock_existing(ret_dir_fd, err);

	if (r != -ENOENT)
		return r;
	r = make_dirs(err);
	if (r == 0)
		r = table_lock_existing(ret_dir_fd, err);
	return r == -ENOENT ? err_code(err, r, "open %s", NET_DIR) : r;
}

/* ---- in memory ---- */

static void *grow(void *v, size_t n, size_t size)
{
	/* 16, 32, 64, … */
	if (n < 16 ? n : (n & (n - 1)))
		return v;
	return realloc(v, (n ? 2 * n : 16) * size);
}

int table_add_lease(struct table *t, const struct lease *l)
{
	struct lease *v = grow(t->leases, t->n_leases, sizeof(*v)), c = *l;

	if (!v)
		return -ENOMEM;
	t->leases = v;
	c.network = arena_strdup(&t->arena, l->network);
	c.link = arena_strdup(&t->arena, l->link);
	c.names = arena_strdup(&t->arena, l->names);
	c.owner = arena_strdup(&t->arena, l->owner);
	if (!c.network || !c.link || !c.names || !c.owner)
		return -ENOMEM;
	t->leases[t->n_leases++] = c;
	return 0;
}

int table_add_port(struct table *t, const struct port *p)
{
	struct port *v = grow(t->ports, t->n_ports, sizeof(*v)), c = *p;

	if (!v)
		return -ENOMEM;
	t->ports = v;
	c.owner = arena_strdup(&t->arena, p->owner);
	if (!c.owner)
		return -ENOMEM;
	t->ports[t->n_ports++] = c;
	return 0;
}

void table_drop(struct table *t, const char *owner)
{
	size_t n = 0;

	for (size_t i = 0; i < t->n_leases; i++)
		if (strcmp(t->leases[i].owner, owner) != 0)
			t->leases[n++] = t->leases[i];
	t->changed |= n != t->n_leases;
	t->n_leases = n;
	table_drop_ports(t, owner);
}

void table_drop_ports(struct table *t, const char *owner)
{
	size_t n = 0;

	for (size_t i = 0; i < t->n_ports; i++)
		if (strcmp(t->ports[i].owner, owner) != 0)
			t->ports[n++] = t->ports[i];
	t->changed |= n != t->n_ports;
	t->n_ports = n;
}

void table_drop_lease(struct table *t, size_t i)
{
	t->changed = true;
	t->leases[i] = t->leases[--t->n_leases];
}

const struct lease *table_find(const struct table *t, const struct ip *address)
{
	for (size_t i = 0; i < t->n_leases; i++)
		if (ip_equal(&t->leases[i].address, address))
			return &t->leases[i];
	return NULL;
}

static bool belongs(const struct ip *ip, const struct spec_netdef *d)
{
	const struct ip *net = &d->subnet[ip_slot(ip->family)];

	return net->family == ip->family && net->prefix == ip->prefix && ip_in(ip, net);
}

static bool others_in(const struct lease *l, const char *network, const char *owner)
{
	return !strcmp(l->network, network) && (!owner || strcmp(l->owner, owner) != 0);
}

int table_check_def(const struct table *t, const struct spec_netdef *d, const char *owner, struct err *err)
{
	char text[IP_TEXT_MAX];

	for (size_t i = 0; i < t->n_leases; i++) {
		const struct lease *l = &t->leases[i];

		if (others_in(l, d->name, owner) && !belongs(&l->address, d))
			return err_set(err, -EADDRINUSE, "network %s was defined anew: jail %s still has %s, which is not of "
				       "its subnets; end it, or put the definition back", d->name, owner_id(l->owner),
				       ip_net_text(&l->address, text));
	}
	return 0;
}

bool table_in_use(const struct table *t, const char *network, const char *owner)
{
	for (size_t i = 0; i < t->n_leases; i++)
		if (others_in(&t->leases[i], network, owner))
			return true;
	return false;
}

const struct port *table_conflict(const struct table *t, const struct port *p)
{
	for (size_t i = 0; i < t->n_ports; i++) {
		const struct port *o = &t->ports[i];

		if (o->protocol == p->protocol && o->host.family == p->host.family &&
		    o->first <= p->last && p->first <= o->last &&
		    (ip_is_any(&o->host) || ip_is_any(&p->host) || ip_equal(&o->host, &p->host)))
			return o;
	}
	return NULL;
}

void table_done(struct table *t)
{
	free(t->leases);
	free(t->ports);
	arena_done(&t->arena);
}

/* ---- on disk ---- */

/* Split at blanks, up to @max fields, the last one being the rest.  Returns their number. */
static size_t split(char *line, char *fields[FIELDS], size_t max)
{
	size_t n = 0;

	while (n < max) {
		fields[n++] = line;
		if (n == max)
			break;
		line = strchr(line, ' ');
		if (!line)
			break;
		*line++ = '\0';
	}
	return n;
}

static bool take_port(const char *text, uint16_t *ret)
{
	uint32_t v;

	if (str_u32(text, &v) < 0 || v > 65535)
		return false;
	*ret = (uint16_t)v;
	return true;
}

static int read_lease(char *line, struct table *t)
{
	struct lease l = { 0 };
	char *f[FIELDS];

	if (split(line, f, 7) != 7 || ip_parse(f[0], &l.address) < 0 ||
	    !ether_aton_r(f[3], (struct ether_addr *)l.mac) || str_u32(f[4], &l.flags) < 0)
		return -EBADMSG;
	l.network = f[1];
	l.link = f[2];
	l.names = f[5];
	l.owner = f[6];
	return table_add_lease(t, &l);
}

static int read_port(char *line, bool held, struct table *t)
{
	struct port p = { .held = held };
	char *f[FIELDS];

	if (split(line, f, 7) != 7 || !protocol_number(f[0], &p.protocol) ||
	    ip_parse(f[1], &p.host) < 0 || !take_port(f[2], &p.first) || !take_port(f[3], &p.last) ||
	    ip_parse(f[4], &p.to) < 0 || !take_port(f[5], &p.to_first))
		return -EBADMSG;
	p.owner = f[6];
	return table_add_port(t, &p);
}

static int read_line(char *line, struct table *t)
{
	if (str_starts(line, "address "))
		return read_lease(line + strlen("address "), t);
	if (str_starts(line, "port "))
		return read_port(line + strlen("port "), false, t);
	if (str_starts(line, "held "))
		return read_port(line + strlen("held "), true, t);
	return *line ? -EBADMSG : 0;
}

int table_read(int dir_fd, struct table *ret, struct err *err)
{
	mem_auto char *text = NULL;
	struct err missing = { 0 };
	struct table t = { 0 };
	size_t len;
	int r = file_read_at(dir_fd, "table", TABLE_MAX, &text, &len, &missing);

	if (r < 0 && r != -ENOENT) {
		if (err)
			*err = missing;
		return r;
	}
	/* A last line without its end was being added when somebody was killed: it is nobody's. */
	for (char *line = text, *end; r == 0 && line && (end = strchr(line, '\n')); line = end + 1) {
		*end = '\0';
		r = read_line(line, &t);
		t.read_bytes = (size_t)(end + 1 - text);
	}
	t.read_leases = t.n_leases;
	t.read_ports = t.n_ports;
	if (r < 0 && r != -ENOENT) {
		table_done(&t);
		return r == -ENOMEM ? err_nomem(err) :
				      err_set(err, r, "%s/table is damaged", NET_DIR);
	}
	*ret = t;
	return 0;
}

static void put_lease(struct buf *out, const struct lease *l)
{
	char address[IP_TEXT_MAX], mac[MAC_TEXT_MAX];

	buf_printf(out, "address %s %s %s %s %u %s %s\n", ip_net_text(&l->address, address), l->network,
		   l->link, mac_text(l->mac, mac), l->flags, l->names, l->owner);
}

static void put_port(struct buf *out, const struct port *p)
{
	char host[IP_TEXT_MAX], to[IP_TEXT_MAX];

	buf_printf(out, "%s %s %s %u %u %s %u %s\n", p->held ? "held" : "port", protocol_name(p->protocol),
		   ip_text(&p->host, host), p->first, p->last, ip_text(&p->to, to), p->to_first, p->owner);
}

/* Behind the last whole line; what stands there otherwise is a torn one.  All of @lines or, on a full disk, none. */
static int append(int dir_fd, size_t at, const struct buf *lines)
{
	fd_auto fd = openat(dir_fd, "table", O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	int r;

	if (fd < 0 || ftruncate(fd, (off_t)at) < 0)
		return -errno;
	r = fd_write_at(fd, lines->text, lines->len, (off_t)at);
	return r < 0 && ftruncate(fd, (off_t)at) < 0 ? -errno : r;
}

/*
 * On a full disk there is no room for a second file, but lines must go: over the first one, where that needs no more
 * room than it has.  Who is killed meanwhile may leave a damaged one, hence not in general.
 */
static int overwrite(int dir_fd, const struct buf *lines)
{
	fd_auto fd = openat(dir_fd, "table", O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
	struct stat st;
	int r;

	if (fd < 0 || fstat(fd, &st) < 0)
		return -errno;
	if ((uint64_t)st.st_blocks * 512 < lines->len)
		return -ENOSPC;
	r = fd_write_at(fd, lines->text, lines->len, 0);
	return r == 0 && ftruncate(fd, (off_t)lines->len) < 0 ? -errno : r;
}

static int replace(int dir_fd, const struct buf *lines)
{
	int r = file_put_at(dir_fd, "table", lines->len ? lines->text : "", lines->len, 0600);

	return r == -ENOSPC ? overwrite(dir_fd, lines) : r;
}

int table_write(int dir_fd, const struct table *t, struct err *err)
{
	buf_auto out = { 0 };
	int r = 0;

	for (size_t i = t->changed ? 0 : t->read_leases; i < t->n_leases; i++)
		put_lease(&out, &t->leases[i]);
	for (size_t i = t->changed ? 0 : t->read_ports; i < t->n_ports; i++)
		put_port(&out, &t->ports[i]);
	if (out.failed)
		return err_nomem(err);
	if (t->changed)
		r = replace(dir_fd, &out);
	else if (out.len)
		r = append(dir_fd, t->read_bytes, &out);
	return r < 0 ? err_code(err, r, "write %s/table", NET_DIR) : 0;
}
