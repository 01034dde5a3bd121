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
#include "run/resolv.h"

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

/* ---- hosts, hostname ---- */

/* Of a jail on no bridge: nobody else is told of in it. */
static int write_hosts(const struct create_request *req, int dir_fd, struct err *err)
{
	const struct spec_network *n = &req->spec->network;
	const char *name = name_of(req) ? name_of(req) : req->id;
	buf_auto out = { 0 };
	int r;

	buf_printf(&out, HOSTS_LOCALHOST "127.0.1.1 %s\n", name);
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
		r = resolv_write(req, claim, dir_fd, err);
	if (r < 0 || !f.hostname)
		return r;
	buf_printf(&name, "%s\n", name_of(req));
	r = name.failed ? -ENOMEM : file_put_at(dir_fd, "hostname", name.text, name.len, 0644);
	return r < 0 ? err_code(err, r, "write hostname") : 0;
}
