/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * netdev.c - giving a jail an interface of the host's
 *
 * A netlink socket belongs to the network namespace it was made in.  The one for the jail is made by
 * a short-lived thread that enters the namespace and ends: the caller's thread never leaves its own.
 */
#include "net/netdev.h"

#include <fcntl.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netlink/netlink.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include "base/util.h"

static int nl_failed(struct err *err, int code, const char *what, const char *name)
{
	return err_set(err, code == -NLE_NODEV || code == -NLE_OBJ_NOTFOUND ? -ENODEV :
		       code == -NLE_EXIST ? -EEXIST : -EIO,
		       "%s %s: %s", what, name, nl_geterror(code));
}

/* ---- a socket in another namespace ---- */

struct enter {
	int ns_fd, error;
	struct nl_sock *sock;
};

static void *enter_main(void *arg)
{
	struct enter *e = arg;

	if (setns(e->ns_fd, CLONE_NEWNET) < 0) {
		e->error = -errno;
		return NULL;
	}
	e->sock = nl_socket_alloc();
	if (!e->sock || nl_connect(e->sock, NETLINK_ROUTE) < 0)
		e->error = -EIO;
	return NULL;
}

static struct nl_sock *socket_in(int ns_fd, struct err *err)
{
	struct enter e = { .ns_fd = ns_fd };
	pthread_t thread;
	int r = pthread_create(&thread, NULL, enter_main, &e);

	if (r) {
		err_code(err, -r, "start a thread");
		return NULL;
	}
	pthread_join(thread, NULL);
	if (e.error) {
		if (e.sock)
			nl_socket_free(e.sock);
		err_code(err, e.error, "enter the jail's network namespace");
		return NULL;
	}
	return e.sock;
}

/* ---- addresses ---- */

static bool worth_keeping(struct rtnl_addr *a, int ifindex)
{
	return rtnl_addr_get_ifindex(a) == ifindex &&
	       rtnl_addr_get_scope(a) == RT_SCOPE_UNIVERSE &&
	       rtnl_addr_get_flags(a) & IFA_F_PERMANENT;
}

static int restore_addresses(struct nl_sock *sock, struct nl_cache *addrs, int old_index,
			     int new_index, const char *name, struct err *err)
{
	for (struct nl_object *o = nl_cache_get_first(addrs); o; o = nl_cache_get_next(o)) {
		struct rtnl_addr *a = (struct rtnl_addr *)o;
		int r;

		if (!worth_keeping(a, old_index))
			continue;
		rtnl_addr_set_ifindex(a, new_index);
		r = rtnl_addr_add(sock, a, NLM_F_REPLACE);
		if (r < 0)
			return nl_failed(err, r, "give addresses back to interface", name);
	}
	return 0;
}

/* ---- the move ---- */

static int set_up(struct nl_sock *sock, const char *name, int *ret_index, struct err *err)
{
	struct rtnl_link *link = NULL, *change = rtnl_link_alloc();
	int r = change ? rtnl_link_get_kernel(sock, 0, name, &link) : -NLE_NOMEM;

	if (r == 0) {
		*ret_index = rtnl_link_get_ifindex(link);
		rtnl_link_set_flags(change, IFF_UP);
		r = rtnl_link_change(sock, link, change, 0);
	}
	rtnl_link_put(link);
	rtnl_link_put(change);
	return r < 0 ? nl_failed(err, r, "set up interface", name) : 0;
}

static int move(struct nl_sock *host, struct rtnl_link *link, const char *name, int ns_fd,
		const char *host_name, struct err *err)
{
	struct rtnl_link *down = rtnl_link_alloc(), *change = rtnl_link_alloc();
	int r = down && change ? 0 : -NLE_NOMEM;

	if (r == 0) {                   /* an interface is renamed only while it is down */
		rtnl_link_unset_flags(down, IFF_UP);
		r = rtnl_link_change(host, link, down, 0);
	}
	if (r == 0) {
		rtnl_link_set_name(change, name);
		rtnl_link_set_ns_fd(change, ns_fd);
		r = rtnl_link_change(host, link, change, 0);
	}
	rtnl_link_put(down);
	rtnl_link_put(change);
	return r < 0 ? nl_failed(err, r, "move interface", host_name) : 0;
}

/* A template such as "eth%d" is filled in by the kernel: the newest interface there is ours. */
static int find_name(struct nl_sock *jail, const char *pattern, char ret[IFNAMSIZ], struct err *err)
{
	struct nl_cache *links = NULL;
	int r, best = -1;

	snprintf(ret, IFNAMSIZ, "%s", pattern);
	if (!strchr(pattern, '%'))
		return 0;
	r = rtnl_link_alloc_cache(jail, AF_UNSPEC, &links);
	if (r < 0)
		return nl_failed(err, r, "look for interface", pattern);
	for (struct nl_object *o = nl_cache_get_first(links); o; o = nl_cache_get_next(o)) {
		struct rtnl_link *l = (struct rtnl_link *)o;
		size_t len = strcspn(pattern, "%");

		if (!strncmp(rtnl_link_get_name(l), pattern, len) && rtnl_link_get_ifindex(l) > best) {
			best = rtnl_link_get_ifindex(l);
			snprintf(ret, IFNAMSIZ, "%s", rtnl_link_get_name(l));
		}
	}
	nl_cache_free(links);
	return 0;
}

static int move_and_restore(struct nl_sock *host, struct rtnl_link *link, const char *name,
			    int ns_fd, const char *host_name, struct err *err)
{
	struct nl_cache *addrs = NULL;
	struct nl_sock *jail = socket_in(ns_fd, err);
	char final[IFNAMSIZ];
	int old = rtnl_link_get_ifindex(link), index = 0, r;

	if (!jail)
		return err ? err->code : -EIO;
	r = rtnl_addr_alloc_cache(host, &addrs);
	if (r < 0)
		r = nl_failed(err, r, "read the addresses of interface", host_name);
	if (r == 0)
		r = move(host, link, name, ns_fd, host_name, err);
	if (r == 0)
		r = find_name(jail, name, final, err);
	if (r == 0)
		r = set_up(jail, final, &index, err);
	if (r == 0)
		r = restore_addresses(jail, addrs, old, index, name, err);
	if (addrs)
		nl_cache_free(addrs);
	nl_socket_free(jail);
	return r;
}

int netdev_move(const char *host_name, const char *name, pid_t pid, struct err *err)
{
	struct nl_sock *host = nl_socket_alloc();
	struct rtnl_link *link = NULL;
	char path[48];
	fd_auto ns = -1;
	int r;

	snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)pid);
	ns = open(path, O_RDONLY | O_CLOEXEC);
	r = ns < 0 ? err_sys(err, "open %s", path) : 0;
	if (r == 0 && (!host || nl_connect(host, NETLINK_ROUTE) < 0))
		r = err_set(err, -EIO, "open a netlink socket");
	if (r == 0) {
		r = rtnl_link_get_kernel(host, 0, host_name, &link);
		r = r < 0 ? nl_failed(err, r, "find interface", host_name) :
			    move_and_restore(host, link, name, ns, host_name, err);
	}
	rtnl_link_put(link);
	if (host)
		nl_socket_free(host);
	return r;
}
