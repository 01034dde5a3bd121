/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Device rules: the generated BPF program is run by a small interpreter beside an oracle that reads
 * the rules; then the kernel is asked, where there is a cgroup2 to attach to.
 */
#include "test.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>

#include "cgroup/cgroup.h"
#include "cgroup/devices.h"

#define R SPEC_DEV_READ
#define W SPEC_DEV_WRITE
#define M SPEC_DEV_MKNOD
#define MAX_RULES 12

static uint64_t rnd(void)
{
	static uint64_t x = 88172645463325252ULL;

	x ^= x << 13;
	x ^= x >> 7;
	x ^= x << 17;
	return x;
}

/* ---- the interpreter: exactly the instructions that the kernel documents, no others ---- */

static int run(const struct bpf_insn *prog, size_t n, uint32_t type, uint32_t access, uint32_t major,
	       uint32_t minor)
{
	uint32_t ctx[3] = { access << 16 | type, major, minor };
	uint64_t reg[11] = { 0 };
	size_t pc, steps = 0;

	for (pc = 0; pc < n && steps++ < 100000; pc++) {
		const struct bpf_insn *i = &prog[pc];
		uint32_t d = (uint32_t)reg[i->dst_reg], k = (uint32_t)i->imm;

		switch (i->code) {
		case BPF_LDX | BPF_MEM | BPF_W:
			if (i->src_reg != BPF_REG_1 || i->off % 4 || i->off < 0 || i->off > 8)
				return -1;
			reg[i->dst_reg] = ctx[i->off / 4];
			break;
		case BPF_ALU | BPF_MOV | BPF_X: reg[i->dst_reg] = (uint32_t)reg[i->src_reg]; break;
		case BPF_ALU | BPF_MOV | BPF_K: reg[i->dst_reg] = k; break;
		case BPF_ALU | BPF_AND | BPF_K: reg[i->dst_reg] = d & k; break;
		case BPF_ALU | BPF_RSH | BPF_K: reg[i->dst_reg] = d >> k; break;
		case BPF_JMP32 | BPF_JNE | BPF_K:  pc += d != k ? (size_t)i->off : 0; break;
		case BPF_JMP32 | BPF_JSET | BPF_K: pc += d & k ? (size_t)i->off : 0; break;
		case BPF_JMP | BPF_JA: pc += (size_t)i->off; break;
		case BPF_JMP | BPF_EXIT: return (int)reg[0];
		default: return -1;
		}
	}
	return -1;
}

/* ---- the oracle: each access by the last rule that names it, in words ---- */

static bool default_device(char type, int64_t major, int64_t minor, uint8_t bit)
{
	if (bit == M)
		return true;
	if (type != 'c')
		return false;
	if (major == 1)
		return minor == 3 || minor == 5 || minor == 7 || minor == 8 || minor == 9;
	return major == 136 || (major == 5 && minor >= 0 && minor <= 2);
}

static bool oracle(const struct spec_dev_rule *rules, size_t n, char type, int64_t major,
		   int64_t minor, uint8_t access)
{
	for (uint8_t bit = 1; bit <= 4; bit = (uint8_t)(bit << 1)) {
		bool allowed = false;

		if (!(access & bit))
			continue;
		for (size_t i = 0; i < n; i++)
			if ((rules[i].type == 'a' || rules[i].type == type) &&
			    (rules[i].major == -1 || rules[i].major == major) &&
			    (rules[i].minor == -1 || rules[i].minor == minor) &&
			    (rules[i].access & bit))
				allowed = rules[i].allow;
		if (!allowed && !default_device(type, major, minor, bit))
			return false;
	}
	return true;
}

static int64_t number(void)
{
	static const int64_t few[] = { 0, 1, 3, 5, 7, 8, 10, 136, 0x7fffffff, 0x80000000, 0xffffffff };

	return few[rnd() % ARRAY_SIZE(few)];
}

static struct spec_dev_rule random_rule(void)
{
	static const int64_t beyond[] = { -1, -1, -1, 0x100000001 };
	struct spec_dev_rule r = { .allow = rnd() % 2, .type = "abc"[rnd() % 3], .major = number(),
				   .minor = number(), .access = (uint8_t)(rnd() % 8) };

	if (rnd() % 2)
		r.major = beyond[rnd() % 4];
	if (rnd() % 2)
		r.minor = beyond[rnd() % 4];
	return r;
}

static int ask(const struct bpf_insn *prog, size_t n, char type, int64_t major, int64_t minor,
	       uint8_t access)
{
	uint32_t kernel = (access & R ? BPF_DEVCG_ACC_READ : 0U) | (access & W ? BPF_DEVCG_ACC_WRITE : 0U) |
			  (access & M ? BPF_DEVCG_ACC_MKNOD : 0U);

	return run(prog, n, type == 'b' ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR, kernel,
		   (uint32_t)major, (uint32_t)minor);
}

TEST(random_rules_agree_with_the_oracle)
{
	struct spec_dev_rule rules[MAX_RULES];
	struct bpf_insn prog[512];
	int denied = 0, cases = 0;

	CHECK(cgroup_devices_max(MAX_RULES) <= ARRAY_SIZE(prog));
	for (int round = 0; round < 5000; round++) {
		size_t n_rules = 1 + rnd() % MAX_RULES, n;

		for (size_t i = 0; i < n_rules; i++)
			rules[i] = random_rule();
		n = cgroup_devices_program(rules, n_rules, prog);
		CHECK(n > 0 && n <= cgroup_devices_max(n_rules));
		for (int k = 0; k < 40; k++) {
			char type = rnd() % 2 ? 'b' : 'c';
			int64_t major = number(), minor = number();
			uint8_t access = (uint8_t)(1 + rnd() % 7);
			bool want = oracle(rules, n_rules, type, major, minor, access);

			CHECK_INT(ask(prog, n, type, major, minor, access), want);
			denied += !want;
			cases++;
		}
	}
	CHECK_INT(cases, 200000);
	CHECK(denied > 20000 && denied < 180000);
}

TEST(what_the_comment_promises)
{
	static const struct spec_dev_rule one_allow[] = { { true, 'c', 10, 200, R | W } };
	static const struct spec_dev_rule all_but[] = {
		{ true, 'a', -1, -1, R | W | M }, { false, 'b', 8, -1, W }, { false, 'c', 1, 3, R | W | M },
	};
	struct bpf_insn p[512];
	size_t n;

	CHECK_INT(cgroup_devices_program(NULL, 0, p), 0);

	/* denied before the first rule, though it is no "deny all" */
	n = cgroup_devices_program(one_allow, 1, p);
	CHECK_INT(ask(p, n, 'c', 10, 200, R | W), 1);
	CHECK_INT(ask(p, n, 'c', 10, 229, R), 0);
	CHECK_INT(ask(p, n, 'b', 10, 200, R), 0);
	CHECK_INT(ask(p, n, 'b', 8, 0, M), 1);
	CHECK_INT(ask(p, n, 'b', 8, 0, M | R), 0);
	CHECK_INT(ask(p, n, 'c', 136, 77, R | W), 1);

	n = cgroup_devices_program(all_but, 3, p);
	CHECK_INT(ask(p, n, 'b', 8, 1, R), 1);
	CHECK_INT(ask(p, n, 'b', 8, 1, R | W), 0);
	CHECK_INT(ask(p, n, 'c', 1, 3, R | W), 1);      /* /dev/null is not to be taken away */
	CHECK_INT(ask(p, n, 'c', 4, 64, R | W), 1);
}

/* ---- the kernel ---- */

/* In the cgroup: exit status is the errno of open and of mknod, or 0. */
static int try_in(int cgroup_fd, int (*attempt)(void))
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		struct err err = { 0 };

		if (cgroup_attach(cgroup_fd, getpid(), &err) < 0)
			_exit(200);
		_exit(attempt() < 0 ? errno : 0);
	}
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 255;
}

static char node_dir[64];

static int open_node(unsigned int major, unsigned int minor, int flags)
{
	char path[96];

	snprintf(path, sizeof(path), "%s/%u-%u", node_dir, major, minor);
	if (mknod(path, S_IFCHR | 0600, makedev(major, minor)) < 0 && errno != EEXIST)
		return -1;
	return open(path, flags);
}

static int open_null(void) { return open_node(1, 3, O_RDWR); }
static int open_kmsg_read(void) { return open_node(1, 11, O_RDONLY | O_NONBLOCK); }
static int open_kmsg_write(void) { return open_node(1, 11, O_WRONLY); }
static int open_kmsg_both(void) { return open_node(1, 11, O_RDWR | O_NONBLOCK); }
static int open_fuse(void) { return open_node(10, 229, O_RDWR); }

TEST(the_kernel_refuses)
{
	static const struct spec_dev_rule rules[] = {
		{ false, 'a', -1, -1, R | W | M }, { true, 'c', 1, 11, R },
	};
	struct cgroup_made made = { .fd = -1 };
	struct bpf_insn p[512];
	struct err err = { 0 };
	const char *root_path;
	fd_auto root = -1;
	int r;

	if (geteuid() != 0 || cgroup_root_open(&root, &root_path, &err) < 0) {
		printf("# SKIP %s\n", geteuid() ? "not root" : err.text);
		return;
	}
	snprintf(node_dir, sizeof(node_dir), "/tmp/jail-devices-XXXXXX");
	CHECK(mkdtemp(node_dir) != NULL);
	r = cgroup_make(root, "jail-unit-devices", &made, &err);
	CHECK_INT(r, 0);
	if (r == 0) {
		int before = try_in(made.fd, open_kmsg_write);

		r = cgroup_devices_attach(made.fd, p, cgroup_devices_program(rules, 2, p), &err);
		CHECK_INT(r, 0);
		if (r < 0)
			printf("# %s\n", err.text);
		CHECK_INT(before, 0);
		CHECK_INT(try_in(made.fd, open_null), 0);
		CHECK_INT(try_in(made.fd, open_kmsg_read), 0);
		CHECK_INT(try_in(made.fd, open_kmsg_write), EPERM);
		CHECK_INT(try_in(made.fd, open_kmsg_both), EPERM);
		CHECK_INT(try_in(made.fd, open_fuse), EPERM);
	}
	CHECK_INT(cgroup_remove(root, "jail-unit-devices", made.top, 1000, &err), 0);
	cgroup_made_done(&made);
	for (int i = 0; i < 3; i++) {
		static const char *const nodes[] = { "1-3", "1-11", "10-229" };
		char path[96];

		snprintf(path, sizeof(path), "%s/%s", node_dir, nodes[i]);
		unlink(path);
	}
	rmdir(node_dir);
}

TEST(the_kernel_takes_a_thousand_rules)
{
	enum { N = 1000 };
	mem_auto struct spec_dev_rule *rules = calloc(N, sizeof(*rules));
	mem_auto struct bpf_insn *p = calloc(cgroup_devices_max(N), sizeof(*p));
	struct cgroup_made made = { .fd = -1 };
	struct err err = { 0 };
	const char *root_path;
	fd_auto root = -1;

	if (geteuid() != 0 || cgroup_root_open(&root, &root_path, &err) < 0) {
		printf("# SKIP %s\n", geteuid() ? "not root" : err.text);
		return;
	}
	for (int i = 0; i < N; i++)
		rules[i] = random_rule();
	CHECK_INT(cgroup_make(root, "jail-unit-devices", &made, &err), 0);
	CHECK_INT(cgroup_devices_attach(made.fd, p, cgroup_devices_program(rules, N, p), &err), 0);
	if (err.code)
		printf("# %s\n", err.text);
	CHECK_INT(cgroup_remove(root, "jail-unit-devices", made.top, 1000, &err), 0);
	cgroup_made_done(&made);
}
