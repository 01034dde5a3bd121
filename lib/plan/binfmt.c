/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * binfmt.c - who runs programs of other machines: a binfmt_misc of the jail's own
 *
 * It stands behind the mounts, which it needs /proc of, and before what makes parts of that read-only or hides
 * them: it is read-only anyway, and below a mask as good as anywhere else.
 */
#include "plan/compile.h"

#include <linux/mount.h>

static const char place[] = "jail.binfmt";

static void add_line(struct plan_builder *b, const struct spec_binfmt *f, size_t i)
{
	uint32_t interpreter = plan_put_str(b, f->interpreter), line = plan_put_str(b, f->line);
	struct plan_step *s = plan_add(b, OP_BINFMT, STAGE_INSIDE, "%s[%zu]", place, i);

	s->s[0] = interpreter;
	s->s[1] = line;
}

void compile_binfmt(struct plan_builder *b, const struct spec *spec)
{
	struct plan_step *s;
	uint32_t at;

	if (!spec->n_binfmt)
		return;
	plan_add(b, OP_BINFMT_FS, STAGE_INSIDE, "%s", place);
	for (size_t i = 0; i < spec->n_binfmt; i++)
		add_line(b, &spec->binfmt[i], i);
	plan_add(b, OP_TREE_ATTR, STAGE_INSIDE, "%s", place)->a[0] = MOUNT_ATTR_RDONLY;
	at = plan_put_str(b, "/proc/sys/fs/binfmt_misc");
	s = plan_add(b, OP_ATTACH, STAGE_INSIDE, "%s", place);
	s->s[0] = at;
	s->a[0] = TARGET_STRICT_DIR;
}
