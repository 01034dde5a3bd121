/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * spec_engines.c - what other runtimes write as their starting point parses as it is
 */
#include "spec_test.h"

#include <fcntl.h>
#include <sys/wait.h>

/* The text of config.json that "COMMAND" makes in an empty directory; NULL without the command. */
static char *config_of(const char *command, size_t *ret_len)
{
	char dir[] = "/tmp/spec-engines.XXXXXX", *text = NULL;
	buf_auto line = { 0 };
	struct err err = { 0 };
	int fd;

	if (!mkdtemp(dir))
		return NULL;
	buf_printf(&line, "cd %s && %s 2>/dev/null", dir, command);
	if (system(line.text) == 0) {
		fd = open(dir, O_DIRECTORY | O_RDONLY | O_CLOEXEC);
		CHECK_INT(file_read_at(fd, "config.json", 1 << 20, &text, ret_len, &err), 0);
		unlinkat(fd, "config.json", 0);
		close(fd);
	}
	rmdir(dir);
	return text;
}

static struct spec *parse_config_of(const char *command)
{
	size_t len = 0;
	char *text = config_of(command, &len);
	struct spec *s = NULL;

	memset(&last_err, 0, sizeof(last_err));
	if (!text)
		printf("# skipped: %s does not run here\n", command);
	else if (spec_parse(text, len, "config.json", "/b", &s, &last_err) < 0)
		s = NULL;
	free(text);
	return s;
}

static void check_config(const char *command, bool user_ns)
{
	struct spec *s = parse_config_of(command);

	if (!s && !last_err.code)
		return;
	GOOD(s);
	CHECK(s->n_mounts == 7 && s->process.args.n == 1 && s->process.terminal);
	CHECK(s->process.caps.bounding && s->process.n_rlimits == 1);
	CHECK(s->ns[SPEC_NS_USER].set == user_ns && s->ns[SPEC_NS_MOUNT].set);
	CHECK(s->has_dev_rules == !user_ns);
	spec_free(s);
}

TEST(runc)
{
	check_config("runc spec", false);
}

TEST(runc_rootless)
{
	check_config("runc spec --rootless", true);
}

TEST(crun)
{
	check_config("crun spec", false);
}

/* It has a user namespace and no mapping for it, which only a person can choose. */
TEST(crun_rootless_needs_mappings)
{
	struct spec *s = parse_config_of("crun spec --rootless");

	if (!s && !last_err.code)
		return;
	CHECK(failed(s, "linux.uidMappings", "is required for a new user namespace"));
	spec_free(s);
}
