# SPDX-License-Identifier: LGPL-2.1-or-later
#
# make check-vm: the Bats suite and tests/vm/*.bats in a virtual machine; see tests/vm/README.md

VM_SECONDS ?= 3600
DEPS_VM := qemu-system-x86 mmdebstrap e2fsprogs cpio xz-utils

deps-vm: deps-build
	@tests/deps $(DEPS_VM)

# A build and TAP of its own: CI runs it beside check.
check-vm: deps-vm
	@$(MAKE) --no-print-directory B=$(B)/vm suites-vm
	@tests/summary $(B)/vm/tap

suites-vm: all
	@rm -rf $(TAP)
	@SUITE_SECONDS=$$(($(VM_SECONDS) + 300)) tests/suite $(TAP) vm env B=$(B) tests/vm/run -t $(VM_SECONDS)

.PHONY: deps-vm check-vm suites-vm

# All commands to all engines, with jail and with the runtime that they come with, in two machines side by side
ENGINES ?= podman,podman-cgroupfs,podman-rootless docker,containerd
check-engines: deps-vm
	@$(MAKE) --no-print-directory B=$(B)/vm all
	@B=$(B)/vm tests/vm/engines/machines $(ENGINES)

.PHONY: check-engines
