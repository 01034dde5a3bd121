/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * netshow.h - addresses and ports of jails, for lists
 */
#pragma once

#include <jansson.h>

/* All networks, read once; NULL when there is nothing to tell.  json_decref() it. */
json_t *netshow_load(void);

/* "10.77.0.5, fd00::5" and "8080->80/tcp, 127.0.0.1:53->53/udp" of the jail whose state is in @state; the
 * caller frees them.  Empty when it has none. */
char *netshow_addresses(const json_t *networks, const char *state);
char *netshow_ports(const json_t *networks, const char *state);

/* The same as JSON arrays, the caller's. */
json_t *netshow_address_array(const json_t *networks, const char *state);
json_t *netshow_port_array(const json_t *networks, const char *state);
