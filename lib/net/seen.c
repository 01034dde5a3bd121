/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * seen.c - NET_DIR/rules: what our firewall tables were when we last touched them
 *
 *	GENERATION FINGERPRINT ROOM RULES
 *	NETWORK HASH
 *	…
 *
 * The head has a fixed length and is changed in place.  RULES tells which rules were laid down: another version of
 * this library has others.
 */
#include "net/seen.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/embed.h"
#include "net/table.h"

#define HEAD_LEN   44           /* "01234567 0123456789abcdef 01234567 01234567\n" */
#define RULES_MAX  65536

static uint32_t our_rules(void)
{
	return (uint32_t)hash_bytes(embed_rules, (uintptr_t)embed_rules_end - (uintptr_t)embed_rules);
}

void seen_read(int dir, struct seen *s)
{
	struct err ignored;
	size_t len;

	*s = (struct seen){ 0 };
	if (file_read_at(dir, "rules", RULES_MAX, &s->text, &len, &ignored) < 0)
		return;
	if (len < HEAD_LEN || s->text[8] != ' ' || s->text[25] != ' ' || s->text[34] != ' ' ||
	    s->text[HEAD_LEN - 1] != '\n' || strtoul(s->text + 35, NULL, 16) != our_rules())
		return;
	s->generation = (uint32_t)strtoul(s->text, NULL, 16);
	s->print = strtoull(s->text + 9, NULL, 16);
	s->room = (uint32_t)strtoul(s->text + 26, NULL, 16);
}

void seen_done(struct seen *s)
{
	free(s->text);
	s->text = NULL;
}

/* ---- networks ---- */

/* Of what bridge and firewall need to know. */
static uint64_t hash_def(const struct spec_netdef *d)
{
	char ip[4][IP_TEXT_MAX], text[4 * IP_TEXT_MAX + 32];
	int n;

	for (int slot = 0; slot < 2; slot++) {
		ip_net_text(&d->subnet[slot], ip[slot]);
		ip_net_text(&d->gateway[slot], ip[2 + slot]);
	}
	n = snprintf(text, sizeof(text), "%s %s %s %s %d %d %d %u", ip[0], ip[1], ip[2], ip[3], d->routed, d->internal,
		     d->unmanaged, d->mtu);
	return hash_bytes(text, (size_t)n);
}

void seen_put_network(struct buf *lines, const struct spec_netdef *d)
{
	buf_printf(lines, "%s %016llx\n", d->name, (unsigned long long)hash_def(d));
}

void seen_keep_network(struct buf *lines, const char *name, const struct seen *old)
{
	const char *hash = seen_line(seen_networks(old), name);

	buf_printf(lines, "%s %.16s\n", name, hash ? hash : "0000000000000000");
}

const char *seen_next(const char *line)
{
	const char *end = strchr(line, '\n');

	return end ? end + 1 : NULL;
}

const char *seen_line(const char *lines, const char *name)
{
	size_t n = strlen(name);

	for (const char *p = lines; p && *p; p = seen_next(p))
		if (!strncmp(p, name, n) && p[n] == ' ')
			return p + n + 1;
	return NULL;
}

const char *seen_networks(const struct seen *s)
{
	return s->print ? s->text + HEAD_LEN : NULL;
}

bool seen_network(const struct seen *s, const struct spec_netdef *d)
{
	const char *hash = seen_line(seen_networks(s), d->name);

	return hash && strtoull(hash, NULL, 16) == hash_def(d);
}

/* ---- writing ---- */

static void put_head(const struct seen *s, char out[HEAD_LEN + 1])
{
	snprintf(out, HEAD_LEN + 1, "%08x %016llx %08x %08x\n", s->generation, (unsigned long long)s->print, s->room,
		 our_rules());
}

int seen_update(int dir, const struct seen *s, struct err *err)
{
	fd_auto fd = openat(dir, "rules", O_WRONLY | O_CLOEXEC);
	char head[HEAD_LEN + 1];

	put_head(s, head);
	if (fd < 0 || pwrite(fd, head, HEAD_LEN, 0) != HEAD_LEN)
		return err_sys(err, "write %s/rules", NET_DIR);
	return 0;
}

int seen_write(int dir, const struct seen *s, const struct buf *networks, struct err *err)
{
	char head[HEAD_LEN + 1];
	buf_auto out = { 0 };
	int r;

	put_head(s, head);
	buf_printf(&out, "%s%s", head, networks->len ? networks->text : "");
	if (out.failed)
		return err_nomem(err);
	r = file_put_at(dir, "rules", out.text, out.len, 0600);
	return r < 0 ? err_code(err, r, "write %s/rules", NET_DIR) : 0;
}
