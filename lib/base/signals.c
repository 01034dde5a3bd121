/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * signals.c - names of signals
 */
#include "base/signals.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "base/util.h"

static int real_time(const char *name)
{
	uint64_t n;

	if (!strcasecmp(name, "RTMIN"))
		return SIGRTMIN;
	if (!strcasecmp(name, "RTMAX"))
		return SIGRTMAX;
	if (!strncasecmp(name, "RTMIN+", 6) && str_u64(name + 6, &n) == 0 &&
	    n <= (uint64_t)(SIGRTMAX - SIGRTMIN))
		return SIGRTMIN + (int)n;
	if (!strncasecmp(name, "RTMAX-", 6) && str_u64(name + 6, &n) == 0 &&
	    n <= (uint64_t)(SIGRTMAX - SIGRTMIN))
		return SIGRTMAX - (int)n;
	return -EINVAL;
}

int signal_number(const char *name)
{
	uint64_t n;

	if (str_u64(name, &n) == 0)
		return n >= 1 && n <= (uint64_t)SIGRTMAX ? (int)n : -EINVAL;
	if (!strncasecmp(name, "SIG", 3))
		name += 3;
	for (int sig = 1; sig < 32; sig++) {
		const char *abbrev = sigabbrev_np(sig);

		if (abbrev && !strcasecmp(name, abbrev))
			return sig;
	}
	if (!strcasecmp(name, "IOT"))
		return SIGABRT;
	if (!strcasecmp(name, "CLD"))
		return SIGCHLD;
	if (!strcasecmp(name, "POLL"))
		return SIGIO;
	return real_time(name);
}
