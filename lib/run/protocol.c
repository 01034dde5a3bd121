/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * protocol.c - how the runtime and jail-init meet
 */
#include "run/protocol.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "plan/ops.h"

union control {
	char bytes[CMSG_SPACE(sizeof(int))];
	struct cmsghdr head;
};

int protocol_receive(int sock, struct message *ret, struct err *err)
{
	union control control;
	struct iovec iov = { .iov_base = &ret->m, .iov_len = sizeof(ret->m) };
	struct msghdr h = {
		.msg_iov = &iov, .msg_iovlen = 1,
		.msg_control = &control, .msg_controllen = sizeof(control),
	};
	struct cmsghdr *c;
	ssize_t n;

	ret->fd = -1;
	ret->reset = false;
	for (;;) {
		n = recvmsg(sock, &h, MSG_CMSG_CLOEXEC);
		if (n >= 0)
			break;
		if (errno == ECONNRESET)        /* told once; what it said before comes after */
			ret->reset = true;
		else if (errno != EINTR)
			return err_sys(err, "listen to jail-init");
	}
	if (n == 0)
		return 0;
	c = CMSG_FIRSTHDR(&h);
	if (c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS)
		memcpy(&ret->fd, CMSG_DATA(c), sizeof(int));
	if ((size_t)n < PLAN_MSG_HEAD || ret->m.text_len >= PLAN_MSG_TEXT ||
	    (size_t)n != PLAN_MSG_HEAD + ret->m.text_len) {
		fd_close(&ret->fd);
		return err_set(err, -EPROTO, "jail-init sent a message of %zd bytes", n);
	}
	ret->m.text[ret->m.text_len] = '\0';
	return 1;
}

int protocol_send_fd(int sock, const void *data, size_t len, int fd)
{
	union control control = { 0 };
	struct iovec iov = { .iov_base = (void *)data, .iov_len = len };
	struct msghdr h = { .msg_iov = &iov, .msg_iovlen = 1 };
	ssize_t n;

	if (fd >= 0) {
		control.head.cmsg_level = SOL_SOCKET;
		control.head.cmsg_type = SCM_RIGHTS;
		control.head.cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(&control.head), &fd, sizeof(int));
		h.msg_control = &control;
		h.msg_controllen = sizeof(control);
	}
	do
		n = sendmsg(sock, &h, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	return (size_t)n == len ? 0 : -EIO;
}

int protocol_word(int sock, uint32_t word, int fd)
{
	return protocol_send_fd(sock, &word, sizeof(word), fd);
}

/* sun_path is short; a longer path goes through its directory's descriptor. */
int protocol_connect(const char *path, int type, int *ret_fd, struct err *err)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	const char *base = strrchr(path, '/');
	fd_auto fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
	fd_auto dir = -1;
	int n;

	if (fd < 0)
		return err_sys(err, "make a socket");
	if (strlen(path) < sizeof(addr.sun_path)) {
		n = snprintf(addr.sun_path, sizeof(addr.sun_path), "%s", path);
	} else {
		mem_auto char *parent = base ? strndup(path, (size_t)(base - path) + 1) : NULL;

		dir = parent ? open(parent, O_PATH | O_DIRECTORY | O_CLOEXEC) : -1;
		if (dir < 0)
			return err_sys(err, "open the directory of socket %s", path);
		n = snprintf(addr.sun_path, sizeof(addr.sun_path), "/proc/self/fd/%d/%s", dir, base + 1);
	}
	if (n < 0 || (size_t)n >= sizeof(addr.sun_path))
		return err_set(err, -ENAMETOOLONG, "socket path %s is too long", path);
	if (connect(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0)
		return err_sys(err, "connect to socket %s", path);
	*ret_fd = fd_take(&fd);
	return 0;
}

/* ---- errors ---- */

static int hook_error(const struct plan_msg *m, const char *path, struct err *err)
{
	int status = m->error;
	char text[PLAN_MSG_TEXT];
	size_t n;

	snprintf(text, sizeof(text), "%s", m->text);
	n = strlen(text);
	while (n && (text[n - 1] == '\n' || text[n - 1] == ' '))
		text[--n] = '\0';
	for (size_t i = 0; i < n; i++)
		if (text[i] == '\n')
			text[i] = ' ';
	if (status == -ETIME)
		return err_set(err, -ETIME, "hook %s did not end in time%s%s", path, n ? ": " : "", text);
	if (status < 0)
		return err_code(err, status, "run hook %s", path);
	if (WIFSIGNALED(status))
		return err_set(err, -ECANCELED, "hook %s was ended by signal %d%s%s", path,
			       WTERMSIG(status), n ? ": " : "", text);
	return err_set(err, -ECANCELED, "hook %s ended with status %d%s%s", path,
		       WEXITSTATUS(status), n ? ": " : "", text);
}

/* What docker(1) looks for in a message of create, letter by letter: the words of Go's os/exec. */
static const char *not_executable(int error, const char *name)
{
	if (error == -EACCES)
		return "permission denied";
	return strchr(name, '/') ? "no such file or directory" : "executable file not found in $PATH";
}

int protocol_error(const struct plan *p, const struct plan_msg *m, struct err *err)
{
	const struct plan_step *s = m->step < p->n_steps ? plan_steps(p) + m->step : NULL;
	/* A program that is missed early is told as a failure to execute it. */
	const char *name = s ? plan_ops[s->op == OP_FIND ? OP_EXEC : s->op].name : "?";
	int r;

	if (s && m->type == MSG_HOOK_FAILED)
		r = hook_error(m, plan_str(p, s->s[0]), err);
	else if (s && s->op == OP_FIND)
		r = err_set(err, m->error, "exec %s: %s", m->text, not_executable(m->error, m->text));
	else if (m->text[0])
		r = err_code(err, m->error < 0 ? m->error : -EIO, "%s %s", name, m->text);
	else
		r = err_code(err, m->error < 0 ? m->error : -EIO, "%s", name);
	if (err)
		snprintf(err->step, sizeof(err->step), "%s", name);
	if (s && s->place)
		err_place(err, r, "%s", plan_str(p, s->place));
	return r;
}
