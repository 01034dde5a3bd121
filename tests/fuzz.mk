# SPDX-License-Identifier: LGPL-2.1-or-later
#
# make check-fuzz [FUZZ_SECONDS=60]: each target runs that long from its corpus; a crash fails.

FUZZ_SECONDS ?= 60
FUZZ_TARGETS := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/*.c))
FUZZ_B       := $(B)/fuzz
FUZZ_SAN     := -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined

$(FUZZ_B)/bin/%: tests/fuzz/%.c $(B)/internal.a
	@mkdir -p $(@D)
	clang $(CPPFLAGS) -std=gnu11 -O1 -g -Wall -Wextra -Werror -fsanitize=fuzzer,address,undefined \
		-o $@ $< $(B)/internal.a $(LIBS_SHARED)

fuzz-bin: $(FUZZ_TARGETS:%=$(FUZZ_B)/bin/%)

check-fuzz: deps
	@$(MAKE) --no-print-directory B=$(FUZZ_B) CC=clang SAN="$(FUZZ_SAN)" FUZZ_B=$(FUZZ_B) fuzz-bin
	@rm -rf $(FUZZ_B)/tap
	@for t in $(FUZZ_TARGETS); do \
		tests/suite $(FUZZ_B)/tap $$t tests/fuzz/run $(FUZZ_B)/bin/$$t tests/fuzz/corpus/$$t \
			$(FUZZ_SECONDS); \
	done
	@tests/summary $(FUZZ_B)/tap

.PHONY: fuzz-bin check-fuzz
