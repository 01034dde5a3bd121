/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * nft.c - running nft(8) on a text of rules
 *
 * Only when a whole table is laid down; what a start and a delete change goes by netlink.
 */
#include "run/network.h"

#include <string.h>

#include "run/helper.h"

static const char *find_nft(void)
{
	static const char *const paths[] = { "/usr/sbin/nft", "/sbin/nft", "/usr/bin/nft", "/usr/local/sbin/nft" };

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++)
		if (access(paths[i], X_OK) == 0)
			return paths[i];
	return NULL;
}

int nft_load(void *data, const char *text, size_t len, struct err *err)
{
	char *const argv[] = { (char *)find_nft(), (char *)"-f", (char *)"-", NULL };
	char said[HELPER_SAID];
	int r;

	(void)data;
	if (!argv[0])
		return err_set(err, -ENOENT, "a network needs nft(8), of the package nftables");
	r = helper_run(argv, text, len, said, err);
	if (r <= 0)                             /* not known: the table is looked at next */
		return r;
	said[strcspn(said, "\n")] = '\0';
	return err_set(err, -EIO, "set the firewall's rules: %s", *said ? said : "nft failed");
}
