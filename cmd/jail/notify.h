/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * notify.h - what the program says to the service manager, passed on in part
 */
#pragma once

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct notify {
	int fd;                      /* where the program's messages arrive; -1: it says nothing */
	const char *to;              /* the manager's socket; NULL: nobody listens */
	void (*ready)(void *data);   /* the program is ready, called once; NULL: nobody wants to know */
	void *data;
	bool stopping;               /* it has been asked to end: no more time is to be had */
	uint64_t last_ms, credit;    /* of the limit on messages */
};

/* Tell the manager ourselves: lines of assignments. */
void notify_tell(const struct notify *n, const char *text);

/* What to poll(2) for (fd -1: nothing), and after how many milliseconds to look again (-1: never). */
int notify_poll(struct notify *n, struct pollfd *p);
void notify_event(struct notify *n);

/* The safe part of a message of at most NOTIFY_MAX bytes; returns its length. @out: NOTIFY_OUT bytes */
#define NOTIFY_MAX 4096
#define NOTIFY_OUT (NOTIFY_MAX + 2)    /* a last newline, and a NUL */
size_t notify_filter(const char *text, size_t len, bool stopping, char *out);
