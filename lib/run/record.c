/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * record.c - what is written down of a jail while it is made
 */
#include "run/making.h"

#include <string.h>
#include <time.h>

#include "run/inits.h"
#include "run/process.h"

static uint64_t ns_flags(const struct spec *spec)
{
	uint64_t flags = 0;

	for (int i = 0; i < SPEC_NS_COUNT; i++)
		if (spec->ns[i].set)
			flags |= spec_ns_types[i].flag;
	return flags;
}

static const char *annotations_json(struct state *s, const struct spec_pairs *notes)
{
	buf_auto text = { 0 };

	if (!notes->n)
		return NULL;
	plan_put_annotations(&text, notes);
	return text.text ? arena_strdup(&s->arena, text.text) : NULL;
}

/* RFC 3339 in UTC.  gmtime_r(3) would do, but reads /etc/localtime on the way. */
static const char *now_rfc3339(struct state *s)
{
	struct timespec t;
	int64_t days, era, year;
	unsigned doe, yoe, doy, month, sec;

	clock_gettime(CLOCK_REALTIME, &t);
	sec = (unsigned)(t.tv_sec % 86400);
	days = t.tv_sec / 86400 + 719468;       /* since 0000-03-01, the start of an era of 400 years */
	era = days / 146097;
	doe = (unsigned)(days % 146097);
	yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	month = (5 * doy + 2) / 153;            /* from March */
	year = era * 400 + yoe + (month >= 10);
	return arena_printf(&s->arena, "%04lld-%02u-%02uT%02u:%02u:%02u.%09ldZ", (long long)year,
			    month < 10 ? month + 3 : month - 9, doy - (153 * month + 2) / 5 + 1,
			    sec / 3600, sec / 60 % 60, sec % 60, t.tv_nsec);
}

static int keep(struct state *s, const char *text, const char **ret)
{
	*ret = text ? arena_strdup(&s->arena, text) : NULL;
	return text && !*ret ? -ENOMEM : 0;
}

int making_fill_record(struct making *m, struct err *err)
{
	const struct spec *spec = m->req->spec;
	struct state *s = &m->state;

	s->status = STATE_CREATING;
	s->ns_flags = ns_flags(spec);
	s->own_pid_ns = ns_new(spec, SPEC_NS_PID);
	s->owner = geteuid();
	s->stop_signal = init_stop_signal(spec);
	s->poststop = spec->hooks[SPEC_HOOK_POSTSTOP].n > 0;
	/* Copies: the record outlives the request. */
	if (keep(s, spec->oci_version, &s->oci_version) < 0 || keep(s, m->req->bundle, &s->bundle) < 0 ||
	    keep(s, spec->root_path, &s->rootfs) < 0 || keep(s, m->req->log_note, &s->log_note) < 0 ||
	    keep(s, m->cgroup_path, &s->cgroup) < 0 || keep(s, m->scope.record, &s->scope) < 0 ||
	    keep(s, m->net ? m->net->owner : NULL, &s->network) < 0 ||
	    keep(s, spec->rootfs.upper == SPEC_UPPER_DISK ? m->upper : NULL, &s->upper) < 0)
		return err_nomem(err);
	if (spec->network.mode == SPEC_NET_PASTA) {
		s->pasta = arena_printf(&s->arena, "%s/%s", m->req->root_path, m->req->id);
		if (!s->pasta)
			return err_nomem(err);
	}
	s->created = now_rfc3339(s);
	s->annotations = annotations_json(s, &spec->annotations);
	if (!s->created)
		return err_nomem(err);
	return process_boot_id(s->boot_id, err);
}

int making_record_process(struct making *m, enum state_status status, struct err *err)
{
	struct state *s = &m->state;
	int r;

	s->status = status;
	s->pid = m->init.pid;
	r = process_start_time(s->pid, &s->start_time, err);
	/* With SIGCHLD ignored a short-lived one is gone by now: pid and time 0 are nobody's. */
	if ((r == -ENOENT || r == -ESRCH) && process_ended(m->init.pidfd))
		r = 0;
	return r < 0 ? r : state_prepare(m->dir_fd, s, err);
}
