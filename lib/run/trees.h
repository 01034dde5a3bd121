/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * trees.h - mounts that jail-init cannot open by itself, opened here and sent to it
 */
#pragma once

#include "run/init.h"

/* Carry out all SEND_TREE steps.  -EPIPE: jail-init has gone; it may have said why. */
int trees_send(const struct plan *p, const struct init_process *init, struct err *err);

/* Open the directory, or mount the image, that step @s (SEND_TREE or TREE_CLONE) is about, to look at. */
int tree_open(const struct plan *p, const struct plan_step *s, int *ret, struct err *err);
