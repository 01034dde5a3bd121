/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * json.h - writing JSON into a buffer (reading is jansson's)
 */
#pragma once

#include "base/util.h"

/* A quoted and escaped string; bytes that are not UTF-8 become U+FFFD. NULL: null. */
void json_put_string(struct buf *b, const char *s);
