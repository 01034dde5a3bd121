# SPDX-License-Identifier: LGPL-2.1-or-later
#
# The suites.  All speak TAP; tests/suite keeps what they say, tests/summary counts it.

TAP := $(B)/tap
ASAN := -fsanitize=address,undefined -fno-sanitize-recover=undefined

# @: the suites that do the work, for any build of it
suites: all $(UNIT_BIN) $(API_BIN) $(FAULT_BIN)
	@rm -rf $(TAP)
	@for t in $(UNIT_BIN); do tests/suite $(TAP) unit-$${t##*/} $$t; done
	@tests/suite $(TAP) bats env B=$(B) JAIL=$(abspath $(B))/jail tests/bats/run $(BATS_FILES)
	@tests/suite $(TAP) api tests/api/run $(B)
	@tests/suite $(TAP) fault tests/fault/run $(B)

check: deps
	@$(MAKE) --no-print-directory suites differential
	@tests/summary $(TAP)

# @: beside crun, once: the instrumented build takes no other ways
differential: suites
	@tests/suite $(TAP) differential tests/bats/sandbox tests/differential/bad_input.py $(abspath $(B))/jail \
		$(abspath $(B))/tests/fault/rootfs/bin/true

# The same suites with everything instrumented, and a proof that it is.  jail-rootfs, a third of the time, is not
# written in C: nothing of it would be instrumented.
check-asan: deps
	@$(MAKE) --no-print-directory B=$(B)/asan SAN="$(ASAN)" suites-asan \
		BATS_FILES="$(filter-out tests/bats/rootfs_% tests/bats/leftover.bats,$(wildcard tests/bats/*.bats))"
	@tests/summary $(B)/asan/tap

suites-asan: suites
	@tests/suite $(TAP) instrumented tests/instrumented $(B)

# ---- coverage ----

coverage: deps
	@$(MAKE) --no-print-directory B=$(B)/cov SAN="--coverage -fprofile-update=atomic" suites
	@gcovr --root . --filter 'lib/' --filter 'cmd/jail/' --gcov-ignore-parse-errors \
		--print-summary --html-details $(B)/cov/coverage.html $(B)/cov | tail -n 3

.PHONY: suites suites-asan differential check check-asan coverage
