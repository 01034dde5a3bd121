/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * diff.c - what a jail has changed
 */
#include "api/api.h"

#include <fcntl.h>
#include <stdio.h>

#include "plan/build.h"
#include "run/diff.h"
#include "run/process.h"

struct call {
	int (*fn)(void *userdata, enum jail_change change, const char *path);
	void *userdata;
	int result;                     /* of fn, if it was not 0 */
};

static int hand_on(void *userdata, enum diff_kind kind, const char *path)
{
	static const enum jail_change changes[] = {
		[DIFF_ADDED] = JAIL_ADDED, [DIFF_CHANGED] = JAIL_CHANGED, [DIFF_DELETED] = JAIL_DELETED,
	};
	struct call *call = userdata;

	call->result = call->fn(call->userdata, changes[kind], path);
	return call->result;
}

/* The process is looked at once more behind the open: its pid may have become somebody else's. */
static int open_root(struct jail *jail, int *ret, struct err *err)
{
	char path[48];
	fd_auto fd = -1;
	int r = api_need_process(jail, err);

	if (r < 0)
		return r;
	snprintf(path, sizeof(path), "/proc/%d/root", (int)jail->state.pid);
	fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return err_sys(err, "open the root of jail %s", jail->id);
	if (process_ended(jail->pidfd))
		return err_set(err, -ESRCH, "container not running: %s", jail->id);
	*ret = fd_take(&fd);
	return 0;
}

int jail_diff(struct jail *jail, int (*fn)(void *userdata, enum jail_change change, const char *path),
	      void *userdata, struct jail_error **error)
{
	struct call call = { .fn = fn, .userdata = userdata };
	mem_auto struct plan *p = NULL;
	struct err err = { 0 };
	fd_auto root = -1;
	int r = open_root(jail, &root, &err);

	if (r == 0)
		r = plan_read(jail->dir_fd, "plan", &p, &err);
	if (r == 0)
		r = diff_layers(root, p, hand_on, &call, &err);
	if (call.result)
		return call.result;
	return r < 0 ? api_fail(&err, NULL, error) : 0;
}
