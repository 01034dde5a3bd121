/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * devices.c - what stands in /dev: the default nodes, the spec's, symlinks, and the pty
 */
#include "plan/compile.h"

#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

/* OCI config-linux, default devices. */
static const struct { const char *name; unsigned major, minor; } default_nodes[] = {
	{ "null", 1, 3 }, { "zero", 1, 5 }, { "full", 1, 7 },
	{ "random", 1, 8 }, { "urandom", 1, 9 }, { "tty", 5, 0 },
};

static const struct { const char *name, *to; } default_links[] = {
	{ "ptmx", "pts/ptmx" }, { "fd", "/proc/self/fd" }, { "stdin", "/proc/self/fd/0" },
	{ "stdout", "/proc/self/fd/1" }, { "stderr", "/proc/self/fd/2" }, { "core", "/proc/kcore" },
};

/* The host's /dev, bound as a whole, is not touched. */
static bool dev_is_bound(const struct spec *s)
{
	for (size_t i = 0; i < s->n_mounts; i++)
		if (!strcmp(s->mounts[i].destination, "/dev") && s->mounts[i].flags & SPEC_MOUNT_BIND)
			return true;
	return false;
}

/*
 * The kernel forbids device nodes in a user namespace, so there the host's node is bound.  The runtime
 * itself may be in one (a jail in a jail), which jail-init finds out.
 * @name: below /dev without a slash, or absolute.
 */
static void add_node(struct plan_builder *b, const struct spec *spec, const struct spec_device *d,
		     const char *name, const char *place)
{
	bool bind = spec->ns[SPEC_NS_USER].set && !S_ISFIFO(d->type);
	uint32_t at = plan_put_str(b, name), source = S_ISFIFO(d->type) ? 0 : plan_put_str(b, d->path);
	struct plan_step *s = plan_add(b, bind ? OP_NODE_BIND : OP_NODE, STAGE_INSIDE, "%s", place);

	s->s[0] = at;
	s->s[1] = source;
	s->a[0] = d->type | d->mode;
	s->a[1] = makedev(d->major, d->minor);
	if (!bind)
		s->a[2] = (uint64_t)d->gid << 32 | d->uid;
}

/* A spec may say more exactly what a default device is to be. */
static bool given(const struct spec *spec, const char *path)
{
	for (size_t i = 0; i < spec->n_devices; i++)
		if (!strcmp(spec->devices[i].path, path))
			return true;
	return false;
}

static void add_default_nodes(struct plan_builder *b, const struct spec *spec)
{
	for (size_t i = 0; i < ARRAY_SIZE(default_nodes); i++) {
		char path[32];
		struct spec_device d = {
			.path = path, .type = S_IFCHR, .mode = 0666,
			.major = default_nodes[i].major, .minor = default_nodes[i].minor,
		};

		snprintf(path, sizeof(path), "/dev/%s", default_nodes[i].name);
		if (!given(spec, path))
			add_node(b, spec, &d, default_nodes[i].name, "");
	}
}

static void add_links(struct plan_builder *b)
{
	for (size_t i = 0; i < ARRAY_SIZE(default_links); i++) {
		uint32_t name = plan_put_str(b, default_links[i].name);
		uint32_t to = plan_put_str(b, default_links[i].to);
		struct plan_step *s = plan_add(b, OP_SYMLINK, STAGE_INSIDE, "%s", "");

		s->s[0] = name;
		s->s[1] = to;
	}
}

/* An engine that gives all of the host's devices means ptmx as well; it is the jail's own, by a link. */
static bool is_link(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(default_links); i++)
		if (!strcmp(default_links[i].name, name))
			return true;
	return false;
}

void compile_pty(struct plan_builder *b, const struct spec_process *p, const char *path,
		 bool newline)
{
	uint32_t ptmx = plan_put_str(b, "/dev/pts/ptmx");
	uint32_t console = plan_put_str(b, path);
	struct plan_step *s = plan_add(b, OP_PTY, STAGE_INSIDE, "process.terminal");

	s->s[0] = ptmx;
	s->s[1] = console;
	s->a[0] = p->console_height;
	s->a[1] = p->console_width;
	s->a[2] = p->uid;
	s->a[3] = newline;
}

void compile_devices(struct plan_builder *b, const struct plan_request *req)
{
	const struct spec *spec = req->spec;
	bool bound = dev_is_bound(spec);
	uint32_t dev = plan_put_str(b, "/dev");
	char place[48];

	plan_add(b, OP_DIR, STAGE_INSIDE, "%s", "")->s[0] = dev;
	if (!bound) {
		add_default_nodes(b, spec);
		add_links(b);
	}
	for (size_t i = 0; i < spec->n_devices; i++) {
		const struct spec_device *d = &spec->devices[i];
		const char *name = d->path;

		if (str_starts(name, "/dev/") && !strchr(name + 5, '/'))
			name += 5;
		if (!bound && is_link(name))
			continue;
		snprintf(place, sizeof(place), "linux.devices[%zu]", i);
		if (!bound || !spec->ns[SPEC_NS_USER].set)
			add_node(b, spec, d, name, place);
	}
	if (spec->process.terminal)
		compile_pty(b, &spec->process, "/dev/console", req->newline);
}
