/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * past.c - NET_DIR/past: whose each address was last
 *
 * An array of hashes of owners, at places that are hashes of addresses: two that share a place forget what there was
 * to keep, no more.  It is as long as the last place that was used, and mostly holes.
 */
#include "net/past.h"

#include <fcntl.h>
#include <string.h>

#include "net/flows.h"
#include "net/table.h"

#define PLACES 65536

static uint32_t fold(uint64_t hash)
{
	return (uint32_t)(hash ^ hash >> 32);
}

static int take(int fd, const struct ip *ip, uint32_t owner, struct err *err)
{
	off_t place = (off_t)(fold(hash_bytes(ip->b, ip_bytes(ip->family))) % PLACES * sizeof(owner));
	uint32_t last = 0;
	int r = 0;

	if (pread(fd, &last, sizeof(last), place) < 0)
		return err_sys(err, "read %s/past", NET_DIR);
	if (last == owner)
		return 0;
	if (last)
		r = flows_forget_address(ip, err);
	if (r == 0 && pwrite(fd, &owner, sizeof(owner), place) != sizeof(owner))
		r = err_sys(err, "write %s/past", NET_DIR);
	return r;
}

int past_take(int dir, const struct ip *ips, size_t n, const char *owner, struct err *err)
{
	uint32_t hash = fold(hash_bytes(owner, strlen(owner))) | 1;
	fd_auto fd = -1;
	int r = 0;

	if (n && (fd = openat(dir, "past", O_RDWR | O_CREAT | O_CLOEXEC, 0600)) < 0)
		return err_sys(err, "open %s/past", NET_DIR);
	for (size_t i = 0; r == 0 && i < n; i++)
		r = take(fd, &ips[i], hash, err);
	return r;
}
