/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * diff.h - what a jail has changed in a root made of layers
 */
#pragma once

#include "plan/plan.h"

#include "base/err.h"

enum diff_kind { DIFF_ADDED, DIFF_CHANGED, DIFF_DELETED };

typedef int (*diff_fn)(void *userdata, enum diff_kind kind, const char *path);

/*
 * Compare @root, a descriptor of the jail's root, with the lower layers of @p, and call @fn for each difference, with
 * its absolute path inside, directories before what is in them, names in order.  Not 0 from @fn ends it and is
 * returned.  What is mounted in the root is passed over.  -EINVAL: there are no layers.
 */
int diff_layers(int root, const struct plan *p, diff_fn fn, void *userdata, struct err *err);
