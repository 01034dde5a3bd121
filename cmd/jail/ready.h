/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ready.h - a program that says when it is ready: ports that open then, and waiting for it
 */
#pragma once

#include "cli.h"

/* Open the ports of @jail that were held until now. 0, or an exit code after a message. */
int ready_publish(struct jail *jail);

/*
 * Wait until the program says that it is ready, to the socket that want_notify made, and then open the ports if
 * @publish.  Returns the exit code: 0, or after a message what it ended with before, at least 1.
 */
int ready_wait(struct jail *jail, bool publish);
