/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* state.c - fuzzing the reader of state records */
#include "state/state.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct state s;
	struct err err;

	if (state_parse((const char *)data, size, &s, &err) == 0)
		state_done(&s);
	return 0;
}
