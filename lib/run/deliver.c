/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * deliver.c - what others are handed: pid files, ptys, pidfds, seccomp listeners
 */
#include "run/create.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/json.h"

int pid_file_write(const char *path, pid_t pid, struct err *err)
{
	char text[16];
	int n = snprintf(text, sizeof(text), "%d", (int)pid);
	int r = file_put_at(AT_FDCWD, path, text, (size_t)n, 0644);

	return r < 0 ? err_code(err, r, "write pid file %s", path) : 0;
}

int fd_send_to(const char *socket_path, const char *what, int fd, struct err *err)
{
	fd_auto sock = -1;
	int r = protocol_connect(socket_path, SOCK_STREAM, &sock, err);

	if (r == 0) {
		/* The name travels as data, the descriptor beside it: what console sockets expect. */
		r = protocol_send_fd(sock, what, strlen(what), fd);
		r = r < 0 ? err_code(err, r, "send to socket %s", socket_path) : 0;
	}
	return r;
}

int preserved_fds_check(uint32_t n, struct err *err)
{
	if (n > 65536)
		return err_set(err, -EINVAL, "cannot preserve %u descriptors", n);
	for (uint32_t fd = 3; fd < 3 + n; fd++)
		if (fcntl((int)fd, F_GETFD) < 0)
			return err_set(err, -EBADF, "descriptor %u is to be preserved, but is not open", fd);
	return 0;
}

/* OCI config-linux, "containerProcessState". */
int listener_send(const struct plan *p, uint32_t step, int listener, pid_t pid, pid_t first,
		  const char *status, struct err *err)
{
	const struct plan_step *s = step < p->n_steps ? plan_steps(p) + step : NULL;
	const char *path, *metadata;
	buf_auto text = { 0 };
	fd_auto sock = -1;
	int r;

	if (!s || s->op != OP_SECCOMP || !s->s[1])
		return err_set(err, -EPROTO, "a seccomp listener came unasked");
	path = plan_str(p, s->s[1]);
	metadata = plan_str(p, s->s[2]);
	buf_printf(&text, "{\"ociVersion\":\"1.3.0\",\"fds\":[\"seccompFd\"],\"pid\":%d", (int)pid);
	if (metadata) {
		buf_printf(&text, ",\"metadata\":");
		json_put_string(&text, metadata);
	}
	buf_printf(&text, ",\"state\":%s%s\",\"pid\":%d%s}", plan_str(p, p->state_head), status,
		   (int)first, plan_str(p, p->state_tail));
	if (text.failed)
		return err_nomem(err);
	r = protocol_connect(path, SOCK_STREAM, &sock, err);
	if (r < 0)
		return err_place(err, r, "linux.seccomp.listenerPath");
	r = protocol_send_fd(sock, text.text, text.len, listener);
	return r < 0 ? err_place(err, err_code(err, r, "send the seccomp listener to %s", path),
				 "linux.seccomp.listenerPath") : 0;
}
