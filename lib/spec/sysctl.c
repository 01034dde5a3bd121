/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sysctl.c - linux.sysctl: only what belongs to one of the jail's own namespaces
 *
 * Everything else under /proc/sys is the host's.  A name is written with dots or slashes; as
 * sysctl(8) has it, the first of either decides what separates, and the other one is then part of
 * a component: net.ipv4.conf.eth0/100.forwarding is net/ipv4/conf/eth0.100/forwarding.
 */
#include "spec/parse.h"

#include <string.h>

static const struct { const char *path; enum spec_ns ns; } owners[] = {
	{ "kernel/msgmax", SPEC_NS_IPC },
	{ "kernel/msgmnb", SPEC_NS_IPC },
	{ "kernel/msgmni", SPEC_NS_IPC },
	{ "kernel/msg_next_id", SPEC_NS_IPC },
	{ "kernel/sem", SPEC_NS_IPC },
	{ "kernel/sem_next_id", SPEC_NS_IPC },
	{ "kernel/shmall", SPEC_NS_IPC },
	{ "kernel/shmmax", SPEC_NS_IPC },
	{ "kernel/shmmni", SPEC_NS_IPC },
	{ "kernel/shm_next_id", SPEC_NS_IPC },
	{ "kernel/shm_rmid_forced", SPEC_NS_IPC },
	{ "fs/mqueue/", SPEC_NS_IPC },          /* a slash at the end: all below */
	{ "net/", SPEC_NS_NETWORK },
	{ "kernel/hostname", SPEC_NS_UTS },
	{ "kernel/domainname", SPEC_NS_UTS },
};

static bool component_bad(const char *s, size_t n)
{
	return n == 0 || (n == 1 && s[0] == '.') || (n == 2 && s[0] == '.' && s[1] == '.');
}

int sysctl_path(const char *key, char *out)
{
	bool dots = key[strcspn(key, "./")] == '.';
	size_t i;

	for (i = 0; key[i]; i++)
		out[i] = !dots ? key[i] : key[i] == '.' ? '/' : key[i] == '/' ? '.' : key[i];
	out[i] = '\0';
	for (const char *s = out;; s++) {
		size_t n = strcspn(s, "/");

		if (component_bad(s, n))
			return -EINVAL;
		s += n;
		if (!*s)
			return 0;
	}
}

static int owner_of(const char *path)
{
	for (size_t i = 0; i < ARRAY_SIZE(owners); i++) {
		const char *o = owners[i].path;

		if (o[strlen(o) - 1] == '/' ? str_starts(path, o) : !strcmp(path, o))
			return (int)owners[i].ns;
	}
	return -1;
}

/* Both name the same value, and one of them would be lost. */
static const char *set_elsewhere(const struct spec *s, const char *path)
{
	if (s->hostname && !strcmp(path, "kernel/hostname"))
		return "hostname";
	if (s->domainname && !strcmp(path, "kernel/domainname"))
		return "domainname";
	return NULL;
}

static int check_sysctl(const struct at *at, struct spec *s, struct spec_pair *pair)
{
	char *path = arena_alloc(&s->arena, strlen(pair->key) + 1);
	const char *other;
	int ns;

	if (!path)
		return at_nomem(at);
	if (sysctl_path(pair->key, path) < 0)
		return at_fail(at, "must be a name such as net.ipv4.ip_forward");
	ns = owner_of(path);
	if (ns < 0)
		return at_fail(at, "belongs to the host, not to a namespace of the jail");
	if (!s->ns[ns].set)
		return at_fail(at, "needs \"%s\" in linux.namespaces",
			       spec_ns_types[ns].name);
	other = set_elsewhere(s, path);
	if (other)
		return at_fail(at, "is already given by %s", other);
	pair->key = path;
	return 0;
}

int check_sysctls(const struct at *lnx, struct spec *s)
{
	struct at sysctl = at_member(lnx, "sysctl");

	for (size_t i = 0; i < s->sysctl.n; i++) {
		struct at e = at_member(&sysctl, s->sysctl.v[i].key);
		int r = check_sysctl(&e, s, &s->sysctl.v[i]);

		if (r < 0)
			return r;
	}
	return 0;
}
