/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * home.c - variables that are known only here: HOME, from the jail's own /etc/passwd, and the pid
 *
 * The file is hostile: it must be a regular file, at most a megabyte of it is read, and a line that
 * is not name:password:uid:gid:comment:home:shell is passed over.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>

#include "init.h"

#define PASSWD_MAX (1 << 20)

struct line {
	int field;              /* 2: uid, 5: home */
	int bad, digits;
	uint64_t uid;
	char home[PLAN_HOME_MAX];
	size_t home_len;
};

static void line_start(struct line *l)
{
	l->field = l->bad = l->digits = 0;
	l->uid = 0;
	l->home_len = 0;
}

static void line_byte(struct line *l, char c)
{
	if (c == ':') {
		l->field++;
	} else if (l->field == 2) {
		if (c < '0' || c > '9' || ++l->digits > 10)
			l->bad = 1;
		else
			l->uid = l->uid * 10 + (uint64_t)(c - '0');
	} else if (l->field == 5) {
		if (l->home_len < sizeof(l->home) - 1)
			l->home[l->home_len++] = c;
		else
			l->bad = 1;
	}
}

static int line_matches(const struct line *l, uint64_t uid)
{
	return !l->bad && l->digits && l->field >= 5 && l->uid == uid && l->home_len &&
	       l->home[0] == '/';
}

/* Put "HOME=…" into @variable, which has PLAN_HOME_MAX bytes behind "HOME=". */
static int search(int fd, uint64_t uid, char *variable)
{
	static struct line l;
	static char buf[4096];
	long n, total = 0;

	line_start(&l);
	while (total < PASSWD_MAX && (n = SYS(read, fd, buf, sizeof(buf))) > 0) {
		for (long i = 0; i < n; i++) {
			if (buf[i] != '\n') {
				line_byte(&l, buf[i]);
				continue;
			}
			if (line_matches(&l, uid)) {
				mem_copy(variable + 5, l.home, l.home_len);
				variable[5 + l.home_len] = '\0';
				return 1;
			}
			line_start(&l);
		}
		total += n;
	}
	return 0;
}

/* -1 unless it is a regular file. */
static int open_file(const char *path, uint64_t flags)
{
	struct open_how how = {
		.flags = flags | O_CLOEXEC, .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	struct stat st;
	int root = (int)SYS(openat, AT_FDCWD, "/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int fd = root < 0 ? root : (int)SYS(openat2, root, path, &how, sizeof(how));

	if (root >= 0)
		SYS(close, root);
	if (fd < 0 || (SYS(fstat, fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size))
		return fd;
	SYS(close, fd);
	return -1;
}

/* Looked at before it is opened: opening a device that was put there has effects, as has reading /proc/kmsg. */
int process_home(const struct plan_step *s)
{
	int look = open_file("/etc/passwd", O_PATH), fd = -1;

	if (look >= 0)
		fd = open_file("/etc/passwd", O_RDONLY | O_NONBLOCK | O_NOCTTY);
	if (fd >= 0)                            /* HOME stays "/" otherwise */
		search(fd, s->a[0], (char *)in.plan + s->s[0]);
	if (fd >= 0)
		SYS(close, fd);
	if (look >= 0)
		SYS(close, look);
	return 0;
}

/* "LISTEN_PID=0" becomes "LISTEN_PID=1": the compiler left room for ten digits. */
int process_pid_variable(const struct plan_step *s)
{
	char *p = (char *)in.plan + s->s[0], digits[10];
	uint32_t pid = (uint32_t)SYS(getpid);
	int n = 0;

	while (*p && *p != '=')
		p++;
	if (!*p)
		return -EINVAL;
	do {
		digits[n++] = (char)('0' + pid % 10);
		pid /= 10;
	} while (pid);
	while (n)
		*++p = digits[--n];
	*++p = '\0';
	return 0;
}
