/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rootfs.c - the root, what is mounted in it, masked and read-only paths, and the pivot
 *
 * Propagation.  Nothing the jail mounts may reach the host.  When no mount asks for slave or shared,
 * the whole new mount namespace is made private at once and nothing more has to be said.  Otherwise
 * it stays a slave of the host (or shared with it, if rootfsPropagation says so) and each tree is told
 * its own propagation before it is attached.
 */
#include "plan/compile.h"

#include <linux/mount.h>
#include <string.h>

#define PROPAGATIONS (MS_SHARED | MS_SLAVE | MS_PRIVATE | MS_UNBINDABLE)

/* What "/" of the new mount namespace becomes. */
static uint64_t base_propagation(const struct spec *s)
{
	uint64_t asked = s->rootfs_propagation & (MS_SHARED | MS_SLAVE);

	if (asked)
		return asked;
	for (size_t i = 0; i < s->n_mounts; i++)
		if (s->mounts[i].propagation & (MS_SHARED | MS_SLAVE))
			return MS_SLAVE;
	return MS_PRIVATE;
}

/* ---- trees from outside ---- */

/* A single image that nobody changes is the root itself, see plan_layered(). */
static const char *root_place(const struct spec *s)
{
	return s->rootfs.n_lower ? "jail.rootfs.lower[0]" : "root.path";
}

static bool is_image(const struct spec *s)
{
	return s->rootfs.n_lower && spec_layer_is_image(s->root_path);
}

static bool root_from_outside(const struct plan_request *req)
{
	return trees_from_outside(req) || req->spec->rootfs.idmap || is_image(req->spec);
}

static void send_root(struct plan_builder *b, const struct plan_request *req)
{
	uint32_t path = plan_put_str(b, req->spec->root_path);
	struct plan_step *s = plan_add(b, OP_SEND_TREE, STAGE_NAMESPACES, "%s", root_place(req->spec));

	s->s[0] = path;
	s->a[0] = 1;
	s->a[1] = req->spec->rootfs_propagation & MS_SLAVE ? MS_SLAVE | MS_REC : MS_PRIVATE | MS_REC;
	s->a[2] = req->spec->rootfs.idmap ? IDMAP_JAIL : IDMAP_NONE;
	s->a[3] = is_image(req->spec);
}

void compile_outside_mounts(struct plan_builder *b, const struct plan_request *req)
{
	if (!req->spec->ns[SPEC_NS_MOUNT].set)
		return;
	if (plan_layered(req->spec))
		compile_send_layers(b, req);
	else if (root_from_outside(req))
		send_root(b, req);
	compile_send_mounts(b, req);
}

/* ---- the root ---- */

static void compile_root(struct plan_builder *b, const struct plan_request *req, uint64_t base)
{
	const struct spec *spec = req->spec;
	uint32_t path = plan_put_str(b, spec->root_path);
	bool received = root_from_outside(req);
	struct plan_step *s;

	plan_add(b, OP_PROPAGATION, STAGE_INSIDE, "%s",
		 spec->rootfs_propagation ? "linux.rootfsPropagation" : "")->a[0] = base | MS_REC;
	if (plan_layered(spec)) {
		compile_layers(b, req, base);
		return;
	}
	s = plan_add(b, received ? OP_ROOT_RECV : OP_ROOT, STAGE_INSIDE, "%s", root_place(spec));
	s->s[0] = path;
	s->a[0] = base == MS_SHARED;
	if (!received)
		s->a[1] = base == MS_SHARED || (base == MS_SLAVE && !spec->rootfs_propagation);
}

static void add_paths(struct plan_builder *b, const struct strv *paths, enum plan_op op,
		      const char *place)
{
	for (size_t i = 0; i < paths->n; i++) {
		uint32_t at = plan_put_str(b, paths->v[i]);

		plan_add(b, op, STAGE_INSIDE, "%s[%zu]", place, i)->s[0] = at;
	}
}

static void root_attr(struct plan_builder *b, const char *place, uint64_t set, uint64_t propagation,
		      bool recursive)
{
	struct plan_step *s = plan_add(b, OP_ROOT_ATTR, STAGE_INSIDE, "%s", place);

	s->a[0] = set;
	s->a[1] = propagation;
	s->a[2] = recursive;
}

void compile_rootfs(struct plan_builder *b, const struct plan_request *req)
{
	const struct spec *spec = req->spec;
	const char *cwd = spec->process.cwd;
	struct plan_step *s;
	uint64_t base = base_propagation(spec);

	if (!ns_new(spec, SPEC_NS_MOUNT))
		return;                         /* joined: whoever made it has arranged it */
	compile_root(b, req, base);
	compile_mounts(b, req, base);
	compile_devices(b, req);
	compile_binfmt(b, spec);
	if (cwd && strcmp(cwd, "/")) {
		uint32_t at = plan_put_str(b, cwd);

		plan_add(b, OP_DIR, STAGE_INSIDE, "process.cwd")->s[0] = at;
	}
	add_paths(b, &spec->masked_paths, OP_MASK, "linux.maskedPaths");
	add_paths(b, &spec->readonly_paths, OP_READONLY, "linux.readonlyPaths");
	compile_network(b, req, false);
	compile_hooks(b, spec, SPEC_HOOK_CREATE_CONTAINER, OP_HOOK, STAGE_INSIDE);
	compile_filled(b, req);
	if (spec->root_readonly)
		root_attr(b, "root.readonly", MOUNT_ATTR_RDONLY, 0, false);
	else if (spec->rootfs.n_lower && !plan_layered(spec))
		root_attr(b, "jail.rootfs.upper", MOUNT_ATTR_RDONLY, 0, false);
	s = plan_add(b, OP_PIVOT, STAGE_INSIDE, "root.path");
	s->a[0] = req->no_pivot;
	s->a[1] = base == MS_SHARED;
	/* Last: pivot_root(2) refuses a root that is shared. */
	if (spec->rootfs_propagation & (MS_SHARED | MS_UNBINDABLE))
		root_attr(b, "linux.rootfsPropagation", 0, spec->rootfs_propagation & PROPAGATIONS,
			  spec->rootfs_propagation_recursive);
	if (spec->rootfs_propagation & MS_SHARED && spec->rootfs_propagation_recursive)
		compile_unshared(b, req);
}
