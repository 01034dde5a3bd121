/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * restrict.h - how a host keeps ordinary users from user namespaces
 */
#pragma once

#include "base/err.h"

/* Which of the host's settings explains @code for an ordinary user; "" when none does.  Static text. */
const char *restrict_clone_hint(int code);

/* The same for an error within the new namespace: added to @err, whose code is returned. */
int restrict_explain(struct err *err, int code);
