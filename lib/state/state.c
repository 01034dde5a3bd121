/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * state.c - the state directory: claims, locks, lists
 */
#include "state/state.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>

#include "base/remove.h"

#define CLAIM_PREFIX   ".new-"
#define RETIRED_PREFIX ".old-"
#define CLAIM_TRIES    16

int state_check_id(const char *id, struct err *err)
{
	size_t n = id ? strlen(id) : 0;

	if (!n)
		return err_set(err, -EINVAL, "the id of a jail must not be empty");
	if (n > 255)
		return err_set(err, -EINVAL, "the id of a jail has at most 255 bytes, not %zu", n);
	if (id[0] == '.')
		return err_set(err, -EINVAL, "the id of a jail does not start with a dot: %s", id);
	for (size_t i = 0; i < n; i++)
		if (!isascii(id[i]) || (!isalnum(id[i]) && !strchr("_+-.", id[i])))
			return err_set(err, -EINVAL,
				       "the id of a jail has only letters, digits and _ + - . "
				       "(byte %zu is none of them)", i + 1);
	return 0;
}

/* mkdir -p; directories above the root are made as a shell would. */
static int make_dirs(const char *path, struct err *err)
{
	mem_auto char *copy = strdup(path);

	if (!copy)
		return err_nomem(err);
	for (char *p = copy + 1; (p = strchr(p, '/')); *p++ = '/') {
		*p = '\0';
		if (mkdir(copy, 0755) < 0 && errno != EEXIST)
			return err_sys(err, "make directory %s", copy);
	}
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return err_sys(err, "make state directory %s", path);
	return 0;
}

/* What it holds is believed, plans are even executed: nobody else may write to it. */
static int check_root(int fd, const char *path, struct err *err)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return err_sys(err, "look at state directory %s", path);
	if (st.st_uid && st.st_uid != geteuid())
		return err_set(err, -EPERM, "state directory %s belongs to user %u", path, st.st_uid);
	if (st.st_mode & 022)
		return err_set(err, -EPERM, "state directory %s can be written by others (mode %04o)",
			       path, st.st_mode & 07777);
	return 0;
}

int state_root_open(const char *path, bool create, int *ret_fd, struct err *err)
{
	fd_auto fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int r;

	if (fd < 0 && errno == ENOENT && create) {
		r = make_dirs(path, err);
		if (r < 0)
			return r;
		fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	}
	if (fd < 0)
		return err_sys(err, "open state directory %s", path);
	r = check_root(fd, path, err);
	if (r < 0)
		return r;
	*ret_fd = fd_take(&fd);
	return 0;
}

/* ---- locks ---- */

/* While we waited for the lock, the directory may have been removed, or renamed to be removed. */
bool state_is_current(int dir_fd, const char *name)
{
	struct stat st, now;
	char path[300];

	snprintf(path, sizeof(path), "../%s", name);
	return fstat(dir_fd, &st) == 0 && st.st_nlink > 0 &&
	       fstatat(dir_fd, path, &now, AT_SYMLINK_NOFOLLOW) == 0 && now.st_ino == st.st_ino;
}

int state_lock(int dir_fd, const char *id, bool wait, struct err *err)
{
	int r;

	do
		r = flock(dir_fd, LOCK_EX | (wait ? 0 : LOCK_NB));
	while (r < 0 && errno == EINTR);
	if (r < 0)
		return err_sys(err, "lock jail %s", id);
	if (!state_is_current(dir_fd, id)) {
		flock(dir_fd, LOCK_UN);
		return err_set(err, -ENOENT, "jail %s: container does not exist", id);
	}
	return 0;
}

void state_unlock(int dir_fd)
{
	flock(dir_fd, LOCK_UN);
}

int state_open(int root_fd, const char *id, bool lock, int *ret_dir_fd, struct err *err)
{
	fd_auto fd = -1;
	int r = state_check_id(id, err);

	if (r < 0)
		return r;
	fd = openat(root_fd, id, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return err_set(err, -ENOENT, "jail %s: container does not exist", id);
	if (fd < 0)
		return err_sys(err, "open jail %s", id);
	r = lock ? state_lock(fd, id, true, err) : 0;
	if (r < 0)
		return r;
	*ret_dir_fd = fd_take(&fd);
	return 0;
}

/* ---- claims ---- */

/* No id starts with a dot. */
static void unique_name(const char *prefix, char ret[STATE_RETIRED_MAX])
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	snprintf(ret, STATE_RETIRED_MAX, "%s%ld-%lld", prefix, syscall(SYS_gettid),
		 (long long)now.tv_sec * 1000000000LL + now.tv_nsec);
}

static int claim(int root_fd, const char *id, const struct state *s, int *ret_dir_fd, struct err *err)
{
	char name[STATE_RETIRED_MAX];
	fd_auto fd = -1;
	int r;

	unique_name(CLAIM_PREFIX, name);
	if (mkdirat(root_fd, name, 0700) < 0)
		return err_sys(err, "make the state of jail %s", id);
	fd = openat(root_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0) {
		r = err_sys(err, "open the state of jail %s", id);
		unlinkat(root_fd, name, AT_REMOVEDIR);
		return r;
	}
	r = state_lock(fd, name, true, err);
	if (r == 0)
		r = state_prepare(fd, s, err);
	if (r == 0)
		r = state_commit(fd, err);
	if (r == 0 && renameat2(root_fd, name, root_fd, id, RENAME_NOREPLACE) < 0)
		r = errno == EEXIST ? err_set(err, -EEXIST, "jail %s: container already exists", id) :
				      err_sys(err, "claim jail %s", id);
	if (r < 0) {
		state_remove(root_fd, name, fd, NULL);
		return r;
	}
	*ret_dir_fd = fd_take(&fd);
	return 0;
}

/* Before it is locked, a gc at work may take a claim for what somebody has left: then try again. */
int state_claim(int root_fd, const char *id, const struct state *s, int *ret_dir_fd, struct err *err)
{
	int r, tries = CLAIM_TRIES;

	do
		r = claim(root_fd, id, s, ret_dir_fd, err);
	while (r == -ENOENT && --tries);
	return r;
}

/* ---- removal ---- */

static const char *const known_files[] = {
	"gate", "console", "host/notify", "plan", "state.json.new", "state.json",
};

/* Files that some other version left; the record goes last in any case. */
static void remove_unknown(int dir_fd)
{
	DIR *d = dir_list(dir_fd);
	struct dirent *e;

	if (!d)
		return;
	while ((e = dir_next(d)))
		unlinkat(dir_fd, e->d_name, 0);
	closedir(d);
}

int state_retire(int root_fd, const char *name, char ret[STATE_RETIRED_MAX], struct err *err)
{
	unique_name(RETIRED_PREFIX, ret);
	if (renameat2(root_fd, name, root_fd, ret, RENAME_NOREPLACE) < 0)
		return err_sys(err, "free the id of jail %s", name);
	return 0;
}

int state_remove(int root_fd, const char *name, int dir_fd, struct err *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(known_files); i++)
		unlinkat(dir_fd, known_files[i], 0);
	/* A system jail of a user may have written there: it is this user's. */
	if (unlinkat(dir_fd, "host", AT_REMOVEDIR) < 0 && errno != ENOENT)
		dir_remove_at(dir_fd, "host");
	if (unlinkat(root_fd, name, AT_REMOVEDIR) == 0)
		return 0;
	if (errno == ENOTEMPTY || errno == EEXIST) {
		remove_unknown(dir_fd);
		if (unlinkat(root_fd, name, AT_REMOVEDIR) == 0)
			return 0;
	}
	return err_sys(err, "remove the state of jail %s", name);
}

/* ---- lists ---- */

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool wanted(const char *name, bool half_made)
{
	if (name[0] == '.')
		return half_made &&
		       (str_starts(name, CLAIM_PREFIX) || str_starts(name, RETIRED_PREFIX));
	return state_check_id(name, NULL) == 0;
}

/* Copy the names behind an array of pointers to them: one block for the caller to free. */
static int flatten(struct strv *v, const struct buf *names, struct err *err)
{
	size_t head = (v->n + 1) * sizeof(char *);
	char *block = malloc(head + names->len + 1), *p;

	if (!block || names->failed) {
		free(block);
		return err_nomem(err);
	}
	p = block + head;
	if (names->len)
		memcpy(p, names->text, names->len);
	v->v = (char **)(void *)block;
	for (size_t i = 0; i < v->n; i++, p += strlen(p) + 1)
		v->v[i] = p;
	v->v[v->n] = NULL;
	qsort(v->v, v->n, sizeof(char *), by_name);
	return 0;
}

int state_list(int root_fd, bool half_made, struct strv *ret, struct err *err)
{
	DIR *d = dir_list(root_fd);
	buf_auto names = { 0 };
	struct strv v = { 0 };
	struct dirent *e;
	int r;

	if (!d)
		return err_sys(err, "list the state directory");
	while ((e = readdir(d)))
		if (wanted(e->d_name, half_made)) {
			buf_put(&names, e->d_name, strlen(e->d_name) + 1);
			v.n++;
		}
	closedir(d);
	r = flatten(&v, &names, err);
	if (r == 0)
		*ret = v;
	return r;
}
