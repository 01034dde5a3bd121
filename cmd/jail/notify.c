/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * notify.c - what the program says to the service manager, passed on in part
 *
 * The program is hostile, and the manager believes whatever reaches its socket (NotifyAccess=main:
 * from us).  So each message is taken apart, and put together again from what is in the table.  What is
 * not: MAINPID and NOTIFYACCESS would hand our unit over, FDSTORE keeps descriptors in the manager.
 * Descriptors that come along are closed by the kernel, because no room is made for them; for
 * sd_notify_barrier(3) that is the answer.  Messages are read so fast and no faster: a flood waits in
 * the socket's short queue, and with it who makes it.
 */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>

#include "message.h"
#include "notify.h"
#include "util.h"

#define BURST      64           /* messages */
#define REFILL_MS  50           /* for one message more */
#define STATUS_MAX 256

enum kind { K_ONE, K_NUMBER, K_TEXT, K_TIME, K_WATCHDOG };

static const struct {
	const char *name;
	enum kind kind;
} safe[] = {
	{ "READY", K_ONE }, { "STOPPING", K_ONE }, { "RELOADING", K_ONE },
	{ "MONOTONIC_USEC", K_NUMBER }, { "STATUS", K_TEXT }, { "ERRNO", K_NUMBER },
	{ "EXIT_STATUS", K_NUMBER }, { "WATCHDOG", K_WATCHDOG }, { "WATCHDOG_USEC", K_NUMBER },
	{ "EXTEND_TIMEOUT_USEC", K_TIME },
};

/* ---- the filter ---- */

static bool is_number(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!isdigit((unsigned char)s[i]))
			return false;
	return n >= 1 && n <= 20;
}

static bool is_word(const char *s, size_t n, const char *word)
{
	return n == strlen(word) && !memcmp(s, word, n);
}

/* Length of the character at @s by its first byte, 0 when it is not whole UTF-8. */
static size_t character(const unsigned char *s, size_t n)
{
	size_t len = s[0] < 0x80 ? 1 : s[0] < 0xc2 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 :
		     s[0] < 0xf5 ? 4 : 0;

	for (size_t i = 1; i < len; i++)
		if (i >= n || (s[i] & 0xc0) != 0x80)
			return 0;
	return len;
}

/* Text for somebody's terminal: no control characters (C1 is U+0080 to U+009F), valid, short. */
static size_t clean(const char *s, size_t n, char *out)
{
	const unsigned char *p = (const unsigned char *)s;
	size_t len = 0, used;

	for (size_t i = 0; i < n && len < STATUS_MAX - 4; i += used ? used : 1) {
		used = character(p + i, n - i);
		if (!used || p[i] < ' ' || p[i] == 0x7f || (p[i] == 0xc2 && p[i + 1] < 0xa0)) {
			out[len++] = '?';
			continue;
		}
		memcpy(out + len, s + i, used);
		len += used;
	}
	return len;
}

static bool is_safe(enum kind kind, const char *value, size_t n, bool stopping)
{
	switch (kind) {
	case K_ONE:
		return is_word(value, n, "1");
	case K_NUMBER:
		return is_number(value, n);
	case K_TIME:
		return is_number(value, n) && !stopping;
	case K_WATCHDOG:
		return is_word(value, n, "1") || is_word(value, n, "trigger");
	case K_TEXT:
		return true;
	}
	return false;
}

/* One "NAME=value" of @n bytes to @out, with its newline; 0: it is not passed on. */
static size_t filter_line(const char *line, size_t n, bool stopping, char *out)
{
	for (size_t i = 0; i < ARRAY_SIZE(safe); i++) {
		size_t name = strlen(safe[i].name), len = name + 1;

		if (n <= name || memcmp(line, safe[i].name, name) != 0 || line[name] != '=')
			continue;
		if (!is_safe(safe[i].kind, line + len, n - len, stopping))
			return 0;
		memcpy(out, line, len);
		if (safe[i].kind == K_TEXT)
			len += clean(line + len, n - len, out + len);
		else
			memcpy(out + len, line + len, n - len), len = n;
		out[len] = '\n';
		return len + 1;
	}
	return 0;
}

size_t notify_filter(const char *text, size_t len, bool stopping, char *out)
{
	size_t used = 0;

	for (size_t at = 0, n; at < len; at += n + 1) {
		const char *end = memchr(text + at, '\n', len - at);

		n = end ? (size_t)(end - (text + at)) : len - at;
		used += filter_line(text + at, n, stopping, out + used);
	}
	out[used] = '\0';
	return used;
}

/* ---- to the manager ---- */

static void send_to_manager(const struct notify *n, const char *text, size_t len)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	fd_auto fd = -1;
	size_t size;

	if (!n->to || !len)
		return;
	size = strlen(n->to);
	if (size >= sizeof(addr.sun_path)) {
		msg_warning("NOTIFY_SOCKET is too long: %s", n->to);
		return;
	}
	memcpy(addr.sun_path, n->to, size);
	if (addr.sun_path[0] == '@')
		addr.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || sendto(fd, text, len, MSG_NOSIGNAL, (struct sockaddr *)&addr,
			     (socklen_t)(offsetof(struct sockaddr_un, sun_path) + size)) < 0)
		msg_warning("notify %s: %s", n->to, strerror(errno));
}

void notify_tell(const struct notify *n, const char *text)
{
	send_to_manager(n, text, strlen(text));
}

/* ---- from the program ---- */

static uint64_t now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

static void refill(struct notify *n)
{
	uint64_t now = now_ms(), more = (now - n->last_ms) / REFILL_MS;

	if (!n->last_ms || n->credit + more >= BURST) {
		n->credit = BURST;
		n->last_ms = now;
	} else {
		n->credit += more;
		n->last_ms += more * REFILL_MS;
	}
}

int notify_poll(struct notify *n, struct pollfd *p)
{
	*p = (struct pollfd){ .fd = -1 };
	if (n->fd < 0)
		return -1;
	refill(n);
	if (!n->credit)
		return REFILL_MS;
	p->fd = n->fd;
	p->events = POLLIN;
	return -1;
}

/* Is one of its lines this one? */
static bool has_line(const char *text, const char *line)
{
	size_t n = strlen(line);

	for (const char *end; *text; text = *end ? end + 1 : end) {
		end = strchrnul(text, '\n');
		if ((size_t)(end - text) == n && !memcmp(text, line, n))
			return true;
	}
	return false;
}

/* The manager hears of it last: whoever waits for the unit may connect at once. */
static void pass_on(struct notify *n, const char *text, size_t len)
{
	if (n->ready && has_line(text, "READY=1")) {
		n->ready(n->data);
		n->ready = NULL;
	}
	send_to_manager(n, text, len);
}

void notify_event(struct notify *n)
{
	char text[NOTIFY_MAX], out[NOTIFY_OUT];
	struct iovec io = { text, sizeof(text) };
	struct msghdr head = { .msg_iov = &io, .msg_iovlen = 1 };
	ssize_t len;

	for (; n->credit; n->credit--) {
		len = recvmsg(n->fd, &head, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
		if (len < 0)
			return;
		if (!(head.msg_flags & MSG_TRUNC))
			pass_on(n, out, notify_filter(text, (size_t)len, n->stopping, out));
	}
}
