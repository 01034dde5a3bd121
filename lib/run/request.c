/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * request.c - from what was asked for to a plan: checks against this machine, filters, device rules
 */
#include "run/making.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/mount.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "cgroup/devices.h"
#include "plan/limits.h"
#include "seccomp/seccomp.h"

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

/* OCI config, capabilities: what is unknown is warned of, and is no error. */
static void warn_capabilities(const struct create_request *req)
{
	const struct strv *unknown = &req->spec->process.caps.unknown;

	for (size_t i = 0; i < unknown->n; i++)
		run_warn(&req->log, "process.capabilities: %s is not known here and is left out",
			 unknown->v[i]);
}

static bool asks_for_limits(const struct spec *spec)
{
	struct limits limits;
	bool ask = false;

	if (limits_compile(&spec->resources, "", &limits, NULL) < 0)
		return true;
	for (size_t i = 0; i < limits.n; i++)
		ask |= !limits.v[i].optional;
	limits_done(&limits);
	return ask;
}

static int check_dir(const char *path, const char *what, const char *place, struct err *err)
{
	bool image = spec_layer_is_image(path) && strcmp(place, "root.path") != 0;
	struct stat st;

	if (lstat(path, &st) < 0)
		return err_place(err, err_sys(err, "%s %s", what, path), "%s", place);
	if (S_ISLNK(st.st_mode) || (image ? S_ISREG(st.st_mode) : S_ISDIR(st.st_mode)))
		return 0;
	return err_spec(err, place, "%s is not a %s", path, image ? "file" : "directory");
}

static int check_root(const struct spec *s, struct err *err)
{
	char place[40];
	int r = 0;

	if (!s->rootfs.n_lower)
		return check_dir(s->root_path, "root directory", "root.path", err);
	for (size_t i = 0; r == 0 && i < s->rootfs.n_lower; i++)
		r = check_dir(s->rootfs.lower[i], "layer", lower_place(i, place), err);
	return r;
}

bool spec_needs_cgroup(const struct spec *spec)
{
	return spec->n_dev_rules > 0 || asks_for_limits(spec);
}

/*
 * Device rules go with the cgroup that the caller did not want: podman has some in every spec.  Not where
 * they are all that keeps the jail from making a device for itself.
 */
static bool needs_device_rules(const struct spec *s)
{
	bool mknod = s->process.caps.bounding & 1ULL << CAP_MKNOD;

	return s->n_dev_rules && mknod && !s->ns[SPEC_NS_USER].set;
}

int making_check(const struct create_request *req, struct err *err)
{
	const struct spec_process *p = &req->spec->process;
	int r = state_check_id(req->id, err);

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
	r = check_root(req->spec, err);
	if (r < 0)
		return r;
	if (!req->use_cgroup && (asks_for_limits(req->spec) || needs_device_rules(req->spec)))
		return err_spec(err, "linux.resources", "needs a cgroup, and cgroups are disabled");
	warn_capabilities(req);
	return preserved_fds_check(req->preserve_fds, err);
}

int making_open_cache(int root_fd, const struct spec *spec)
{
	int fd;

	if (!spec->seccomp.set)
		return -1;
	fd = openat(root_fd, ".cache", O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0 && errno == ENOENT && mkdirat(root_fd, ".cache", 0700) == 0)
		fd = openat(root_fd, ".cache", O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	return fd;
}

/* ---- who we are ---- */

/*
 * Root may be that of a user namespace which does not own the mount namespace: unshare -r without -m.
 * fsopen(2) looks for the right to mount before it looks at its arguments.
 */
static bool may_mount(void)
{
	return geteuid() == 0 && !(syscall(SYS_fsopen, NULL, ~0U) < 0 && errno == EPERM);
}

static bool setgroups_denied(void)
{
	char text[8] = "";
	fd_auto fd = open("/proc/self/setgroups", O_RDONLY | O_CLOEXEC);

	return fd >= 0 && read(fd, text, sizeof(text) - 1) > 0 && !strncmp(text, "deny", 4);
}

/* ---- the plan ---- */

/*
 * Which cgroup: of systemd's making (@scope: where it is, once it is made), below a given one, or ours.
 * Strings that @pr gets belong to @arena.
 */
static char *choose_cgroup(const struct create_request *req, const char *scope, struct arena *arena,
			   struct plan_request *pr, struct err *err)
{
	const char *asked = req->spec->cgroups_path;
	struct scope_names names;
	char *path;

	if (req->cgroup_parent)
		return cgroup_path_below(req->cgroup_parent, asked, req->id, err);
	if (!req->scope_program)
		return cgroup_path_for(asked, req->id, err);
	if (scope_names(asked, req->id, arena, &names, err) < 0)
		return NULL;
	pr->unit = names.unit;
	pr->slice = names.slice;
	path = strdup(scope ? scope : names.path);
	if (!path)
		err_nomem(err);
	return path;
}

int create_cgroup_path(const struct create_request *req, const char *scope, char **ret, struct err *err)
{
	__attribute__((cleanup(arena_done))) struct arena names = { 0 };
	struct plan_request ignored = { 0 };

	*ret = NULL;
	if (!req->use_cgroup)
		return 0;
	*ret = choose_cgroup(req, scope, &names, &ignored, err);
	return *ret ? 0 : err_place(err, -EINVAL, "linux.cgroupsPath");
}

int create_plan(const struct create_request *req, const char *scope, int cache_fd,
		const struct plan_network *network, struct plan **ret, struct err *err)
{
	__attribute__((cleanup(arena_done))) struct arena names = { 0 };
	const struct spec *spec = req->spec;
	struct seccomp_program filter = { 0 };
	mem_auto struct bpf_insn *devices = NULL;
	mem_auto char *cgroup = NULL, *upper = NULL, *data = NULL;
	struct plan_request pr = {
		.spec = spec, .id = req->id, .bundle = req->bundle, .gated = req->gated,
		.no_pivot = req->no_pivot, .no_new_keyring = req->no_new_keyring,
		.newline = req->console_socket,
		.privileged = may_mount(), .no_setgroups = setgroups_denied(),
		.preserve_fds = req->preserve_fds,
		.env = req->env, .pid_env = req->pid_env,
		.network = network && (network->n_links || network->outside) ? network : NULL,
	};
	int r = create_upper(req, &upper, err);

	if (r == 0 && upper && asprintf(&data, "%s/data", upper) < 0) {
		data = NULL;
		r = err_nomem(err);
	}
	if (r < 0)
		return r;
	pr.upper = data;
	if (req->use_cgroup) {
		cgroup = choose_cgroup(req, scope, &names, &pr, err);
		if (!cgroup)
			return err_place(err, -EINVAL, "linux.cgroupsPath");
		pr.cgroup = cgroup;
		pr.users = pr.unit && scope_user();
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
	return r;
}
