/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * network.c - configuring interfaces in the jail's own network namespace
 *
 * The messages have been made by the runtime; the kernel has worked on all of them when they are sent.
 * Of those that succeed only the last is acknowledged, so the first answer tells it all.
 */
#include <errno.h>
#include <linux/netlink.h>
#include <sys/socket.h>

#include "init.h"

int net_configure(const struct plan_step *s)
{
	const uint64_t *blob = plan_at(in.plan, s->s[1]);
	struct {
		struct nlmsghdr head;
		struct nlmsgerr error;
		char rest[256];
	} answer;
	int fd = (int)SYS(socket, AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
	struct sockaddr_nl kernel;
	long r;

	if (fd < 0)
		return fd;
	mem_zero(&kernel, sizeof(kernel));
	kernel.nl_family = AF_NETLINK;
	do
		r = SYS(sendto, fd, blob + 1, blob[0], 0, &kernel, sizeof(kernel));
	while (r == -EINTR);
	if (r >= 0)
		do
			r = SYS(recvfrom, fd, &answer, sizeof(answer), 0, NULL, NULL);
		while (r == -EINTR);
	SYS(close, fd);
	if (r >= 0 && (r < (long)(sizeof(answer.head) + sizeof(answer.error)) ||
		       answer.head.nlmsg_type != NLMSG_ERROR))
		r = -EBADMSG;
	if (r >= 0)
		r = answer.error.error;
	return r < 0 ? failed_on((int)r, plan_str(in.plan, s->s[0])) : 0;
}
