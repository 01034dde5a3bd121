# SPDX-License-Identifier: LGPL-2.1-or-later
#
# make check-vm: the Bats suite and tests/vm/*.bats in a virtual machine; see tests/vm/README.md

VM_SECONDS ?= 1500
DEPS_VM := qemu-system-x86 mmdebstrap e2fsprogs cpio xz-utils busybox-static gcc

deps-vm:
	@tests/deps $(DEPS_VM)

# Its own folder for TAP: check clears the other one.
check-vm: deps-build deps-vm all
	@rm -rf $(B)/vm/tap
	@SUITE_SECONDS=$(VM_SECONDS) tests/suite $(B)/vm/tap vm env B=$(B) tests/vm/run
	@tests/summary $(B)/vm/tap

.PHONY: deps-vm check-vm
