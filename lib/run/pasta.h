/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pasta.h - the network of an ordinary user's jail, carried by pasta(1)
 */
#pragma once

#include "run/create.h"

/* The name server that it answers as. */
#define PASTA_DNS "169.254.1.1"

/* Start pasta for the network namespace of @pid; returns when it is configured. */
int pasta_start(const struct create_request *req, pid_t pid, struct err *err);

/* End the one that was started for the jail whose state is in @dir_fd, which is called @state; if any. */
void pasta_stop(int dir_fd, const char *state);
