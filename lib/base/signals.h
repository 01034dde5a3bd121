/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * signals.h - names of signals
 */
#pragma once

/* "KILL", "SIGKILL", "9", "RTMIN+3" in any case; -EINVAL when there is none */
int signal_number(const char *name);
