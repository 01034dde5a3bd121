/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ready.c - a program that says when it is ready: ports that open then, and waiting for it
 */
#include <errno.h>
#include <poll.h>
#include <string.h>

#include "notify.h"
#include "ready.h"

struct wait {
	struct jail *jail;
	bool publish, ready;
	int code;
};

int ready_publish(struct jail *jail)
{
	struct jail_error *err = NULL;

	return jail_publish(jail, &err) < 0 ? msg_fail(err) : 0;
}

static void on_ready(void *data)
{
	struct wait *w = data;

	if (w->publish)
		w->code = ready_publish(w->jail);
	w->ready = true;
}

static int ended(struct jail *jail)
{
	struct jail_error *err = NULL;
	int status, code;

	if (jail_wait(jail, &status, &err) < 0)
		return msg_fail(err);
	code = cli_exit_status(status);
	msg_error("jail %s: ended before it was ready, with exit status %d", jail_id(jail), code);
	return code ? code : 1;
}

int ready_wait(struct jail *jail, bool publish)
{
	struct wait w = { .jail = jail, .publish = publish };
	struct notify notify = { .fd = jail_notify_fd(jail), .ready = on_ready, .data = &w };
	struct pollfd p[2] = { { 0 }, { .fd = jail_pidfd(jail), .events = POLLIN } };
	bool gone = p[1].fd < 0;
	int r, timeout;

	/* Its last word may have come when it has ended. */
	do {
		timeout = notify_poll(&notify, &p[0]);
		r = poll(p, ARRAY_SIZE(p), gone ? 0 : timeout);
		if (r < 0 && errno == EINTR)
			r = 0;
		gone = gone || p[1].revents;
		if (r >= 0)
			notify_event(&notify);
	} while (!w.ready && r >= 0 && !gone);
	if (r < 0)
		msg_error("jail %s: poll: %s", jail_id(jail), strerror(errno));
	fd_close(&notify.fd);
	return r < 0 ? 1 : w.ready ? w.code : ended(jail);
}
