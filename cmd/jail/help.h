/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * help.h - help texts made from the tables; each function returns the exit code
 */
#pragma once

#include "cli.h"

int help_overview(void);
int help_verb(const struct verb *verb);
int help_version(void);
