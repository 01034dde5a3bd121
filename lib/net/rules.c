/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rules.c - are our firewall tables there, and the transactions that change their elements
 *
 * The kernel counts generations of the whole ruleset.  While it is the one that we left, nobody has
 * changed anything, and a start asks for nothing else.  When it is not, the fingerprint (handles of the
 * tables and their chains, how many rules each has) tells whether what was changed was ours.  Our own commit
 * names the generation that it is meant for, so that nothing can come in between, and adds nothing that is there
 * already, so that it always makes the next generation.
 */
#include "net/rules.h"

#include <arpa/inet.h>
#include <endian.h>
#include <fcntl.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <string.h>

#include "net/elements.h"
#include "net/text.h"

#define ROOM       1024         /* what four elements each need: half a megabyte in the kernel */
#define TRIES      8            /* then with the whole tables, which nobody can come between */
#define ERESTART_  85

/* ---- messages ---- */

static const uint8_t families[] = { NFPROTO_INET, NFPROTO_BRIDGE };

struct nl_msg *rules_message(uint8_t family, int type, int flags)
{
	struct nfgenmsg h = { .nfgen_family = family, .version = NFNETLINK_V0 };

	return nl_new(NFNL_SUBSYS_NFTABLES << 8 | type, flags, &h, sizeof(h));
}

static void put_mark(struct nl_batch *b, int type, const uint32_t *generation)
{
	struct nfgenmsg h = { .version = NFNETLINK_V0, .res_id = htons(NFNL_SUBSYS_NFTABLES) };
	struct nl_msg *m = nl_new(type, 0, &h, sizeof(h));

	if (m && generation)
		nla_put_u32(m, NFNL_BATCH_GENID, htonl(*generation));
	nl_batch_add(b, m, false);
}

/* BEGIN, the elements, END; only the last element is acknowledged, failures are told in any case. */
static int commit(int fd, const struct nl_batch *elements, uint32_t generation)
{
	nl_batch_auto all = { 0 };
	uint32_t failed;
	size_t start;

	if (elements->data.failed)
		return -ENOMEM;
	put_mark(&all, NFNL_MSG_BATCH_BEGIN, &generation);
	start = all.data.len;
	buf_put(&all.data, elements->data.text, elements->data.len);
	if (all.data.failed)
		return -ENOMEM;
	((struct nlmsghdr *)(all.data.text + start + elements->last))->nlmsg_flags |= NLM_F_ACK;
	put_mark(&all, NFNL_MSG_BATCH_END, NULL);
	return nl_batch_send(fd, &all, &failed);
}

/* ---- what is there ---- */

static int take_generation(const struct nlmsghdr *m, void *data)
{
	struct nlattr *a = nlmsg_find_attr((struct nlmsghdr *)m, sizeof(struct nfgenmsg), NFTA_GEN_ID);

	if (a)
		*(uint32_t *)data = ntohl(nla_get_u32(a));
	return 0;
}

static int ask_generation(int fd, uint32_t *ret)
{
	nl_batch_auto b = { 0 };

	nl_batch_add(&b, rules_message(NFPROTO_UNSPEC, NFT_MSG_GETGEN, 0), false);
	*ret = 0;
	return nl_ask(fd, &b, take_generation, ret);
}

struct print {
	uint64_t hash;
	unsigned tables;
};

static void mix(struct print *p, const struct nlattr *handle, const struct nlattr *use)
{
	struct { uint64_t hash, handle, use; } part = {
		p->hash, handle ? nla_get_u64((struct nlattr *)handle) : 0,
		use ? nla_get_u32((struct nlattr *)use) : 0,
	};

	p->hash = hash_bytes(&part, sizeof(part));
}

static int take_table(const struct nlmsghdr *m, void *data)
{
	struct nlmsghdr *h = (struct nlmsghdr *)m;

	((struct print *)data)->tables++;
	mix(data, nlmsg_find_attr(h, sizeof(struct nfgenmsg), NFTA_TABLE_HANDLE),
	    nlmsg_find_attr(h, sizeof(struct nfgenmsg), NFTA_TABLE_USE));
	return 0;
}

static int take_chain(const struct nlmsghdr *m, void *data)
{
	struct nlmsghdr *h = (struct nlmsghdr *)m;
	uint8_t family = ((struct nfgenmsg *)nlmsg_data(h))->nfgen_family;
	struct nlattr *table = nlmsg_find_attr(h, sizeof(struct nfgenmsg), NFTA_CHAIN_TABLE);

	if (table && !strcmp(nla_get_string(table), RULES_TABLE) && memchr(families, family, sizeof(families)))
		mix(data, nlmsg_find_attr(h, sizeof(struct nfgenmsg), NFTA_CHAIN_HANDLE),
		    nlmsg_find_attr(h, sizeof(struct nfgenmsg), NFTA_CHAIN_USE));
	return 0;
}

static int ask_table(int fd, uint8_t family, struct print *p)
{
	struct nl_msg *m = rules_message(family, NFT_MSG_GETTABLE, 0);
	nl_batch_auto b = { 0 };
	int r;

	if (m)
		nla_put_string(m, NFTA_TABLE_NAME, RULES_TABLE);
	nl_batch_add(&b, m, false);
	r = nl_ask(fd, &b, take_table, p);
	return r == -ENOENT ? 0 : r;
}

/* 0 in *ret: a table is missing. */
static int ask_print(int fd, uint64_t *ret)
{
	nl_batch_auto chains = { 0 };
	struct print p = { 0 };
	int r = 0;

	*ret = 0;
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(families); i++)
		r = ask_table(fd, families[i], &p);
	if (r < 0 || p.tables < ARRAY_SIZE(families))
		return r;
	nl_batch_add(&chains, rules_message(NFPROTO_UNSPEC, NFT_MSG_GETCHAIN, NLM_F_DUMP), false);
	r = nl_ask(fd, &chains, take_chain, &p);
	*ret = p.hash;
	return r;
}

/* Did somebody else change the ruleset after we looked? */
static bool disturbed(int r)
{
	return r == -ERESTART_ || r == -EAGAIN;
}

/* Whatever is there now; *ret: the generation that it was. */
static int commit_now(int fd, const struct nl_batch *elements, uint32_t *ret)
{
	int r;

	for (int i = 0; i < TRIES; i++) {
		r = ask_generation(fd, ret);
		if (r == 0)
			r = commit(fd, elements, *ret);
		if (!disturbed(r))
			break;
	}
	return r;
}

/* ---- laying it down ---- */

static int failed(int r, struct err *err)
{
	if (r == -EPERM)
		return err_set(err, r, "change the firewall: this needs CAP_NET_ADMIN");
	if (r == -EPROTONOSUPPORT || r == -EOPNOTSUPP)
		return err_set(err, r, "change the firewall: this kernel has no nf_tables");
	if (r == -ENFILE)
		return err_set(err, r, "change the firewall: a map of published ports is full");
	return err_code(err, r, "change the firewall (nf_tables)");
}

/* @owner: whose elements are left out; NULL: nobody's */
static int reload(int fd, int dir, const char *owner, const struct spec_netdef *const *networks, size_t n,
		  const struct net_host *host, struct err *err)
{
	buf_auto text = { 0 }, names = { 0 };
	table_auto t = { 0 };
	struct seen s = { 0 };
	seen_auto old = { 0 };
	int r = table_read(dir, &t, err);

	if (r == 0 && owner)
		table_drop(&t, owner);
	seen_read(dir, &old);
	if (r == 0 && (rules_text(&t, networks, n, &old, &text, &names) < 0 || text.failed || names.failed))
		r = err_nomem(err);
	if (r == 0)
		r = host->load(host->data, text.text, text.len, err);
	if (r < 0)
		return r;
	/* The older generation: should somebody change the table right now, the next start sees it. */
	r = ask_generation(fd, &s.generation);
	if (r == 0)
		r = ask_print(fd, &s.print);
	if (r < 0)
		return failed(r, err);
	s.room = ROOM;
	return seen_write(dir, &s, &names, err);
}

static bool knows(const struct seen *s, const struct spec_netdef *const *networks, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!seen_network(s, networks[i]))
			return false;
	return true;
}

/* Make *s true of what is there; s->print 0: the tables are to be laid down. */
static int look(int fd, struct seen *s, struct err *err)
{
	uint32_t generation;
	uint64_t print;
	int r = ask_generation(fd, &generation);

	if (r == 0 && s->print && generation != s->generation) {
		r = ask_print(fd, &print);
		if (r == 0 && print != s->print)
			s->print = 0;           /* somebody has been at our table */
		s->generation = generation;
	}
	return r < 0 ? failed(r, err) : 0;
}

/* Make what is there as it should be, and *s true of it. */
static int settle(int fd, int dir, struct seen *s, const char *owner,
		  const struct spec_netdef *const *networks, size_t n, const struct net_host *host,
		  struct err *err)
{
	int r = look(fd, s, err);

	if (r < 0)
		return r;
	if (s->print && s->room && knows(s, networks, n))
		return 0;
	r = reload(fd, dir, owner, networks, n, host, err);
	if (r < 0)
		return r;
	seen_done(s);
	seen_read(dir, s);
	return 0;
}

/* ---- for others ---- */

/* Is what is there not what we left: no table, or elements that should not be? */
static bool stale(int r)
{
	return r == -ENOENT || r == -EEXIST || r == -EBUSY || r == -ENOTEMPTY;
}

static int added(int dir, struct seen *s, struct err *err)
{
	s->generation++;
	s->room--;
	return seen_update(dir, s, err);
}

int rules_commit(int dir, struct seen *s, const char *owner, const struct spec_netdef *const *networks, size_t n,
		 const struct nl_batch *elements, const struct net_host *host, struct err *err)
{
	fd_auto fd = -1;
	int r = nl_open(NETLINK_NETFILTER, &fd, err);

	if (r < 0)
		return failed(r, err);
	for (int i = 1;; i++) {
		r = settle(fd, dir, s, owner, networks, n, host, err);
		if (r < 0 || !elements->n)
			return r;
		r = commit(fd, elements, s->generation);
		if (!(disturbed(r) || stale(r)))
			return r < 0 ? failed(r, err) : added(dir, s, err);
		if (i == TRIES)
			return reload(fd, dir, NULL, networks, n, host, err);
		if (stale(r))
			s->print = 0;           /* lay it down once more */
	}
}

int rules_add(int dir, const struct nl_batch *elements, const struct net_host *host, struct err *err)
{
	seen_auto s = { 0 };
	fd_auto fd = -1;
	int r = nl_open(NETLINK_NETFILTER, &fd, err);

	if (r < 0)
		return failed(r, err);
	seen_read(dir, &s);
	r = look(fd, &s, err);
	if (r < 0)
		return r;
	if (s.print && s.room) {
		r = commit(fd, elements, s.generation);
		if (!(disturbed(r) || stale(r)))
			return r < 0 ? failed(r, err) : added(dir, &s, err);
	}
	return reload(fd, dir, NULL, NULL, 0, host, err);
}

int rules_reload(int dir, const struct net_host *host, struct err *err)
{
	fd_auto fd = -1;
	int r = nl_open(NETLINK_NETFILTER, &fd, err);

	return r < 0 ? r : reload(fd, dir, NULL, NULL, 0, host, err);
}

int rules_delete(int dir, const struct nl_batch *elements, struct err *err)
{
	fd_auto fd = -1;
	uint32_t generation;
	struct seen s;
	int r = nl_open(NETLINK_NETFILTER, &fd, err);

	if (r < 0)
		return r;
	seen_read(dir, &s);
	r = commit_now(fd, elements, &generation);
	/* Only if nobody else has been there: else the next start looks at it. */
	if (r == 0 && s.print && generation == s.generation) {
		s.generation++;
		r = seen_update(dir, &s, err);
	} else if (r < 0 && r != -ENOENT) {
		r = failed(r, err);
	}
	seen_done(&s);
	return r;
}

/* 1: it was there, 0: it was not. */
static int remove_table(int fd, uint8_t family, struct err *err)
{
	struct nl_msg *m = rules_message(family, NFT_MSG_DELTABLE, 0);
	nl_batch_auto b = { 0 };
	uint32_t generation;
	int r;

	if (m)
		nla_put_string(m, NFTA_TABLE_NAME, RULES_TABLE);
	nl_batch_add(&b, m, false);
	r = commit_now(fd, &b, &generation);
	return r == 0 ? 1 : r == -ENOENT ? 0 : failed(r, err);
}

int rules_remove(int dir, struct err *err)
{
	fd_auto fd = -1;
	int r = nl_open(NETLINK_NETFILTER, &fd, err), removed = 0;

	for (size_t i = 0; r >= 0 && i < ARRAY_SIZE(families); i++) {
		r = remove_table(fd, families[i], err);
		removed |= r;
	}
	if (r < 0)
		return r;
	unlinkat(dir, "rules", 0);
	return removed;
}

int rules_intact(int dir, const struct table *t)
{
	fd_auto fd = -1;
	struct seen s;
	uint64_t print;
	int r = nl_open(NETLINK_NETFILTER, &fd, NULL);

	if (r < 0)
		return r;
	seen_read(dir, &s);
	seen_done(&s);
	r = ask_print(fd, &print);
	if (r < 0 || !s.print || print != s.print)
		return r;
	/* The fingerprint says nothing of what is in a set. */
	r = elements_of_table(t, element_ask, &fd);
	return r == -ENOENT ? 0 : r < 0 ? r : 1;
}
