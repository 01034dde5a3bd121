/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * signals.c - which signals are forwarded, and how they wait until there is somebody to get them
 *
 *   signals_note()    handlers that only note        while the jail is being made
 *   signals_open()    blocked, read by poll          while its program runs
 *   signals_close()   handlers again                 while it is being deleted
 *
 * A signal that our caller had ignored (nohup) stays ignored and is not forwarded.
 */
#include <signal.h>
#include <stddef.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "signals.h"
#include "util.h"

static volatile sig_atomic_t noted[_NSIG];

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

/* Signals that stop us or mean nothing by default keep doing so until the program runs. */
static bool is_noted(int signo)
{
	enum signal_use use = signal_use(signo);

	return use == SIGNAL_FORWARD || signo == SIGPIPE;
}

static void note(int signo)
{
	noted[signo] = 1;
}

static bool is_ignored(int signo)
{
	struct sigaction sa;

	return sigaction(signo, NULL, &sa) < 0 || sa.sa_handler == SIG_IGN;
}

void signals_note(void)
{
	struct sigaction sa = { .sa_handler = note, .sa_flags = SA_RESTART };

	sigfillset(&sa.sa_mask);
	for (int s = 1; s < _NSIG; s++)
		if (is_noted(s) && !is_ignored(s))
			sigaction(s, &sa, NULL);
}

static void blocked_set(sigset_t *set)
{
	sigemptyset(set);
	for (int s = 1; s < _NSIG; s++)
		if (signal_use(s) != SIGNAL_LEAVE && !is_ignored(s))
			sigaddset(set, s);
}

int signals_open(void)
{
	sigset_t set;

	blocked_set(&set);
	if (sigprocmask(SIG_BLOCK, &set, NULL) < 0)
		return -1;
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

void signals_noted(void (*forward)(void *userdata, int signo), void *userdata)
{
	for (int s = 1; s < _NSIG; s++)
		if (noted[s] && signal_use(s) == SIGNAL_FORWARD)
			forward(userdata, s);
}

/*
 * Those still pending are read and dropped first: a SIGTSTP of the last moment would otherwise
 * stop us half way through the clean-up.
 */
void signals_close(int fd)
{
	struct signalfd_siginfo info;
	sigset_t set;

	while (read(fd, &info, sizeof(info)) > 0)
		;
	close(fd);
	blocked_set(&set);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}
