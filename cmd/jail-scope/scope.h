/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * scope.h - jail-scope: asks systemd for the cgroup of a jail
 *
 * A program of its own, so that nothing else has to load libsystemd.  Its standard input is a
 * SOCK_SEQPACKET socket.  A request is one message, lines of a word, a blank and a value:
 *
 *   do start|set|stop|attach what is wanted
 *   bus system|user          whose systemd
 *   unit NAME                a scope
 *   slice NAME               start: where it goes
 *   description TEXT         start
 *   timeout SECONDS          for each answer, and for the job
 *   pid NUMBER               attach: the process that is moved into the unit
 *   below PATH               attach: to this cgroup below the unit's; absent: the unit's own
 *   limit FILE VALUE         what is written to a file of cgroup v2; may be given again
 *   property NAME VALUE      start: a property in GVariant's text form; may be given again
 *
 * The reply is one message: "ok PATH", the cgroup (start), or "error ERRNO TEXT".  More requests may
 * follow, about the same bus.  After a start this program is what keeps the scope from being empty,
 * until its input ends.
 */
#pragma once

#include <stdint.h>
#include <systemd/sd-bus.h>

struct line {
	const char *word, *value;
};

struct request {
	const char *what, *bus, *unit, *slice, *description, *pid, *below;
	uint64_t timeout_us;
	struct line *lines;             /* all of them, in order */
	size_t n_lines;
};

/* What went wrong, for the reply. */
struct failure {
	int code;                       /* errno, positive */
	char text[512];
};

int fail(struct failure *f, int code, const char *format, ...) __attribute__((format(printf, 3, 4)));

/*
 * bus.c: the whole of it; @cgroup gets the path of a started unit, *bus the connection if it was NULL.
 * 0, or -1 with @f filled in
 */
int request_do(const struct request *r, sd_bus **bus, char *cgroup, size_t size, struct failure *f);

/*
 * properties.c: append "(sv)" of each limit that systemd has a property for.  systemd writes its own idea
 * of these files again when it reloads, so it has to know.
 */
int properties_add_limits(sd_bus_message *m, const struct request *r, struct failure *f);
/* The ones of the annotations. */
int properties_add_given(sd_bus_message *m, const struct request *r, struct failure *f);

/* variant.c: append a variant from GVariant's text form: 'text', true, 5, uint64 5, ['a', 'b']. */
int variant_append(sd_bus_message *m, const char *text);
