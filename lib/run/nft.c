/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * nft.c - running nft(8) on a text of rules
 *
 * Only when a whole table is laid down; what a start and a delete change goes by netlink.
 */
#include "run/network.h"

#include <string.h>

#include "run/helper.h"

int nft_load(void *data, const char *text, size_t len, struct err *err)
{
	char path[PROGRAM_PATH_MAX], said[HELPER_SAID];
	char *const argv[] = { program_find("nft", path), (char *)"-f", (char *)"-", NULL };
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
