/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * tell.c - messages to the runtime and its words back
 *
 * The socket is SOCK_SEQPACKET: a message is never split, and end of file means that the runtime is
 * gone.  The runtime's word is one uint32: the point that it has passed.
 */
#include <errno.h>
#include <sys/socket.h>

#include "init.h"

#define ONE_FD (CMSG_SPACE(sizeof(int)))

uint32_t step_index(const struct plan_step *s)
{
	return (uint32_t)(s - plan_steps(in.plan));
}

int tell(uint32_t type, uint32_t step, int error, const char *text, int fd)
{
	union {
		char bytes[ONE_FD];
		struct cmsghdr head;
	} control;
	struct plan_msg m;
	struct iovec iov = { .iov_base = &m };
	struct msghdr h = { .msg_iov = &iov, .msg_iovlen = 1 };
	uint32_t n = 0;
	long r;

	m.type = type;
	m.step = step;
	m.error = error;
	while (text && text[n] && n < PLAN_MSG_TEXT - 1) {
		m.text[n] = text[n];
		n++;
	}
	m.text_len = n;
	iov.iov_len = PLAN_MSG_HEAD + n;
	if (fd >= 0) {
		mem_zero(&control, sizeof(control));
		control.head.cmsg_level = SOL_SOCKET;
		control.head.cmsg_type = SCM_RIGHTS;
		control.head.cmsg_len = CMSG_LEN(sizeof(int));
		mem_copy(CMSG_DATA(&control.head), &fd, sizeof(int));
		h.msg_control = &control;
		h.msg_controllen = sizeof(control);
	}
	do
		r = SYS(sendmsg, in.socket, &h, MSG_NOSIGNAL);
	while (r == -EINTR);
	return r < 0 ? (int)r : 0;
}

int await_word(uint32_t point, int *ret_fd)
{
	union {
		char bytes[ONE_FD];
		struct cmsghdr head;
	} control;
	uint32_t word = 0;
	struct iovec iov = { .iov_base = &word, .iov_len = sizeof(word) };
	struct msghdr h = { .msg_iov = &iov, .msg_iovlen = 1 };
	long r;

	if (ret_fd) {
		h.msg_control = &control;
		h.msg_controllen = sizeof(control);
	}
	do
		r = SYS(recvmsg, in.socket, &h, MSG_CMSG_CLOEXEC);
	while (r == -EINTR);
	if (r < 0)
		return (int)r;
	if (r != sizeof(word))
		SYS(exit_group, 1);     /* the runtime is gone: nobody is there to be told */
	if (word != point)
		return -EPROTO;
	if (ret_fd) {
		if (h.msg_controllen < sizeof(control.head) || control.head.cmsg_type != SCM_RIGHTS)
			return -EPROTO;
		mem_copy(ret_fd, CMSG_DATA(&control.head), sizeof(int));
	}
	return 0;
}

void give_up(int error)
{
	tell(MSG_FAILED, step_index(in.step), error, in.detail, -1);
	leave(1);
}

/* A filter may be in force that knows no exit_group(2): an illegal instruction always ends us. */
void leave(int status)
{
	for (;;) {
		SYS(exit_group, status);
		__builtin_trap();
	}
}

int failed_on(int r, const char *text)
{
	in.detail[0] = '\0';
	if (str_append(in.detail, sizeof(in.detail), text) < 0) {
		mem_copy(in.detail, text, sizeof(in.detail) - 1);
		in.detail[sizeof(in.detail) - 1] = '\0';
	}
	return r;
}
