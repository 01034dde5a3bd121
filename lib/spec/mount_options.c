/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mount_options.c - the words in mounts[].options
 *
 * Three things come out of them: attributes of the mount for mount_setattr(2), of this one or of
 * the whole tree (the words with an r in front); how events propagate; and the rest, which is
 * handed to the file system with fsconfig(2) in the order written.  The last of two opposites wins.
 *
 * Access times are one choice of three for the kernel, so every word about them replaces the
 * whole group: noatime, strictatime, or relatime, which is what taking back one of them leads to.
 */
#include "spec/parse.h"

#include <string.h>
#include <sys/mount.h>

#ifndef MOUNT_ATTR_NOSYMFOLLOW
#define MOUNT_ATTR_NOSYMFOLLOW 0x00200000
#endif

enum word_kind {
	W_NONE,          /* says what is so anyway */
	W_FLAG,          /* enum spec_mount_flag */
	W_SET, W_CLEAR,  /* MOUNT_ATTR_* */
	W_ATIME,         /* choose one of the access time group */
	W_ATIME_NOT,     /* take that choice back */
	W_RSET, W_RCLEAR, W_RATIME, W_RATIME_NOT, /* the same for the tree, in the same order */
	W_SUPER,         /* of the super block; fsconfig(2) knows the word */
	W_PROPAGATE, W_RPROPAGATE,
};

/*
 * In the order of strcmp(), for the look-up.  "iversion", "silent" and their opposites have no
 * counterpart in fsconfig(2): file systems count inode versions on their own since Linux 6.1, and
 * "silent" was only ever about the kernel's log.
 */
#define MOUNT_WORDS(X) \
	X("async",          W_SUPER,      0) \
	X("atime",          W_ATIME_NOT,  MOUNT_ATTR_NOATIME) \
	X("bind",           W_FLAG,       SPEC_MOUNT_BIND) \
	X("defaults",       W_NONE,       0) \
	X("dev",            W_CLEAR,      MOUNT_ATTR_NODEV) \
	X("diratime",       W_CLEAR,      MOUNT_ATTR_NODIRATIME) \
	X("dirsync",        W_SUPER,      0) \
	X("exec",           W_CLEAR,      MOUNT_ATTR_NOEXEC) \
	X("idmap",          W_FLAG,       SPEC_MOUNT_IDMAP) \
	X("iversion",       W_NONE,       0) \
	X("lazytime",       W_SUPER,      0) \
	X("loud",           W_NONE,       0) \
	X("mand",           W_SUPER,      0) \
	X("noatime",        W_ATIME,      MOUNT_ATTR_NOATIME) \
	X("nodev",          W_SET,        MOUNT_ATTR_NODEV) \
	X("nodiratime",     W_SET,        MOUNT_ATTR_NODIRATIME) \
	X("noexec",         W_SET,        MOUNT_ATTR_NOEXEC) \
	X("noiversion",     W_NONE,       0) \
	X("nolazytime",     W_SUPER,      0) \
	X("nomand",         W_SUPER,      0) \
	X("norelatime",     W_ATIME_NOT,  MOUNT_ATTR_RELATIME) \
	X("nostrictatime",  W_ATIME_NOT,  MOUNT_ATTR_STRICTATIME) \
	X("nosuid",         W_SET,        MOUNT_ATTR_NOSUID) \
	X("nosymfollow",    W_SET,        MOUNT_ATTR_NOSYMFOLLOW) \
	X("private",        W_PROPAGATE,  MS_PRIVATE) \
	X("ratime",         W_RATIME_NOT, MOUNT_ATTR_NOATIME) \
	X("rbind",          W_FLAG,       SPEC_MOUNT_BIND | SPEC_MOUNT_RECURSIVE) \
	X("rdev",           W_RCLEAR,     MOUNT_ATTR_NODEV) \
	X("rdiratime",      W_RCLEAR,     MOUNT_ATTR_NODIRATIME) \
	X("relatime",       W_ATIME,      MOUNT_ATTR_RELATIME) \
	X("remount",        W_FLAG,       SPEC_MOUNT_REMOUNT) \
	X("rexec",          W_RCLEAR,     MOUNT_ATTR_NOEXEC) \
	X("ridmap",         W_FLAG,       SPEC_MOUNT_RIDMAP) \
	X("rnoatime",       W_RATIME,     MOUNT_ATTR_NOATIME) \
	X("rnodev",         W_RSET,       MOUNT_ATTR_NODEV) \
	X("rnodiratime",    W_RSET,       MOUNT_ATTR_NODIRATIME) \
	X("rnoexec",        W_RSET,       MOUNT_ATTR_NOEXEC) \
	X("rnorelatime",    W_RATIME_NOT, MOUNT_ATTR_RELATIME) \
	X("rnostrictatime", W_RATIME_NOT, MOUNT_ATTR_STRICTATIME) \
	X("rnosuid",        W_RSET,       MOUNT_ATTR_NOSUID) \
	X("rnosymfollow",   W_RSET,       MOUNT_ATTR_NOSYMFOLLOW) \
	X("ro",             W_SET,        MOUNT_ATTR_RDONLY) \
	X("rprivate",       W_RPROPAGATE, MS_PRIVATE) \
	X("rrelatime",      W_RATIME,     MOUNT_ATTR_RELATIME) \
	X("rro",            W_RSET,       MOUNT_ATTR_RDONLY) \
	X("rrw",            W_RCLEAR,     MOUNT_ATTR_RDONLY) \
	X("rshared",        W_RPROPAGATE, MS_SHARED) \
	X("rslave",         W_RPROPAGATE, MS_SLAVE) \
	X("rstrictatime",   W_RATIME,     MOUNT_ATTR_STRICTATIME) \
	X("rsuid",          W_RCLEAR,     MOUNT_ATTR_NOSUID) \
	X("rsymfollow",     W_RCLEAR,     MOUNT_ATTR_NOSYMFOLLOW) \
	X("runbindable",    W_RPROPAGATE, MS_UNBINDABLE) \
	X("rw",             W_CLEAR,      MOUNT_ATTR_RDONLY) \
	X("shared",         W_PROPAGATE,  MS_SHARED) \
	X("silent",         W_NONE,       0) \
	X("slave",          W_PROPAGATE,  MS_SLAVE) \
	X("strictatime",    W_ATIME,      MOUNT_ATTR_STRICTATIME) \
	X("suid",           W_CLEAR,      MOUNT_ATTR_NOSUID) \
	X("symfollow",      W_CLEAR,      MOUNT_ATTR_NOSYMFOLLOW) \
	X("sync",           W_SUPER,      0) \
	X("tmpcopyup",      W_FLAG,       SPEC_MOUNT_TMPCOPYUP) \
	X("unbindable",     W_PROPAGATE,  MS_UNBINDABLE)

struct mount_word {
	const char *name;
	enum word_kind kind;
	uint64_t value;
};

#define WORD_ROW(name, kind, value) { name, kind, value },
#define WORD_NAME(name, kind, value) name,

static const struct mount_word words[] = { MOUNT_WORDS(WORD_ROW) };
static const char *const word_names[] = { MOUNT_WORDS(WORD_NAME) NULL };

const char *const *spec_mount_option_names(void)
{
	return word_names;
}

static int word_cmp(const void *key, const void *row)
{
	return strcmp(key, ((const struct mount_word *)row)->name);
}

/* ---- attributes ---- */

static void attrs_apply(struct spec_mount_attrs *a, enum word_kind kind, uint64_t bit)
{
	switch (kind) {
	case W_SET:
		a->set |= bit;
		a->clr &= ~bit;
		return;
	case W_CLEAR:
		a->clr |= bit;
		a->set &= ~bit;
		return;
	case W_ATIME:
		a->clr |= MOUNT_ATTR__ATIME;
		a->set = (a->set & ~(uint64_t)MOUNT_ATTR__ATIME) | bit;
		return;
	default:
		a->clr |= MOUNT_ATTR__ATIME;
		if ((a->set & MOUNT_ATTR__ATIME) == bit)
			a->set &= ~(uint64_t)MOUNT_ATTR__ATIME;
	}
}

/* ---- file system options ---- */

/* Append to an array that grows by doubling: it is full when its length is a power of two. */
static const char *fs_option_add(struct spec *s, struct strv *list, const char *text)
{
	if (list->n < 4 ? list->n == 0 : (list->n & (list->n - 1)) == 0) {
		size_t room = MAX((size_t)4, list->n * 2);
		char **v = arena_alloc(&s->arena, (room + 1) * sizeof(*v));

		if (!v)
			return "out of memory";
		if (list->n)
			memcpy(v, list->v, list->n * sizeof(*v));
		list->v = v;
	}
	list->v[list->n] = arena_strdup(&s->arena, text);
	if (!list->v[list->n])
		return "out of memory";
	list->v[++list->n] = NULL;
	return NULL;
}

/* Words of fstab(5) that are for mount(8) and for those who call it. */
static bool user_space_word(const char *text)
{
	static const char *const ours[] = { "_netdev", "auto", "noauto", "nofail", "nouser" };

	for (size_t i = 0; i < ARRAY_SIZE(ours); i++)
		if (!strcmp(text, ours[i]))
			return true;
	return str_starts(text, "x-") || str_starts(text, "X-") || str_starts(text, "comment=");
}

/* An SELinux context has commas, and so quotes around it that fsconfig(2) does not want. */
static void unquote_context(char *text)
{
	static const char *const keys[] = { "context=\"", "fscontext=\"", "defcontext=\"",
					    "rootcontext=\"" };

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		size_t n = strlen(keys[i]), len = strlen(text);

		if (str_starts(text, keys[i]) && len > n && text[len - 1] == '"') {
			text[len - 1] = '\0';
			memmove(text + n - 1, text + n, len - n);
			return;
		}
	}
}

static const char *fs_option(struct spec *s, struct spec_mount *m, const char *option)
{
	char *text;

	if (*option == '=')
		return "a mount option needs a name before \"=\"";
	if (user_space_word(option))
		return NULL;
	text = arena_strdup(&s->arena, option);
	if (!text)
		return "out of memory";
	unquote_context(text);
	return fs_option_add(s, &m->fs_options, text);
}

/* ---- one word ---- */

const char *mount_option_apply(struct spec *s, struct spec_mount *m, const char *option)
{
	const struct mount_word *w;

	if (!*option)
		return NULL;
	w = bsearch(option, words, ARRAY_SIZE(words), sizeof(*words), word_cmp);
	if (!w)
		return fs_option(s, m, option);
	switch (w->kind) {
	case W_NONE:
		return NULL;
	case W_FLAG:
		m->flags |= (uint32_t)w->value;
		return NULL;
	case W_SUPER:
		return fs_option_add(s, &m->fs_options, option);
	case W_PROPAGATE:
	case W_RPROPAGATE:
		m->propagation = w->value;
		m->propagation_recursive = w->kind == W_RPROPAGATE;
		return NULL;
	case W_RSET:
	case W_RCLEAR:
	case W_RATIME:
	case W_RATIME_NOT:
		attrs_apply(&m->rec, w->kind - W_RSET + W_SET, w->value);
		return NULL;
	default:
		attrs_apply(&m->attrs, w->kind, w->value);
		return NULL;
	}
}

int spec_mount_option(struct spec *s, struct spec_mount *m, const char *option, const char *place,
		      struct err *err)
{
	const char *wrong;

	if (strchr(option, ','))
		return err_spec(err, place, "one mount option must not have a comma in it");
	wrong = mount_option_apply(s, m, option);
	return wrong ? err_spec(err, place, "%s", wrong) : 0;
}
