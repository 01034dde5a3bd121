/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * inits.h - how a program is asked to end
 */
#pragma once

#include "spec/spec.h"

/* What the spec says, else what the init that its program is takes for it, else SIGTERM. */
int init_stop_signal(const struct spec *s);
