/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * manager.c - who makes the cgroup of an ordinary user's jail
 *
 * Whoever makes a process in a cgroup must be allowed to write to cgroup.procs there and in the common
 * ancestor of that one and his own: cgroups(7).  So a cgroup that was delegated to the user is of use
 * only to who is in it, and from a login session only systemd can help.
 */
#include "run/manager.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cgroup/cgroup.h"

/* ---- systemd ---- */

/* Is somebody there who could answer?  XDG_RUNTIME_DIR may be left over from another user. */
static bool user_systemd(void)
{
	static const char *const sockets[] = { "bus", "systemd/private" };
	const char *dir = getenv("XDG_RUNTIME_DIR");
	fd_auto fd = str_empty(dir) ? -1 : open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0 || st.st_uid != geteuid())
		return false;
	/* Where systemd runs, but not for this user, there may be a bus that it is not on. */
	if (faccessat(fd, "systemd", F_OK, 0) < 0)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(sockets); i++)
		if (fstatat(fd, sockets[i], &st, 0) == 0 && S_ISSOCK(st.st_mode))
			return true;
	return false;
}

/* ---- a delegated cgroup ---- */

/* Our own cgroup's path, without "/" in front; "" is the root. NULL: there is none. */
static char *own_cgroup(void)
{
	mem_auto char *text = NULL;
	char *line;
	size_t len;

	if (file_read_at(AT_FDCWD, "/proc/self/cgroup", 65536, &text, &len, NULL) < 0)
		return NULL;
	line = !strncmp(text, "0::/", 4) ? text : strstr(text, "\n0::/");
	if (!line)
		return NULL;
	line = strchr(line, '/') + 1;
	line[strcspn(line, "\n")] = '\0';
	return strdup(line);
}

/* May we make cgroups in it, and move processes within it? */
static bool is_ours(int root, const char *path)
{
	mem_auto char *procs = NULL;

	if (asprintf(&procs, "%s%scgroup.procs", path, *path ? "/" : "") < 0) {
		procs = NULL;
		return false;
	}
	return faccessat(root, *path ? path : ".", W_OK, AT_EACCESS) == 0 &&
	       faccessat(root, procs, W_OK, AT_EACCESS) == 0;
}

/*
 * Ours, unless controllers are needed: a cgroup that holds processes cannot hand them out, and we are
 * in it.  Then the one above, where the whole subtree is the user's.
 */
static char *delegated(int root, bool ask)
{
	mem_auto char *own = own_cgroup(), *above = NULL;
	char *slash = own ? strrchr(own, '/') : NULL;

	if (!own || !is_ours(root, own))
		return NULL;
	if (ask && *own) {
		above = strndup(own, slash ? (size_t)(slash - own) : 0);
		if (above && is_ours(root, above))
			return mem_take(&above);
	}
	return mem_take(&own);
}

/* An absolute path that the spec gives: can it be made, or used? */
static bool can_make(int root, const char *path)
{
	mem_auto char *up = strdup(path + strspn(path, "/"));
	char *slash;

	while (up && faccessat(root, *up ? up : ".", F_OK, 0) < 0) {
		slash = strrchr(up, '/');
		*(slash ? slash : up) = '\0';
	}
	return up && is_ours(root, up);
}

/* ---- the choice ---- */

static int no_way(struct err *err)
{
	const char *dir = getenv("XDG_RUNTIME_DIR");

	return err_spec(err, "linux.resources",
			"limits need a cgroup, and there is none that user %u may use: %s, or start jail "
			"in a cgroup that was delegated to the user (a service with Delegate=yes)",
			geteuid(),
			str_empty(dir) ? "log in through systemd (or: loginctl enable-linger) and set "
					 "XDG_RUNTIME_DIR" :
					 "no systemd of the user's answers at $XDG_RUNTIME_DIR: log in through it "
					 "(or: loginctl enable-linger)");
}

/* "slice:prefix:name" is for systemd only, other paths are not for it. */
static bool for_systemd(const char *path)
{
	const char *colon = strchr(path, ':');

	return *path != '/' && colon && strchr(colon + 1, ':');
}

int manager_choose(const struct spec *spec, const char *scope_program, struct cgroup_choice *ret,
		   struct err *err)
{
	const char *asked = spec->cgroups_path, *mount;
	bool ask = spec_needs_cgroup(spec), plain = !str_empty(asked) && !for_systemd(asked);
	fd_auto root = -1;

	*ret = (struct cgroup_choice){ 0 };
	if (!plain && user_systemd() && access(scope_program, X_OK) == 0) {
		ret->scope = true;
		return 0;
	}
	if (cgroup_root_open(&root, &mount, NULL) == 0 && (!asked || plain)) {
		if (asked && *asked == '/') {
			if (can_make(root, asked))
				return 0;
		} else {
			ret->parent = delegated(root, ask);
			if (ret->parent)
				return 0;
		}
	}
	ret->none = true;
	return ask ? no_way(err) : 0;
}
