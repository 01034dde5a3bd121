/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * words.c - the names this build knows: for features, completion and users' input
 */
#include "api/words.h"

#include <string.h>

#include "base/signals.h"
#include "jail.h"
#include "spec/spec.h"

static const char *const namespaces[] = {
	"user", "pid", "mount", "network", "ipc", "uts", "cgroup", "time", NULL,
};

static const char *const seccomp_actions[] = {
	"SCMP_ACT_KILL", "SCMP_ACT_KILL_PROCESS", "SCMP_ACT_KILL_THREAD", "SCMP_ACT_TRAP",
	"SCMP_ACT_ERRNO", "SCMP_ACT_TRACE", "SCMP_ACT_ALLOW", "SCMP_ACT_LOG", "SCMP_ACT_NOTIFY", NULL,
};

static const char *const seccomp_operators[] = {
	"SCMP_CMP_NE", "SCMP_CMP_LT", "SCMP_CMP_LE", "SCMP_CMP_EQ", "SCMP_CMP_GE", "SCMP_CMP_GT",
	"SCMP_CMP_MASKED_EQ", NULL,
};

static const char *const seccomp_archs[] = {
	"SCMP_ARCH_X86", "SCMP_ARCH_X86_64", "SCMP_ARCH_X32", "SCMP_ARCH_ARM", "SCMP_ARCH_AARCH64",
	"SCMP_ARCH_MIPS", "SCMP_ARCH_MIPS64", "SCMP_ARCH_MIPS64N32", "SCMP_ARCH_MIPSEL",
	"SCMP_ARCH_MIPSEL64", "SCMP_ARCH_MIPSEL64N32", "SCMP_ARCH_PPC", "SCMP_ARCH_PPC64",
	"SCMP_ARCH_PPC64LE", "SCMP_ARCH_S390", "SCMP_ARCH_S390X", "SCMP_ARCH_PARISC",
	"SCMP_ARCH_PARISC64", "SCMP_ARCH_RISCV64", NULL,
};

static const char *const seccomp_flags[] = {
	"SECCOMP_FILTER_FLAG_TSYNC", "SECCOMP_FILTER_FLAG_SPEC_ALLOW", "SECCOMP_FILTER_FLAG_LOG",
	"SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV", NULL,
};

static const char *const mempolicy_modes[] = {
	"MPOL_DEFAULT", "MPOL_BIND", "MPOL_INTERLEAVE", "MPOL_WEIGHTED_INTERLEAVE", "MPOL_PREFERRED",
	"MPOL_PREFERRED_MANY", "MPOL_LOCAL", NULL,
};

static const char *const mempolicy_flags[] = {
	"MPOL_F_NUMA_BALANCING", "MPOL_F_RELATIVE_NODES", "MPOL_F_STATIC_NODES", NULL,
};

/* In the order of the capabilities' numbers; libcap knows the same names in lower case. */
static const char *const capabilities[] = {
	"CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_DAC_READ_SEARCH", "CAP_FOWNER", "CAP_FSETID", "CAP_KILL",
	"CAP_SETGID", "CAP_SETUID", "CAP_SETPCAP", "CAP_LINUX_IMMUTABLE", "CAP_NET_BIND_SERVICE",
	"CAP_NET_BROADCAST", "CAP_NET_ADMIN", "CAP_NET_RAW", "CAP_IPC_LOCK", "CAP_IPC_OWNER",
	"CAP_SYS_MODULE", "CAP_SYS_RAWIO", "CAP_SYS_CHROOT", "CAP_SYS_PTRACE", "CAP_SYS_PACCT",
	"CAP_SYS_ADMIN", "CAP_SYS_BOOT", "CAP_SYS_NICE", "CAP_SYS_RESOURCE", "CAP_SYS_TIME",
	"CAP_SYS_TTY_CONFIG", "CAP_MKNOD", "CAP_LEASE", "CAP_AUDIT_WRITE", "CAP_AUDIT_CONTROL",
	"CAP_SETFCAP", "CAP_MAC_OVERRIDE", "CAP_MAC_ADMIN", "CAP_SYSLOG", "CAP_WAKE_ALARM",
	"CAP_BLOCK_SUSPEND", "CAP_AUDIT_READ", "CAP_PERFMON", "CAP_BPF", "CAP_CHECKPOINT_RESTORE", NULL,
};

static const char *const annotations[] = {
	"org.opencontainers.image.stopSignal", "run.oci.keep_original_groups", "run.oci.seccomp.receiver", NULL,
};

static const struct { const char *name; const char *const *words; } tables[] = {
	{ "namespaces", namespaces },
	{ "capabilities", capabilities },
	{ "hooks", spec_hook_names },
	{ "seccomp-actions", seccomp_actions },
	{ "seccomp-operators", seccomp_operators },
	{ "seccomp-archs", seccomp_archs },
	{ "seccomp-flags", seccomp_flags },
	{ "mempolicy-modes", mempolicy_modes },
	{ "mempolicy-flags", mempolicy_flags },
	{ "annotations", annotations },
};

const char *const *words_get(const char *table)
{
	if (!strcmp(table, "mount-options"))
		return spec_mount_option_names();
	for (size_t i = 0; i < ARRAY_SIZE(tables); i++)
		if (!strcmp(table, tables[i].name))
			return tables[i].words;
	return NULL;
}

const char *const *jail_words(const char *table)
{
	/* The hooks' table has no NULL at its end. */
	return strcmp(table, "hooks") ? words_get(table) : NULL;
}

int jail_signal_number(const char *name)
{
	return signal_number(name);
}
