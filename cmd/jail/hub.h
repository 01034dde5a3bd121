/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * hub.h - the terminal of a jail, shared by its supervisor with whoever attaches to it
 *
 * The socket ROOT/ID/console keeps the borders of messages (SOCK_SEQPACKET).  To the supervisor: a
 * byte, enum hub_message, and what belongs to it.  From it: bytes that the program has written.
 */
#pragma once

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "relay.h"

#define HUB_CLIENTS 8
#define HUB_POLLS   (HUB_CLIENTS + 1)
#define HUB_INPUT   4096        /* bytes of input in one message */
#define HUB_RECENT  4096        /* bytes that a new client is shown */

enum hub_message {
	HUB_INPUT_BYTES = 'i',
	HUB_SIZE        = 's',       /* struct hub_size */
};

struct hub_size {
	uint16_t rows, columns;
};

struct hub_client {
	int fd;                      /* -1: free */
	bool lost;                   /* it was too slow for some output */
};

struct hub {
	int listener, console;       /* console: the pty's master, not owned */
	struct hub_client clients[HUB_CLIENTS];
	char recent[HUB_RECENT];
	size_t n_recent;
};

/* The address of the console socket of jail @id; an O_PATH descriptor is kept in *ret_dir. */
int hub_address(const char *root, const char *id, int *ret_dir, char path[64]);

/* Listen; negative errno when that is not possible. */
int hub_open(struct hub *h, const char *root, const char *id, int console);
void hub_close(struct hub *h);

/* @p has HUB_POLLS entries; clients are listened to while @in has room for what they say. */
void hub_poll(const struct hub *h, struct pollfd *p, const struct stream *in);
void hub_events(struct hub *h, const struct pollfd *p, struct stream *in);

/* The program has written something. */
void hub_output(struct hub *h, const char *data, size_t len);
