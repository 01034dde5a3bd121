/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ranges.h - lists of numbers as the kernel writes processors and memory nodes: "0-3,7"
 */
#pragma once

#include <stdint.h>

/*
 * The next "N" or "N-M" of the list *s, blanks around numbers allowed; numbers are at most @max.  *s is
 * moved behind it, to the end of the text after the last one; it becomes NULL for what is no list.
 */
void ranges_next(const char **s, uint32_t max, uint32_t *ret_first, uint32_t *ret_last);
