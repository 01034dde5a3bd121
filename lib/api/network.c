/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * network.c - networks of the machine: jail_network_…()
 */
#include "api/api.h"

#include "net/look.h"
#include "run/network.h"

static int finish(struct buf *b, int r, struct err *err, char **ret, struct jail_error **error)
{
	if (r == 0 && b->failed)
		r = err_nomem(err);
	if (r < 0) {
		buf_done(b);
		return api_fail(err, NULL, error);
	}
	*ret = b->text;
	return 0;
}

int jail_network_json(const char *name, char **ret, struct jail_error **error)
{
	struct err err = { 0 };
	struct buf b = { 0 };
	int r = net_json(name, &b, &err);

	return finish(&b, r, &err, ret, error);
}

int jail_network_reload(struct jail_runtime *rt, struct jail_error **error)
{
	struct run_log log = api_log(rt);
	struct net_host host = network_host(&log);
	struct err err = { 0 };

	return net_reload(&host, &err) < 0 ? api_fail(&err, NULL, error) : 0;
}

int jail_publish(struct jail *jail, struct jail_error **error)
{
	struct run_log log = api_log(jail->rt);
	struct net_host host = network_host(&log);
	struct err err = { 0 };
	int r = api_need_process(jail, &err);

	if (r == 0 && jail->state.network)
		r = net_publish(jail->state.network, &host, &err);
	return r < 0 ? api_fail(&err, NULL, error) : r;
}

int jail_network_gc(struct jail_runtime *rt, void (*report)(void *userdata, const char *what), void *userdata,
		    struct jail_error **error)
{
	struct run_log log = api_log(rt);
	struct net_host host = network_host(&log);
	struct net_report to = { .tell = report, .data = userdata };
	struct err err = { 0 };
	int r = net_gc(&host, &to, &err);

	return r < 0 ? api_fail(&err, NULL, error) : r;
}

int jail_network_check(void (*report)(void *userdata, const char *what), void *userdata,
		       struct jail_error **error)
{
	struct net_report to = { .tell = report, .data = userdata };
	struct err err = { 0 };
	int r = net_doctor(&to, &err);

	return r < 0 ? api_fail(&err, NULL, error) : r;
}
