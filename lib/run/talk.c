/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * talk.c - listening to jail-init
 */
#include "run/talk.h"

static int take_pid(struct talk *t, struct message *msg, struct err *err)
{
	int r = init_replace(t->init, msg, err);

	msg->fd = -1;
	return r == 0 && t->known ? t->known(t->data, err) : r;
}

static int take_console(struct talk *t, struct message *msg, struct err *err)
{
	if (t->console_socket)
		return fd_send_to(t->console_socket, "/dev/ptmx", msg->fd, err);
	t->console = fd_take(&msg->fd);
	return 0;
}

static int take_listener(struct talk *t, const struct message *msg, struct err *err)
{
	pid_t pid = t->init->pid;
	int r = listener_send(t->plan, msg->m.step, msg->fd, pid, t->first ? t->first : pid,
			      t->status, err);

	if (r == 0)
		protocol_word(t->init->socket, MSG_LISTENER, -1);
	return r;
}

static void take_warning(const struct talk *t, const struct message *msg)
{
	struct err warning;

	protocol_error(t->plan, &msg->m, &warning);
	run_warn(t->log, "%s%s%s", warning.place, warning.place[0] ? ": " : "", warning.text);
}

/* 1: there is more to come; 0: this was the last message. */
static int take(struct talk *t, struct message *msg, struct err *err)
{
	int r = 0;

	switch (msg->m.type) {
	case MSG_PID:
		r = take_pid(t, msg, err);
		break;
	case MSG_POINT:
		return t->point ? t->point(t->data, msg->m.step, err) :
			err_set(err, -EPROTO, "jail-init is at an unknown point");
	case MSG_CONSOLE:
		r = take_console(t, msg, err);
		break;
	case MSG_LISTENER:
		r = take_listener(t, msg, err);
		break;
	case MSG_WARNING:
		take_warning(t, msg);
		break;
	default:
		r = protocol_error(t->plan, &msg->m, err);
	}
	return r < 0 ? r : 1;
}

int talk_listen(struct talk *t, struct err *err)
{
	struct message msg;
	int r;

	do {
		r = protocol_receive(t->init->socket, &msg, err);
		if (r > 0) {
			r = take(t, &msg, err);
			fd_close(&msg.fd);
		}
	} while (r > 0);
	t->reset = msg.reset;
	return r;
}
