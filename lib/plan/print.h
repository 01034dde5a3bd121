/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * print.h - a plan for people (text) and programs (JSON)
 */
#pragma once

#include "base/util.h"
#include "plan/plan.h"

void plan_print_text(const struct plan *p, struct buf *out);
void plan_print_json(const struct plan *p, struct buf *out);
