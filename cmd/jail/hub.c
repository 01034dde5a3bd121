/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * hub.c - the terminal of a jail, shared by its supervisor with whoever attaches to it
 *
 * Everybody sees the same, and everybody may type.  Nobody can hold up the program or the others for
 * long: what a client still has no room for after a moment is left out, and it is told so.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "hub.h"
#include "util.h"

#define PATIENCE_MS 200

int hub_address(const char *root, const char *id, int *ret_dir, char path[64])
{
	mem_auto char *dir = x_printf("%s/%s", root, id);

	*ret_dir = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (*ret_dir < 0)
		return -errno;
	/* A root may be longer than an address has room for. */
	snprintf(path, 64, "/proc/self/fd/%d/console", *ret_dir);
	return 0;
}

int hub_open(struct hub *h, const char *root, const char *id, int console)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	fd_auto dir = -1, fd = -1;
	char path[64];
	int r = hub_address(root, id, &dir, path);

	*h = (struct hub){ .listener = -1, .console = console };
	for (size_t i = 0; i < HUB_CLIENTS; i++)
		h->clients[i].fd = -1;
	if (r < 0)
		return r;
	memcpy(addr.sun_path, path, sizeof(path));
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0 ||
	    fchmodat(dir, "console", 0600, 0) < 0 || listen(fd, HUB_CLIENTS) < 0)
		return -errno;
	h->listener = fd_take(&fd);
	return 0;
}

void hub_close(struct hub *h)
{
	fd_close(&h->listener);
	for (size_t i = 0; i < HUB_CLIENTS; i++)
		fd_close(&h->clients[i].fd);
}

/* ---- output ---- */

static bool send_some(int fd, const char *data, size_t len)
{
	return send(fd, data, len, MSG_DONTWAIT | MSG_NOSIGNAL) >= 0;
}

/* A burst is waited for, once: one that does not read at all loses what follows without a pause. */
static bool send_patiently(int fd, const char *data, size_t len)
{
	struct pollfd p = { .fd = fd, .events = POLLOUT };

	if (send_some(fd, data, len))
		return true;
	return errno == EAGAIN && poll(&p, 1, PATIENCE_MS) > 0 && send_some(fd, data, len);
}

static void send_client(struct hub_client *c, const char *data, size_t len)
{
	static const char gap[] = "\r\n[jail: too slow, some output was left out]\r\n";

	if (c->lost && !send_some(c->fd, gap, sizeof(gap) - 1))
		return;
	c->lost = !(c->lost ? send_some : send_patiently)(c->fd, data, len);
}

static void remember(struct hub *h, const char *data, size_t len)
{
	size_t keep;

	if (len > HUB_RECENT) {
		data += len - HUB_RECENT;
		len = HUB_RECENT;
	}
	keep = h->n_recent + len > HUB_RECENT ? HUB_RECENT - len : h->n_recent;
	memmove(h->recent, h->recent + h->n_recent - keep, keep);
	memcpy(h->recent + keep, data, len);
	h->n_recent = keep + len;
}

void hub_output(struct hub *h, const char *data, size_t len)
{
	remember(h, data, len);
	for (size_t i = 0; i < HUB_CLIENTS; i++)
		if (h->clients[i].fd >= 0)
			send_client(&h->clients[i], data, len);
}

/* From the start of a line, where something was forgotten. */
static void show_recent(struct hub *h, struct hub_client *c)
{
	const char *from = h->recent, *line;

	if (h->n_recent == HUB_RECENT) {
		line = memchr(from, '\n', h->n_recent);
		from = line ? line + 1 : from;
	}
	if (from < h->recent + h->n_recent)
		send_client(c, from, (size_t)(h->recent + h->n_recent - from));
}

/* ---- clients ---- */

/* The directory is closed to others already; this holds even where somebody opened it up. */
static bool may_attach(int fd)
{
	struct ucred who;
	socklen_t len = sizeof(who);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len) == 0 &&
	       (who.uid == geteuid() || who.uid == 0);
}

static void welcome(struct hub *h)
{
	static const char full[] = "[jail: too many are attached]\r\n";
	fd_auto fd = accept4(h->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0 || !may_attach(fd))
		return;
	for (size_t i = 0; i < HUB_CLIENTS; i++)
		if (h->clients[i].fd < 0) {
			h->clients[i] = (struct hub_client){ .fd = fd_take(&fd) };
			show_recent(h, &h->clients[i]);
			return;
		}
	send_some(fd, full, sizeof(full) - 1);
}

static void take_size(struct hub *h, const char *data, size_t len)
{
	struct hub_size size;
	struct winsize ws = { 0 };

	if (len != sizeof(size))
		return;
	memcpy(&size, data, len);
	ws.ws_row = size.rows;
	ws.ws_col = size.columns;
	ioctl(h->console, TIOCSWINSZ, &ws);
}

static void listen_to(struct hub *h, struct hub_client *c, struct stream *in)
{
	char data[HUB_INPUT + 1];
	ssize_t n = recv(c->fd, data, sizeof(data), MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		fd_close(&c->fd);
		return;
	}
	if (data[0] == HUB_INPUT_BYTES && n > 1)
		stream_put(in, data + 1, (size_t)n - 1);
	else if (data[0] == HUB_SIZE)
		take_size(h, data + 1, (size_t)n - 1);
}

/* ---- events ---- */

void hub_poll(const struct hub *h, struct pollfd *p, const struct stream *in)
{
	bool room = in->to >= 0 && STREAM_MAX - in->len >= HUB_INPUT;

	p[0] = (struct pollfd){ .fd = h->listener, .events = POLLIN };
	for (size_t i = 0; i < HUB_CLIENTS; i++)
		p[i + 1] = (struct pollfd){
			.fd = room ? h->clients[i].fd : -1, .events = POLLIN,
		};
}

void hub_events(struct hub *h, const struct pollfd *p, struct stream *in)
{
	for (size_t i = 0; i < HUB_CLIENTS; i++)
		if (p[i + 1].revents && p[i + 1].fd >= 0 && STREAM_MAX - in->len >= HUB_INPUT)
			listen_to(h, &h->clients[i], in);
	if (p[0].revents)
		welcome(h);
}
