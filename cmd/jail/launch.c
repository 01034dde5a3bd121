/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * launch.c - what run and create have in common
 */
#include <string.h>

#include "launch.h"

void launch_options(const struct launch *launch, const struct output *output,
		    struct jail_create_options *options)
{
	*options = JAIL_INIT(struct jail_create_options);
	options->flags = (launch->no_pivot ? JAIL_CREATE_NO_PIVOT : 0u) |
			 (launch->no_new_keyring ? JAIL_CREATE_NO_NEW_KEYRING : 0u) |
			 (launch->no_subreaper ? JAIL_CREATE_NO_SUBREAPER : 0u);
	options->console_socket = launch->console_socket;
	options->pid_file = launch->pid_file;
	options->pidfd_socket = launch->pidfd_socket;
	options->preserve_fds = launch->preserve_fds;
	options->log_note = output->note;
	options->use_stdio = output->set;
	memcpy(options->stdio, output->stdio, sizeof(options->stdio));
}
