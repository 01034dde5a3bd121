# SPDX-License-Identifier: LGPL-2.1-or-later
#
# make lint: the layers, and what compilers and analysers find

LINT_C  := $(LIB_SRC) $(CMD_SRC)
LINT_SH := tests/deps tests/suite tests/summary tests/instrumented tests/fuzz/run tests/lint/layers \
	tests/lint/size rootfs-tools/busybox rootfs-tools/rootfs.d/box.sh .ci/run $(wildcard tests/bats/run tests/bats/sandbox) \
	$(addprefix tests/appliance/,run image images) \
	$(wildcard tests/api/run tests/fault/run $(addprefix tests/vm/,run image inside job))
TIDY    := $(LINT_C:%=$(B)/lint/%.tidy)

$(B)/lint/%.tidy: % .clang-tidy
	@mkdir -p $(@D)
	@clang-tidy --quiet $< -- $(CPPFLAGS) $(LIBNL_CFLAGS) -std=gnu11 2>$@.log >$@.out || \
		{ cat $@.out; exit 1; }
	@touch $@

lint: deps
	@echo '  layers'; tests/lint/layers
	@echo '  size'; tests/lint/size
	@echo '  warnings'; $(MAKE) --no-print-directory all >/dev/null
	@echo '  clang-tidy'; $(MAKE) -s --no-print-directory -j2 $(TIDY)
	@echo '  cppcheck'; cppcheck --quiet --std=c11 --language=c --enable=warning,performance,portability \
		--inline-suppr --suppressions-list=tests/lint/cppcheck.suppressions --error-exitcode=1 \
		-D__x86_64__ -D_GNU_SOURCE -DJAIL_VERSION='"0"' -Ilib lib/*/*.c cmd/*/*.c
	@echo '  shellcheck'; shellcheck -x $(LINT_SH); shellcheck -x -a rootfs-tools/jail-rootfs; shellcheck -x -a -e SC2015,SC2016,SC2317 rootfs-tools/jail-appliance; shellcheck -s bash $(wildcard tests/bats/*.bash tests/vm/*.bash tests/appliance/*.bash) \
		config/completions/jail.bash config/completions/jail-rootfs.bash
	@echo 'lint: clean'

.PHONY: lint
