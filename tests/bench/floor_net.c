/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * floor_net.c - the least that a network of its own costs a process
 *
 *	floor_net PROGRAM                 in a new network namespace, and nothing in it
 *	floor_net PROGRAM BRIDGE N        with what jail sends for number N: a veth pair on BRIDGE, addresses and
 *	                                  routes inside, a published port in the firewall's maps
 *
 * The messages are those of lib/net; everything around them (tables, locks, records, names) is left out.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <linux/sched.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "net/elements.h"
#include "net/links.h"

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static struct net_link make_link(unsigned n)
{
	static struct spec_interface spec = { .name = (char *)"eth0" };
	static struct ip addresses[2];
	struct net_link l = { .spec = &spec, .index = 16, .addresses = addresses, .n_addresses = 2, .ipv6 = true };
	char text[64];

	snprintf(l.host, sizeof(l.host), "fl%08x", n);
	memcpy(l.mac, (uint8_t[]){ 2, 0, 0, 0, (uint8_t)(n >> 8), (uint8_t)n }, 6);
	snprintf(text, sizeof(text), "10.77.%u.%u/16", 100 + n / 250 % 100, 1 + n % 250);
	ip_parse(text, &addresses[0]);
	snprintf(text, sizeof(text), "fd6a:6169:6c30::f%03x/64", n & 0xfff);
	ip_parse(text, &addresses[1]);
	ip_parse("10.77.0.1", &l.gateway[0]);
	ip_parse("fd6a:6169:6c30::1", &l.gateway[1]);
	return l;
}

static void mark(struct nl_batch *b, int type)
{
	struct nfgenmsg h = { .version = NFNETLINK_V0, .res_id = htons(NFNL_SUBSYS_NFTABLES) };

	nl_batch_add(b, nl_new(type, 0, &h, sizeof(h)), false);
}

static void publish(const struct net_link *l, unsigned n)
{
	nl_batch_auto b = { 0 };
	uint32_t bad;
	int fd, r;

	mark(&b, NFNL_MSG_BATCH_BEGIN);
	for (int i = 0; i < 2; i++) {
		struct port p = {
			.protocol = 6, .host.family = l->addresses[i].family, .first = (uint16_t)(20000 + n % 40000),
			.last = (uint16_t)(20000 + n % 40000), .to = l->addresses[i], .to_first = 80,
		};

		elements_of_port(&p, element_add, &b);
	}
	nl_batch_ack(&b);
	mark(&b, NFNL_MSG_BATCH_END);
	if (nl_open(NETLINK_NETFILTER, &fd, NULL) < 0)
		fail("socket");
	r = nl_batch_send(fd, &b, &bad);
	if (r < 0) {
		errno = -r;
		fail("publish");
	}
}

/* The process: it waits until the link is there, configures it, and executes. */
static void inside(const struct net_link *l, int from, char **argv)
{
	struct buf messages = { 0 }, summary = { 0 };
	struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	char answer[512], byte;
	int fd;

	if (l) {
		net_inside(l, true, &messages, &summary);
		if (read(from, &byte, 1) != 1 || nl_open(NETLINK_ROUTE, &fd, NULL) < 0)
			_exit(1);
		sendto(fd, messages.text, messages.len, 0, (struct sockaddr *)&kernel, sizeof(kernel));
		if (recv(fd, answer, sizeof(answer), 0) < 0 || ((struct nlmsgerr *)(answer + NLMSG_HDRLEN))->error)
			_exit(2);
	}
	execv(argv[0], argv);
	_exit(127);
}

int main(int argc, char **argv)
{
	struct clone_args args = { .flags = CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC,
				   .exit_signal = SIGCHLD };
	unsigned n = argc > 3 ? (unsigned)atoi(argv[3]) : 0;
	struct net_link l = make_link(n);
	int pipe_fd[2], status, fd;
	long pid;

	if (argc < 2 || pipe(pipe_fd) < 0)
		return 2;
	pid = syscall(SYS_clone3, &args, sizeof(args));
	if (pid < 0)
		fail("clone3");
	if (pid == 0)
		inside(argc > 3 ? &l : NULL, pipe_fd[0], (char *[]){ argv[1], NULL });
	if (argc > 3) {
		struct bridge b = { .index = (int)if_nametoindex(argv[2]), .mtu = 1500 };
		struct err err;

		if (nl_open(NETLINK_ROUTE, &fd, &err) < 0 || link_veth(fd, &l, &b, (pid_t)pid, &err) < 0) {
			fprintf(stderr, "%s\n", err.text);
			return 1;
		}
		publish(&l, n);
		if (write(pipe_fd[1], "", 1) != 1)
			fail("write");
	}
	if (waitpid((pid_t)pid, &status, 0) < 0 || status) {
		fprintf(stderr, "the process ended with %d\n", status);
		return 1;
	}
	return 0;
}
