/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ids.c - ids by regular expression
 *
 * The whole id has to match: "delete --regex a" must not delete every jail with an a in its name.
 */
#include <regex.h>

#include "ids.h"

static int compile(regex_t *re, const char *pattern)
{
	mem_auto char *whole = x_printf("^(%s)$", pattern);
	char why[128];
	int r;

	/* On its own first: "a)(b" must not become valid by our parentheses. */
	r = regcomp(re, pattern, REG_EXTENDED | REG_NOSUB);
	if (!r) {
		regfree(re);
		r = regcomp(re, whole, REG_EXTENDED | REG_NOSUB);
	}
	if (!r)
		return 0;
	regerror(r, re, why, sizeof(why));
	msg_error("--regex: \"%s\": %s", pattern, why);
	return -1;
}

char **ids_matching(struct cli *cli, const char *pattern)
{
	struct jail_error *err = NULL;
	char **ids = NULL;
	size_t kept = 0;
	regex_t re;

	if (!cli_runtime(cli) || compile(&re, pattern) < 0)
		return NULL;
	if (jail_list(cli->rt, &ids, &err) < 0) {
		msg_fail(err);
		regfree(&re);
		return NULL;
	}
	for (size_t i = 0; ids[i]; i++)
		if (regexec(&re, ids[i], 0, NULL, 0) == 0)
			ids[kept++] = ids[i];
	ids[kept] = NULL;
	regfree(&re);
	return ids;
}

int ids_each(struct cli *cli, char **ids,
	     int (*act)(struct cli *cli, const char *id, const void *opts), const void *opts)
{
	int code = 0;

	for (; *ids; ids++)
		if (act(cli, *ids, opts))
			code = 1;
	return code;
}
