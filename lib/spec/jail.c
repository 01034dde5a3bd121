/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * jail.c - the "jail" object: what is ours, beside the OCI configuration
 */
#include "spec/parse.h"

#include <linux/mount.h>
#include <string.h>

#include "base/signals.h"

#define IMAGE_STOP_SIGNAL "org.opencontainers.image.stopSignal"
#define KEEP_GROUPS       "run.oci.keep_original_groups"
#define LXCFS_DIR         "/var/lib/lxcfs"

/* What lxcfs 4 and later has: the numbers of the jail's cgroup in place of the machine's. */
static const char *const lxcfs_files[] = {
	"/proc/cpuinfo", "/proc/diskstats", "/proc/loadavg", "/proc/meminfo", "/proc/stat",
	"/proc/swaps", "/proc/uptime", "/sys/devices/system/cpu/online",
};

static int parse_stop_signal(const struct at *at, void *out)
{
	const char *text;
	int r = at_text(at, &text);

	if (r < 0)
		return r;
	*(int *)out = signal_number(text);
	return *(int *)out < 0 ? at_fail(at, "unknown signal \"%.80s\"", text) : 0;
}

int parse_jail(const struct at *at, void *out)
{
	static const struct field fields[] = {
		{ "binfmt", F_CALL, .fn = parse_binfmt },
		{ "lxcfs", F_BOOL, FIELD_SIZE(struct spec, lxcfs) },
		{ "network", F_CALL, FIELD_SIZE(struct spec, network), .fn = parse_jail_network },
		{ "notify", F_BOOL, FIELD_SIZE(struct spec, notify) },
		{ "rootfs", F_CALL, FIELD_SIZE(struct spec, rootfs), .fn = parse_jail_rootfs },
		{ "stopSignal", F_CALL, FIELD_SIZE(struct spec, stop_signal), .fn = parse_stop_signal },
		{ "system", F_BOOL, FIELD_SIZE(struct spec, system) },
		{ 0 },
	};

	return object_parse(at, fields, out);
}

const char *annotation(const struct spec *s, const char *key)
{
	for (size_t i = 0; i < s->annotations.n; i++)
		if (!strcmp(s->annotations.v[i].key, key))
			return s->annotations.v[i].value;
	return NULL;
}

/*
 * What engines say by annotations.  They copy the image's signal; a word we do not know is not our error.
 * podman's --group-add keep-groups is one of crun's.
 */
static void finish_annotations(struct spec *s)
{
	const char *signal = annotation(s, IMAGE_STOP_SIGNAL), *keep = annotation(s, KEEP_GROUPS);

	if (signal && !s->stop_signal)
		s->stop_signal = MAX(signal_number(signal), 0);
	s->keep_groups = keep && strcmp(keep, "0") != 0;
}

static int add_lxcfs(const struct at *jail, struct spec *s)
{
	size_t n = s->n_mounts + ARRAY_SIZE(lxcfs_files);
	struct spec_mount *v = arena_alloc(&s->arena, n * sizeof(*v));

	if (!v)
		return at_nomem(jail);
	if (s->n_mounts)
		memcpy(v, s->mounts, s->n_mounts * sizeof(*v));
	for (size_t i = 0; i < ARRAY_SIZE(lxcfs_files); i++) {
		struct spec_mount *m = &v[s->n_mounts + i];

		*m = (struct spec_mount){
			.destination = arena_strdup(&s->arena, lxcfs_files[i]),
			.source = arena_printf(&s->arena, LXCFS_DIR "%s", lxcfs_files[i]),
			.flags = SPEC_MOUNT_BIND, .doc_index = SPEC_MOUNT_LXCFS,
			.attrs.set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV |
				     MOUNT_ATTR_NOEXEC,
		};
		if (!m->destination || !m->source)
			return at_nomem(jail);
	}
	s->mounts = v;
	s->n_mounts = n;
	return 0;
}

int finish_jail(const struct at *jail, struct spec *s)
{
	finish_annotations(s);
	if (s->system)
		s->notify |= !at_member(jail, "notify").v;
	if (finish_network(jail, s) < 0 || finish_binfmt(jail, s) < 0)
		return -EINVAL;
	return s->lxcfs ? add_lxcfs(jail, s) : 0;
}
