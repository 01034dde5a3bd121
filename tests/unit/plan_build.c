/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * plan_build.c - plans are put together soundly, and unsound ones are refused
 */
#include "test.h"

#include <fcntl.h>
#include <sys/mman.h>

#include "plan/check.h"
#include "plan/compile.h"
#include "plan/print.h"

static struct plan *sample(void)
{
	static char *const args[] = { (char *)"/bin/sh", (char *)"-c", (char *)"true" };
	struct plan_builder b;
	struct plan_step *s;
	struct plan *p = NULL;
	uint32_t at;

	plan_begin(&b);
	at = plan_put_str(&b, "web");
	plan_header(&b)->id = at;
	at = plan_put_str(&b, "mount");
	s = plan_add(&b, OP_DIR, STAGE_INSIDE, "mounts[%d]", 3);
	s->s[0] = at;
	at = plan_put_blob(&b, "12345678", 8);
	plan_add(&b, OP_DEVICE_RULES, STAGE_BEFORE, "%s", "")->s[0] = at;
	at = plan_put_list(&b, args, 3);
	s = plan_add(&b, OP_EXEC, STAGE_INSIDE, "process.args");
	s->s[0] = s->s[1] = s->s[2] = at;
	CHECK_INT(plan_finish(&b, &p, NULL), 0);
	return p;
}

TEST(round_trip)
{
	struct plan *p = sample();
	const struct plan_step *s = plan_steps(p);
	size_t len = 0;

	CHECK(plan_check(p, p->size));
	CHECK_INT(p->n_steps, 3);
	CHECK_STR(plan_str(p, p->id), "web");
	CHECK_INT(s[0].op, OP_DIR);
	CHECK_STR(plan_str(p, s[0].place), "mounts[3]");
	CHECK_STR(plan_str(p, s[0].s[0]), "mount");
	CHECK_INT(s[1].place, 0);
	CHECK(!memcmp(plan_blob(p, s[1].s[0], &len), "12345678", 8));
	CHECK_INT(len, 8);
	CHECK_INT(plan_list_count(p, s[2].s[0]), 3);
	CHECK_STR(plan_list_item(p, s[2].s[0], 2), "true");
	free(p);
}

TEST(nothing_is_nothing)
{
	struct plan_builder b;
	struct plan *p = NULL;
	uint32_t list;

	plan_begin(&b);
	CHECK_INT(plan_put_str(&b, NULL), 0);
	CHECK_INT(plan_put_blob(&b, NULL, 0), 0);
	list = plan_put_list(&b, NULL, 0);      /* an empty environment is one */
	CHECK_INT(plan_finish(&b, &p, NULL), 0);
	CHECK(plan_check(p, p->size));
	CHECK(list > 0 && plan_list_count(p, list) == 0);
	CHECK_INT(p->n_steps, 0);
	free(p);
	plan_begin(&b);
	plan_put_str(&b, "dropped");
	plan_add(&b, OP_GATE, STAGE_INSIDE, "%s", "");
	plan_builder_done(&b);
}

/* Copied to another plan, a step brings all it refers to. */
TEST(steps_are_copied)
{
	struct plan *from = sample(), *p = NULL;
	struct plan_builder b;

	plan_begin(&b);
	for (uint32_t i = 0; i < from->n_steps; i++)
		plan_copy_step(&b, from, plan_steps(from) + i, STAGE_EXEC);
	CHECK_INT(plan_finish(&b, &p, NULL), 0);
	CHECK(plan_check(p, p->size));
	CHECK_INT(p->n_steps, 3);
	CHECK_INT(plan_steps(p)[0].stage, STAGE_EXEC);
	CHECK_STR(plan_str(p, plan_steps(p)[0].s[0]), "mount");
	CHECK_STR(plan_list_item(p, plan_steps(p)[2].s[0], 0), "/bin/sh");
	free(from);
	free(p);
}

TEST(files_are_checked)
{
	struct plan *p = sample(), *back = NULL;
	char path[] = "/tmp/plan_build.XXXXXX";
	fd_auto fd = mkstemp(path);
	struct err err = { 0 };

	CHECK(write(fd, p, p->size) == (ssize_t)p->size);
	CHECK_INT(plan_read(AT_FDCWD, path, &back, &err), 0);
	CHECK(back && !memcmp(p, back, p->size));
	free(back);
	back = NULL;
	CHECK_INT(ftruncate(fd, p->size - 1), 0);
	CHECK(plan_read(AT_FDCWD, path, &back, &err) < 0 && !back);
	CHECK_INT(ftruncate(fd, 0), 0);
	CHECK(plan_read(AT_FDCWD, path, &back, &err) < 0 && !back);
	unlink(path);
	CHECK_INT(plan_read(AT_FDCWD, path, &back, &err), -ENOENT);
	free(p);
}

/* ---- unsound plans ---- */

/* All that a reader of a plan looks at. */
static void walk(const struct plan *p)
{
	struct buf out = { 0 };

	plan_print_text(p, &out);
	buf_done(&out);
	plan_print_json(p, &out);
	buf_done(&out);
}

static struct plan *big_plan(void)
{
	static const char spec_text[] =
		"{\"ociVersion\":\"1.2.0\",\"root\":{\"path\":\"r\"},\"hostname\":\"h\",\"process\":{"
		"\"args\":[\"/bin/sh\",\"-c\"],\"env\":[\"A=b\"],\"cwd\":\"/\",\"user\":{\"uid\":1,\"gid\":1,"
		"\"additionalGids\":[5]}},\"mounts\":[{\"destination\":\"/t\",\"type\":\"tmpfs\","
		"\"source\":\"t\",\"options\":[\"size=1m\",\"ro\"]}],\"hooks\":{\"poststop\":[{\"path\":\"/h\"}]},"
		"\"linux\":{\"namespaces\":[{\"type\":\"mount\"},{\"type\":\"uts\"}]}}";
	struct plan_request req = {
		.id = "t", .bundle = "/b", .cgroup = "jail/t", .privileged = true, .gated = true,
		.seccomp = "12345678", .seccomp_len = 8, .devices = "12345678", .devices_len = 8,
	};
	struct spec *spec = NULL;
	struct err err = { 0 };
	struct plan *p = NULL;

	if (spec_parse(spec_text, strlen(spec_text), "s", "/b", &spec, &err) < 0) {
		printf("# %s: %s\n", err.place, err.text);
		abort();
	}
	req.spec = spec;
	if (plan_compile(&req, &p, &err) < 0)
		abort();
	spec_free(spec);
	return p;
}

/* Each byte, each way that matters: refused, or still safe to walk (AddressSanitizer looks on). */
TEST(any_byte_changed)
{
	static const uint8_t changes[] = { 0x01, 0x80, 0xff, 0x08, 0x40 };
	struct plan *p = big_plan();
	char *copy = malloc(p->size);
	size_t refused = 0;

	for (size_t at = 0; at < p->size; at++)
		for (size_t i = 0; i < sizeof(changes); i++) {
			memcpy(copy, p, p->size);
			copy[at] = (char)(copy[at] ^ changes[i]);
			if (plan_check((struct plan *)(void *)copy, p->size))
				walk((struct plan *)(void *)copy);
			else
				refused++;
		}
	CHECK(refused > 1000);
	free(copy);
	free(p);
}

/* Offsets and counts are what an attacker would choose: the extremes, in every 32-bit word. */
TEST(any_word_extreme)
{
	struct plan *p = big_plan();
	uint32_t extremes[] = {
		0, 1, 7, 8, UINT32_MAX, UINT32_MAX - 7, INT32_MAX, p->size, p->size - 1, p->size - 7,
		p->size - 8, (uint32_t)sizeof(struct plan), (uint32_t)sizeof(struct plan) - 1,
	};
	char *copy = malloc(p->size);

	for (size_t at = 0; at + 4 <= p->size; at += 4)
		for (size_t i = 0; i < ARRAY_SIZE(extremes); i++) {
			memcpy(copy, p, p->size);
			memcpy(copy + at, &extremes[i], 4);
			if (plan_check((struct plan *)(void *)copy, p->size))
				walk((struct plan *)(void *)copy);
		}
	free(copy);
	free(p);
}

TEST(any_length)
{
	struct plan *p = big_plan();

	for (size_t n = 0; n < p->size; n++) {
		char *copy = malloc(n ? n : 1);

		memcpy(copy, p, n);
		CHECK(!plan_check((struct plan *)(void *)copy, n));
		free(copy);
	}
	free(p);
}
