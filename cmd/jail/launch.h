/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * launch.h - what run and create have in common
 */
#pragma once

#include "cli.h"
#include "output.h"

struct launch {
	const char *bundle, *config, *pid_file, *console_socket, *pidfd_socket, *log_output;
	uint32_t preserve_fds;
	bool no_pivot, no_new_keyring, no_subreaper;
};

#define LAUNCH_OPTIONS(type) \
	{ "bundle", 'b', OPT_TEXT, "DIR", offsetof(type, launch.bundle), \
	  .help = "the bundle directory (default: the current one)", .complete = COMPLETE_DIR }, \
	{ "config", 'f', OPT_TEXT, "FILE", offsetof(type, launch.config), \
	  .help = "read FILE instead of the bundle's config.json", .complete = COMPLETE_FILE }, \
	{ "pid-file", 0, OPT_TEXT, "FILE", offsetof(type, launch.pid_file), \
	  .help = "write the pid of the first process to FILE", .complete = COMPLETE_FILE }, \
	{ "console-socket", 0, OPT_TEXT, "PATH", offsetof(type, launch.console_socket), \
	  .help = "send the terminal's descriptor to the socket PATH", .complete = COMPLETE_FILE }, \
	{ "pidfd-socket", 0, OPT_TEXT, "PATH", offsetof(type, launch.pidfd_socket), \
	  .help = "send a pidfd of the first process to the socket PATH", .complete = COMPLETE_FILE }, \
	{ "log-output", 0, OPT_TEXT, "WHERE", offsetof(type, launch.log_output), \
	  .help = "output to file:PATH, journal, none, or inherit ours", \
	  .choices = "file: journal none inherit", .open = true }, \
	{ "preserve-fds", 0, OPT_U32, "N", offsetof(type, launch.preserve_fds), \
	  .help = "pass descriptors 3 to 2+N to the program" }, \
	{ "no-pivot", 0, OPT_FLAG, NULL, offsetof(type, launch.no_pivot), \
	  .help = "do not use pivot_root (the root is an initramfs)" }, \
	{ "no-new-keyring", 0, OPT_FLAG, NULL, offsetof(type, launch.no_new_keyring), \
	  .help = "keep the caller's session keyring" }, \
	{ "no-subreaper", 0, OPT_FLAG, NULL, offsetof(type, launch.no_subreaper), \
	  .help = "accepted for engines: jail never makes itself a subreaper" }

/* Fill @options; @output and @launch must outlive it. */
void launch_options(const struct launch *launch, const struct output *output,
		    struct jail_create_options *options);
