/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * signals.c - which signals are forwarded, and how they wait until there is somebody to get them
 *
 * They are blocked before the jail is made and stay so: what comes meanwhile waits in the kernel until
 * a signalfd reads it.  What the library starts has an empty mask of its own.
 *
 * A signal that our caller had ignored (nohup) stays ignored: a blocked one is delivered to a
 * signalfd all the same, so that is looked up when one comes.
 */
#include <signal.h>
#include <stddef.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "signals.h"
#include "util.h"

static const struct {
	int signo;
	enum signal_use use;
} uses[] = {           /* all others are forwarded */
	{ SIGKILL, SIGNAL_LEAVE }, { SIGSTOP, SIGNAL_LEAVE },
	/* our own faults */
	{ SIGSEGV, SIGNAL_LEAVE }, { SIGBUS, SIGNAL_LEAVE }, { SIGFPE, SIGNAL_LEAVE },
	{ SIGILL, SIGNAL_LEAVE }, { SIGTRAP, SIGNAL_LEAVE }, { SIGABRT, SIGNAL_LEAVE },
	{ SIGSYS, SIGNAL_LEAVE },
	{ SIGCHLD, SIGNAL_LEAVE }, { SIGURG, SIGNAL_LEAVE },
	{ SIGPIPE, SIGNAL_NOTE },
	{ SIGWINCH, SIGNAL_RESIZE },
	{ SIGTSTP, SIGNAL_STOP }, { SIGTTIN, SIGNAL_NOTE }, { SIGTTOU, SIGNAL_NOTE },
	{ SIGCONT, SIGNAL_CONTINUE },
};

enum signal_use signal_use(int signo)
{
	for (size_t i = 0; i < ARRAY_SIZE(uses); i++)
		if (uses[i].signo == signo)
			return uses[i].use;
	return SIGNAL_FORWARD;
}

bool signal_is_ignored(int signo)
{
	struct sigaction sa;

	return sigaction(signo, NULL, &sa) < 0 || sa.sa_handler == SIG_IGN;
}

static void all_used(sigset_t *set)
{
	sigemptyset(set);
	for (int s = 1; s < _NSIG; s++)
		if (signal_use(s) != SIGNAL_LEAVE)
			sigaddset(set, s);
}

void signals_block(void)
{
	sigset_t set;

	all_used(&set);
	sigprocmask(SIG_BLOCK, &set, NULL);
}

int signals_open(void)
{
	sigset_t set;

	all_used(&set);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}
