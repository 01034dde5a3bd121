/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * spec.c - specs from files, bundles and memory
 */
#include "api/api.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

#include "base/json.h"
#include "run/subids.h"

#define SPEC_MAX (16U << 20)

/* Take over @bundle; *ret is made on success only. */
static int wrap(struct spec *spec, char *bundle, struct jail_spec **ret, struct err *err)
{
	struct jail_spec *s = calloc(1, sizeof(*s));

	if (!s) {
		spec_free(spec);
		free(bundle);
		return err_nomem(err);
	}
	s->spec = spec;
	s->bundle = bundle;
	*ret = s;
	return 0;
}

static int read_spec(const char *path, char **ret, size_t *ret_len, struct err *err)
{
	fd_auto fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	struct stat st;

	if (fd < 0)
		return err_sys(err, "open %s", path);
	if (fstat(fd, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISFIFO(st.st_mode))
		return err_set(err, -EINVAL, "%s is not a file", path);
	return file_read_fd(fd, path, SPEC_MAX, ret, ret_len, err);
}

/* Parse @text with relative paths starting from @bundle. */
static int parse(const char *text, size_t len, const char *overlay, const char *name, const char *bundle,
		 struct jail_spec **ret, struct jail_error **error)
{
	char *dir = realpath(bundle, NULL);
	struct spec *spec = NULL;
	struct spec_user who;
	struct err err;
	int r;

	if (!dir) {
		err_sys(&err, "bundle %s", bundle);
		return api_fail(&err, NULL, error);
	}
	r = spec_parse_over(subids_caller(&who), text, len, overlay, name, dir, &spec, &err);
	if (r < 0) {
		free(dir);
		return api_fail(&err, name, error);
	}
	r = wrap(spec, dir, ret, &err);
	return r < 0 ? api_fail(&err, NULL, error) : 0;
}

static int load(const char *bundle, const char *config, const char *overlay, const char *name,
		struct jail_spec **ret, struct jail_error **error)
{
	mem_auto char *text = NULL;
	struct err err;
	size_t len = 0;
	int r = read_spec(config, &text, &len, &err);

	return r < 0 ? api_fail(&err, NULL, error) : parse(text, len, overlay, name, bundle, ret, error);
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static int load_bundle(const char *bundle, const char *config, const char *overlay, struct jail_spec **ret,
		       struct jail_error **error)
{
	char path[PATH_MAX];
	int n;

	if (config && config[0] == '/')
		n = snprintf(path, sizeof(path), "%s", config);
	else
		n = snprintf(path, sizeof(path), "%s/%s", bundle, config ? config : "config.json");
	if (n < 0 || (size_t)n >= sizeof(path)) {
		struct err err;

		err_set(&err, -ENAMETOOLONG, "the path of the bundle is too long");
		return api_fail(&err, NULL, error);
	}
	return load(bundle, path, overlay, base_name(path), ret, error);
}

/* "/etc/jail/web" is /etc/jail/web.json where that is what there is; NULL otherwise. */
static char *with_suffix(const char *path)
{
	mem_auto char *full = NULL;

	if (asprintf(&full, "%s.json", path) < 0) {
		full = NULL;
		return NULL;
	}
	return access(full, F_OK) == 0 ? mem_take(&full) : NULL;
}

static int load_path(const char *path, const char *overlay, struct jail_spec **ret, struct jail_error **error)
{
	mem_auto char *dir = NULL, *full = NULL;
	const char *slash;
	struct stat st;
	struct err err;

	if (stat(path, &st) < 0) {
		err_sys(&err, "open %s", path);
		full = with_suffix(path);
		if (!full)
			return api_fail(&err, NULL, error);
		path = full;
	} else if (S_ISDIR(st.st_mode)) {
		return load_bundle(path, NULL, overlay, ret, error);
	}
	slash = strrchr(path, '/');
	dir = slash ? strndup(path, (size_t)(slash - path) + 1) : strdup(".");
	if (!dir) {
		err_nomem(&err);
		return api_fail(&err, NULL, error);
	}
	return load(dir, path, overlay, base_name(path), ret, error);
}

int jail_spec_parse(const char *text, size_t len, const char *name, const char *bundle,
		    struct jail_spec **ret, struct jail_error **error)
{
	return parse(text, len, NULL, name, bundle, ret, error);
}

int jail_spec_load(const char *path, struct jail_spec **ret, struct jail_error **error)
{
	return load_path(path, NULL, ret, error);
}

int jail_spec_load_bundle(const char *bundle, const char *config, struct jail_spec **ret,
			  struct jail_error **error)
{
	return load_bundle(bundle, config, NULL, ret, error);
}

int jail_spec_read(const struct jail_spec_source *source, struct jail_spec **ret, struct jail_error **error)
{
	struct jail_spec_source s;
	struct err err = { 0 };
	int r = API_OPTIONS(source, &s, &err);

	if (r < 0)
		return api_fail(&err, NULL, error);
	if (s.path)
		return load_path(s.path, s.overlay, ret, error);
	if (!s.text)
		return load_bundle(s.bundle, s.config, s.overlay, ret, error);
	return parse(s.text, strlen(s.text), s.overlay, s.name, s.bundle, ret, error);
}

void jail_spec_free(struct jail_spec *s)
{
	if (!s)
		return;
	spec_free(s->spec);
	free(s->bundle);
	free(s);
}

const char *jail_spec_bundle(const struct jail_spec *s)
{
	return s->bundle;
}

const char *jail_spec_hostname(const struct jail_spec *s)
{
	return s->spec->hostname;
}

bool jail_spec_terminal(const struct jail_spec *s)
{
	return s->spec->process.terminal;
}

bool jail_spec_system(const struct jail_spec *s)
{
	return s->spec->system;
}

bool jail_spec_notify(const struct jail_spec *s)
{
	return s->spec->notify;
}

bool jail_spec_publish_when_ready(const struct jail_spec *s)
{
	return s->spec->network.publish_when == SPEC_PUBLISH_READY;
}

void jail_spec_set_terminal(struct jail_spec *s, bool terminal)
{
	s->spec->process.terminal = terminal;
}

int jail_spec_expand(const char *path, char **ret, struct jail_error **error)
{
	mem_auto char *text = NULL;
	struct spec_user who;
	struct err err;
	size_t len = 0;
	int r = read_spec(path, &text, &len, &err);

	if (r < 0)
		return api_fail(&err, NULL, error);
	r = spec_expand_as(subids_caller(&who), text, len, base_name(path), ret, &err);
	return r < 0 ? api_fail(&err, base_name(path), error) : 0;
}

int jail_spec_template(bool oci, char **ret, struct jail_error **error)
{
	struct spec_user who;
	struct err err;
	int r = spec_template_as(subids_caller(&who), oci, ret, &err);

	return r < 0 ? api_fail(&err, NULL, error) : 0;
}

int jail_spec_rootfs(const char *rootfs, const char *const *argv, bool terminal, char **ret,
		     struct jail_error **error)
{
	struct buf b = { 0 };
	struct err err;

	buf_printf(&b, "{\"root\":{\"path\":");
	json_put_string(&b, rootfs);
	buf_printf(&b, "},\"process\":{%s\"args\":[", terminal ? "\"terminal\":true," : "");
	for (size_t i = 0; argv[i]; i++) {
		buf_printf(&b, i ? "," : "");
		json_put_string(&b, argv[i]);
	}
	buf_printf(&b, "]}}\n");
	if (b.failed) {
		err_nomem(&err);
		return api_fail(&err, NULL, error);
	}
	*ret = b.text;
	return 0;
}
