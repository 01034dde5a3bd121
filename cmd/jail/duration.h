/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * duration.h - lengths of time on the command line: 5s, 500ms, 1m30s, 1.5h
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* A number without a unit is seconds. false: it is none, or more than ten days. */
bool duration_parse(const char *text, uint32_t *ret_ms);

/*
 * The value of an option --@option of @verb, @fallback_ms when it is not given; -1 after a message: it is no
 * duration, or less than @min_ms.
 */
int64_t duration_option(const char *verb, const char *option, const char *text, uint32_t min_ms,
			uint32_t fallback_ms);
