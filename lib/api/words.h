/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * words.h - tables of the names this build knows
 */
#pragma once

/* NULL-terminated, but for "hooks" (SPEC_HOOK_COUNT of them); NULL: no such table. */
const char *const *words_get(const char *table);
