/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * talk.c - both ends of small conversations, for the suites about networks
 *
 *	udp-echo PORT                     answer each datagram with itself, for ever
 *	udp-name PORT NAME                answer each datagram with NAME, for ever
 *	udp-tick PORT                     ten datagrams a second to whoever sends the first one, for ever
 *	udp-stream ADDRESS PORT           a datagram each 50 ms from one socket, a line for what comes back, for ever
 *	udp-ask ADDRESS PORT TEXT         print the answer; status 1 after 2 s without
 *	udp-send ADDRESS PORT N           N datagrams, 20 ms apart
 *	udp-send-from SOURCE ADDRESS PORT N
 *	udp-count PORT                    count datagrams in shared memory, for ever
 *	udp-counted PORT                  print how many
 *	tcp-sink PORT                     read connections to their ends, for ever
 *	tcp-send ADDRESS PORT BYTES       print how long it takes until the other side has read all: "12 ms"
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static void fail(const char *what)
{
	perror(what);
	exit(1);
}

static socklen_t to_address(const char *text, const char *port, struct sockaddr_storage *ret)
{
	struct sockaddr_in *four = (struct sockaddr_in *)ret;
	struct sockaddr_in6 *six = (struct sockaddr_in6 *)ret;

	memset(ret, 0, sizeof(*ret));
	if (inet_pton(AF_INET, text, &four->sin_addr) == 1) {
		four->sin_family = AF_INET;
		four->sin_port = htons((unsigned short)atoi(port));
		return sizeof(*four);
	}
	if (inet_pton(AF_INET6, text, &six->sin6_addr) != 1)
		exit(2);
	six->sin6_family = AF_INET6;
	six->sin6_port = htons((unsigned short)atoi(port));
	return sizeof(*six);
}

static int bound(int type, const char *address, const char *port)
{
	struct sockaddr_storage a;
	socklen_t len = to_address(address, port, &a);
	int fd = socket(a.ss_family, type, 0), one = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (fd < 0 || bind(fd, (struct sockaddr *)&a, len) < 0)
		fail("bind");
	return fd;
}

/* @name: NULL: the datagram itself */
static _Noreturn void udp_answer(const char *port, const char *name)
{
	int fd = bound(SOCK_DGRAM, "::", port);

	for (;;) {
		struct sockaddr_storage from;
		socklen_t len = sizeof(from);
		char text[2048];
		ssize_t n = recvfrom(fd, text, sizeof(text), 0, (struct sockaddr *)&from, &len);

		if (n >= 0)
			sendto(fd, name ? name : text, name ? strlen(name) : (size_t)n, 0,
			       (struct sockaddr *)&from, len);
	}
}

/* To whoever says something first, ten times a second */
static _Noreturn void udp_tick(const char *port)
{
	int fd = bound(SOCK_DGRAM, "::", port);
	struct sockaddr_storage from;
	socklen_t len = sizeof(from);
	char byte;

	if (recvfrom(fd, &byte, 1, 0, (struct sockaddr *)&from, &len) < 0)
		fail("receive");
	for (;; usleep(100000))
		sendto(fd, "tick", 4, 0, (struct sockaddr *)&from, len);
}

static _Noreturn void udp_stream(const char *address, const char *port)
{
	struct sockaddr_storage to;
	socklen_t len = to_address(address, port, &to);
	int fd = socket(to.ss_family, SOCK_DGRAM, 0);
	char text[2048];

	for (;;) {
		ssize_t n;

		sendto(fd, "x", 1, 0, (struct sockaddr *)&to, len);
		usleep(50000);
		while ((n = recv(fd, text, sizeof(text), MSG_DONTWAIT)) >= 0)
			printf("%.*s\n", (int)n, text);
		fflush(stdout);
	}
}

static int udp_ask(const char *address, const char *port, const char *text)
{
	struct timeval wait = { .tv_sec = 2 };
	struct sockaddr_storage to;
	socklen_t len = to_address(address, port, &to);
	int fd = socket(to.ss_family, SOCK_DGRAM, 0);
	char answer[2048];
	ssize_t n;

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	if (connect(fd, (struct sockaddr *)&to, len) < 0 || send(fd, text, strlen(text), 0) < 0)
		fail("send");
	n = recv(fd, answer, sizeof(answer), 0);
	if (n < 0)
		fail("receive");
	printf("%.*s\n", (int)n, answer);
	return 0;
}

static int udp_send(int fd, const char *address, const char *port, int n)
{
	struct sockaddr_storage to;
	socklen_t len = to_address(address, port, &to);

	if (fd < 0)
		fd = socket(to.ss_family, SOCK_DGRAM, 0);
	while (n--) {
		if (sendto(fd, "x", 1, 0, (struct sockaddr *)&to, len) < 0)
			fail("send");
		usleep(20000);
	}
	return 0;
}

static unsigned *counter(const char *port)
{
	char name[64];
	unsigned *p;
	int fd;

	snprintf(name, sizeof(name), "/run/lab/count.%s", port);
	fd = open(name, O_RDWR | O_CREAT, 0600);
	if (fd < 0 || ftruncate(fd, sizeof(*p)) < 0)
		fail(name);
	p = mmap(NULL, sizeof(*p), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		fail("mmap");
	return p;
}

static _Noreturn void udp_count(const char *port)
{
	int fd = bound(SOCK_DGRAM, "::", port);
	unsigned *n = counter(port);
	char byte;

	for (*n = 0;;)
		if (recv(fd, &byte, 1, 0) == 1)
			++*n;
}

static _Noreturn void tcp_sink(const char *port)
{
	int fd = bound(SOCK_STREAM, "::", port);
	static char data[65536];

	listen(fd, 8);
	for (;;) {
		int c = accept(fd, NULL, NULL);

		while (c >= 0 && read(c, data, sizeof(data)) > 0)
			;
		close(c);
	}
}

static long now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int tcp_send(const char *address, const char *port, long bytes)
{
	struct sockaddr_storage to;
	socklen_t len = to_address(address, port, &to);
	int fd = socket(to.ss_family, SOCK_STREAM, 0);
	static char data[65536];
	long start;
	char end;

	if (connect(fd, (struct sockaddr *)&to, len) < 0)
		fail("connect");
	start = now_ms();
	while (bytes > 0) {
		ssize_t n = write(fd, data, (size_t)(bytes < (long)sizeof(data) ? bytes : (long)sizeof(data)));

		if (n < 0)
			fail("write");
		bytes -= n;
	}
	shutdown(fd, SHUT_WR);
	if (read(fd, &end, 1) < 0)
		fail("read");
	printf("%ld ms\n", now_ms() - start);
	return 0;
}

int main(int argc, char **argv)
{
	const char *what = argc > 2 ? argv[1] : "";

	if (!strcmp(what, "udp-echo"))
		udp_answer(argv[2], NULL);
	if (!strcmp(what, "udp-tick"))
		udp_tick(argv[2]);
	if (!strcmp(what, "udp-name") && argc == 4)
		udp_answer(argv[2], argv[3]);
	if (!strcmp(what, "udp-stream") && argc == 4)
		udp_stream(argv[2], argv[3]);
	if (!strcmp(what, "udp-ask") && argc == 5)
		return udp_ask(argv[2], argv[3], argv[4]);
	if (!strcmp(what, "udp-send") && argc == 5)
		return udp_send(-1, argv[2], argv[3], atoi(argv[4]));
	if (!strcmp(what, "udp-send-from") && (argc == 6 || argc == 7))
		return udp_send(bound(SOCK_DGRAM, argv[2], argc == 7 ? argv[6] : "0"), argv[3], argv[4], atoi(argv[5]));
	if (!strcmp(what, "udp-count"))
		udp_count(argv[2]);
	if (!strcmp(what, "udp-counted"))
		return printf("%u\n", *counter(argv[2])) < 0;
	if (!strcmp(what, "tcp-sink"))
		tcp_sink(argv[2]);
	if (!strcmp(what, "tcp-send") && argc == 5)
		return tcp_send(argv[2], argv[3], atol(argv[4]));
	fprintf(stderr, "usage: see talk.c\n");
	return 2;
}
