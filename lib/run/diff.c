/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * diff.c - what a jail has changed in a root made of layers
 *
 * The root as the jail sees it is compared with the lower layers, so that it does not matter where its
 * upper layer is: one in memory cannot be reached from outside.  overlayfs shows a file that was not
 * touched with the times it has below; the change time cannot be set by anybody, so it tells.
 *
 * The root is hostile.  Each directory is opened by its path below the root, without links and without
 * crossing into other mounts; at any moment one of each layer is open, however deep they are.
 */
#include "run/diff.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>

#include "base/util.h"
#include "run/trees.h"

#define LAYER_PLACE "jail.rootfs.lower["

/* Strings that grow in number: a stack of directories, and the names in one. */
struct list {
	char **v;
	size_t n, cap;
};

struct diff {
	int root, *lower;
	size_t n_lower;
	uint64_t mount_id;              /* of the root */
	struct list todo;               /* directories below it: "", "etc", … the next one is the last */
	diff_fn fn;
	void *userdata;
};

static int list_add(struct list *l, char *text)
{
	if (!text)
		return -ENOMEM;
	if (l->n == l->cap) {
		size_t cap = l->cap ? 2 * l->cap : 64;
		char **v = realloc(l->v, cap * sizeof(*v));

		if (!v) {
			free(text);
			return -ENOMEM;
		}
		l->v = v;
		l->cap = cap;
	}
	l->v[l->n++] = text;
	return 0;
}

static void list_done(struct list *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->v[i]);
	free(l->v);
	*l = (struct list){ 0 };
}

/* ---- looking ---- */

static int open_below(int root, const char *path)
{
	struct open_how how = {
		.flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS | RESOLVE_NO_XDEV,
	};
	int fd = (int)syscall(SYS_openat2, root, *path ? path : ".", &how, sizeof(how));

	return fd < 0 ? -errno : fd;
}

/* 1: there, 0: not there. */
static int look(int dir, const char *name, struct statx *st)
{
	if (syscall(SYS_statx, dir, name, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | (*name ? 0 : AT_EMPTY_PATH),
		    STATX_BASIC_STATS | STATX_MNT_ID, st) == 0)
		return 1;
	return errno == ENOENT || errno == ENOTDIR ? 0 : -errno;
}

static bool is_whiteout(const struct statx *st)
{
	return S_ISCHR(st->stx_mode) && !st->stx_rdev_major && !st->stx_rdev_minor;
}

static bool is_opaque(int dir)
{
	char value;

	return fgetxattr(dir, "user.overlay.opaque", &value, 1) == 1 && value == 'y';
}

/*
 * Does layer @root hide @path, which it has not, in those below it?  It does if a directory above is opaque, a whiteout,
 * or something else than a directory.
 */
static bool hides(int root, const char *path)
{
	mem_auto char *above = strdup(path);
	char *slash;

	while (above && (slash = strrchr(above, '/'))) {
		fd_auto fd = -1;

		*slash = '\0';
		fd = open_below(root, above);
		if (fd == -ENOENT)
			continue;
		return fd < 0 || is_opaque(fd);
	}
	return !above;
}

/* One directory: as the jail sees it, and as the layers have it, from the topmost down as far as they merge. */
struct place {
	int here, *below;
	size_t n;
};

static void place_done(struct place *at)
{
	fd_close(&at->here);
	for (size_t i = 0; i < at->n; i++)
		fd_close(&at->below[i]);
	free(at->below);
}

static int open_place(const struct diff *d, const char *path, struct place *ret)
{
	struct place at = { .here = open_below(d->root, path) };

	if (at.here < 0)
		return at.here;
	at.below = calloc(d->n_lower + 1, sizeof(*at.below));
	if (!at.below) {
		fd_close(&at.here);
		return -ENOMEM;
	}
	for (size_t i = 0; i < d->n_lower; i++) {
		int fd = open_below(d->lower[i], path);

		/* Something else than a directory hides those below it, and so do whiteouts above it. */
		if (fd == -ENOENT && !hides(d->lower[i], path))
			continue;
		if (fd < 0)
			break;
		at.below[at.n++] = fd;
		if (is_opaque(fd))
			break;
	}
	*ret = at;
	return 0;
}

/* What the layers have of that name: 1, or 0: nothing. */
static int look_below(const struct place *at, const char *name, struct statx *st)
{
	for (size_t i = 0; i < at->n; i++) {
		int r = look(at->below[i], name, st);

		if (r)
			return r > 0 && is_whiteout(st) ? 0 : r;
	}
	return 0;
}

/* ---- names ---- */

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static int read_names(int fd, struct list *names)
{
	DIR *dir = dir_list(fd);
	struct dirent *e;
	int r = 0;

	if (!dir)
		return -errno;
	while (r == 0 && (e = dir_next(dir)))
		r = list_add(names, strdup(e->d_name));
	closedir(dir);
	return r;
}

/* Those of all of them, in order, each once. */
static int collect_names(const struct place *at, struct list *names)
{
	size_t kept = 0;
	int r = read_names(at->here, names);

	for (size_t i = 0; r == 0 && i < at->n; i++)
		r = read_names(at->below[i], names);
	if (r < 0)
		return r;
	if (names->n)
		qsort(names->v, names->n, sizeof(*names->v), by_name);
	for (size_t i = 0; i < names->n; i++) {
		if (kept && !strcmp(names->v[kept - 1], names->v[i]))
			free(names->v[i]);
		else
			names->v[kept++] = names->v[i];
	}
	names->n = kept;
	return 0;
}

/* ---- comparing ---- */

static bool same(const struct statx *a, const struct statx *b)
{
	return a->stx_mode == b->stx_mode && a->stx_size == b->stx_size &&
	       a->stx_rdev_major == b->stx_rdev_major && a->stx_rdev_minor == b->stx_rdev_minor &&
	       a->stx_ctime.tv_sec == b->stx_ctime.tv_sec && a->stx_ctime.tv_nsec == b->stx_ctime.tv_nsec &&
	       a->stx_mtime.tv_sec == b->stx_mtime.tv_sec && a->stx_mtime.tv_nsec == b->stx_mtime.tv_nsec;
}

static int tell(struct diff *d, enum diff_kind kind, const char *path)
{
	mem_auto char *absolute = NULL;

	if (asprintf(&absolute, "/%s", path) < 0) {
		absolute = NULL;
		return -ENOMEM;
	}
	return d->fn(d->userdata, kind, absolute);
}

/* One name of a directory; *ret_enter: it is a directory to be looked into. */
static int compare(struct diff *d, const struct place *at, const char *name, const char *path, bool *ret_enter)
{
	struct statx here, below;
	int is = look(at->here, name, &here), was = look_below(at, name, &below);

	*ret_enter = false;
	if (is < 0 || was < 0)
		return is < 0 ? is : was;
	if (is && here.stx_mnt_id != d->mount_id)
		return 0;
	*ret_enter = is && S_ISDIR(here.stx_mode);
	if (is && !was)
		return tell(d, DIFF_ADDED, path);
	if (!is && was)
		return tell(d, DIFF_DELETED, path);
	return !is || same(&here, &below) ? 0 : tell(d, DIFF_CHANGED, path);
}

/* Directories go on the stack behind one another, so that the first is the next. */
static int push_reversed(struct diff *d, struct list *dirs)
{
	int r = 0;

	while (r == 0 && dirs->n)
		r = list_add(&d->todo, dirs->v[--dirs->n]);
	return r;
}

static int compare_dir(struct diff *d, const char *dir)
{
	struct list names = { 0 }, dirs = { 0 };
	struct place at = { .here = -1 };
	int r = open_place(d, dir, &at);

	/* It is gone by now, or its path is longer than any that can be given. */
	if (r == -ENOENT || r == -ENOTDIR || r == -ELOOP || r == -EXDEV || r == -ENAMETOOLONG)
		return 0;
	if (r < 0)
		return r;
	r = collect_names(&at, &names);
	for (size_t i = 0; r == 0 && i < names.n; i++) {
		char *path = NULL;
		bool enter;

		if (asprintf(&path, "%s%s%s", dir, *dir ? "/" : "", names.v[i]) < 0) {
			r = -ENOMEM;
			break;
		}
		r = compare(d, &at, names.v[i], path, &enter);
		if (r == 0 && enter)
			r = list_add(&dirs, path);
		else
			free(path);
	}
	if (r == 0)
		r = push_reversed(d, &dirs);
	list_done(&dirs);
	list_done(&names);
	place_done(&at);
	return r;
}

/* ---- all of it ---- */

static bool is_layer(const struct plan *p, const struct plan_step *s)
{
	return (s->op == OP_SEND_TREE || s->op == OP_TREE_CLONE) && s->place &&
	       str_starts(plan_str(p, s->place), LAYER_PLACE);
}

static int open_layers(struct diff *d, const struct plan *p, struct err *err)
{
	const struct plan_step *s = plan_steps(p);

	d->lower = calloc(p->n_steps + 1, sizeof(*d->lower));
	if (!d->lower)
		return err_nomem(err);
	for (uint32_t i = 0; i < p->n_steps; i++, s++) {
		int r = is_layer(p, s) ? tree_open(p, s, &d->lower[d->n_lower], err) : 1;

		if (r < 0)
			return err_place(err, r, "%s", plan_str(p, s->place));
		d->n_lower += r == 0;
	}
	return 0;
}

int diff_layers(int root, const struct plan *p, diff_fn fn, void *userdata, struct err *err)
{
	struct diff d = { .root = root, .fn = fn, .userdata = userdata };
	struct statx st;
	int r = open_layers(&d, p, err);

	if (r == 0 && !d.n_lower)
		r = err_set(err, -EINVAL, "the root is not made of layers (jail.rootfs.lower)");
	if (r == 0 && look(root, "", &st) != 1)
		r = err_sys(err, "look at its root");
	if (r == 0) {
		d.mount_id = st.stx_mnt_id;
		r = list_add(&d.todo, strdup(""));
		while (r == 0 && d.todo.n) {
			mem_auto char *dir = d.todo.v[--d.todo.n];

			r = compare_dir(&d, dir);
		}
		if (r < 0)
			err_code(err, r, "compare its root with the layers");
	}
	list_done(&d.todo);
	for (size_t i = 0; i < d.n_lower; i++)
		fd_close(&d.lower[i]);
	free(d.lower);
	return r;
}
