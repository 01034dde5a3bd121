/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * features.c - the OCI features document
 *
 * What this build understands, not what the host's kernel can do: OCI features.md.
 */
#include "api/api.h"

#include <seccomp.h>
#include <stdio.h>

#include "api/words.h"
#include "base/json.h"

static void put_words(struct buf *b, const char *indent, const char *key, const char *table,
		      size_t max)
{
	const char *const *w = words_get(table);

	buf_printf(b, "%s\"%s\": [", indent, key);
	for (size_t i = 0; i < max && w[i]; i++) {
		buf_printf(b, i ? ", " : "");
		json_put_string(b, w[i]);
	}
	buf_printf(b, "]");
}

static void put_linux(struct buf *b)
{
	buf_printf(b, "  \"linux\": {\n");
	put_words(b, "    ", "namespaces", "namespaces", SIZE_MAX);
	buf_printf(b, ",\n");
	put_words(b, "    ", "capabilities", "capabilities", SIZE_MAX);
	buf_printf(b, ",\n    \"cgroup\": {\"v1\": false, \"v2\": true, \"systemd\": false, "
		   "\"systemdUser\": false, \"rdma\": false},\n");
	buf_printf(b, "    \"seccomp\": {\n      \"enabled\": true,\n");
	put_words(b, "      ", "actions", "seccomp-actions", SIZE_MAX);
	buf_printf(b, ",\n");
	put_words(b, "      ", "operators", "seccomp-operators", SIZE_MAX);
	buf_printf(b, ",\n");
	put_words(b, "      ", "archs", "seccomp-archs", SIZE_MAX);
	buf_printf(b, ",\n");
	put_words(b, "      ", "knownFlags", "seccomp-flags", SIZE_MAX);
	buf_printf(b, ",\n");
	put_words(b, "      ", "supportedFlags", "seccomp-flags", SIZE_MAX);
	buf_printf(b, "\n    },\n    \"apparmor\": {\"enabled\": true},\n"
		   "    \"selinux\": {\"enabled\": true},\n"
		   "    \"intelRdt\": {\"enabled\": false},\n"
		   "    \"netDevices\": {\"enabled\": true},\n    \"memoryPolicy\": {\n");
	put_words(b, "      ", "modes", "mempolicy-modes", SIZE_MAX);
	buf_printf(b, ",\n");
	put_words(b, "      ", "flags", "mempolicy-flags", SIZE_MAX);
	buf_printf(b, "\n    },\n    \"mountExtensions\": {\"idmap\": {\"enabled\": true}}\n  },\n");
}

int jail_features_json(char **ret, struct jail_error **error)
{
	const struct scmp_version *v = seccomp_version();
	struct buf b = { 0 };
	struct err err;

	buf_printf(&b, "{\n  \"ociVersionMin\": \"1.0.0\",\n  \"ociVersionMax\": \"1.3.0\",\n");
	put_words(&b, "  ", "hooks", "hooks", SPEC_HOOK_COUNT);
	buf_printf(&b, ",\n");
	put_words(&b, "  ", "mountOptions", "mount-options", SIZE_MAX);
	buf_printf(&b, ",\n");
	put_linux(&b);
	buf_printf(&b, "  \"annotations\": {\n    \"io.github.seccomp.libseccomp.version\": "
		   "\"%u.%u.%u\",\n    \"org.jail.version\": \"%s\"\n  },\n", v->major, v->minor, v->micro,
		   JAIL_VERSION);
	buf_printf(&b, "  \"potentiallyUnsafeConfigAnnotations\": []\n}\n");
	if (b.failed) {
		err_nomem(&err);
		return api_fail(&err, NULL, error);
	}
	*ret = b.text;
	return 0;
}
