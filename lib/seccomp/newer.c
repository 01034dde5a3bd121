/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * newer.c - system calls that the linked libseccomp does not know yet
 *
 * libseccomp knows the system calls of its release date.  A profile names newer ones, and
 * programs try newer ones that nobody has heard of.  Both are decided by a few instructions of
 * our own in front of libseccomp's:
 *
 *	load arch
 *	arch A?  load number
 *	         below the first newer one: on to libseccomp's program     (nearly always)
 *	         number of a rule: its action
 *	         above all that anybody knows: ENOSYS, so that programs fall back
 *	arch B?  …
 *
 * Since Linux 5.1 (number 424) a new system call has the same number on every architecture, but
 * for a base that x32 and MIPS add.  Only loads of number and arch, compares and jumps are used:
 * that is what the kernel's cache of always-allowed calls understands (seccomp_is_const_allow).
 */
#include "seccomp/newer.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <string.h>

static const struct {
	const char *name;
	uint32_t nr;
} newer_calls[] = {
	{ "cachestat", 451 },         { "fchmodat2", 452 },        { "map_shadow_stack", 453 },
	{ "futex_wake", 454 },        { "futex_wait", 455 },       { "futex_requeue", 456 },
	{ "statmount", 457 },         { "listmount", 458 },        { "lsm_get_self_attr", 459 },
	{ "lsm_set_self_attr", 460 }, { "lsm_list_modules", 461 }, { "mseal", 462 },
	{ "setxattrat", 463 },        { "getxattrat", 464 },       { "listxattrat", 465 },
	{ "removexattrat", 466 },     { "open_tree_attr", 467 },   { "file_getattr", 468 },
	{ "file_setattr", 469 },      { "listns", 470 },
};
_Static_assert(ARRAY_SIZE(newer_calls) <= SECCOMP_NEWER_MAX, "each may have a rule");

#define X32_BIT       0x40000000U
/* ARM has private calls from here on, and -1 is what a tracer leaves to skip a call. */
#define PRIVATE_CALLS 0x000f0000U
/* No architecture has more calls than this above its base. */
#define NUMBERS_END   1024U

void seccomp_newer_add(struct seccomp_newer *newer, const char *name, uint32_t action,
		       bool unconditional)
{
	uint32_t nr = 0;

	for (size_t i = 0; i < ARRAY_SIZE(newer_calls); i++)
		if (strcmp(newer_calls[i].name, name) == 0)
			nr = newer_calls[i].nr;
	newer->newest = MAX(newer->newest, nr);
	if (!nr || !unconditional)
		return;
	for (size_t i = 0; i < newer->n; i++)
		if (newer->rules[i].nr == nr)
			return;
	newer->rules[newer->n].nr = nr;
	newer->rules[newer->n++].action = action;
}

static uint32_t arch_base(uint32_t arch)
{
	switch (arch) {
	case SCMP_ARCH_X32:
		return X32_BIT;
	case SCMP_ARCH_MIPS:
	case SCMP_ARCH_MIPSEL:
		return 4000;
	case SCMP_ARCH_MIPS64:
	case SCMP_ARCH_MIPSEL64:
		return 5000;
	case SCMP_ARCH_MIPS64N32:
	case SCMP_ARCH_MIPSEL64N32:
		return 6000;
	default:
		return 0;
	}
}

/* The highest number, without the base, that libseccomp has a name for. */
static uint32_t newest_known(uint32_t arch)
{
	for (uint32_t nr = NUMBERS_END; nr-- > 0;) {
		mem_auto char *name = seccomp_syscall_resolve_num_arch(arch, (int)(arch_base(arch) + nr));

		if (name)
			return nr;
	}
	return NUMBERS_END;
}

static void emit(struct buf *out, uint16_t code, uint32_t k, size_t jt, size_t jf)
{
	struct sock_filter f = { .code = code, .jt = (uint8_t)jt, .jf = (uint8_t)jf, .k = k };

	buf_put(out, &f, sizeof(f));
}

#define JUMP(op) (BPF_JMP | (op) | BPF_K)

/* One architecture's decisions, entered with the number loaded; ends in a jump to be patched. */
static void emit_body(const struct seccomp_newer *newer, bool enosys, uint32_t arch, struct buf *out)
{
	uint32_t base = arch_base(arch), first = UINT32_MAX, last = 0;

	if (enosys)
		first = last = MAX(newest_known(arch), newer->newest) + 1;
	for (size_t i = 0; i < newer->n; i++)
		first = MIN(first, newer->rules[i].nr);

	emit(out, JUMP(BPF_JGE), base + first, 0, 2 * newer->n + (enosys ? 3 : 0));
	for (size_t i = 0; i < newer->n; i++) {
		emit(out, JUMP(BPF_JEQ), base + newer->rules[i].nr, 0, 1);
		emit(out, BPF_RET | BPF_K, newer->rules[i].action, 0, 0);
	}
	if (enosys) {
		emit(out, JUMP(BPF_JGE), base + last, 0, 2);
		emit(out, JUMP(BPF_JGE), base + PRIVATE_CALLS, 1, 0);
		emit(out, BPF_RET | BPF_K, SCMP_ACT_ERRNO(ENOSYS), 0, 0);
	}
	emit(out, BPF_JMP | BPF_JA, 0, 0, 0);
}

static bool has_arch(const uint32_t *archs, size_t n, uint32_t arch)
{
	for (size_t i = 0; i < n; i++)
		if (archs[i] == arch)
			return true;
	return false;
}

/* x32 is told from x86-64 by a bit of the number only. */
static void emit_arch(const struct seccomp_newer *newer, bool enosys, uint32_t arch, bool with_x32,
		      struct buf *out)
{
	buf_auto body = { 0 }, x32 = { 0 };

	emit_body(newer, enosys, arch, &body);
	if (with_x32)
		emit_body(newer, enosys, SCMP_ARCH_X32, &x32);
	if (body.failed || x32.failed) {
		buf_done(out);
		out->failed = true;
		return;
	}
	emit(out, JUMP(BPF_JEQ), arch, 0,
	     1 + (with_x32 ? 1 : 0) + (body.len + x32.len) / sizeof(struct sock_filter));
	emit(out, BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr), 0, 0);
	if (with_x32)
		emit(out, JUMP(BPF_JSET), X32_BIT, body.len / sizeof(struct sock_filter), 0);
	buf_put(out, body.text, body.len);
	if (with_x32)
		buf_put(out, x32.text, x32.len);
}

void seccomp_newer_emit(const struct seccomp_newer *newer, bool enosys, const uint32_t *archs,
			size_t n_archs, struct buf *out)
{
	bool x32 = has_arch(archs, n_archs, SCMP_ARCH_X32);
	struct sock_filter *f;
	size_t n;

	if (!newer->n && !enosys)
		return;
	emit(out, BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch), 0, 0);
	for (size_t i = 0; i < n_archs; i++)
		if (archs[i] != SCMP_ARCH_X32)
			emit_arch(newer, enosys, archs[i], x32 && archs[i] == SCMP_ARCH_X86_64, out);
	if (out->failed)
		return;

	f = (void *)out->text;
	n = out->len / sizeof(*f);
	for (size_t i = 0; i < n; i++)
		if (f[i].code == (BPF_JMP | BPF_JA))
			f[i].k = (uint32_t)(n - i - 1);
}
