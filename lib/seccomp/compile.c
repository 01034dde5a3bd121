/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * compile.c - struct spec_seccomp to BPF, with libseccomp
 *
 * What the OCI runtimes of the field agree on, and engines' profiles rely on:
 * - a system call that nobody knows the name of is skipped, also one of another architecture;
 * - several conditions on one argument of a call are alternatives, not a conjunction;
 * - a rule whose action is the default action is left out;
 * - architectures that this machine cannot run are accepted and left out;
 * - where the default is an errno other than ENOSYS, calls newer than both libseccomp and the
 *   profile give ENOSYS, so that programs fall back on older ones (newer.c).
 */
#include "seccomp/seccomp.h"

#include <linux/filter.h>
#include <pthread.h>
#include <seccomp.h>
#include <string.h>
#include <sys/mman.h>

#include "seccomp/newer.h"
#include "seccomp/range.h"

/* libseccomp probes the kernel into static variables without a lock. */
static pthread_mutex_t libseccomp_lock = PTHREAD_MUTEX_INITIALIZER;

/* What one kernel can run: a filter for others is never asked and only longer. */
static const uint32_t families[][4] = {
	{ SCMP_ARCH_X86_64, SCMP_ARCH_X86, SCMP_ARCH_X32 },
	{ SCMP_ARCH_AARCH64, SCMP_ARCH_ARM },
};

static bool in_family(const uint32_t *family, uint32_t arch)
{
	for (size_t i = 0; i < ARRAY_SIZE(families[0]); i++)
		if (family[i] == arch)
			return true;
	return false;
}

static bool can_run(uint32_t arch)
{
	for (size_t i = 0; i < ARRAY_SIZE(families); i++)
		if (in_family(families[i], seccomp_arch_native()))
			return in_family(families[i], arch);
	return true;
}

static void filter_release(scmp_filter_ctx *ctx)
{
	if (*ctx)
		seccomp_release(*ctx);
}
#define filter_auto __attribute__((cleanup(filter_release))) scmp_filter_ctx

static struct scmp_arg_cmp condition(const struct spec_seccomp_arg *a)
{
	return (struct scmp_arg_cmp){ .arg = a->index, .op = (enum scmp_compare)a->op,
				      .datum_a = a->value, .datum_b = a->value_two };
}

static bool same_index_twice(const struct spec_seccomp_rule *rule)
{
	uint32_t seen = 0;

	for (size_t i = 0; i < rule->n_args; i++) {
		if (seen & 1U << rule->args[i].index)
			return true;
		seen |= 1U << rule->args[i].index;
	}
	return false;
}

/* How many order comparisons the whole profile makes on argument @index of @name. */
static size_t count_ranges(const struct spec_seccomp *s, const char *name, uint32_t index)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n_rules; i++) {
		const struct spec_seccomp_rule *rule = &s->rules[i];
		bool named = false;

		for (size_t k = 0; k < rule->names.n && rule->n_args && !named; k++)
			named = strcmp(rule->names.v[k], name) == 0;
		for (size_t k = 0; k < rule->n_args && named; k++)
			n += rule->args[k].index == index && range_is(rule->args[k].op);
	}
	return n;
}

/* One rule for each combination of the blocks that clashing ranges fall into; see range.c. */
static int add_blocks(scmp_filter_ctx ctx, uint32_t action, int nr, struct scmp_arg_cmp *all,
		      unsigned int n, uint32_t clashing)
{
	struct scmp_arg_cmp blocks[RANGE_MASKS_MAX];
	unsigned int i = 0;
	size_t n_blocks;
	int r = 0;

	while (i < n && !(clashing & 1U << all[i].arg && range_is((int)all[i].op)))
		i++;
	if (i == n)
		return seccomp_rule_add_array(ctx, action, nr, n, all);

	struct scmp_arg_cmp range = all[i];

	n_blocks = range_masks(range.arg, (int)range.op, range.datum_a, blocks);
	for (size_t k = 0; k < n_blocks && r == 0; k++) {
		all[i] = blocks[k];
		r = add_blocks(ctx, action, nr, all, n, clashing);
	}
	all[i] = range;
	return r;
}

/* More combinations than this are no profile that somebody wrote; libseccomp would take minutes. */
#define BLOCKS_MAX 256

static bool too_many_blocks(const struct scmp_arg_cmp *all, size_t n, uint32_t clashing)
{
	struct scmp_arg_cmp blocks[RANGE_MASKS_MAX];
	size_t product = 1;

	for (size_t i = 0; i < n && product <= BLOCKS_MAX; i++)
		if (clashing & 1U << all[i].arg && range_is((int)all[i].op))
			product *= range_masks(all[i].arg, (int)all[i].op, all[i].datum_a, blocks);
	return product > BLOCKS_MAX;
}

static int add_call(scmp_filter_ctx ctx, const struct spec_seccomp *s,
		    const struct spec_seccomp_rule *rule, const char *name, int nr)
{
	struct scmp_arg_cmp all[6];
	uint32_t clashing = 0;
	int r = 0;

	for (size_t i = 0; i < rule->n_args; i++)
		if (range_is(rule->args[i].op) && count_ranges(s, name, rule->args[i].index) > 1)
			clashing |= 1U << rule->args[i].index;
	if (same_index_twice(rule)) {
		for (size_t i = 0; i < rule->n_args && r == 0; i++) {
			struct scmp_arg_cmp one = condition(&rule->args[i]);

			r = add_blocks(ctx, rule->action, nr, &one, 1, clashing);
		}
		return r;
	}
	for (size_t i = 0; i < rule->n_args; i++)
		all[i] = condition(&rule->args[i]);
	if (too_many_blocks(all, rule->n_args, clashing))
		return -E2BIG;
	return add_blocks(ctx, rule->action, nr, all, (unsigned int)rule->n_args, clashing);
}

static int add_rule(scmp_filter_ctx ctx, const struct spec_seccomp *s, size_t i,
		    struct seccomp_newer *newer, struct err *err)
{
	const struct spec_seccomp_rule *rule = &s->rules[i];
	bool is_default = rule->action == s->default_action;

	for (size_t k = 0; k < rule->names.n; k++) {
		const char *name = rule->names.v[k];
		int nr = seccomp_syscall_resolve_name(name), r = 0;

		if (nr == __NR_SCMP_ERROR)
			seccomp_newer_add(newer, name, rule->action,
					  !is_default && rule->n_args == 0);
		else if (!is_default)
			r = add_call(ctx, s, rule, name, nr);
		if (r < 0) {
			r = r == -EEXIST ? err_set(err, r, "%s has two actions for one condition", name)
					 : err_code(err, r, "add a rule for %s", name);
			return err_place(err, r, "linux.seccomp.syscalls[%zu]", i);
		}
	}
	return 0;
}

/*
 * A foreign architecture's calls end the process.  The field leaves libseccomp's default, which
 * ends only the calling thread: for a program with one thread that is the same SIGSYS, and one
 * with several should not go on with a thread missing.
 *
 * Optimisation 2 is a binary tree over the numbers.  For the default profile on three architectures
 * it makes 1437 instructions instead of 1177 in 34 ms instead of 17, but the kernel, which tries every
 * number when a filter is loaded, takes 0.75 ms instead of 1.0 at each start, and a call that is
 * decided by its arguments costs 50 ns instead of 250.
 */
static int new_filter(const struct spec_seccomp *s, scmp_filter_ctx *ret, struct err *err)
{
	filter_auto ctx = seccomp_init(s->default_action);
	int r;

	if (!ctx)
		return err_set(err, -EINVAL, "libseccomp refuses the default action 0x%08x",
			       s->default_action);
	r = seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
	if (r == 0)
		r = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_NNP, 0);
	if (r == 0)
		r = seccomp_attr_set(ctx, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	if (r < 0)
		return err_code(err, r, "set up libseccomp");

	for (size_t i = 0; i < s->n_archs; i++) {
		if (!can_run(s->archs[i]))
			continue;
		r = seccomp_arch_add(ctx, s->archs[i]);
		if (r < 0 && r != -EEXIST) {
			err_code(err, r, "add architecture 0x%08x", s->archs[i]);
			return err_place(err, r, "linux.seccomp.architectures[%zu]", i);
		}
	}
	*ret = mem_take(&ctx);
	return 0;
}

/* libseccomp 2.5 can write a program to a descriptor only. */
static int export(scmp_filter_ctx ctx, struct buf *out, struct err *err)
{
	fd_auto fd = memfd_create("seccomp", MFD_CLOEXEC);
	mem_auto char *text = NULL;
	size_t len;
	int r;

	if (fd < 0)
		return err_sys(err, "make a memfd for the seccomp program");
	r = seccomp_export_bpf(ctx, fd);
	if (r < 0)
		return err_code(err, r, "generate the seccomp program");
	if (lseek(fd, 0, SEEK_SET) < 0)
		return err_sys(err, "rewind the seccomp program");
	r = file_read_fd(fd, "the seccomp program", SIZE_MAX / 4, &text, &len, err);
	if (r < 0)
		return r;
	buf_put(out, text, len);
	return 0;
}

static int emit_newer(const struct spec_seccomp *s, const struct seccomp_newer *newer,
		      struct buf *out, struct err *err)
{
	mem_auto uint32_t *archs = calloc(s->n_archs + 1, sizeof(*archs));
	bool is_errno = (s->default_action & 0xffff0000U) == SCMP_ACT_ERRNO(0);
	size_t n = 1;

	if (!archs)
		return err_nomem(err);
	archs[0] = seccomp_arch_native();
	for (size_t i = 0; i < s->n_archs; i++)
		if (s->archs[i] != archs[0] && can_run(s->archs[i]))
			archs[n++] = s->archs[i];
	seccomp_newer_emit(newer, is_errno && s->default_action != SCMP_ACT_ERRNO(ENOSYS), archs, n,
			   out);
	return 0;
}

static int compile_locked(const struct spec_seccomp *s, struct buf *out, struct err *err)
{
	struct seccomp_newer newer = { 0 };
	filter_auto ctx = NULL;
	int r;

	r = new_filter(s, &ctx, err);
	for (size_t i = 0; i < s->n_rules && r == 0; i++)
		r = add_rule(ctx, s, i, &newer, err);
	if (r == 0)
		r = emit_newer(s, &newer, out, err);
	if (r == 0)
		r = export(ctx, out, err);
	return r;
}

int seccomp_compile(const struct spec_seccomp *s, struct seccomp_program *ret, struct err *err)
{
	buf_auto out = { 0 };
	int r;

	pthread_mutex_lock(&libseccomp_lock);
	r = compile_locked(s, &out, err);
	pthread_mutex_unlock(&libseccomp_lock);
	if (r < 0)
		return err_add(err, r, "compile the seccomp profile");
	if (out.failed)
		return err_nomem(err);
	if (out.len / sizeof(struct sock_filter) > BPF_MAXINSNS)
		return err_set(err, -E2BIG, "the seccomp profile needs %zu instructions, the kernel takes %d",
			       out.len / sizeof(struct sock_filter), BPF_MAXINSNS);
	ret->len_bytes = out.len;
	ret->insns = mem_take(&out.text);
	return 0;
}
