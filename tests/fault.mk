# SPDX-License-Identifier: LGPL-2.1-or-later
#
# What tests/fault/run needs: the driver, never sanitized, and two programs to run in jails.

FAULT_BIN  := $(addprefix $(B)/tests/fault/,killstep rootfs/bin/true rootfs/bin/pause)
FAULT_TINY := -Os -ffreestanding -nostdlib -static -fno-stack-protector -Wl,--build-id=none

$(B)/tests/fault/killstep: tests/fault/killstep.c tests/fault/left.c tests/fault/left.h
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) -std=gnu11 -O2 -g $(filter-out -Wmissing-prototypes,$(WARN)) -D_GNU_SOURCE -o $@ $(filter %.c,$^) -lseccomp

$(B)/tests/fault/rootfs/bin/true: tests/bench/true.c
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(FAULT_TINY) -o $@ $<

$(B)/tests/fault/rootfs/bin/pause: tests/bench/true.c
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(FAULT_TINY) -DPAUSE -o $@ $<
