/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * restrict.c - how a host keeps ordinary users from user namespaces
 *
 * Debian's kernels had a switch of their own, every kernel has a number, and Ubuntu's AppArmor lets
 * them be made but takes all capabilities away: then the first step that needs one fails.
 */
#include "run/restrict.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"

#define SYSCTL "/proc/sys/"

static bool reads(const char *path, const char *value)
{
	mem_auto char *text = NULL;
	size_t len;

	if (file_read_at(AT_FDCWD, path, 4096, &text, &len, NULL) < 0)
		return false;
	text[strcspn(text, "\n")] = '\0';
	return !strcmp(text, value);
}

const char *restrict_clone_hint(int code)
{
	if (code == -ENOSPC && reads(SYSCTL "user/max_user_namespaces", "0"))
		return " (this host allows no user namespaces: sysctl user.max_user_namespaces=0)";
	if (code == -EPERM && geteuid() && reads(SYSCTL "kernel/unprivileged_userns_clone", "0"))
		return " (this host has no user namespaces for ordinary users: "
		       "sysctl kernel.unprivileged_userns_clone=0)";
	return "";
}

int restrict_explain(struct err *err, int code)
{
	size_t n;

	if ((code != -EPERM && code != -EACCES) || !geteuid() || !err ||
	    !reads(SYSCTL "kernel/apparmor_restrict_unprivileged_userns", "1"))
		return code;
	n = strlen(err->text);
	snprintf(err->text + n, sizeof(err->text) - n,
		 " (AppArmor takes the capabilities from user namespaces of ordinary users here: give jail a "
		 "profile with \"userns,\", or sysctl kernel.apparmor_restrict_unprivileged_userns=0)");
	return code;
}
