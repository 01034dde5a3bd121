/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * devices.c - linux.resources.devices as a BPF program on a cgroup
 *
 * cgroup v2 has no list of devices: a program is asked for each open and mknod, with the type, major
 * and minor of the device and the accesses wanted (read, write, mknod).  What runc (through its
 * emulation of the v1 list) and crun make of the spec's rules on cgroup v2, and so do we:
 *
 * - Before the first rule everything is denied, whatever that rule is.
 * - A later rule overrides an earlier one.
 * - Behind the last rule stand the devices of `always` below, so that no rule can take them away.
 * - Without any rule there is no program.
 *
 * Where the two differ: for a rule of type "a", runc ignores its numbers and accesses, crun (and
 * this file) honours them.  For an access that names several things, "open for reading and writing",
 * crun looks for one rule that covers all of it, so that its `deny w` behind an `allow rw` denies
 * nothing to who asks for both; runc removes the w from the allowed rw.  Here each of read,
 * write and mknod is decided on its own by the last rule that names it, and an access is allowed
 * when all parts of it are: as strict as runc, without its error for rules within rules.
 *
 * The program walks the rules backwards with the undecided accesses in a register:
 *
 *	r2 = type, r3 = undecided accesses
 *	for each rule, last one first:
 *		type, major (r4), minor (r4): another?  next rule
 *		allow:  r3 &= ~rule;  nothing undecided?  return 1      (rwm: return 1)
 *		deny:   r3 & rule?    return 0                          (rwm: return 0)
 *	return 0
 *
 * Major and minor are loaded anew by each rule: the verifier then forgets what earlier rules have
 * found out about them, and checks a thousand rules in one pass instead of giving up on the number
 * of ways through them.  Nearly all of the cost of loading is that check.
 */
#include "cgroup/devices.h"

#include <linux/bpf.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define R SPEC_DEV_READ
#define W SPEC_DEV_WRITE
#define M SPEC_DEV_MKNOD
#define ALL (R | W | M)

/* What both runc and crun add: mknod of anything (opening it is another matter), and the devices
 * that programs cannot do without. */
static const struct spec_dev_rule always[] = {
	{ true, 'a', -1, -1, M },
	{ true, 'c', 1, 3, ALL },         /* /dev/null */
	{ true, 'c', 1, 5, ALL },         /* /dev/zero */
	{ true, 'c', 1, 7, ALL },         /* /dev/full */
	{ true, 'c', 1, 8, ALL },         /* /dev/random */
	{ true, 'c', 1, 9, ALL },         /* /dev/urandom */
	{ true, 'c', 5, 0, ALL },         /* /dev/tty */
	{ true, 'c', 5, 1, ALL },         /* /dev/console */
	{ true, 'c', 5, 2, ALL },         /* /dev/ptmx */
	{ true, 'c', 136, -1, ALL },      /* /dev/pts/N */
};

#define PROLOGUE 4
#define PER_RULE 9
#define EPILOGUE 2

#define INSN(op, dst, src, offset, number) \
	((struct bpf_insn){ .code = (op), .dst_reg = (dst), .src_reg = (src), .off = (offset), \
			    .imm = (int32_t)(number) })
#define LOAD(dst, field) \
	INSN(BPF_LDX | BPF_MEM | BPF_W, dst, BPF_REG_1, offsetof(struct bpf_cgroup_dev_ctx, field), 0)
#define ALU32(op, dst, k)     INSN(BPF_ALU | (op) | BPF_K, dst, 0, 0, k)
/* A 32-bit compare: majors and minors use all 32 bits, and a 64-bit one would extend their sign. */
#define JUMP32(op, reg, k, to) INSN(BPF_JMP32 | (op) | BPF_K, reg, 0, to, k)
#define RETURN INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)

size_t cgroup_devices_max(size_t n)
{
	return PROLOGUE + (n + ARRAY_SIZE(always)) * PER_RULE + EPILOGUE;
}

/* The kernel has the same three in another order. */
static uint32_t kernel_access(uint8_t access)
{
	return (access & R ? BPF_DEVCG_ACC_READ : 0U) | (access & W ? BPF_DEVCG_ACC_WRITE : 0U) |
	       (access & M ? BPF_DEVCG_ACC_MKNOD : 0U);
}

/* Every jump of a rule goes to the rule behind it, where @p will stand once it is complete. */
static struct bpf_insn *emit_rule(struct bpf_insn *p, const struct spec_dev_rule *rule)
{
	struct bpf_insn *start = p;

	if (rule->type != 'a')
		*p++ = JUMP32(BPF_JNE, BPF_REG_2,
			      rule->type == 'b' ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR, 0);
	if (rule->major >= 0) {
		*p++ = LOAD(BPF_REG_4, major);
		*p++ = JUMP32(BPF_JNE, BPF_REG_4, rule->major, 0);
	}
	if (rule->minor >= 0) {
		*p++ = LOAD(BPF_REG_4, minor);
		*p++ = JUMP32(BPF_JNE, BPF_REG_4, rule->minor, 0);
	}
	if (rule->access == ALL) {
		/* nothing to ask: whatever is undecided is decided here */
	} else if (rule->allow) {
		*p++ = ALU32(BPF_AND, BPF_REG_3, ~kernel_access(rule->access));
		*p++ = JUMP32(BPF_JNE, BPF_REG_3, 0, 0);
	} else {
		*p++ = JUMP32(BPF_JSET, BPF_REG_3, kernel_access(rule->access), 1);
		*p++ = INSN(BPF_JMP | BPF_JA, 0, 0, 0, 0);
	}
	*p++ = ALU32(BPF_MOV, BPF_REG_0, rule->allow);
	*p++ = RETURN;
	for (struct bpf_insn *q = start; q < p - 2; q++) {
		bool jump = BPF_CLASS(q->code) == BPF_JMP32 || BPF_CLASS(q->code) == BPF_JMP;

		if (jump && BPF_OP(q->code) != BPF_JSET)
			q->off = (int16_t)(p - q - 1);
	}
	return p;
}

/* A number beyond 32 bits is no device's, and a rule without accesses is about nothing. */
static bool is_void(const struct spec_dev_rule *rule)
{
	return rule->major > UINT32_MAX || rule->minor > UINT32_MAX || rule->access == 0;
}

/* The kernel refuses instructions that cannot be reached: nothing may follow a rule for everything. */
static bool is_last_word(const struct spec_dev_rule *rule)
{
	return rule->type == 'a' && rule->major < 0 && rule->minor < 0 && rule->access == ALL;
}

static struct bpf_insn *emit_rules(struct bpf_insn *p, const struct spec_dev_rule *rules, size_t n)
{
	while (n-- > 0) {
		const struct spec_dev_rule *rule = &rules[n];

		if (is_void(rule))
			continue;
		p = emit_rule(p, rule);
		if (is_last_word(rule))
			return p;
	}
	*p++ = ALU32(BPF_MOV, BPF_REG_0, 0);
	*p++ = RETURN;
	return p;
}

size_t cgroup_devices_program(const struct spec_dev_rule *rules, size_t n, struct bpf_insn *ret)
{
	struct bpf_insn *p = ret;

	if (n == 0)
		return 0;
	*p++ = LOAD(BPF_REG_2, access_type);
	*p++ = INSN(BPF_ALU | BPF_MOV | BPF_X, BPF_REG_3, BPF_REG_2, 0, 0);
	*p++ = ALU32(BPF_AND, BPF_REG_2, 0xffff);
	*p++ = ALU32(BPF_RSH, BPF_REG_3, 16);
	for (size_t i = 0; i < ARRAY_SIZE(always); i++)
		p = emit_rule(p, &always[i]);
	p = emit_rules(p, rules, n);
	return (size_t)(p - ret);
}

static int sys_bpf(int cmd, union bpf_attr *attr, unsigned int size)
{
	return (int)syscall(SYS_bpf, cmd, attr, size);
}

/*
 * Since Linux 5.11 a program counts as memory of a cgroup, not against RLIMIT_MEMLOCK: nothing to
 * raise.  BPF_F_ALLOW_MULTI lets the programs of ancestors and descendants run beside ours.
 */
int cgroup_devices_attach(int cgroup_fd, const struct bpf_insn *insns, size_t n, struct err *err)
{
	union bpf_attr attr = { 0 };
	fd_auto prog = -1;

	attr.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
	attr.expected_attach_type = BPF_CGROUP_DEVICE;
	attr.insns = (uintptr_t)insns;
	attr.insn_cnt = (uint32_t)n;
	attr.license = (uintptr_t)"GPL";
	memcpy(attr.prog_name, "jail_devices", sizeof("jail_devices"));
	prog = sys_bpf(BPF_PROG_LOAD, &attr, sizeof(attr));
	if (prog < 0)
		return err_sys(err, "load the device rules' BPF program of %zu instructions", n);

	memset(&attr, 0, sizeof(attr));
	attr.target_fd = (uint32_t)cgroup_fd;
	attr.attach_bpf_fd = (uint32_t)prog;
	attr.attach_type = BPF_CGROUP_DEVICE;
	attr.attach_flags = BPF_F_ALLOW_MULTI;
	if (sys_bpf(BPF_PROG_ATTACH, &attr, sizeof(attr)) < 0)
		return err_sys(err, "attach the device rules to the cgroup");
	return 0;
}
