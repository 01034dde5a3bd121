/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * request.c - from what was asked for to a plan: checks against this machine, filters, device rules
 */
#include "run/making.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cgroup/devices.h"
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

int making_check(const struct create_request *req, struct err *err)
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
