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
#include <sys/syscall.h>

#include "run/helper.h"

#define PID_FILE    "pasta.pid"
#define STOP_MS     2000
#define ARGS_MAX    24
#define CMDLINE_MAX 8192

/* "127.0.0.1/8080:80" */
static char *port_argument(const struct spec_publish *p, struct arena *arena)
{
	char address[IP_TEXT_MAX] = "";
	int length = p->last - p->first;

	if (p->address.family)
		ip_text(&p->address, address);
	if (length)
		return arena_printf(arena, "%s%s%u-%u:%u-%u", address, *address ? "/" : "", p->first, p->last, p->to,
				    p->to + length);
	return arena_printf(arena, "%s%s%u:%u", address, *address ? "/" : "", p->first, p->to);
}

struct args {
	char **v;
	size_t n;
	bool failed;                    /* some argument could not be made */
};

static void put(struct args *a, const char *text)
{
	a->failed |= !text;
	a->v[a->n++] = (char *)text;
}

/* Once for each port; without any pasta would take those that are open in the jail. */
static void put_ports(struct args *a, const struct spec_network *n, uint8_t protocol, const char *option,
		      struct arena *arena)
{
	size_t before = a->n;

	for (size_t i = 0; i < n->n_publish; i++)
		if (n->publish[i].protocol == protocol) {
			put(a, option);
			put(a, port_argument(&n->publish[i], arena));
		}
	if (a->n == before) {
		put(a, option);
		put(a, "none");
	}
}

/* Its last line that says something; what it could not tell syslog is no news. */
static const char *cause(char *said)
{
	const char *best = "it failed";

	for (char *line = said, *end; line && *line; line = end) {
		end = strchr(line, '\n');
		if (end)
			*end++ = '\0';
		if (*line && !str_starts(line, "Failed to send"))
			best = line;
	}
	return best;
}

static int run_pasta(char *const *argv, struct err *err)
{
	char said[HELPER_SAID];
	int r = helper_run(argv, "", 0, said, err);

	return r <= 0 ? r : err_set(err, -EIO, "pasta: %s", cause(said));
}

int pasta_start(const struct create_request *req, pid_t pid, struct err *err)
{
	/* --no-map-gw: or the gateway's address would lead to what listens on the host's own loopback. */
	static const char *const always[] = {
		"--config-net", "--quiet", "--no-map-gw", "--ns-ifname", "eth0", "--dns-forward", PASTA_DNS,
		"-T", "none", "-U", "none",
	};
	__attribute__((cleanup(arena_done))) struct arena arena = { 0 };
	const struct spec_network *n = &req->spec->network;
	char path[PROGRAM_PATH_MAX];
	const char *program = program_find("pasta", path);
	struct args a = { .v = arena_alloc(&arena, (ARGS_MAX + 2 * n->n_publish) * sizeof(char *)) };
	int r;

	if (!a.v)
		return err_nomem(err);
	if (!program)
		return err_place(err, err_set(err, -ENOENT, "needs pasta(1), of the package passt"),
				 "jail.network.mode");
	put(&a, program);
	for (size_t i = 0; i < ARRAY_SIZE(always); i++)
		put(&a, always[i]);
	put_ports(&a, n, IPPROTO_TCP, "-t", &arena);
	put_ports(&a, n, IPPROTO_UDP, "-u", &arena);
	put(&a, "-P");
	put(&a, arena_printf(&arena, "%s/%s/" PID_FILE, req->root_path, req->id));
	put(&a, arena_printf(&arena, "%d", (int)pid));
	a.v[a.n] = NULL;
	r = a.failed ? err_nomem(err) : run_pasta(a.v, err);
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
