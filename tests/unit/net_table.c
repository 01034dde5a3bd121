/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * net_table.c - the table of addresses and ports: there and back, added to, torn, damaged, in conflict
 */
#include "net/table.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/stat.h>

#include "test.h"

static char path[64];

static int make_dir(void)
{
	snprintf(path, sizeof(path), "/tmp/jail-net.XXXXXX");
	return mkdtemp(path) ? open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
}

static void remove_dir(int dir)
{
	unlinkat(dir, "table", 0);
	CHECK_INT(rmdir(path), 0);
	close(dir);
}

static struct ip ip(const char *text)
{
	struct ip v = { 0 };

	CHECK_INT(ip_parse(text, &v), 0);
	return v;
}

static void add(struct table *t, const char *address, const char *owner)
{
	CHECK_INT(table_add_lease(t, &(struct lease){ .address = ip(address), .network = "jail0", .link = "jv1",
						      .mac = { 2, [5] = 10 }, .flags = 1, .names = "a,b",
						      .owner = owner }), 0);
}

static struct port port(const char *host, uint16_t first, uint16_t last, const char *owner)
{
	return (struct port){ .protocol = IPPROTO_TCP, .host = ip(host), .first = first, .last = last,
			      .to = ip("10.77.0.2"), .to_first = 80, .owner = owner };
}

static char *contents(int dir)
{
	char *text = NULL;
	size_t len;

	return file_read_at(dir, "table", 1 << 20, &text, &len, NULL) < 0 ? strdup("") : text;
}

TEST(there_and_back)
{
	table_auto t = { 0 }, u = { 0 };
	struct err err;
	int dir = make_dir();
	struct port p = port("::", 8000, 8999, "/run/a jail/with blanks");

	add(&t, "10.77.0.2/16", "/run/jail/web");
	add(&t, "fd00::2/64", "/run/jail/web");
	CHECK_INT(table_add_port(&t, &p), 0);
	CHECK_INT(table_write(dir, &t, &err), 0);
	CHECK_INT(table_read(dir, &u, &err), 0);
	CHECK_INT(u.n_leases, 2);
	CHECK_INT(u.n_ports, 1);
	CHECK_STR(u.leases[1].names, "a,b");
	CHECK_INT(u.leases[0].address.prefix, 16);
	CHECK_STR(u.ports[0].owner, "/run/a jail/with blanks");
	CHECK_INT(u.ports[0].last, 8999);
	CHECK(table_find(&u, &t.leases[0].address) == &u.leases[0]);
	remove_dir(dir);
}

TEST(nothing_is_an_empty_table)
{
	table_auto t = { 0 };
	struct err err;
	int dir = make_dir();

	CHECK_INT(table_read(dir, &t, &err), 0);
	CHECK_INT(t.n_leases + t.n_ports, 0);
	CHECK_INT(table_write(dir, &t, &err), 0);
	remove_dir(dir);
}

/* Only what is new is written, behind what is there; what somebody was writing when he was killed goes. */
TEST(adding_and_a_torn_line)
{
	static const char torn[] = "address 10.77.0.2/16 jail0 jv1 02:00:00:00:00:0a 1 a,b /run/jail/web\naddress 10.77.0.3/1";
	mem_auto char *text = NULL;
	table_auto t = { 0 };
	struct err err;
	int dir = make_dir();

	CHECK_INT(file_put_at(dir, "table", torn, sizeof(torn) - 1, 0600), 0);
	CHECK_INT(table_read(dir, &t, &err), 0);
	CHECK_INT(t.n_leases, 1);
	add(&t, "10.77.0.9/16", "/run/jail/new");
	CHECK_INT(table_write(dir, &t, &err), 0);
	text = contents(dir);
	CHECK_STR(text, "address 10.77.0.2/16 jail0 jv1 02:00:00:00:00:0a 1 a,b /run/jail/web\n"
			"address 10.77.0.9/16 jail0 jv1 02:00:00:00:00:0a 1 a,b /run/jail/new\n");
	remove_dir(dir);
}

TEST(dropping_replaces_the_whole)
{
	mem_auto char *text = NULL;
	table_auto t = { 0 }, u = { 0 };
	struct port p = port("0.0.0.0", 80, 80, "/r/a"), q = port("0.0.0.0", 81, 81, "/r/b");
	struct err err;
	int dir = make_dir();

	add(&t, "10.77.0.2/16", "/r/a");
	add(&t, "10.77.0.3/16", "/r/b");
	add(&t, "10.77.0.4/16", "/r/a");
	table_add_port(&t, &p);
	table_add_port(&t, &q);
	CHECK_INT(table_write(dir, &t, &err), 0);
	CHECK_INT(table_read(dir, &u, &err), 0);
	table_drop(&u, "/r/a");
	CHECK_INT(table_write(dir, &u, &err), 0);
	text = contents(dir);
	CHECK_STR(text, "address 10.77.0.3/16 jail0 jv1 02:00:00:00:00:0a 1 a,b /r/b\n"
			"port tcp 0.0.0.0 81 81 10.77.0.2 80 /r/b\n");
	remove_dir(dir);
}

TEST(damage)
{
	static const char *const bad[] = {
		"x\n", "address\n", "address 10.0.0.1/8 a b 02:00:00:00:00:01 0 names\n",
		"address 10.0.0.300/8 a b 02:00:00:00:00:01 0 n /r\n", "address 10.0.0.1/8 a b 02:00:00:00:00 0 n /r\n",
		"address 10.0.0.1/8 a b 02:00:00:00:00:01 x n /r\n", "port tcp 0.0.0.0 1 2 10.0.0.1 3\n",
		"port icmp 0.0.0.0 1 2 10.0.0.1 3 /r\n", "port tcp 0.0.0.0 1 65536 10.0.0.1 3 /r\n",
		"port tcp 0.0.0 1 2 10.0.0.1 3 /r\n",
	};
	int dir = make_dir();

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct table t = { 0 };
		struct err err;

		CHECK_INT(file_put_at(dir, "table", bad[i], strlen(bad[i]), 0600), 0);
		CHECK_INT(table_read(dir, &t, &err), -EBADMSG);
	}
	remove_dir(dir);
}

TEST(conflicts)
{
	static const struct {
		const char *host;
		uint16_t first, last;
		int conflict;
	} cases[] = {
		{ "0.0.0.0", 80, 80, 1 }, { "127.0.0.1", 80, 80, 1 }, { "0.0.0.0", 79, 79, 0 },
		{ "0.0.0.0", 1, 80, 1 }, { "0.0.0.0", 80, 200, 1 }, { "::", 80, 80, 0 }, { "0.0.0.0", 81, 99, 0 },
		{ "192.0.2.1", 9005, 9005, 1 }, { "192.0.2.2", 9005, 9005, 0 }, { "0.0.0.0", 9009, 9009, 1 },
		{ "0.0.0.0", 9010, 9010, 0 }, { "192.0.2.1", 8000, 8999, 0 },
	};
	struct port p = port("0.0.0.0", 80, 80, "/r/a"), q = port("192.0.2.1", 9000, 9009, "/r/a");
	table_auto t = { 0 };

	table_add_port(&t, &p);
	table_add_port(&t, &q);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct port c = port(cases[i].host, cases[i].first, cases[i].last, "/r/b");

		CHECK_INT(table_conflict(&t, &c) != NULL, cases[i].conflict);
		c.protocol = IPPROTO_UDP;
		CHECK(!table_conflict(&t, &c));
	}
}
