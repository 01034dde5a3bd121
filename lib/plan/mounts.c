/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mounts.c - the mounts of a spec, in its order: each a detached tree that is then attached
 */
#include "plan/compile.h"

#include <linux/mount.h>
#include <string.h>

/* File systems whose superblock is the kernel's or shared: read-only is a matter of the mount. */
static const char *const pseudo_fs[] = {
	"proc", "sysfs", "cgroup2", "mqueue", "devpts", "securityfs", "debugfs", "tracefs", "bpf",
	"binfmt_misc", "configfs", "fusectl", "pstore", "efivarfs", "overlay", "fuse",
};

/* Those that take no SELinux context. */
static const char *const no_context_fs[] = { "proc", "sysfs", "cgroup2" };

static bool in_table(const char *const *table, size_t n, const char *name)
{
	for (size_t i = 0; i < n; i++)
		if (!strcmp(table[i], name))
			return true;
	return false;
}

/* ---- trees from outside ---- */

static bool mount_mapped(const struct spec_mount *m)
{
	return m->flags & (SPEC_MOUNT_IDMAP | SPEC_MOUNT_RIDMAP);
}

static bool from_outside(const struct plan_request *req, const struct spec_mount *m)
{
	return m->flags & SPEC_MOUNT_BIND && (trees_from_outside(req) || mount_mapped(m));
}

static void send_mount(struct plan_builder *b, const struct plan_request *req, size_t i)
{
	const struct spec_mount *m = &req->spec->mounts[i];
	uint32_t path = plan_put_str(b, m->source), uid = 0, gid = 0;
	struct plan_step *s;
	char place[40];

	if (mount_mapped(m) && m->uid_maps.n) {
		uid = compile_put_maps(b, &m->uid_maps);
		gid = compile_put_maps(b, &m->gid_maps);
	}
	s = plan_add(b, OP_SEND_TREE, STAGE_NAMESPACES, "%s", mount_place(req->spec, i, place));
	s->s[0] = path;
	s->s[1] = uid;
	s->s[2] = gid;
	s->a[0] = (m->flags & SPEC_MOUNT_RECURSIVE) != 0;
	s->a[1] = m->propagation ? m->propagation | (m->propagation_recursive ? MS_REC : 0) :
				   MS_PRIVATE | MS_REC;
	if (mount_mapped(m))
		s->a[2] = (uid ? IDMAP_GIVEN : IDMAP_JAIL) |
			  (m->flags & SPEC_MOUNT_RIDMAP ? IDMAP_RECURSIVE : 0);
}

void compile_send_mounts(struct plan_builder *b, const struct plan_request *req)
{
	for (size_t i = 0; i < req->spec->n_mounts; i++)
		if (from_outside(req, &req->spec->mounts[i]))
			send_mount(b, req, i);
}

/* ---- one mount, inside ---- */

struct mount_ctx {
	struct plan_builder *b;
	const struct plan_request *req;
	const struct spec_mount *m;
	uint64_t base;                  /* base_propagation() */
	char place[40];
};

static struct plan_step *add(const struct mount_ctx *c, enum plan_op op)
{
	return plan_add(c->b, op, STAGE_INSIDE, "%s", c->place);
}

static void add_attr(const struct mount_ctx *c, uint64_t set, uint64_t clr, uint64_t propagation,
		     bool recursive)
{
	struct plan_step *s;

	if (!set && !clr && !propagation)
		return;
	s = add(c, OP_TREE_ATTR);
	s->a[0] = set;
	s->a[1] = clr;
	s->a[2] = propagation;
	s->a[3] = recursive;
}

static void add_attach(const struct mount_ctx *c, enum plan_target kind)
{
	uint32_t at = plan_put_str(c->b, c->m->destination);
	struct plan_step *s = add(c, OP_ATTACH);

	s->s[0] = at;
	s->a[0] = kind;
}

static void add_clone(const struct mount_ctx *c, const char *source)
{
	uint32_t at = plan_put_str(c->b, source);
	struct plan_step *s = add(c, OP_TREE_CLONE);

	s->s[0] = at;
	s->a[0] = (c->m->flags & SPEC_MOUNT_RECURSIVE) != 0;
}

static void compile_bind(const struct mount_ctx *c, const char *source)
{
	const struct spec_mount *m = c->m;
	uint64_t propagation = m->propagation;
	bool recursive = m->propagation_recursive;

	if (from_outside(c->req, m)) {
		add(c, OP_TREE_RECV);
		propagation = 0;                /* set before it was sent */
	} else {
		add_clone(c, source);
		if (c->base == MS_PRIVATE && propagation == MS_PRIVATE) {
			propagation = 0;        /* all of the namespace is */
		} else if (!propagation && c->base != MS_PRIVATE) {
			propagation = MS_PRIVATE;
			recursive = true;
		}
	}
	add_attr(c, m->attrs.set, m->attrs.clr, 0, false);
	add_attr(c, m->rec.set, m->rec.clr, 0, true);
	add_attr(c, 0, 0, propagation, recursive);
	add_attach(c, TARGET_AS_TREE);
}

/* The options given to the file system: its own, read-only, and the SELinux context. */
static uint32_t put_fs_options(const struct mount_ctx *c, const char *type)
{
	const struct strv *o = &c->m->fs_options;
	const char *label = c->req->spec->mount_label;
	mem_auto char **v = calloc(o->n + 3, sizeof(*v));
	mem_auto char *context = NULL;
	uint32_t at;
	size_t n = 0;

	if (!v) {
		c->b->failed = true;
		return 0;
	}
	for (; n < o->n; n++)
		v[n] = o->v[n];
	if (c->m->attrs.set & MOUNT_ATTR_RDONLY && !(c->m->flags & SPEC_MOUNT_TMPCOPYUP) &&
	    !in_table(pseudo_fs, ARRAY_SIZE(pseudo_fs), type))
		v[n++] = (char *)"ro";
	if (label && !in_table(no_context_fs, ARRAY_SIZE(no_context_fs), type)) {
		if (asprintf(&context, "context=%s", label) < 0) {
			context = NULL;
			c->b->failed = true;
			return 0;
		}
		v[n++] = context;
	}
	at = n ? plan_put_list(c->b, v, n) : 0;
	return at;
}

/* As with other runtimes, the directory below a tmpfs tells its mode unless an option does. */
static void add_mode(const struct mount_ctx *c, const char *type)
{
	const struct strv *o = &c->m->fs_options;
	uint32_t at;

	if (strcmp(type, "tmpfs") != 0)
		return;
	for (size_t i = 0; i < o->n; i++)
		if (str_starts(o->v[i], "mode="))
			return;
	at = plan_put_str(c->b, c->m->destination);
	add(c, OP_MODE_OF)->s[0] = at;
}

static void compile_fs(const struct mount_ctx *c, const char *type)
{
	const struct spec_mount *m = c->m;
	bool copy = m->flags & SPEC_MOUNT_TMPCOPYUP;
	bool strict = !strcmp(type, "proc") || !strcmp(type, "sysfs");
	uint64_t attrs = (m->attrs.set & ~m->rec.clr) | m->rec.set;
	uint32_t at[3] = { plan_put_str(c->b, type), plan_put_str(c->b, m->source),
			   put_fs_options(c, type) };
	struct plan_step *s;

	add_mode(c, type);
	s = add(c, OP_TREE_FS);
	memcpy(s->s, at, sizeof(at));
	s->a[0] = copy ? attrs & ~(uint64_t)MOUNT_ATTR_RDONLY : attrs;
	if (copy) {
		at[0] = plan_put_str(c->b, m->destination);
		add(c, OP_COPY_UP)->s[0] = at[0];
		add_attr(c, attrs & MOUNT_ATTR_RDONLY, 0, 0, false);
	}
	add_attr(c, 0, 0, m->propagation, m->propagation_recursive);
	add_attach(c, strict ? TARGET_STRICT_DIR : TARGET_DIR);
}

static void compile_remount(const struct mount_ctx *c)
{
	const struct spec_mount *m = c->m;
	uint32_t at = plan_put_str(c->b, m->destination);
	uint32_t options = m->fs_options.n ?
		plan_put_list(c->b, m->fs_options.v, m->fs_options.n) : 0;
	struct plan_step *s = add(c, OP_REMOUNT);

	s->s[0] = at;
	s->s[1] = options;
	s->a[0] = m->attrs.set | m->rec.set;
	s->a[1] = m->attrs.clr | m->rec.clr;
	s->a[2] = m->propagation;
	s->a[3] = m->rec.set || m->rec.clr || m->propagation_recursive;
}

/* Without a cgroup namespace a cgroup2 mount would show the whole host: its own part is bound. */
static bool cgroup_by_bind(const struct plan_request *req, const char *type)
{
	return !strcmp(type, "cgroup2") && !req->spec->ns[SPEC_NS_CGROUP].set && req->cgroup;
}

/* File systems that show a namespace, and may be mounted by who owns that. */
static const struct { const char *type; enum spec_ns ns; const char *host; } ns_fs[] = {
	{ "proc", SPEC_NS_PID, "/proc" },
	{ "sysfs", SPEC_NS_NETWORK, "/sys" },
	{ "mqueue", SPEC_NS_IPC, "/dev/mqueue" },
	{ "cgroup2", SPEC_NS_CGROUP, "/sys/fs/cgroup" },
};

/*
 * What an ordinary user, or the root of a user namespace, cannot mount because the jail shares that
 * namespace with the host: then the host's is shown, with whatever is mounted below.  NULL: it can be
 * mounted.
 */
static const char *host_mount(const struct plan_request *req, const char *type)
{
	bool owner = req->privileged && !req->spec->ns[SPEC_NS_USER].set;

	for (size_t i = 0; !owner && i < ARRAY_SIZE(ns_fs); i++)
		if (!strcmp(ns_fs[i].type, type) && !req->spec->ns[ns_fs[i].ns].set)
			return ns_fs[i].host;
	return NULL;
}

static void compile_host_mount(const struct mount_ctx *c, const char *path)
{
	struct spec_mount all = *c->m;
	struct mount_ctx host = *c;

	all.flags |= SPEC_MOUNT_RECURSIVE;
	all.rec.set |= all.attrs.set;
	all.attrs.set = 0;
	host.m = &all;
	compile_bind(&host, path);
}

static void compile_mount(struct mount_ctx *c)
{
	const char *type = c->m->type ? c->m->type : "none";
	char path[4096];

	if (!strcmp(type, "cgroup"))
		type = "cgroup2";
	if (c->m->flags & SPEC_MOUNT_REMOUNT) {
		compile_remount(c);
	} else if (c->m->flags & SPEC_MOUNT_BIND) {
		compile_bind(c, c->m->source);
	} else if (cgroup_by_bind(c->req, type)) {
		snprintf(path, sizeof(path), "/sys/fs/cgroup/%s", c->req->cgroup);
		compile_bind(c, path);
	} else if (host_mount(c->req, type)) {
		compile_host_mount(c, host_mount(c->req, type));
	} else {
		compile_fs(c, type);
	}
}

/* ---- file systems that become read-only when all is in them ---- */

static bool is_below(const char *path, const char *dir)
{
	size_t n = strlen(dir);

	return !strncmp(path, dir, n) && path[n] == '/' && path[n + 1];
}

/* A read-only tmpfs that other mounts, or devices, need places in. */
static bool is_filled_later(const struct spec *s, size_t i)
{
	const struct spec_mount *m = &s->mounts[i];

	if (m->flags & (SPEC_MOUNT_BIND | SPEC_MOUNT_REMOUNT | SPEC_MOUNT_TMPCOPYUP) || !m->type ||
	    strcmp(m->type, "tmpfs") != 0 || !((m->attrs.set | m->rec.set) & MOUNT_ATTR_RDONLY))
		return false;
	for (size_t k = i + 1; k < s->n_mounts; k++) {
		if (!strcmp(s->mounts[k].destination, m->destination))
			return false;
		if (is_below(s->mounts[k].destination, m->destination))
			return true;
	}
	return !strcmp(m->destination, "/dev");
}

static void compile_writable(const struct mount_ctx *c)
{
	struct spec_mount m = *c->m;
	struct mount_ctx writable = *c;

	m.attrs.set &= ~(uint64_t)MOUNT_ATTR_RDONLY;
	m.rec.set &= ~(uint64_t)MOUNT_ATTR_RDONLY;
	writable.m = &m;
	compile_mount(&writable);
}

void compile_mounts(struct plan_builder *b, const struct plan_request *req, uint64_t base)
{
	const struct spec *spec = req->spec;
	struct mount_ctx c = { .b = b, .req = req, .base = base };

	for (size_t i = 0; i < spec->n_mounts; i++) {
		c.m = &spec->mounts[i];
		mount_place(spec, i, c.place);
		if (is_filled_later(spec, i))
			compile_writable(&c);
		else
			compile_mount(&c);
	}
}

/* A root that is recursively shared takes all that is mounted with it: what asked for something else is told again. */
void compile_unshared(struct plan_builder *b, const struct plan_request *req)
{
	const struct spec *spec = req->spec;

	for (size_t i = 0; i < spec->n_mounts; i++) {
		struct spec_mount m = { .destination = spec->mounts[i].destination,
					.propagation = spec->mounts[i].propagation,
					.propagation_recursive = spec->mounts[i].propagation_recursive };
		struct mount_ctx c = { .b = b, .req = req, .m = &m };

		if (!m.propagation || m.propagation & MS_SHARED)
			continue;
		mount_place(spec, i, c.place);
		compile_remount(&c);
	}
}

void compile_filled(struct plan_builder *b, const struct plan_request *req)
{
	const struct spec *spec = req->spec;

	for (size_t i = 0; i < spec->n_mounts; i++) {
		struct spec_mount m = { .destination = spec->mounts[i].destination, .attrs.set = MOUNT_ATTR_RDONLY };
		struct mount_ctx filled = { .b = b, .req = req, .m = &m };

		if (!is_filled_later(spec, i))
			continue;
		mount_place(spec, i, filled.place);
		compile_remount(&filled);
	}
}
