/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ports.c - "127.0.0.1:8080:80/tcp": a port of the jail's that the host answers for
 */
#include "spec/network.h"

#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "base/port.h"

static bool take_protocol(char *text, struct spec_publish *p)
{
	char *slash = strchr(text, '/');

	p->protocol = IPPROTO_TCP;
	if (!slash)
		return true;
	*slash = '\0';
	return protocol_number(slash + 1, &p->protocol);
}

/* "80" or "8000-8999" */
static bool take_range(char *text, uint16_t *first, uint16_t *last)
{
	char *dash = strchr(text, '-');
	uint32_t a, b;

	if (dash)
		*dash++ = '\0';
	if (str_u32(text, &a) < 0 || str_u32(dash ? dash : text, &b) < 0)
		return false;
	if (a < 1 || b > 65535 || a > b)
		return false;
	*first = (uint16_t)a;
	*last = (uint16_t)b;
	return true;
}

/* Cut the address off: "[ADDRESS]:REST", or "ADDRESS:REST", where the address has dots or a port follows. */
static const char *take_address(char **text, struct spec_publish *p)
{
	char *at = *text, *end;

	if (*at == '[') {
		end = strchr(++at, ']');
		if (!end || end == at || end[1] != ':')
			return "an address in brackets ends with \"]:\"";
		*end = '\0';
		*text = end + 2;
	} else {
		end = strchr(at, ':');
		if (!end || (!strchr(end + 1, ':') && !memchr(at, '.', (size_t)(end - at))))
			return NULL;
		*end = '\0';
		*text = end + 1;
	}
	return ip_parse(at, &p->address) < 0 || strchr(at, '/') ?
	       "the address must be an IPv4 one, or an IPv6 one in brackets" : NULL;
}

const char *spec_publish_parse(const char *input, struct spec_publish *ret)
{
	static const char form[] = "must be [ADDRESS:]PORT[-PORT][:PORT[-PORT]][/tcp|udp|sctp]";
	struct spec_publish p = { 0 };
	uint16_t to_last;
	char copy[128], *text = copy, *colon;
	const char *wrong;

	if ((size_t)snprintf(copy, sizeof(copy), "%s", input) >= sizeof(copy))
		return form;
	if (!take_protocol(copy, &p))
		return "the protocol must be tcp, udp or sctp";
	wrong = take_address(&text, &p);
	if (wrong)
		return wrong;
	colon = strchr(text, ':');
	if (colon)
		*colon++ = '\0';
	if (!take_range(text, &p.first, &p.last))
		return form;
	p.to = p.first;
	to_last = p.last;
	if (colon && !take_range(colon, &p.to, &to_last))
		return form;
	if (colon && to_last - p.to != p.last - p.first)
		return "the two ranges of ports differ in length";
	*ret = p;
	return NULL;
}
