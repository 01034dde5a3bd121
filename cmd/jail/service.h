/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * service.h - being the main process of a systemd unit
 */
#pragma once

#define EXIT_REBOOT 133         /* as systemd-nspawn: the unit starts us again */

/*
 * Move to a leaf of our own cgroup, which is delegated to us, so that it can hold the jail's.
 * Returns the path of it below the cgroup2 mount, the caller's; NULL after a message.
 */
char *service_enter(void);
