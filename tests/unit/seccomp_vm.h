/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * seccomp_vm.h - runs a seccomp program on made-up calls, and builds profiles by hand
 */
#pragma once

#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <string.h>

#include "seccomp/seccomp.h"

#define VM_BAD 0xdeadbeefU      /* not an action: the program did something the kernel refuses */

static uint32_t vm_operand(const struct sock_filter *f, uint32_t x)
{
	return BPF_SRC(f->code) == BPF_X ? x : f->k;
}

static uint32_t vm_run(const struct seccomp_program *p, uint32_t arch, uint32_t nr,
		       const uint64_t args[6])
{
	const struct sock_filter *prog = p->insns;
	size_t n = p->len_bytes / sizeof(*prog);
	struct seccomp_data d = { .nr = (int)nr, .arch = arch };
	uint32_t a = 0, x = 0, mem[BPF_MEMWORDS] = { 0 }, v;
	bool taken;

	if (args)
		memcpy(d.args, args, sizeof(d.args));
	for (size_t pc = 0; pc < n; pc++) {
		const struct sock_filter *f = &prog[pc];

		switch (BPF_CLASS(f->code)) {
		case BPF_LD:
			if (BPF_MODE(f->code) == BPF_MEM) {
				a = mem[f->k % BPF_MEMWORDS];
				break;
			}
			if (f->code != (BPF_LD | BPF_W | BPF_ABS) || f->k % 4 || f->k >= sizeof(d))
				return VM_BAD;
			memcpy(&a, (const char *)&d + f->k, 4);
			break;
		case BPF_ST:
			mem[f->k % BPF_MEMWORDS] = a;
			break;
		case BPF_LDX:
			x = BPF_MODE(f->code) == BPF_MEM ? mem[f->k % BPF_MEMWORDS] : f->k;
			break;
		case BPF_ALU:
			if (BPF_OP(f->code) != BPF_AND)
				return VM_BAD;
			a &= vm_operand(f, x);
			break;
		case BPF_JMP:
			if (BPF_OP(f->code) == BPF_JA) {
				pc += f->k;
				break;
			}
			v = vm_operand(f, x);
			taken = BPF_OP(f->code) == BPF_JEQ ? a == v :
				BPF_OP(f->code) == BPF_JGT ? a > v :
				BPF_OP(f->code) == BPF_JGE ? a >= v : (a & v) != 0;
			pc += taken ? f->jt : f->jf;
			break;
		case BPF_RET:
			return f->k;
		default:
			return VM_BAD;
		}
	}
	return VM_BAD;
}

static uint32_t vm_call(const struct seccomp_program *p, uint32_t scmp_arch, const char *name,
			uint64_t arg0)
{
	uint64_t args[6] = { arg0 };
	int nr = seccomp_syscall_resolve_name_arch(scmp_arch, name);

	return vm_run(p, scmp_arch == SCMP_ARCH_X32 ? (uint32_t)SCMP_ARCH_X86_64 : scmp_arch,
		      (uint32_t)nr, args);
}
