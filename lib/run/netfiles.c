/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * netfiles.c - /etc/hosts, /etc/resolv.conf and /etc/hostname of a jail
 *
 * They are bound over what the root has, read-only, and never written into it.  Their sources:
 *
 *   a network of its own   hosts: the one of its network, see net/hosts.c, or a file of its own when it
 *                          has several networks or names of its own; resolv.conf, hostname: its own
 *   another jail's         those of that jail
 *   the host's             the host's hosts and resolv.conf
 *   none, or by path       hostname
 */
#include "run/netfiles.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "net/hosts.h"
#include "run/pasta.h"

#define RESOLV_MAX 65536

static const char *name_of(const struct create_request *req)
{
	return req->spec->hostname ? req->spec->hostname :
	       req->spec->hostname_from_id ? req->id : NULL;
}

static const char *if_there(const char *path)
{
	return path && access(path, F_OK) == 0 ? path : NULL;
}

static struct net_files of_other(const struct create_request *req, struct arena *arena)
{
	const char *id = req->spec->network.jail;
	const char *own = if_there(arena_printf(arena, "%s/%s/hosts", req->root_path, id));
	const char *owner = arena_printf(arena, "%s/%s", req->root_path, id);

	return (struct net_files){
		.hosts = own ? own : owner ? hosts_of(owner, arena) : NULL,
		.resolv = if_there(arena_printf(arena, "%s/%s/resolv.conf", req->root_path, id)),
	};
}

struct net_files netfiles_choose(const struct create_request *req, struct arena *arena)
{
	const struct spec_network *n = &req->spec->network;
	struct net_files f = { 0 };

	switch (n->mode) {
	case SPEC_NET_OWN:
	case SPEC_NET_PASTA:
		f.hosts = hosts_source(n, arena_printf(arena, "%s/%s", req->root_path, req->id), arena);
		if (!f.hosts)
			f.hosts = "hosts";
		f.resolv = "resolv.conf";
		break;
	case SPEC_NET_JAIL:
		return of_other(req, arena);
	case SPEC_NET_HOST:
		f.hosts = if_there("/etc/hosts");
		f.resolv = if_there("/etc/resolv.conf");
		return f;
	default:
		break;
	}
	if (name_of(req))
		f.hostname = "hostname";
	return f;
}

/* ---- resolv.conf ---- */

/* Does @text name a server that is not on the machine's own loopback? */
static bool has_server(const char *text)
{
	for (const char *p = text; (p = strstr(p, "nameserver")); p++)
		if (!str_starts(p + strlen("nameserver") + strspn(p + strlen("nameserver"), " \t"), "127."))
			return true;
	return false;
}

static char *read_resolv(const char *path)
{
	char *text;
	size_t len;

	return file_read_at(AT_FDCWD, path, RESOLV_MAX, &text, &len, NULL) < 0 ? NULL : text;
}

/* The host's; where that is systemd-resolved's own loopback, what systemd-resolved asks itself. */
static char *host_resolv(void)
{
	char *text = read_resolv("/etc/resolv.conf"), *other;

	if (text && has_server(text))
		return text;
	other = read_resolv("/run/systemd/resolve/resolv.conf");
	if (!other)
		return text;
	free(text);
	return other;
}

static void put_words(struct buf *out, const char *word, const struct strv *v)
{
	if (v->n)
		buf_printf(out, "%s", word);
	for (size_t i = 0; i < v->n; i++)
		buf_printf(out, " %s", v->v[i]);
	if (v->n)
		buf_printf(out, "\n");
}

/* The lines of @text that start with @word and are not a loopback address. */
static void put_lines(struct buf *out, const char *text, const char *word)
{
	size_t n = strlen(word);

	for (const char *line = text; line && *line;) {
		const char *end = strchr(line, '\n');
		size_t len = end ? (size_t)(end - line) : strlen(line);
		size_t skip = strspn(line, " \t");

		if (!strncmp(line + skip, word, n) && strchr(" \t", line[skip + n]) &&
		    !str_starts(line + skip + n + strspn(line + skip + n, " \t"), "127."))
			buf_printf(out, "%.*s\n", (int)len, line);
		line = end ? end + 1 : NULL;
	}
}

static const struct spec_netdef *first_def(const struct net_claim *c)
{
	return c && c->n_defs ? &c->defs[0]->netdef : NULL;
}

static int write_resolv(const struct create_request *req, const struct net_claim *claim, int dir_fd,
			struct err *err)
{
	const struct spec_network *n = &req->spec->network;
	const struct spec_netdef *d = first_def(claim);
	const struct ip *dns = n->n_dns ? n->dns : d ? d->dns : NULL;
	size_t n_dns = n->n_dns ? n->n_dns : d ? d->n_dns : 0;
	mem_auto char *host = NULL;
	char text[IP_TEXT_MAX];
	buf_auto out = { 0 };
	int r;

	if (!n_dns || !n->search.n || !n->options.n)
		host = host_resolv();
	for (size_t i = 0; i < n_dns; i++)
		buf_printf(&out, "nameserver %s\n", ip_text(&dns[i], text));
	if (!n_dns)
		put_lines(&out, host, "nameserver");
	if (!out.len && n->mode == SPEC_NET_PASTA)
		buf_printf(&out, "nameserver " PASTA_DNS "\n");
	if (n->search.n)
		put_words(&out, "search", &n->search);
	else if (d && d->search.n)
		put_words(&out, "search", &d->search);
	else
		put_lines(&out, host, "search");
	if (n->options.n)
		put_words(&out, "options", &n->options);
	else
		put_lines(&out, host, "options");
	r = out.failed ? -ENOMEM : file_put_at(dir_fd, "resolv.conf", out.len ? out.text : "", out.len, 0644);
	return r < 0 ? err_code(err, r, "write resolv.conf") : 0;
}

/* ---- hosts, hostname ---- */

/* Of a jail on no bridge: nobody else is told of in it. */
static int write_hosts(const struct create_request *req, int dir_fd, struct err *err)
{
	const struct spec_network *n = &req->spec->network;
	const char *name = name_of(req) ? name_of(req) : req->id;
	buf_auto out = { 0 };
	int r;

	buf_printf(&out, "127.0.0.1 localhost\n::1 localhost ip6-localhost ip6-loopback\n127.0.1.1 %s\n", name);
	for (size_t i = 0; i < n->hosts.n; i++)
		buf_printf(&out, "%s %s\n", n->hosts.v[i].value, n->hosts.v[i].key);
	r = out.failed ? -ENOMEM : file_put_at(dir_fd, "hosts", out.text, out.len, 0644);
	return r < 0 ? err_code(err, r, "write hosts") : 0;
}

int netfiles_write(const struct create_request *req, const struct net_claim *claim, int dir_fd,
		   struct err *err)
{
	__attribute__((cleanup(arena_done))) struct arena arena = { 0 };
	struct net_files f = { 0 };
	buf_auto name = { 0 };
	enum spec_net_mode mode = req->spec->network.mode;
	int r = 0;

	if (mode != SPEC_NET_UNSET && mode != SPEC_NET_JAIL && !req->spec->network.no_files)
		f = netfiles_choose(req, &arena);
	if (f.hosts && *f.hosts != '/')
		r = write_hosts(req, dir_fd, err);
	if (r == 0 && f.resolv && *f.resolv != '/')
		r = write_resolv(req, claim, dir_fd, err);
	if (r < 0 || !f.hostname)
		return r;
	buf_printf(&name, "%s\n", name_of(req));
	r = name.failed ? -ENOMEM : file_put_at(dir_fd, "hostname", name.text, name.len, 0644);
	return r < 0 ? err_code(err, r, "write hostname") : 0;
}
