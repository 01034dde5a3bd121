/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * plan_golden.c - each spec of tests/golden/plans gives exactly the plan beside it
 *
 * NAME.json is compiled for the id "test", the cgroup "jail/test" and the bundle "/b", as root would,
 * or, when NAME ends in "-unprivileged", as user 1000 would, who has subordinate ids; when it starts
 * with "scope", systemd makes the cgroup.  A filter, where there is one, is
 * a stand-in of 16 bytes: what libseccomp makes of a profile differs from version to version.
 * GOLDEN_UPDATE=1 writes the .plan files anew.
 */
#include "golden.h"


#include "plan/check.h"
#include "plan/compile.h"
#include "plan/print.h"

static const struct spec_user user = {
	.uid = 1000, .gid = 100,
	.uids = { .v = { { 100000, 65536 } }, .n = 1 }, .gids = { .v = { { 200000, 65536 } }, .n = 1 },
};

static char *compile_text(const char *name, const char *text, size_t len)
{
	bool scope = str_starts(name, "scope");
	struct plan_request req = {
		.id = "test", .bundle = "/b", .cgroup = "jail/test", .gated = true,
		.privileged = !strstr(name, "-unprivileged."), .users = strstr(name, "-unprivileged.") != NULL,
		.unit = scope ? "jail-test.scope" : NULL, .slice = scope ? "jail.slice" : NULL,
	};
	struct spec *spec = NULL;
	struct plan *p = NULL;
	struct err err = { 0 };
	struct buf out = { 0 };

	if (spec_parse_as(req.privileged ? NULL : &user, text, len, name, "/b", &spec, &err) == 0) {
		req.spec = spec;
		req.seccomp = spec->seccomp.set ? "0123456789abcdef" : NULL;
		req.seccomp_len = spec->seccomp.set ? 16 : 0;
		plan_compile(&req, &p, &err);
	}
	if (p) {
		CHECK(plan_check(p, p->size));
		plan_print_text(p, &out);
	} else {
		buf_printf(&out, "%s: %s\n", err.place, err.text);
	}
	free(p);
	spec_free(spec);
	return out.text;
}

/* The first line that differs. */
static void tell_difference(const char *name, const char *is, const char *want)
{
	while (*is && *want && strcspn(is, "\n") == strcspn(want, "\n") &&
	       !strncmp(is, want, strcspn(is, "\n"))) {
		is += strcspn(is, "\n") + (strchr(is, '\n') != NULL);
		want += strcspn(want, "\n") + (strchr(want, '\n') != NULL);
	}
	printf("# %s\n# wants: %.*s\n# gives: %.*s\n", name, (int)strcspn(want, "\n"), want,
	       (int)strcspn(is, "\n"), is);
	test_failed = 1;
}

static void check_case(const char *name)
{
	mem_auto char *text = NULL, *want = NULL, *is = NULL;
	struct err err = { 0 };
	char plan_name[256];
	size_t len;

	snprintf(plan_name, sizeof(plan_name), "%.*s.plan", (int)(strlen(name) - 5), name);
	CHECK_INT(file_read_at(dir_fd, name, 1 << 20, &text, &len, &err), 0);
	if (!text)
		return;
	is = compile_text(name, text, len);
	if (getenv("GOLDEN_UPDATE"))
		CHECK_INT(file_put_at(dir_fd, plan_name, is, strlen(is), 0644), 0);
	else if (file_read_at(dir_fd, plan_name, 1 << 20, &want, NULL, &err) < 0)
		tell_difference(name, is, err.text);
	else if (strcmp(is, want) != 0)
		tell_difference(name, is, want);
}

TEST(plans)
{
	const char *path = getenv("GOLDEN_PLANS");

	golden_each(path ? path : "tests/golden/plans", 18, check_case);
}
