/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ps_table.c - a process table read from /proc, in the columns of ps -ef
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>

#include "cli.h"
#include "ps.h"

struct process {
	int pid, ppid;
	uid_t uid;
	unsigned tty;                           /* device number */
	unsigned long long ticks, start_ticks;  /* CPU time used; since boot */
	char comm[64];
	char *command;
};

static char *read_proc(pid_t pid, const char *file, size_t *ret_len)
{
	mem_auto char *path = x_printf("/proc/%d/%s", (int)pid, file);

	return read_file(path, 1 << 20, ret_len);
}

/* Fields of /proc/PID/stat, numbered as in proc_pid_stat(5). */
enum { F_PPID = 4, F_TTY = 7, F_UTIME = 14, F_STIME = 15, F_START = 22, F_END = 23 };

/* The numbers behind the state, field 3. */
static bool parse_fields(const char *text, unsigned long long fields[F_END])
{
	char *end;

	text += strspn(text, " ");
	if (!*text)
		return false;
	text++;
	for (int i = F_PPID; i < F_END; i++, text = end) {
		fields[i] = strtoull(text, &end, 10);
		if (end == text)
			return false;
	}
	return true;
}

/* The name is in parentheses and may hold anything, so look from behind. */
static bool parse_stat(const char *stat, struct process *p)
{
	const char *open = strchr(stat, '('), *close = strrchr(stat, ')');
	unsigned long long fields[F_END];

	if (!open || !close || close < open || !parse_fields(close + 1, fields))
		return false;
	snprintf(p->comm, sizeof(p->comm), "%.*s", (int)(close - open - 1), open + 1);
	p->ppid = (int)fields[F_PPID];
	p->tty = (unsigned)fields[F_TTY];
	p->ticks = fields[F_UTIME] + fields[F_STIME];
	p->start_ticks = fields[F_START];
	return true;
}

/* The arguments, blanks between them; what could disturb a terminal becomes a question mark. */
static char *make_command(const struct process *p, char *cmdline, size_t len)
{
	char *command;

	while (len && !cmdline[len - 1])
		len--;
	for (size_t i = 0; i < len; i++)
		if (!cmdline[i])
			cmdline[i] = ' ';
	command = len ? x_strdup(cmdline) : x_printf("[%s]", p->comm);
	for (unsigned char *c = (unsigned char *)command; *c; c++) {
		if (c[0] == 0xc2 && c[1] >= 0x80 && c[1] < 0xa0) /* C1 as well */
			*c++ = '?';
		else if (!iscntrl(*c))
			continue;
		*c = '?';
	}
	return command;
}

static bool load(pid_t pid, struct process *p)
{
	mem_auto char *stat_text = read_proc(pid, "stat", NULL), *cmdline = NULL;
	mem_auto char *dir = x_printf("/proc/%d", (int)pid);
	struct stat st;
	size_t len = 0;

	*p = (struct process){ .pid = pid };
	if (!stat_text || !parse_stat(stat_text, p) || stat(dir, &st) < 0)
		return false;
	p->uid = st.st_uid;
	cmdline = read_proc(pid, "cmdline", &len);
	p->command = make_command(p, cmdline, cmdline ? len : 0);
	return true;
}

/* ---- columns ---- */

static time_t started_at(const struct process *p)
{
	struct timespec up, now;

	clock_gettime(CLOCK_BOOTTIME, &up);
	clock_gettime(CLOCK_REALTIME, &now);
	return now.tv_sec - up.tv_sec + (time_t)(p->start_ticks / (unsigned long)sysconf(_SC_CLK_TCK));
}

/* The hour today, the day before that. */
static void format_start(const struct process *p, char *out, size_t size)
{
	time_t start = started_at(p), now = time(NULL);
	struct tm tm;

	localtime_r(&start, &tm);
	strftime(out, size, now - start < 24 * 60 * 60 ? "%H:%M" : "%b%d", &tm);
}

static void format_tty(unsigned dev, char *out, size_t size)
{
	if (major(dev) >= 136 && major(dev) <= 143)
		snprintf(out, size, "pts/%u", (major(dev) - 136) * 256 + minor(dev));
	else if (major(dev) == 4 && minor(dev) < 64)
		snprintf(out, size, "tty%u", minor(dev));
	else
		snprintf(out, size, "?");
}

/* Share of one processor over its life, in percent. */
static unsigned long long cpu_share(const struct process *p, unsigned long long seconds)
{
	time_t age = time(NULL) - started_at(p);

	return age > 0 ? seconds * 100 / (unsigned long long)age : 0;
}

static void print_process(const struct process *p)
{
	unsigned long long seconds = p->ticks / (unsigned long)sysconf(_SC_CLK_TCK);
	mem_auto char *user = user_name(p->uid);
	char start[16], tty[16];

	format_start(p, start, sizeof(start));
	format_tty(p->tty, tty, sizeof(tty));
	printf("%-8s %7d %7d %2llu %5s %-8s %02llu:%02llu:%02llu %s\n", user, p->pid, p->ppid,
	       cpu_share(p, seconds), start, tty, seconds / 3600, seconds / 60 % 60, seconds % 60,
	       p->command);
}

int ps_table(const pid_t *pids, int n)
{
	struct process p;

	puts("UID          PID    PPID  C STIME TTY          TIME CMD");
	for (int i = 0; i < n; i++) {
		if (!load(pids[i], &p))
			continue;       /* it has ended */
		print_process(&p);
		free(p.command);
	}
	return cli_print(x_strdup(""));
}
