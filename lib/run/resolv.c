/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * resolv.c - /etc/resolv.conf of a jail: what the spec says, else its network's definition, else the host's
 */
#include "run/resolv.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "run/pasta.h"

#define RESOLV_MAX 65536

/* ---- lines: a keyword at their start, blanks, a value; see resolv.conf(5) ---- */

struct line {
	const char *start, *value;
	size_t len;
};

/* The next line of *at with @word; *at is then behind it. */
static bool next_line(const char **at, const char *word, struct line *ret)
{
	size_t n = strlen(word);

	while (**at) {
		const char *line = *at;
		size_t len = strcspn(line, "\n");

		*at += len + (line[len] == '\n');
		if (strncmp(line, word, n) != 0 || (line[n] != ' ' && line[n] != '\t'))
			continue;
		*ret = (struct line){ line, line + n + strspn(line + n, " \t"), len };
		return true;
	}
	return false;
}

/* An address that leads to the same server from inside: not loopback, not one of a certain interface. */
static bool is_usable(const char *value)
{
	static const uint8_t loopback[16] = { [15] = 1 }, mapped[13] = { [10] = 0xff, [11] = 0xff, [12] = 127 };
	char word[IP_TEXT_MAX];
	struct ip ip;

	snprintf(word, sizeof(word), "%.*s", (int)strcspn(value, " \t\n#;"), value);
	if (ip_parse(word, &ip) < 0 || ip_is_any(&ip))
		return false;
	if (ip.family == AF_INET)
		return ip.b[0] != 127;
	return memcmp(ip.b, loopback, sizeof(loopback)) != 0 && memcmp(ip.b, mapped, sizeof(mapped)) != 0;
}

static bool is_any(const char *value)
{
	(void)value;
	return true;
}

static void put_lines(struct buf *out, const char *text, const char *word, bool (*wanted)(const char *value))
{
	struct line line;

	while (text && next_line(&text, word, &line))
		if (wanted(line.value))
			buf_printf(out, "%.*s\n", (int)line.len, line.start);
}

static void put_words(struct buf *out, const char *word, const struct strv *v)
{
	if (v->n)
		buf_printf(out, "%s", word);
	for (size_t i = 0; i < v->n; i++)
		buf_printf(out, " %s", v->v[i]);
	if (v->n)
		buf_printf(out, "\n");
}

/* ---- the host's ---- */

static bool has_server(const char *text)
{
	struct line line;

	while (text && next_line(&text, "nameserver", &line))
		if (is_usable(line.value))
			return true;
	return false;
}

static char *read_resolv(const char *path)
{
	char *text;
	size_t len;

	return file_read_at(AT_FDCWD, path, RESOLV_MAX, &text, &len, NULL) < 0 ? NULL : text;
}

/* Where the host's is systemd-resolved's own loopback, what systemd-resolved asks itself. */
static char *host_resolv(void)
{
	char *text = read_resolv("/etc/resolv.conf"), *other;

	if (has_server(text))
		return text;
	other = read_resolv("/run/systemd/resolve/resolv.conf");
	if (!other)
		return text;
	free(text);
	return other;
}

/* Either of the two, as in resolv.conf(5). */
static void put_host_search(struct buf *out, const char *host)
{
	size_t before = out->len;

	put_lines(out, host, "search", is_any);
	if (out->len == before)
		put_lines(out, host, "domain", is_any);
}

/* ---- the jail's ---- */

static const struct spec_netdef *first_def(const struct net_claim *c)
{
	return c && c->n_defs ? &c->defs[0]->netdef : NULL;
}

int resolv_write(const struct create_request *req, const struct net_claim *claim, int dir_fd, struct err *err)
{
	const struct spec_network *n = &req->spec->network;
	const struct spec_netdef *d = first_def(claim);
	const struct ip *dns = n->n_dns ? n->dns : d ? d->dns : NULL;
	size_t n_dns = n->n_dns ? n->n_dns : d ? d->n_dns : 0;
	mem_auto char *host = NULL;
	char text[IP_TEXT_MAX];
	buf_auto out = { 0 };
	int r;

	if (!n_dns || !n->search.n || !n->options.n)
		host = host_resolv();
	for (size_t i = 0; i < n_dns; i++)
		buf_printf(&out, "nameserver %s\n", ip_text(&dns[i], text));
	if (!n_dns)
		put_lines(&out, host, "nameserver", is_usable);
	if (!out.len && n->mode == SPEC_NET_PASTA)
		buf_printf(&out, "nameserver " PASTA_DNS "\n");
	if (n->search.n)
		put_words(&out, "search", &n->search);
	else if (d && d->search.n)
		put_words(&out, "search", &d->search);
	else
		put_host_search(&out, host);
	if (n->options.n)
		put_words(&out, "options", &n->options);
	else
		put_lines(&out, host, "options", is_any);
	r = out.failed ? -ENOMEM : file_put_at(dir_fd, "resolv.conf", out.len ? out.text : "", out.len, 0644);
	return r < 0 ? err_code(err, r, "write resolv.conf") : 0;
}
