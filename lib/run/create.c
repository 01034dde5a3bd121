/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * create.c - making a jail
 *
 * The order is what makes it safe to be killed anywhere: the record that names an outside object is
 * written before the object is made, and jail-init dies with us until it has been recorded or can be
 * found through its cgroup.
 */
#include "run/create.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <linux/nsfs.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <time.h>

#include "base/json.h"
#include "cgroup/cgroup.h"
#include "cgroup/devices.h"
#include "run/hooks.h"
#include "run/idmap.h"
#include "run/netdev.h"
#include "run/process.h"
#include "run/trees.h"
#include "seccomp/seccomp.h"

#define KILL_TIMEOUT_MS 10000

/* All that is under way; undo() takes it back from any point. */
struct making {
	const struct create_request *req;
	struct plan *plan;
	struct init_process init;
	struct state state;
	struct cgroup_made cgroup;
	char *cgroup_path;
	int root_fd, dir_fd, cgroup_root, gate, console;
	bool hooks_ran, recorded;
};

void run_warn(const struct run_log *log, const char *fmt, ...)
{
	char text[ERR_TEXT_MAX];
	va_list ap;

	if (!log->log)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	log->log(log->userdata, 1, text);
}

/* ---- the plan ---- */

int create_plan(const struct create_request *req, int cache_fd, char **ret_cgroup,
		struct plan **ret, struct err *err)
{
	const struct spec *spec = req->spec;
	struct seccomp_program filter = { 0 };
	mem_auto struct bpf_insn *devices = NULL;
	mem_auto char *cgroup = NULL;
	struct plan_request pr = {
		.spec = spec, .id = req->id, .bundle = req->bundle, .gated = req->gated,
		.no_pivot = req->no_pivot, .no_new_keyring = req->no_new_keyring,
		.privileged = geteuid() == 0, .preserve_fds = req->preserve_fds,
	};
	int r = 0;

	if (req->use_cgroup) {
		cgroup = cgroup_path_for(spec->cgroups_path, req->id, err);
		if (!cgroup)
			return err_place(err, -EINVAL, "linux.cgroupsPath");
		pr.cgroup = cgroup;
	}
	if (spec->seccomp.set) {
		r = seccomp_get(cache_fd, &spec->seccomp, &filter, err);
		if (r < 0)
			return err_place(err, r, "linux.seccomp");
		pr.seccomp = filter.insns;
		pr.seccomp_len = filter.len_bytes;
	}
	if (spec->n_dev_rules && pr.cgroup) {
		devices = calloc(cgroup_devices_max(spec->n_dev_rules), sizeof(*devices));
		if (!devices)
			r = err_nomem(err);
		else
			pr.devices_len = sizeof(*devices) *
				cgroup_devices_program(spec->dev_rules, spec->n_dev_rules, devices);
		pr.devices = devices;
	}
	if (r == 0)
		r = plan_compile(&pr, ret, err);
	seccomp_program_done(&filter);
	if (r == 0 && ret_cgroup)
		*ret_cgroup = mem_take(&cgroup);
	return r;
}

/* ---- the record ---- */

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
	for (size_t i = 0; i < notes->n; i++) {
		buf_printf(&text, i ? "," : "{");
		json_put_string(&text, notes->v[i].key);
		buf_printf(&text, ":");
		json_put_string(&text, notes->v[i].value);
	}
	buf_printf(&text, "}");
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

static int fill_record(struct making *m, struct err *err)
{
	const struct spec *spec = m->req->spec;
	struct state *s = &m->state;

	s->status = STATE_CREATING;
	s->ns_flags = ns_flags(spec);
	s->own_pid_ns = ns_new(spec, SPEC_NS_PID);
	s->owner = geteuid();
	s->poststop = spec->hooks[SPEC_HOOK_POSTSTOP].n > 0;
	s->oci_version = spec->oci_version;
	s->bundle = m->req->bundle;
	s->rootfs = spec->root_path;
	s->log_note = m->req->log_note;
	s->cgroup = m->cgroup_path;
	s->created = now_rfc3339(s);
	s->annotations = annotations_json(s, &spec->annotations);
	if (!s->created)
		return err_nomem(err);
	return process_boot_id(s->boot_id, err);
}

/*
 * The intent: should we be killed, this is what gc removes.  A leaf that exists already is not ours;
 * directories above it are known by their marks, see cgroup/make.c.
 */
static int intend_cgroup(struct making *m, struct err *err)
{
	const char *root;
	struct stat st;
	int r;

	if (!m->cgroup_path)
		return 0;
	r = cgroup_root_open(&m->cgroup_root, &root, err);
	if (r < 0)
		return r;
	if (fstatat(m->cgroup_root, m->cgroup_path, &st, AT_SYMLINK_NOFOLLOW) < 0)
		m->state.cgroup_made = arena_printf(&m->state.arena, "%.*s",
						    (int)strcspn(m->cgroup_path, "/"), m->cgroup_path);
	return 0;
}

static int save_plan(int dir_fd, const struct plan *p, struct err *err)
{
	fd_auto fd = openat(dir_fd, "plan", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	int r = fd < 0 ? -errno : fd_write_all(fd, p, p->size);

	return r < 0 ? err_code(err, r, "save the plan") : 0;
}

/* ---- outside objects ---- */

static int make_cgroup(struct making *m, struct err *err)
{
	const struct plan_step *s = plan_steps(m->plan);
	int r;

	if (!m->cgroup_path)
		return 0;
	r = cgroup_make(m->cgroup_root, m->cgroup_path, &m->cgroup, err);
	if (r < 0)
		return m->req->spec->cgroups_path ? err_place(err, r, "linux.cgroupsPath") : r;
	m->state.cgroup_made = m->cgroup.top;
	for (uint32_t i = 0; i < m->plan->n_steps; i++, s++) {
		size_t len;
		const void *insns = s->op == OP_DEVICE_RULES ? plan_blob(m->plan, s->s[0], &len) : NULL;

		if (!insns)
			continue;
		r = cgroup_devices_attach(m->cgroup.fd, insns, len / sizeof(struct bpf_insn), err);
		if (r < 0)
			return err_place(err, r, "linux.resources.devices");
	}
	return 0;
}

/* The listening socket at which a created jail waits; found through the state directory only. */
static int make_gate(struct making *m, struct err *err)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };

	if (!m->req->gated)
		return 0;
	m->gate = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	if (m->gate < 0)
		return err_sys(err, "make a socket");
	snprintf(addr.sun_path, sizeof(addr.sun_path), "/proc/self/fd/%d/gate", m->dir_fd);
	if (bind(m->gate, (struct sockaddr *)&addr, sizeof(addr)) < 0)
		return err_sys(err, "make the gate");
	if (listen(m->gate, 8) < 0)
		return err_sys(err, "listen at the gate");
	return 0;
}

/* A path that is given as a namespace must be one, of the type that is meant. */
static int open_namespace(const struct spec *spec, int type, int *ret, struct err *err)
{
	const struct spec_ns_type *t = &spec_ns_types[type];
	const char *path = spec->ns[type].path;
	fd_auto fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	int is;

	if (fd < 0)
		return err_place(err, err_sys(err, "open namespace %s", path),
				 "linux.namespaces (%s)", t->name);
	is = ioctl(fd, NS_GET_NSTYPE);
	if (is < 0 || (uint64_t)(unsigned)is != t->flag)
		return err_place(err, err_set(err, -EINVAL, "%s is not a %s namespace", path, t->name),
				 "linux.namespaces (%s)", t->name);
	*ret = fd_take(&fd);
	return 0;
}

static const struct plan_step *find_step(const struct plan *p, enum plan_op op)
{
	const struct plan_step *s = plan_steps(p);

	for (uint32_t i = 0; i < p->n_steps; i++, s++)
		if (s->op == op)
			return s;
	return NULL;
}

static int clone_init(struct making *m, struct err *err)
{
	const struct spec *spec = m->req->spec;
	const struct plan_step *clone = find_step(m->plan, OP_CLONE);
	struct init_start start = {
		.plan = m->plan, .flags = clone->a[0], .staged = clone->a[1] != 0,
		.cgroup_fd = m->cgroup.fd, .stdio = m->req->stdio, .gate = m->gate,
		.ns = { -1, -1, -1, -1, -1, -1, -1, -1 },
	};
	int r = 0;

	for (int i = 0; r == 0 && i < SPEC_NS_COUNT; i++)
		if (spec->ns[i].path)
			r = open_namespace(spec, i, &start.ns[i], err);
	if (r == 0)
		r = init_start(&start, &m->init, err);
	for (int i = 0; i < SPEC_NS_COUNT; i++)
		fd_close(&start.ns[i]);
	return r;
}

/* ---- meeting jail-init ---- */

static int record(struct making *m, enum state_status status, struct err *err)
{
	struct state *s = &m->state;
	int r;

	s->status = status;
	s->pid = m->init.pid;
	r = process_start_time(s->pid, &s->start_time, err);
	return r < 0 ? r : state_prepare(m->dir_fd, s, err);
}

static int meet_namespaces(struct making *m, struct err *err)
{
	const struct plan_step *s = plan_steps(m->plan);
	int r = 0;

	for (uint32_t i = 0; r == 0 && i < m->plan->n_steps; i++, s++)
		if (s->op == OP_NETDEV)
			r = err_place(err, netdev_move(plan_str(m->plan, s->s[0]),
						       plan_str(m->plan, s->s[1]), m->init.pid, err),
				      "%s", plan_str(m->plan, s->place));
	m->hooks_ran = true;
	if (r == 0)
		r = hooks_run_stage(m->plan, STAGE_NAMESPACES, m->req->bundle, "creating",
				    m->init.pid, err);
	if (r == 0 && protocol_word(m->init.socket, POINT_NAMESPACES, -1) < 0)
		r = 0;                          /* gone: what it said is read next */
	return r;
}

/* Trees follow the meeting if there is one. An error of the socket is explained by what is read next. */
static int send_trees(struct making *m, struct err *err)
{
	int r = trees_send(m->plan, &m->init, err);

	return r == -EPIPE || r == -ECONNRESET ? 0 : r;
}

static bool has_meeting(const struct plan *p)
{
	const struct plan_step *s = plan_steps(p);

	for (uint32_t i = 0; i < p->n_steps; i++, s++)
		if (s->op == OP_TELL && s->a[0] == POINT_NAMESPACES)
			return true;
	return false;
}

static int write_maps(struct making *m, struct err *err)
{
	const struct plan_step *s = find_step(m->plan, OP_ID_MAPS);
	int r;

	if (!s)
		return 0;
	r = idmap_write(m->init.pid, plan_str(m->plan, s->s[0]), plan_str(m->plan, s->s[1]), err);
	if (r < 0)
		return err_place(err, r, "linux.uidMappings");
	protocol_word(m->init.socket, POINT_MAPS, -1);
	return 0;
}

static int take_console(struct making *m, struct message *msg, struct err *err)
{
	int r = 0;

	if (m->req->console_socket)
		r = fd_send_to(m->req->console_socket, "/dev/ptmx", msg->fd, err);
	else
		m->console = fd_take(&msg->fd);
	return r;
}

static int take_listener(struct making *m, struct message *msg, struct err *err)
{
	int r = listener_send(m->plan, msg->m.step, msg->fd, m->init.pid, "creating", err);

	if (r == 0)
		protocol_word(m->init.socket, MSG_LISTENER, -1);
	return r;
}

/* The first process exists and is known: what depends on that. */
static int process_known(struct making *m, struct err *err)
{
	int r = write_maps(m, err);

	if (r == 0)
		r = record(m, m->req->gated ? STATE_CREATED : STATE_RUNNING, err);
	if (r == 0 && !has_meeting(m->plan))
		r = send_trees(m, err);
	return r;
}

static int take_point(struct making *m, uint32_t point, struct err *err)
{
	int r;

	if (point == POINT_NAMESPACES) {
		r = meet_namespaces(m, err);
		return r < 0 ? r : send_trees(m, err);
	}
	if (point != POINT_CREATED)
		return err_set(err, -EPROTO, "jail-init is at an unknown point");
	r = state_commit(m->dir_fd, err);
	m->recorded = r == 0;
	if (r == 0 && !m->req->gated)
		protocol_word(m->init.socket, POINT_CREATED, -1);
	return r;
}

/* 1: there is more to come; 0: this was the last message. */
static int take_message(struct making *m, struct message *msg, struct err *err)
{
	int r = 0;

	switch (msg->m.type) {
	case MSG_PID:
		r = init_replace(&m->init, msg, err);
		msg->fd = -1;
		if (r == 0)
			r = process_known(m, err);
		break;
	case MSG_POINT:
		r = take_point(m, msg->m.step, err);
		if (r == 0 && msg->m.step == POINT_CREATED && m->req->gated)
			return 0;
		break;
	case MSG_CONSOLE:
		r = take_console(m, msg, err);
		break;
	case MSG_LISTENER:
		r = take_listener(m, msg, err);
		break;
	case MSG_WARNING:
		protocol_error(m->plan, &msg->m, err);
		run_warn(&m->req->log, "%s%s%s", err->place, err->place[0] ? ": " : "", err->text);
		break;
	default:
		r = protocol_error(m->plan, &msg->m, err);
	}
	return r < 0 ? r : 1;
}

/* Listen until the jail is created or runs. */
static int converse(struct making *m, struct err *err)
{
	struct message msg;
	int r;

	do {
		r = protocol_receive(m->init.socket, &msg, err);
		if (r == 0)
			break;
		if (r > 0) {
			r = take_message(m, &msg, err);
			fd_close(&msg.fd);
		}
	} while (r > 0);
	if (r == 0 && m->req->gated && !m->recorded)
		return err_set(err, -ECHILD, "jail-init ended before the jail was created");
	return r;
}

/* ---- the whole ---- */

static void undo(struct making *m)
{
	struct err ignored;

	init_abort(&m->init);
	fd_close(&m->console);
	if (m->cgroup.fd >= 0) {
		cgroup_kill_all(m->cgroup.fd);
		cgroup_remove(m->cgroup_root, m->cgroup_path, m->cgroup.top, KILL_TIMEOUT_MS, &ignored);
	}
	if (m->req->pid_file && m->recorded)
		unlink(m->req->pid_file);
	if (m->dir_fd >= 0)
		state_remove(m->root_fd, m->req->id, m->dir_fd, &ignored);
	if (m->hooks_ran && hooks_run_stage(m->plan, STAGE_DELETED, m->req->bundle, "stopped", 0,
					    &ignored) < 0)
		run_warn(&m->req->log, "%s", ignored.text);
}

static int finish(struct making *m, struct err *err)
{
	int r = 0;

	if (!m->recorded)
		r = state_commit(m->dir_fd, err);
	m->recorded = true;
	if (r == 0 && m->req->pid_file)
		r = pid_file_write(m->req->pid_file, m->init.pid, err);
	if (r == 0 && m->req->pidfd_socket)
		r = fd_send_to(m->req->pidfd_socket, "pidfd", m->init.pidfd, err);
	if (r == 0 && !m->req->gated) {
		m->hooks_ran = true;
		r = hooks_run_stage(m->plan, STAGE_STARTED, m->req->bundle, "running", m->init.pid, err);
	}
	return r;
}

static int make(struct making *m, struct err *err)
{
	int r = fill_record(m, err);

	if (r == 0)
		r = intend_cgroup(m, err);
	if (r == 0)
		r = state_claim(m->root_fd, m->req->id, &m->state, &m->dir_fd, err);
	if (r == 0)
		r = make_cgroup(m, err);
	if (r == 0)
		r = save_plan(m->dir_fd, m->plan, err);
	if (r == 0)
		r = make_gate(m, err);
	if (r == 0)
		r = clone_init(m, err);
	if (r == 0 && !find_step(m->plan, OP_FORK))
		r = process_known(m, err);
	if (r == 0)
		r = converse(m, err);
	if (r == 0)
		r = finish(m, err);
	return r;
}

static int check_request(const struct create_request *req, struct err *err)
{
	const struct spec_process *p = &req->spec->process;
	int r = state_check_id(req->id, err);
	struct stat st;

	if (r < 0)
		return r;
	if (req->console_socket && !p->terminal)
		return err_set(err, -EINVAL, "a console socket was given, but process.terminal is false");
	if (p->selinux_label && access("/sys/fs/selinux/enforce", F_OK) < 0)
		return err_spec(err, "process.selinuxLabel", "SELinux is not enabled on this host");
	if (req->spec->mount_label && access("/sys/fs/selinux/enforce", F_OK) < 0)
		return err_spec(err, "linux.mountLabel", "SELinux is not enabled on this host");
	if (p->apparmor_profile && access("/sys/kernel/security/apparmor", F_OK) < 0 &&
	    access("/sys/module/apparmor", F_OK) < 0)
		return err_spec(err, "process.apparmorProfile", "AppArmor is not enabled on this host");
	if (req->spec->rdt.set && access("/sys/fs/resctrl/schemata", F_OK) < 0)
		return err_spec(err, "linux.intelRdt", "resctrl is not mounted at /sys/fs/resctrl");
	if (req->spec->rdt.set)
		return err_spec(err, "linux.intelRdt", "is not supported yet");
	if (lstat(req->spec->root_path, &st) < 0)
		return err_place(err, err_sys(err, "root directory %s", req->spec->root_path), "root.path");
	if (!S_ISDIR(st.st_mode) && !S_ISLNK(st.st_mode))
		return err_spec(err, "root.path", "%s is not a directory", req->spec->root_path);
	if (req->spec->n_dev_rules && !req->use_cgroup)
		return err_spec(err, "linux.resources.devices",
				"device rules need a cgroup, and cgroups are disabled");
	return preserved_fds_check(req->preserve_fds, err);
}

/* ROOT/.cache holds compiled seccomp filters; without it they are compiled each time. */
static int open_cache(int root_fd, const struct spec *spec)
{
	int fd;

	if (!spec->seccomp.set)
		return -1;
	fd = openat(root_fd, ".cache", O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 && errno == ENOENT && mkdirat(root_fd, ".cache", 0700) == 0)
		fd = openat(root_fd, ".cache", O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	return fd;
}

static void hand_over(struct making *m, struct created *ret)
{
	ret->dir_fd = m->dir_fd;
	ret->pidfd = m->init.pidfd;
	ret->console_fd = m->console;
	m->init.pidfd = -1;
	/* The record's strings: the caller's copy must outlive the request. */
	if (state_read(m->dir_fd, &ret->state, NULL) < 0)
		ret->state = (struct state){ .pid = m->init.pid, .start_time = m->state.start_time };
	state_unlock(m->dir_fd);
	init_forget(&m->init);
}

int create_jail(const struct create_request *req, struct created *ret, struct err *err)
{
	struct making m = {
		.req = req, .init = INIT_NONE, .cgroup = { .fd = -1 }, .root_fd = -1, .dir_fd = -1,
		.cgroup_root = -1, .gate = -1, .console = -1,
	};
	fd_auto cache = -1;
	int r = check_request(req, err);

	if (r == 0)
		r = state_root_open(req->root_path, true, &m.root_fd, err);
	if (r == 0) {
		cache = open_cache(m.root_fd, req->spec);
		r = create_plan(req, cache, &m.cgroup_path, &m.plan, err);
	}
	if (r == 0) {
		r = make(&m, err);
		if (r < 0)
			undo(&m);
		else
			hand_over(&m, ret);
		fd_close(r < 0 ? &m.dir_fd : &(int){ -1 });
	}
	cgroup_made_done(&m.cgroup);
	state_done(&m.state);
	fd_close(&m.gate);
	fd_close(&m.cgroup_root);
	fd_close(&m.root_fd);
	free(m.cgroup_path);
	free(m.plan);
	return r;
}
