/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pasta.c - the network of an ordinary user's jail, carried by pasta(1)
 *
 * Nobody without privileges can put an interface into the host's network.  pasta makes a tap device in the
 * jail's namespace and does with sockets of the user's what the jail wants to do.  It goes to the background
 * when it is ready, and lives until the jail is deleted; ROOT/ID/pasta.pid says which process it is.
 */
#include "run/pasta.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "run/clone.h"
#include "run/process.h"

#define PID_FILE    "pasta.pid"
#define SAID_MAX    2048
#define STOP_MS     2000
#define ARGS_MAX    24
#define CMDLINE_MAX 8192

static const char *find_pasta(void)
{
	static const char *const paths[] = { "/usr/bin/pasta", "/bin/pasta", "/usr/local/bin/pasta" };

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++)
		if (access(paths[i], X_OK) == 0)
			return paths[i];
	return NULL;
}

/* "8080:80,127.0.0.1/53:53", or "none" */
static char *port_argument(const struct spec_network *n, uint8_t protocol, struct arena *arena)
{
	char address[IP_TEXT_MAX];
	buf_auto out = { 0 };

	for (size_t i = 0; i < n->n_publish; i++) {
		const struct spec_publish *p = &n->publish[i];
		int length = p->last - p->first;

		if (p->protocol != protocol)
			continue;
		buf_printf(&out, "%s%s%s", out.len ? "," : "",
			   p->address.family ? ip_text(&p->address, address) : "", p->address.family ? "/" : "");
		if (length)
			buf_printf(&out, "%u-%u:%u-%u", p->first, p->last, p->to, p->to + length);
		else
			buf_printf(&out, "%u:%u", p->first, p->to);
	}
	return out.failed ? NULL : arena_strdup(arena, out.len ? out.text : "none");
}

/* Its last line that says something; what it could not tell syslog is no news. */
static void read_said(int fd, char said[SAID_MAX])
{
	ssize_t n = pread(fd, said, SAID_MAX - 1, 0);
	char *best = NULL;

	said[n > 0 ? n : 0] = '\0';
	for (char *line = said, *end; *line; line = end + 1) {
		end = strchr(line, '\n');
		if (end)
			*end = '\0';
		if (*line && !str_starts(line, "Failed to send"))
			best = line;
		if (!end)
			break;
	}
	if (best)
		memmove(said, best, strlen(best) + 1);
	else
		snprintf(said, SAID_MAX, "it failed");
}

static int run_pasta(char *const *argv, struct err *err)
{
	static char *const envp[] = { (char *)"LC_ALL=C", NULL };
	fd_auto in = open("/dev/null", O_RDONLY | O_CLOEXEC), out = memfd_create("pasta", MFD_CLOEXEC);
	struct clone_request req = {
		.cgroup_fd = -1, .exec_fd = -1, .path = argv[0], .argv = argv, .envp = envp,
		.stdio = { in, out, out },
	};
	char said[SAID_MAX];
	fd_auto pidfd = -1;
	int status = 0, r;
	pid_t pid;

	if (in < 0 || out < 0)
		return err_sys(err, "prepare to run pasta");
	r = clone_exec(&req, &pid, &pidfd, err);
	if (r == 0)
		r = process_wait(pidfd, &status, err);
	if (r < 0)
		return err_add(err, r, "run pasta");
	if (status == 0 || status == -1)
		return 0;
	read_said(out, said);
	return err_set(err, -EIO, "pasta: %s", said);
}

int pasta_start(const struct create_request *req, pid_t pid, struct err *err)
{
	__attribute__((cleanup(arena_done))) struct arena arena = { 0 };
	const struct spec_network *n = &req->spec->network;
	char *argv[ARGS_MAX] = {
		(char *)find_pasta(), (char *)"--config-net", (char *)"--quiet", (char *)"--ns-ifname", (char *)"eth0",
		(char *)"--dns-forward", (char *)PASTA_DNS, (char *)"-T", (char *)"none", (char *)"-U", (char *)"none",
		(char *)"-t", port_argument(n, IPPROTO_TCP, &arena), (char *)"-u",
		port_argument(n, IPPROTO_UDP, &arena), (char *)"-P",
		arena_printf(&arena, "%s/%s/" PID_FILE, req->root_path, req->id),
		arena_printf(&arena, "%d", (int)pid), NULL,
	};
	int r;

	if (!argv[0])
		return err_place(err, err_set(err, -ENOENT, "needs pasta(1), of the package passt"),
				 "jail.network.mode");
	for (size_t i = 0; i < 18; i++)
		if (!argv[i])
			return err_nomem(err);
	r = run_pasta(argv, err);
	return r < 0 ? err_place(err, r, "jail.network") : 0;
}

/* ---- stopping it ---- */

/* Is @pid the pasta of this jail: does its command line name our file? */
static bool is_ours(pid_t pid, const char *state)
{
	char path[48], line[CMDLINE_MAX], mine[4200];
	fd_auto fd = -1;
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%d/cmdline", (int)pid);
	snprintf(mine, sizeof(mine), "%s/" PID_FILE, state);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, line, sizeof(line));
	return n > 0 && memmem(line, (size_t)n, mine, strlen(mine) + 1);
}

void pasta_stop(int dir_fd, const char *state)
{
	mem_auto char *text = NULL;
	struct pollfd p = { .fd = -1, .events = POLLIN };
	fd_auto pidfd = -1;
	size_t len;
	pid_t pid;

	if (file_read_at(dir_fd, PID_FILE, 64, &text, &len, NULL) < 0)
		return;
	pid = (pid_t)strtol(text, NULL, 10);
	if (pid <= 0)
		return;
	/* Opened first, then looked at: a recycled number is never signalled. */
	pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (pidfd < 0 || !is_ours(pid, state))
		return;
	syscall(SYS_pidfd_send_signal, pidfd, SIGTERM, NULL, 0);
	p.fd = pidfd;
	if (poll(&p, 1, STOP_MS) == 0)
		syscall(SYS_pidfd_send_signal, pidfd, SIGKILL, NULL, 0);
}
