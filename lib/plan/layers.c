/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * layers.c - a root made of layers: an overlay of shared lower ones and the jail's own upper one
 *
 * jail-init mounts the overlay by itself, in the jail's user namespace where there is one: whatever the
 * file system does then on behalf of the jail, it does with no more rights than the jail's root.  So that
 * it can be done, attributes of layers are user.overlay.*, everywhere ("userxattr"): an upper layer
 * may be kept, and be that of a jail without a user namespace the next time.
 *
 * The layers are put together in a tmpfs that holds an ephemeral upper one as well:
 *
 *	0 1 2 …          lower layers, from the topmost
 *	data/upper       data/work
 */
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>

#include "plan/compile.h"

static bool layer_from_outside(const struct plan_request *req, size_t i)
{
	return trees_from_outside(req) || req->spec->rootfs.idmap ||
	       spec_layer_is_image(req->spec->rootfs.lower[i]);
}

static void send_layer(struct plan_builder *b, const struct plan_request *req, const char *path,
		       const char *place, bool image)
{
	uint32_t at = plan_put_str(b, path);
	struct plan_step *s = plan_add(b, OP_SEND_TREE, STAGE_NAMESPACES, "%s", place);

	s->s[0] = at;
	s->a[0] = !image;
	s->a[1] = MS_PRIVATE | MS_REC;
	s->a[2] = req->spec->rootfs.idmap ? IDMAP_JAIL : IDMAP_NONE;
	s->a[3] = image;
}

void compile_send_layers(struct plan_builder *b, const struct plan_request *req)
{
	const struct spec_rootfs *f = &req->spec->rootfs;
	char place[40];

	for (size_t i = 0; i < f->n_lower; i++)
		if (layer_from_outside(req, i))
			send_layer(b, req, f->lower[i], lower_place(i, place),
				   spec_layer_is_image(f->lower[i]));
	if (req->upper && (trees_from_outside(req) || f->idmap))
		send_layer(b, req, req->upper, "jail.rootfs.upper", false);
}

/* ---- inside ---- */

static void add_layer(struct plan_builder *b, const char *path, const char *name, const char *place,
		      bool received, uint64_t base)
{
	uint32_t at = plan_put_str(b, path), as = plan_put_str(b, name);
	struct plan_step *s;

	if (received) {
		plan_add(b, OP_TREE_RECV, STAGE_INSIDE, "%s", place);
	} else {
		s = plan_add(b, OP_TREE_CLONE, STAGE_INSIDE, "%s", place);
		s->s[0] = at;
		s->a[0] = true;                 /* or root of a user namespace may not */
		if (base != MS_PRIVATE) {
			s = plan_add(b, OP_TREE_ATTR, STAGE_INSIDE, "%s", place);
			s->a[2] = MS_PRIVATE;
			s->a[3] = true;
		}
	}
	plan_add(b, OP_LAYER, STAGE_INSIDE, "%s", place)->s[0] = as;
}

/* The place where layers are put together; its size is that of an ephemeral one. */
static void open_layers(struct plan_builder *b, const struct plan_request *req, uint64_t base)
{
	const struct spec_rootfs *f = &req->spec->rootfs;
	char size[40], *options[2] = { (char *)"mode=0755", size };
	struct plan_step *s;
	uint32_t at;

	snprintf(size, sizeof(size), "size=%llu", (unsigned long long)f->size_bytes);
	at = plan_put_list(b, options, f->size_bytes ? 2 : 1);
	s = plan_add(b, OP_LAYERS, STAGE_INSIDE, f->size_bytes ? "jail.rootfs.size" : "jail.rootfs");
	s->s[0] = at;
	s->a[0] = base == MS_SHARED;
}

static void mount_overlay(struct plan_builder *b, const struct plan_request *req)
{
	const struct spec_rootfs *f = &req->spec->rootfs;
	mem_auto char *context = NULL;
	char *options[3];
	struct plan_step *s;
	uint32_t at;
	size_t n = 0;

	options[n++] = (char *)"userxattr";
	/* What goes with the jail need not reach the disk. */
	if (f->upper == SPEC_UPPER_DISK)
		options[n++] = (char *)"volatile";
	if (req->spec->mount_label) {
		if (asprintf(&context, "context=%s", req->spec->mount_label) < 0) {
			context = NULL;
			b->failed = true;
			return;
		}
		options[n++] = context;
	}
	at = plan_put_list(b, options, n);
	s = plan_add(b, OP_OVERLAY, STAGE_INSIDE, "jail.rootfs");
	s->s[0] = at;
	s->a[0] = f->n_lower;
	s->a[1] = f->upper != SPEC_UPPER_NONE;
}

void compile_layers(struct plan_builder *b, const struct plan_request *req, uint64_t base)
{
	const struct spec_rootfs *f = &req->spec->rootfs;
	char place[40], name[24];

	open_layers(b, req, base);
	for (size_t i = 0; i < f->n_lower; i++) {
		snprintf(name, sizeof(name), "%zu", i);
		add_layer(b, f->lower[i], name, lower_place(i, place), layer_from_outside(req, i), base);
	}
	if (req->upper)
		add_layer(b, req->upper, "data", "jail.rootfs.upper",
			  trees_from_outside(req) || f->idmap, base);
	mount_overlay(b, req);
}
