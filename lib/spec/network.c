/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * network.c - jail.network: which network a jail has, and what others reach of it
 *
 * One interface is described by the object itself, several by its "interfaces".  What it means for
 * the network namespace is settled here, so that nothing behind this file has to ask twice.
 */
#include "spec/parse.h"

#include <net/if.h>
#include <netinet/ether.h>
#include <netinet/in.h>
#include <string.h>

#include "spec/netparse.h"

#define DEFAULT_NETWORK "jail0"
#define MANY            64      /* interfaces, addresses, routes */

/* ---- values ---- */

static int parse_address(const struct at *at, struct ip *ret)
{
	const char *text;
	int r = at_text(at, &text);

	if (r < 0)
		return r;
	if (ip_parse(text, ret) < 0)
		return at_fail(at, "must be an IPv4 or IPv6 address, not \"%.80s\"", text);
	return 0;
}

int netparse_host(const struct at *at, void *out)
{
	struct ip *ip = out;
	int r = parse_address(at, ip);

	if (r == 0 && ip->prefix != ip_bits(ip->family))
		return at_fail(at, "must be an address without a prefix length");
	return r;
}

int netparse_net(const struct at *at, struct ip *ret)
{
	struct ip ip;
	int r = parse_address(at, &ip);

	if (r < 0)
		return r;
	if (!strchr(json_string_value(at->v), '/'))
		return at_fail(at, "must have a prefix length, such as 192.168.7.0/24");
	*ret = ip_network(&ip);
	return 0;
}

int netparse_link_name(const struct at *at, void *out)
{
	const char *text;
	int r = at_text(at, &text);

	if (r < 0)
		return r;
	if (!netdev_name_ok(text) || strchr(text, '%'))
		return at_fail(at, NETDEV_NAME_RULE, text);
	return at_string(at, out);
}

static int parse_mac(const struct at *at, void *out)
{
	struct spec_interface *i = out;
	struct ether_addr mac;
	const char *text;
	int r = at_text(at, &text);

	if (r < 0)
		return r;
	if (strlen(text) != 17 || !ether_aton_r(text, &mac))
		return at_fail(at, "must be an address such as 02:00:00:00:00:01, not \"%.80s\"", text);
	memcpy(i->mac, mac.ether_addr_octet, sizeof(i->mac));
	if (i->mac[0] & 1)
		return at_fail(at, "%s is a group's address, no interface can have it", text);
	i->has_mac = true;
	return 0;
}

/* Bits a second, as tc(8) writes them; kept as bytes. */
static int parse_rate(const struct at *at, void *out)
{
	static const struct { const char *unit; uint64_t bits; } units[] = {
		{ "bit", 1 }, { "kbit", 1000 }, { "mbit", 1000000 }, { "gbit", 1000000000 }, { "", 1 },
	};
	const char *text;
	char digits[16];
	uint64_t v;
	size_t n;
	int r = at_text(at, &text);

	if (r < 0)
		return r;
	n = strspn(text, "0123456789");
	if (n && n < sizeof(digits)) {
		memcpy(digits, text, n);
		digits[n] = '\0';
		for (size_t i = 0; str_u64(digits, &v) == 0 && i < ARRAY_SIZE(units); i++)
			if (!strcmp(text + n, units[i].unit) &&
			    !__builtin_mul_overflow(v, units[i].bits, &v)) {
				*(uint64_t *)out = v / 8;
				return v >= 8000 ? 0 : at_fail(at, "must be at least 8kbit");
			}
	}
	return at_fail(at, "must be a rate such as 500kbit, 100mbit or 1gbit, not \"%.80s\"", text);
}

/* ---- addresses: "auto", one, or several ---- */

static int add_address(const struct at *at, struct spec_interface *i)
{
	const char *text = json_string_value(at->v);
	struct ip ip;
	int r;

	if (text && !strcmp(text, "auto")) {
		i->automatic = true;
		return 0;
	}
	r = parse_address(at, &ip);
	for (size_t k = 0; r == 0 && k < i->n_addresses; k++)
		if (ip_equal(&i->addresses[k], &ip))
			r = at_fail(at, "is listed twice");
	if (r == 0)
		i->addresses[i->n_addresses++] = ip;
	return r;
}

static int parse_addresses(const struct at *at, void *out)
{
	struct spec_interface *i = out;
	size_t n = json_is_array(at->v) ? json_array_size(at->v) : 1;
	int r = 0;

	if (n > MANY)
		return at_fail(at, "must have at most %d elements", MANY);
	i->automatic = false;
	i->addresses = arena_alloc(&at->p->spec->arena, (n + 1) * sizeof(*i->addresses));
	if (!i->addresses)
		return at_nomem(at);
	if (!json_is_array(at->v))
		return add_address(at, i);
	for (size_t k = 0; r == 0 && k < n; k++) {
		struct at e = at_element(at, k);

		r = add_address(&e, i);
	}
	return r;
}

int netparse_pair(const struct at *at, struct ip pair[2], const char *word, bool *ret_word)
{
	size_t n = json_is_array(at->v) ? json_array_size(at->v) : 1;
	const char *text = json_string_value(at->v);

	if (word && text && !strcmp(text, word)) {
		*ret_word = true;
		return 0;
	}
	for (size_t k = 0; k < n; k++) {
		struct at e = json_is_array(at->v) ? at_element(at, k) : *at;
		struct ip ip;
		int r = netparse_host(&e, &ip);

		if (r < 0)
			return r;
		if (pair[ip_slot(ip.family)].family)
			return at_fail(&e, "a second one of its family");
		pair[ip_slot(ip.family)] = ip;
	}
	return 0;
}

static int parse_gateway(const struct at *at, void *out)
{
	struct spec_interface *i = out;

	return netparse_pair(at, i->gateway, "none", &i->no_gateway);
}

/* ---- routes, bandwidth ---- */

static int parse_route_to(const struct at *at, void *out)
{
	return netparse_net(at, out);
}

static int parse_route(const struct at *at, void *out)
{
	static const struct field fields[] = {
		{ "to", F_CALL, F_REQUIRED, FIELD_SIZE(struct spec_route, to), .fn = parse_route_to },
		{ "via", F_CALL, FIELD_SIZE(struct spec_route, via), .fn = netparse_host },
		{ 0 },
	};
	struct spec_route *route = out;
	struct at via = at_member(at, "via");
	int r = object_parse(at, fields, route);

	if (r == 0 && route->via.family && route->via.family != route->to.family)
		return at_fail(&via, "is not of the family of \"to\"");
	return r;
}

static int parse_bandwidth(const struct at *at, void *out)
{
	static const struct field fields[] = {
		{ "egress", F_CALL, FIELD_SIZE(struct spec_interface, egress), .fn = parse_rate },
		{ "ingress", F_CALL, FIELD_SIZE(struct spec_interface, ingress), .fn = parse_rate },
		{ 0 },
	};

	return object_parse(at, fields, out);
}

/* ---- one interface ---- */

static const struct field interface_fields[] = {
	{ "bridge", F_CALL, FIELD_SIZE(struct spec_interface, network), .fn = netparse_link_name },
	{ "name", F_CALL, FIELD_SIZE(struct spec_interface, name), .fn = netparse_link_name },
	{ "address", F_CALL, .fn = parse_addresses },
	{ "gateway", F_CALL, .fn = parse_gateway },
	{ "mac", F_CALL, .fn = parse_mac },
	{ "mtu", F_UINT, FIELD_SIZE(struct spec_interface, mtu), .min = 68, .max = 65535 },
	{ "isolated", F_BOOL, FIELD_SIZE(struct spec_interface, isolated) },
	{ "internal", F_BOOL, FIELD_SIZE(struct spec_interface, internal) },
	{ "bandwidth", F_CALL, .fn = parse_bandwidth },
	{ "routes", F_LIST, FIELD_LIST(struct spec_interface, routes), .fn = parse_route },
	{ 0 },
};
#define N_INTERFACE_FIELDS (ARRAY_SIZE(interface_fields) - 1)

/* An interface that is not on a bridge of ours: {"macvlan": "eth0"} */
static int settle_kind(const struct at *at, struct spec_interface *i)
{
	struct at macvlan = at_member(at, "macvlan"), bridge = at_member(at, "bridge");
	int r;

	if (!macvlan.v) {
		if (!i->network)
			i->network = arena_strdup(&at->p->spec->arena, DEFAULT_NETWORK);
		return i->network ? 0 : at_nomem(at);
	}
	if (bridge.v)
		return at_fail(&bridge, "cannot go with \"macvlan\"");
	i->kind = SPEC_LINK_MACVLAN;
	r = netparse_link_name(&macvlan, &i->network);
	for (size_t k = 0; r == 0 && k < i->n_addresses; k++)
		if (i->addresses[k].prefix == ip_bits(i->addresses[k].family))
			r = at_fail(at, "on a macvlan an address needs its prefix length, such as /24");
	if (r == 0 && (i->isolated || i->internal))
		r = at_fail(at, "\"isolated\" and \"internal\" are for bridges");
	return r;
}

static int settle_interface(const struct at *at, struct spec_interface *i, size_t index)
{
	struct at address = at_member(at, "address");
	int r = settle_kind(at, i);

	if (r < 0)
		return r;
	if (!address.v)
		i->automatic = i->kind == SPEC_LINK_BRIDGE;
	if (i->automatic && i->kind == SPEC_LINK_MACVLAN)
		return at_fail(&address, "a macvlan has no addresses to give away: name one");
	if (!i->name)
		i->name = arena_printf(&at->p->spec->arena, "eth%zu", index);
	return i->name ? 0 : at_nomem(at);
}

static int read_interface(const struct at *at, struct spec_interface *i, size_t index)
{
	int r = 0;

	/* By hand: the same members also stand in the network's own object. */
	for (const struct field *f = interface_fields; r == 0 && f->name; f++) {
		struct at member = at_member(at, f->name);

		if (member.v)
			r = field_read(&member, f, (char *)i + f->offset);
	}
	return r < 0 ? r : settle_interface(at, i, index);
}

static int check_interface_members(const struct at *at)
{
	struct field known[N_INTERFACE_FIELDS + 2] = { 0 };

	memcpy(known, interface_fields, N_INTERFACE_FIELDS * sizeof(*known));
	known[N_INTERFACE_FIELDS].name = "macvlan";
	return object_members(at, known);
}

static int check_names(const struct at *at, const struct spec_network *n)
{
	for (size_t i = 0; i < n->n_interfaces; i++)
		for (size_t k = 0; k < i; k++) {
			struct at e = at_element(at, i);

			if (!strcmp(n->interfaces[i].name, n->interfaces[k].name))
				return at_fail(&e, "a second interface that would be \"%s\" in the jail",
					       n->interfaces[i].name);
		}
	return 0;
}

static int parse_interfaces(const struct at *at, void *out)
{
	struct spec_network *n = out;
	int r = at_expect(at, JSON_ARRAY);

	if (r < 0)
		return r;
	if (!json_array_size(at->v) || json_array_size(at->v) > MANY)
		return at_fail(at, "must have 1 to %d elements", MANY);
	n->interfaces = arena_alloc(&at->p->spec->arena, json_array_size(at->v) * sizeof(*n->interfaces));
	if (!n->interfaces)
		return at_nomem(at);
	for (size_t i = 0; r == 0 && i < json_array_size(at->v); i++) {
		struct at e = at_element(at, i);

		r = at_expect(&e, JSON_OBJECT);
		if (r == 0)
			r = check_interface_members(&e);
		if (r == 0)
			r = read_interface(&e, &n->interfaces[n->n_interfaces++], i);
	}
	return r < 0 ? r : check_names(at, n);
}

/* ---- the network as a whole ---- */

static int parse_publish(const struct at *at, void *out)
{
	const char *text, *wrong;
	int r = at_text(at, &text);

	if (r < 0)
		return r;
	wrong = spec_publish_parse(text, out);
	return wrong ? at_fail(at, "\"%.80s\": %s", text, wrong) : 0;
}

static int parse_mode(const struct at *at, void *out)
{
	static const struct word words[] = {
		{ "bridge", SPEC_NET_OWN }, { "none", SPEC_NET_NONE }, { "host", SPEC_NET_HOST },
		{ "path", SPEC_NET_PATH }, { "pasta", SPEC_NET_PASTA }, { "jail:ID", SPEC_NET_JAIL },
		{ 0 },
	};
	struct spec_network *n = out;
	const char *text;
	uint64_t v;
	int r = at_text(at, &text);

	if (r < 0)
		return r;
	if (str_starts(text, "jail:") && text[5]) {
		n->mode = SPEC_NET_JAIL;
		n->jail = arena_strdup(&at->p->spec->arena, text + 5);
		return n->jail ? 0 : at_nomem(at);
	}
	r = at_word(at, words, &v);
	if (r > 0 || (r == 0 && v == SPEC_NET_JAIL))
		return at_unknown_word(at, words);
	n->mode = (enum spec_net_mode)v;
	return r;
}

static int check_host(const struct at *at, void *out)
{
	struct ip ip;
	int r = netparse_host(at, &ip);

	(void)out;
	if (r == 0 && (!*at->key || strpbrk(at->key, " \t\r\n#")))
		return at_fail(at, "is not a host's name");
	return r;
}

static int parse_hosts(const struct at *at, void *out)
{
	static const struct field pairs = { .type = F_PAIRS };
	int r = field_read(at, &pairs, out);

	return r < 0 ? r : map_parse(at, check_host, NULL);
}

static const struct word publish_words[] = {
	{ "start", SPEC_PUBLISH_START }, { "ready", SPEC_PUBLISH_READY }, { 0 },
};

static const struct field network_fields[] = {
	{ "mode", F_CALL, .fn = parse_mode },
	{ "path", F_STRING, F_ABSOLUTE, FIELD_SIZE(struct spec_network, path) },
	{ "interfaces", F_CALL, .fn = parse_interfaces },
	{ "publish", F_LIST, FIELD_LIST(struct spec_network, publish), .fn = parse_publish },
	{ "publishWhen", F_WORD, FIELD_SIZE(struct spec_network, publish_when), .words = publish_words },
	{ "dns", F_LIST, FIELD_LIST(struct spec_network, dns), .fn = netparse_host },
	{ "search", F_STRINGS, FIELD_SIZE(struct spec_network, search) },
	{ "options", F_STRINGS, FIELD_SIZE(struct spec_network, options) },
	{ "hosts", F_CALL, FIELD_SIZE(struct spec_network, hosts), .fn = parse_hosts },
	{ "noFiles", F_BOOL, FIELD_SIZE(struct spec_network, no_files) },
	{ 0 },
};
#define N_NETWORK_FIELDS (ARRAY_SIZE(network_fields) - 1)

static int check_network_members(const struct at *at)
{
	struct field known[N_INTERFACE_FIELDS + N_NETWORK_FIELDS + 2] = { 0 };

	memcpy(known, network_fields, N_NETWORK_FIELDS * sizeof(*known));
	memcpy(known + N_NETWORK_FIELDS, interface_fields, N_INTERFACE_FIELDS * sizeof(*known));
	known[N_INTERFACE_FIELDS + N_NETWORK_FIELDS].name = "macvlan";
	return object_members(at, known);
}

/* The first member of @at that describes an interface, or that only an own network has. */
static struct at interface_member(const struct at *at)
{
	struct at member = at_member(at, "macvlan");

	for (const struct field *f = interface_fields; !member.v && f->name; f++)
		member = at_member(at, f->name);
	return member;
}

static int check_combination(const struct at *at, struct spec_network *n)
{
	struct at own = interface_member(at), list = at_member(at, "interfaces");
	struct at publish = at_member(at, "publish"), mode = at_member(at, "mode");
	struct at path = at_member(at, "path");

	struct at when = at_member(at, "publishWhen");

	if (n->path && mode.v && n->mode != SPEC_NET_PATH)
		return at_fail(&path, "goes with the mode \"path\" only");
	if (n->path)
		n->mode = SPEC_NET_PATH;
	if (n->mode == SPEC_NET_PATH && !n->path)
		return at_fail(&path, "is required for the mode \"path\"");
	if (n->mode == SPEC_NET_UNSET)
		n->mode = SPEC_NET_OWN;
	if (own.v && list.v)
		return at_fail(&own, "stands in an element of \"interfaces\" when there are several");
	if (n->mode != SPEC_NET_OWN && (own.v || list.v))
		return at_fail(own.v ? &own : &list, "is for jails with an interface of their own "
			       "(mode \"bridge\")");
	if (n->n_publish && n->mode != SPEC_NET_OWN && n->mode != SPEC_NET_PASTA)
		return at_fail(&publish, "is for jails with a network of their own");
	if (n->publish_when != SPEC_PUBLISH_START && (n->mode != SPEC_NET_OWN || !n->n_publish))
		return at_fail(&when, "is for ports that are published on a bridge");
	return 0;
}

int parse_jail_network(const struct at *at, void *out)
{
	struct spec_network *n = out;
	int r = at_expect(at, JSON_OBJECT);

	if (r == 0)
		r = check_network_members(at);
	for (const struct field *f = network_fields; r == 0 && f->name; f++) {
		struct at member = at_member(at, f->name);

		if (member.v)
			r = field_read(&member, f, (char *)n + f->offset);
	}
	if (r == 0)
		r = check_combination(at, n);
	if (r < 0 || n->mode != SPEC_NET_OWN || n->n_interfaces)
		return r;
	n->interfaces = arena_alloc(&at->p->spec->arena, sizeof(*n->interfaces));
	if (!n->interfaces)
		return at_nomem(at);
	n->n_interfaces = 1;
	return read_interface(at, n->interfaces, 0);
}

/* ---- what it means for the namespace ---- */

const char *spec_first_network(const struct spec_network *n)
{
	for (size_t i = 0; i < n->n_interfaces; i++)
		if (n->interfaces[i].kind == SPEC_LINK_BRIDGE)
			return n->interfaces[i].network;
	return NULL;
}

/* Whoever is root of a new user namespace may not mount the sysfs of another's network: the host's is shown. */
static void share_sysfs(struct spec *s)
{
	if (!s->ns[SPEC_NS_USER].set || s->ns[SPEC_NS_USER].path)
		return;
	for (size_t i = 0; i < s->n_mounts; i++) {
		struct spec_mount *m = &s->mounts[i];

		if (!m->type || strcmp(m->type, "sysfs") != 0)
			continue;
		m->type = NULL;
		m->source = arena_strdup(&s->arena, "/sys");
		m->flags |= SPEC_MOUNT_BIND | SPEC_MOUNT_RECURSIVE;
		m->rec.set |= m->attrs.set;
		m->attrs = (struct spec_mount_attrs){ 0 };
		m->fs_options = (struct strv){ 0 };
	}
}

int finish_network(const struct at *jail, struct spec *s)
{
	struct spec_network *n = &s->network;
	struct spec_ns_entry *ns = &s->ns[SPEC_NS_NETWORK];
	struct at at = at_member(jail, "network"), publish = at_member(&at, "publish");

	switch (n->mode) {
	case SPEC_NET_UNSET:
		return 0;
	case SPEC_NET_HOST:
		*ns = (struct spec_ns_entry){ 0 };
		share_sysfs(s);
		return 0;
	case SPEC_NET_PATH:
		*ns = (struct spec_ns_entry){ true, n->path };
		share_sysfs(s);
		return 0;
	case SPEC_NET_JAIL:
		ns->set = true;                 /* where it is, is known when the jail is made */
		share_sysfs(s);
		return 0;
	default:
		break;
	}
	if (!ns->set || ns->path)
		return at_fail(&at, "needs a new \"network\" namespace in linux.namespaces");
	if (n->mode == SPEC_NET_PASTA && !at.p->user)
		return at_fail(&at, "\"pasta\" is for ordinary users; root has bridges");
	for (size_t i = 0; n->mode == SPEC_NET_PASTA && i < n->n_publish; i++)
		if (n->publish[i].protocol == IPPROTO_SCTP)
			return at_fail(&publish, "pasta carries tcp and udp, but no sctp");
	if (n->mode == SPEC_NET_OWN && at.p->user)
		return at_fail(&at, "an ordinary user cannot join a bridge; \"mode\": \"pasta\" "
			       "(--net pasta) gives such a jail a network");
	if (n->n_publish && n->mode == SPEC_NET_OWN && !spec_first_network(n))
		return at_fail(&publish, "needs an interface on a bridge");
	return 0;
}
