/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * listeners.c - does a program of the host listen at a port that is to be published?
 *
 * The kernel is asked for the sockets that listen (sock_diag(7)): one answer for a range of any size.  To
 * try to bind each port would also find those that the host's own connections use for a moment, which are
 * not in the way: their packets are known to the connection tracking.
 */
#include "net/listeners.h"

#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

#include "net/netlink.h"
#include "net/wire.h"

struct search {
	const struct port *port;
	uint16_t found;                 /* 0: none yet */
};

static bool address_meets(const struct port *p, const struct inet_diag_msg *m, bool v6only)
{
	struct ip at = { .family = m->idiag_family };

	memcpy(at.b, m->id.idiag_src, sizeof(at.b));
	if (at.family != p->host.family)        /* [::]:80 takes what comes to 0.0.0.0:80, too */
		return at.family == AF_INET6 && ip_is_any(&at) && !v6only;
	return ip_is_any(&at) || ip_is_any(&p->host) || ip_equal(&at, &p->host);
}

static int look_at_socket(const struct nlmsghdr *h, void *data)
{
	struct nlmsghdr *m = (struct nlmsghdr *)h;
	const struct inet_diag_msg *d = nlmsg_data(m);
	struct nlattr *only = nlmsg_find_attr(m, sizeof(*d), INET_DIAG_SKV6ONLY);
	uint16_t number = ntohs(d->id.idiag_sport);
	struct search *s = data;

	if (!s->found && number >= s->port->first && number <= s->port->last && !d->id.idiag_dport &&
	    address_meets(s->port, d, only && nla_get_u8(only)))
		s->found = number;
	return 0;
}

/* A socket for datagrams that is not connected counts as closed. */
static uint32_t waiting_state(uint8_t protocol)
{
	return protocol == IPPROTO_TCP ? 1U << TCP_LISTEN : 1U << TCP_CLOSE;
}

static int ask(int fd, struct search *s, uint8_t family)
{
	struct inet_diag_req_v2 req = {
		.sdiag_family = family, .sdiag_protocol = s->port->protocol,
		.idiag_states = waiting_state(s->port->protocol),
	};
	nl_batch_auto b = { 0 };

	nl_batch_add(&b, nl_new(SOCK_DIAG_BY_FAMILY, NLM_F_DUMP, &req, sizeof(req)), false);
	return nl_ask(fd, &b, look_at_socket, s);
}

/* Binding tells, at any port. */
int listeners_check_address(const struct ip *ip)
{
	struct sockaddr_storage addr;
	socklen_t len = wire_sockaddr(ip, 0, &addr);
	fd_auto fd = socket(ip->family, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0)
		return -errno;
	return bind(fd, (const struct sockaddr *)&addr, len) < 0 ? -errno : 0;
}

int listeners_find(const struct port *p, uint16_t *ret_port)
{
	struct search s = { .port = p };
	fd_auto fd = -1;
	int r = nl_open(NETLINK_SOCK_DIAG, &fd, NULL);

	if (r == 0 && p->host.family == AF_INET)
		r = ask(fd, &s, AF_INET);
	if (r == 0 && !s.found)
		r = ask(fd, &s, AF_INET6);
	*ret_port = s.found;
	/* A kernel that cannot be asked about a protocol (sctp, say) cannot be answered for. */
	if (r == -ENOENT || r == -EOPNOTSUPP || r == -EPROTONOSUPPORT)
		return 0;
	return r < 0 ? r : s.found != 0;
}
