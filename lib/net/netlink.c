/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * netlink.c - several netlink messages in one system call
 *
 * The socket is a plain one, not libnl's, whose nl_connect() takes seven system calls.
 */
#include "net/netlink.h"

#include <linux/netlink.h>
#include <sys/socket.h>

#define ANSWER_MAX 32768        /* what a dump puts into one datagram: NLMSG_GOODSIZE and above */

#define ROOM_ALWAYS 65536       /* what a socket takes in any case */
#define ROOM_MORE   4096
#define MESSAGE_MAX (64U << 20)

struct nl_msg *nl_new(int type, int flags, const void *header, size_t len)
{
	struct nl_msg *m = nlmsg_alloc_simple(type, flags | NLM_F_REQUEST);

	if (m && nlmsg_append(m, (void *)header, len, NLMSG_ALIGNTO) < 0) {
		nlmsg_free(m);
		m = NULL;
	}
	return m;
}

void nl_batch_add(struct nl_batch *b, struct nl_msg *m, bool ack)
{
	static const char zero[NLMSG_ALIGNTO];
	struct nlmsghdr *h = m ? nlmsg_hdr(m) : NULL;

	if (!h) {
		b->data.failed = true;
		return;
	}
	h->nlmsg_seq = ++b->n;
	if (ack)
		h->nlmsg_flags |= NLM_F_ACK;
	b->last = b->data.len;
	buf_put(&b->data, h, h->nlmsg_len);
	buf_put(&b->data, zero, (NLMSG_ALIGNTO - h->nlmsg_len % NLMSG_ALIGNTO) % NLMSG_ALIGNTO);
	nlmsg_free(m);
}

int nl_batch_singly(const struct nl_batch *b, int (*each)(const struct nl_batch *one, void *data), void *data)
{
	const char *at = b->data.text, *end = at + b->data.len;
	int r = b->data.failed ? -ENOMEM : 0;

	while (r == 0 && at < end) {
		size_t len = NLMSG_ALIGN(((const struct nlmsghdr *)at)->nlmsg_len);
		nl_batch_auto one = { .n = 1 };

		buf_put(&one.data, at, len);
		r = each(&one, data);
		if (r == -ENOENT)
			r = 0;
		at += len;
	}
	return r;
}

void nl_batch_ack(struct nl_batch *b)
{
	if (b->n && b->data.text)
		((struct nlmsghdr *)(b->data.text + b->last))->nlmsg_flags |= NLM_F_ACK;
}

int nl_open(int protocol, int *ret_fd, struct err *err)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);

	if (fd < 0)
		return err_sys(err, "open a netlink socket");
	*ret_fd = fd;
	return 0;
}

static int send_all(int fd, const struct nl_batch *b)
{
	static const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	int room = (int)b->data.len + ROOM_MORE;
	ssize_t n;

	if (b->data.failed || b->data.len > MESSAGE_MAX)
		return -ENOMEM;
	/* A transaction is one message, however many elements it has. */
	if (b->data.len > ROOM_ALWAYS)
		setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof(room));
	do
		n = sendto(fd, b->data.text, b->data.len, 0, (const struct sockaddr *)&kernel,
			   sizeof(kernel));
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : 0;
}

int nl_batch_send(int fd, const struct nl_batch *b, uint32_t *ret_failed)
{
	char answer[1024] __attribute__((aligned(8)));
	int r = send_all(fd, b);

	*ret_failed = UINT32_MAX;
	while (r == 0) {
		ssize_t n = recv(fd, answer, sizeof(answer), MSG_DONTWAIT | MSG_TRUNC);
		const struct nlmsghdr *h = (const struct nlmsghdr *)answer;
		const struct nlmsgerr *e = NLMSG_DATA(h);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN ? 0 : -errno;
		if (n < (ssize_t)NLMSG_LENGTH(sizeof(*e)) || h->nlmsg_type != NLMSG_ERROR || !e->error)
			continue;
		r = e->error;
		*ret_failed = h->nlmsg_seq - 1;
	}
	/* What came behind the first failure belongs to this batch, not to the next one. */
	while (recv(fd, answer, sizeof(answer), MSG_DONTWAIT) >= 0)
		;
	return r;
}

/* 1: that was the last one */
static int look_at(const struct nlmsghdr *h, int (*each)(const struct nlmsghdr *m, void *data), void *data)
{
	if (h->nlmsg_type == NLMSG_DONE)
		return 1;
	if (h->nlmsg_type == NLMSG_ERROR) {
		int error = ((const struct nlmsgerr *)NLMSG_DATA(h))->error;

		return error ? error : 1;
	}
	return each(h, data);
}

int nl_ask(int fd, const struct nl_batch *b, int (*each)(const struct nlmsghdr *m, void *data), void *data)
{
	mem_auto char *answer = malloc(ANSWER_MAX);
	int r = answer ? send_all(fd, b) : -ENOMEM;

	while (r == 0) {
		ssize_t n = recv(fd, answer, ANSWER_MAX, MSG_DONTWAIT);
		const struct nlmsghdr *h = (const struct nlmsghdr *)answer;
		size_t left = n > 0 ? (size_t)n : 0;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return errno == EAGAIN ? 0 : -errno;
		for (; r == 0 && NLMSG_OK(h, left); h = NLMSG_NEXT(h, left))
			r = look_at(h, each, data);
	}
	return r < 0 ? r : 0;
}
