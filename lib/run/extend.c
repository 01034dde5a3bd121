/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * extend.c - a spec with what the runtime adds to it for one jail
 *
 * What is added looks like any other mount of the spec, so that nothing behind has to know of it.
 */
#include "run/extend.h"

#include <fcntl.h>
#include <linux/mount.h>
#include <stdio.h>
#include <string.h>

#include "run/netfiles.h"
#include "run/process.h"

#define EXTRA_MAX 4

static struct spec_mount *add_mount(struct extended *x, const char *destination, const char *source,
				    uint32_t doc_index)
{
	struct spec_mount *m = &x->spec.mounts[x->spec.n_mounts++];

	*m = (struct spec_mount){
		.destination = (char *)destination, .source = (char *)source, .flags = SPEC_MOUNT_BIND,
		.doc_index = doc_index,
		.attrs.set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC,
	};
	return m;
}

static int add_notify(struct extended *x)
{
	const struct create_request *r = &x->req;
	char *source = r->want_notify ? arena_printf(&x->arena, "%s/%s/host", r->root_path, r->id) :
					arena_strdup(&x->arena, r->notify_socket);

	if (!source)
		return -ENOMEM;
	add_mount(x, r->want_notify ? RUN_HOST : RUN_NOTIFY, source, SPEC_MOUNT_NOTIFY);
	return 0;
}

/* ---- files of the network ---- */

static bool has_mount(const struct spec *s, const char *destination)
{
	for (size_t i = 0; i < s->n_mounts; i++)
		if (!strcmp(s->mounts[i].destination, destination))
			return true;
	return false;
}

static int add_file(struct extended *x, const char *destination, const char *file)
{
	char *source;

	if (!file || has_mount(&x->spec, destination))
		return 0;
	source = *file == '/' ? arena_strdup(&x->arena, file) :
				arena_printf(&x->arena, "%s/%s/%s", x->req.root_path, x->req.id, file);
	if (!source)
		return -ENOMEM;
	add_mount(x, destination, source, SPEC_MOUNT_NETWORK);
	return 0;
}

static int add_files(struct extended *x)
{
	struct net_files f = netfiles_choose(&x->req, &x->arena);
	int r = add_file(x, "/etc/hosts", f.hosts);

	if (r == 0)
		r = add_file(x, "/etc/resolv.conf", f.resolv);
	return r < 0 ? r : add_file(x, "/etc/hostname", f.hostname);
}

/* ---- another jail's network ---- */

static int find_other(struct extended *x, struct state *s, int *ret_pidfd, struct err *err)
{
	const char *id = x->spec.network.jail;
	fd_auto root = -1, dir = -1;
	int r = state_root_open(x->req.root_path, false, &root, err);

	if (r == -ENOENT)
		return err_set(err, r, "jail %s: container does not exist", id);
	if (r == 0)
		r = state_check_id(id, err);
	if (r == 0)
		r = state_open(root, id, false, &dir, err);
	if (r == 0)
		r = state_read(dir, s, err);
	if (r == 0)
		r = process_open(s, ret_pidfd, err);
	return r > 0 ? err_set(err, -ESRCH, "jail %s is not running", id) : r;
}

/* The process is looked at once more behind the open: its pid may have become somebody else's. */
static int join_other(struct extended *x, bool real, struct err *err)
{
	struct spec_ns_entry *ns = &x->spec.ns[SPEC_NS_NETWORK];
	struct state s = { 0 };
	fd_auto pidfd = -1;
	int r = find_other(x, &s, &pidfd, err);

	if (r < 0)
		return err_place(err, r, "jail.network.mode");
	ns->path = arena_printf(&x->arena, "/proc/%d/ns/net", (int)s.pid);
	state_done(&s);
	if (!ns->path)
		return err_nomem(err);
	if (!real)
		return 0;
	x->ns_fd = open(ns->path, O_RDONLY | O_CLOEXEC);
	if (x->ns_fd < 0 || process_ended(pidfd))
		return err_place(err, err_set(err, -ESRCH, "jail %s is not running", x->spec.network.jail),
				 "jail.network.mode");
	ns->path = arena_printf(&x->arena, "/proc/self/fd/%d", x->ns_fd);
	return ns->path ? 0 : err_nomem(err);
}

/* ---- all of it ---- */

int extend(const struct create_request *req, bool real, struct extended *ret, struct err *err)
{
	const struct spec *s = req->spec;
	int r = 0;

	*ret = (struct extended){ .req = *req, .spec = *s, .ns_fd = -1 };
	ret->req.spec = &ret->spec;
	if (s->network.mode == SPEC_NET_JAIL)
		r = join_other(ret, real, err);
	if (r < 0)
		return r;
	ret->spec.mounts = arena_alloc(&ret->arena, (s->n_mounts + EXTRA_MAX) * sizeof(*s->mounts));
	if (!ret->spec.mounts)
		return err_nomem(err);
	if (s->n_mounts)
		memcpy(ret->spec.mounts, s->mounts, s->n_mounts * sizeof(*s->mounts));
	if (s->network.mode != SPEC_NET_UNSET && !s->network.no_files)
		r = add_files(ret);
	if (r == 0 && (req->want_notify || req->notify_socket))
		r = add_notify(ret);
	return r < 0 ? err_nomem(err) : 0;
}

void extended_done(struct extended *x)
{
	fd_close(&x->ns_fd);
	arena_done(&x->arena);
}
