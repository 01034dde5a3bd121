/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * cgroup.c - the steps that make a jail's cgroup what the spec says
 */
#include "plan/compile.h"

#include <linux/mount.h>
#include <string.h>

#include "plan/limits.h"

static int compile_limits(struct plan_builder *b, const struct spec *spec, struct err *err)
{
	struct limits limits;
	int r = limits_compile(&spec->resources, "linux.resources.", &limits, err);

	for (size_t i = 0; r == 0 && i < limits.n; i++) {
		const struct limit *l = &limits.v[i];
		uint32_t file = plan_put_str(b, l->file), value = plan_put_str(b, l->value);
		struct plan_step *s = plan_add(b, OP_LIMIT, STAGE_BEFORE, "%s", l->place);

		s->s[0] = file;
		s->s[1] = value;
		s->a[0] = l->optional;
		s->a[1] = l->or_next;
	}
	if (r == 0)
		limits_done(&limits);
	return r;
}

/* The host's number of a user or group @id of the jail. */
static uint32_t host_id(const struct spec *spec, const struct spec_idmaps *maps, uint32_t id)
{
	for (size_t i = 0; ns_new(spec, SPEC_NS_USER) && i < maps->n; i++)
		if (id - maps->v[i].container_id < maps->v[i].size &&
		    id >= maps->v[i].container_id)
			return maps->v[i].host_id + (id - maps->v[i].container_id);
	return id;
}

/*
 * OCI config-linux, "Cgroup ownership": a jail that is shown its own part of the hierarchy, writable,
 * is given it.  One that an ordinary user has made is the user's, who is root inside.
 */
static void compile_delegation(struct plan_builder *b, const struct plan_request *req)
{
	const struct spec *spec = req->spec;
	uint32_t uid = host_id(spec, &spec->uid_maps, spec->process.uid);
	uint32_t gid = host_id(spec, &spec->gid_maps, spec->process.gid);
	struct plan_step *s;
	char place[40];

	if (!ns_new(spec, SPEC_NS_CGROUP) || !uid || !req->privileged)
		return;
	for (size_t i = 0; i < spec->n_mounts; i++) {
		const struct spec_mount *m = &spec->mounts[i];

		if (!m->type || strncmp(m->type, "cgroup", 6) != 0 ||
		    strcmp(m->destination, "/sys/fs/cgroup") != 0 ||
		    ((m->attrs.set | m->rec.set) & MOUNT_ATTR_RDONLY))
			continue;
		s = plan_add(b, OP_DELEGATE, STAGE_BEFORE, "%s", mount_place(spec, i, place));
		s->a[0] = uid;
		s->a[1] = gid;
		break;
	}
}

int compile_cgroup(struct plan_builder *b, const struct plan_request *req, struct err *err)
{
	const char *place = req->spec->cgroups_path ? "linux.cgroupsPath" : "";
	uint32_t at = plan_put_str(b, req->cgroup);

	if (req->unit) {
		uint32_t unit = plan_put_str(b, req->unit), slice = plan_put_str(b, req->slice);
		struct plan_step *s = plan_add(b, OP_SCOPE, STAGE_BEFORE, "%s", place);

		s->s[0] = unit;
		s->s[1] = slice;
	}
	plan_add(b, OP_CGROUP, STAGE_BEFORE, "%s", place)->s[0] = at;
	if (req->devices_len) {
		at = plan_put_blob(b, req->devices, req->devices_len);
		plan_add(b, OP_DEVICE_RULES, STAGE_BEFORE, "linux.resources.devices")->s[0] = at;
	}
	compile_delegation(b, req);
	return compile_limits(b, req->spec, err);
}
