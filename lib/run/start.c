/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * start.c - opening the gate of a created jail
 */
#include "run/talk.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "run/hooks.h"
#include "run/process.h"

static int knock(int dir_fd, const char *id, int *ret, struct err *err)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	fd_auto sock = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	if (sock < 0)
		return err_sys(err, "make a socket");
	snprintf(addr.sun_path, sizeof(addr.sun_path), "/proc/self/fd/%d/gate", dir_fd);
	if (connect(sock, (struct sockaddr *)&addr, sizeof(addr)) < 0)
		return errno == ECONNREFUSED || errno == ENOENT ?
			err_set(err, -EBUSY, "jail %s: cannot start a container that has been started", id) :
			err_sys(err, "jail %s: reach its gate", id);
	*ret = fd_take(&sock);
	return 0;
}

/* Until end of file: the program runs. */
static int converse(int sock, const struct plan *p, const struct state *state,
		    const struct run_log *log, struct err *err)
{
	struct init_process init = { .socket = sock, .pidfd = -1, .pid = state->pid };
	struct talk talk = {
		.plan = p, .init = &init, .status = "created", .console = -1, .log = log,
	};
	bool heard = protocol_word(sock, POINT_CREATED, -1) == 0;
	int r = heard ? talk_listen(&talk, err) : 0;

	if (r == 0 && (!heard || talk.reset))
		r = err_set(err, -ECHILD, "jail-init ended before it could start the program");
	fd_close(&talk.console);
	return r;
}

int start_jail(int dir_fd, const char *id, struct state *state, int pidfd,
	       const struct run_log *log, struct err *err)
{
	mem_auto struct plan *p = NULL;
	fd_auto sock = -1;
	int r = plan_read(dir_fd, "plan", &p, err);

	if (r == 0 && !plan_find_step(p, OP_EXEC))
		return err_spec(err, "process", "is required to start a program");
	if (r == 0)
		r = knock(dir_fd, id, &sock, err);
	if (r < 0)
		return r;
	r = converse(sock, p, state, log, err);
	if (r == 0) {
		state->status = STATE_RUNNING;
		r = state_prepare(dir_fd, state, err);
	}
	if (r == 0)
		r = state_commit(dir_fd, err);
	unlinkat(dir_fd, "gate", 0);
	if (r == 0)
		r = hooks_run_stage(p, STAGE_STARTED, state->bundle, "running", state->pid, err);
	if (r < 0)
		process_kill(pidfd);    /* a jail that could not start is stopped */
	return r;
}
