/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * upper.c - the upper layer of a jail that is being made
 */
#include <stdio.h>

#include "run/making.h"
#include "state/uppers.h"

static bool on_disk(const struct spec *s)
{
	return plan_layered(s) && (s->rootfs.upper == SPEC_UPPER_DISK || s->rootfs.upper == SPEC_UPPER_KEPT);
}

int create_upper(const struct create_request *req, char **ret, struct err *err)
{
	const struct spec_rootfs *f = &req->spec->rootfs;
	const char *name = f->upper == SPEC_UPPER_DISK ? NULL : f->name ? f->name : req->id;

	*ret = NULL;
	if (!on_disk(req->spec))
		return 0;
	*ret = upper_path(req->data_path, name, req->root_path, req->id);
	return *ret ? 0 : err_nomem(err);
}

/* Who root of the jail is on disk: without an id-mapped layer, whom its user namespace maps to 0. */
static uint32_t root_on_disk(const struct spec *s, const struct spec_idmaps *maps)
{
	if (geteuid() != 0)
		return UINT32_MAX;              /* nobody can be given anything */
	for (size_t i = 0; ns_new(s, SPEC_NS_USER) && !s->rootfs.idmap && i < maps->n; i++)
		if (maps->v[i].container_id == 0)
			return maps->v[i].host_id;
	return 0;
}

int making_upper(struct making *m, struct err *err)
{
	const struct spec *s = m->req->spec;
	mem_auto char *owner = NULL;
	int r;

	if (!m->upper)
		return 0;
	if (asprintf(&owner, "%s/%s", m->req->root_path, m->req->id) < 0) {
		owner = NULL;
		return err_nomem(err);
	}
	/* What is there by that name is of another life of the jail, which the machine did not survive. */
	r = s->rootfs.upper == SPEC_UPPER_DISK ? upper_remove(m->upper, err) : 0;
	if (r < 0)
		return err_place(err, r, "jail.rootfs.upper");
	r = upper_take(m->upper, owner, root_on_disk(s, &s->uid_maps), root_on_disk(s, &s->gid_maps),
		       &m->upper_made, err);
	return r < 0 ? err_place(err, r, "jail.rootfs.upper") : 0;
}
