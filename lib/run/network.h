/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * network.h - a jail's own network while the jail is made
 */
#pragma once

#include "net/net.h"
#include "run/create.h"

/* What the plan says of it: text and messages, made from a claim.  Freed with network_view_done(). */
struct network_view {
	struct plan_network plan;
	struct arena arena;
};

/*
 * The claim of @req's jail, with what is asked for and nothing taken; NULL in *ret when it has no
 * interfaces of its own.
 */
int network_decide(const struct create_request *req, struct net_claim **ret, struct err *err);

/* @claim: with its addresses, or NULL.  *ret is filled also when there is nothing: then plan.n_links is 0. */
int network_view(const struct create_request *req, const struct net_claim *claim, struct network_view *ret,
		 struct err *err);
void network_view_done(struct network_view *v);

/* Links, rules and names, into the network namespace of @pid. */
int network_connect(const struct create_request *req, const struct net_claim *claim, pid_t pid,
		    struct err *err);

/* How lib/net has rules loaded and says what it changes on the host: in @log, which must outlive it. */
struct net_host network_host(const struct run_log *log);

/* nft.c: how lib/net has nft(8) run; @data is a struct run_log. */
int nft_load(void *data, const char *text, size_t len, struct err *err);
