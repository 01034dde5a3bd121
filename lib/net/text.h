/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * text.h - the whole firewall table as text for nft(8)
 */
#pragma once

#include "net/rules.h"

/*
 * One transaction that puts the table in place of whatever is there: config/net/jail.nft, the networks
 * that @t has addresses of and @networks, and the elements of all jails in @t.  *ret_names gets a line a
 * network, see seen.h; @old: what was there before.  Fails only for want of memory.
 */
int rules_text(const struct table *t, const struct spec_netdef *const *networks, size_t n, const struct seen *old,
	       struct buf *ret, struct buf *ret_names);
